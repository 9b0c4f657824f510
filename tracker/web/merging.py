"""What triage is shown beside its answers: what a request may repeat, and who could carry it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.forms import Form

from tracker.backlog.queries import find_hosts
from tracker.intake.actions import LIVING, find_mergeable, merge_request
from tracker.intake.models import WorkRequest
from tracker.intake.similar import find_similar, read_question
from tracker.people.access import Viewer
from tracker.projects.queries import Host
from tracker.web.forms.requests import AssignForm
from tracker.web.request_page import RequestPage

SHOWN = 3


def assign_form(refused: Mapping[str, Form], page: RequestPage, then: str = "") -> Form:
    """Who takes it on, of those who may; the viewer first."""
    if "assign" in refused:
        return refused["assign"]
    people = sorted(page.able, key=lambda one: one.pk != page.viewer.id)
    first = page.ask.assigned_to_id or page.viewer.id
    return AssignForm(initial={"next": then, "to": first}, people=people, auto_id="assign-%s")


def merge_by_key(*, actor: Viewer, at: datetime, ask: WorkRequest, into: str, expected: int | None = None) -> None:
    merge_request(actor=actor, at=at, ask=ask, into=find_mergeable(actor, into), expected=expected)


def alike_of(viewer: Viewer, ask: WorkRequest) -> Sequence[WorkRequest]:
    """What it may repeat: open requests that say much the same (two statements)."""
    found = find_similar(viewer, read_question(ask.title), but=ask.pk)
    return [one.request for one in found if one.request.state in LIVING]


def near_hosts(now: datetime, ask: WorkRequest) -> list[Host]:
    """The projects that could carry it, offered before it is declined (one statement); needs `area` loaded."""
    return [found.host for found in find_hosts(ask, now)[:SHOWN]]
