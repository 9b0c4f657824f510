"""What others did to a record between looking at it and sending a form about it."""

from django.utils.translation import gettext as _

from tracker.history.queries import story_of
from tracker.kernel.errors import Stale
from tracker.web.story import tell_moments

MOST = 5


def say_meanwhile(refused: Stale) -> str:
    """Who did what since (two statements, in the refused case alone); the bare refusal where that is not known."""
    if refused.since is None or refused.since[2] < 1:
        return str(refused)
    subject, number, seen = refused.since
    moments = [moment for moment in story_of(subject, number, limit=MOST) if moment.version > seen]
    if not moments:
        return str(refused)
    told = reversed(tell_moments(subject, moments))
    return _("Meanwhile: %(story)s.") % {"story": "; ".join(f"{one.who.name} {one.text}" for one in told)}
