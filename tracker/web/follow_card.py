"""Who follows a request by a link, on the page of the request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker.intake.links import open_links
from tracker.intake.models import FollowLink, WorkRequest
from tracker.intake.states import State
from tracker.people.access import Power, Viewer, may
from tracker.web.forms.follow import FollowLinkForm


@dataclass(frozen=True)
class FollowCard:
    links: Sequence[FollowLink]
    form: FollowLinkForm


def read_follow_card(ask: WorkRequest, viewer: Viewer, now: datetime) -> FollowCard | None:
    """Nothing for who may make no link (one statement, else none)."""
    if ask.state == State.DRAFT or not may(viewer, Power.SHARE_REQUEST, ask.ties):
        return None
    return FollowCard(open_links(ask, now), FollowLinkForm(auto_id="follow-%s"))
