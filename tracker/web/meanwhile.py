"""What others did to a record between looking at it and sending a form about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tracker.history.queries import Moment, story_of
from tracker.kernel.errors import Stale
from tracker.web.story import Told, tell_moments

MOST = 5


@dataclass(frozen=True)
class Meanwhile:
    """What happened since a version was seen: `moments` and the same told, oldest first."""

    moments: Sequence[Moment]
    told: Sequence[Told]

    def __str__(self) -> str:
        return _("Meanwhile: %(story)s.") % {"story": "; ".join(f"{one.who.name} {one.text}" for one in self.told)}

    def who_changed(self, field: str) -> str:
        """Who changed it last, where the history names the field."""
        names = [
            one.who.name for moment, one in zip(self.moments, self.told, strict=True) if field in _fields_of(moment)
        ]
        return names[-1] if names else ""


def _fields_of(moment: Moment) -> set[str]:
    """Names as forms have them: an owner for its column, and the single answers to the questions of a type."""
    names = {name.removesuffix("_id") for name in moment.changes}
    before, after = moment.changes.get("answers") or (None, None)
    answers = (before or {}).keys() | (after or {}).keys()
    return names | {name for name in answers if (before or {}).get(name) != (after or {}).get(name)}


def meanwhile_of(subject: str, number: int, seen: int) -> Meanwhile | None:
    """Two statements; None where nothing happened since, or where that version never was."""
    if seen < 1:
        return None
    moments = [moment for moment in story_of(subject, number, limit=MOST) if moment.version > seen]
    moments.reverse()
    return Meanwhile(moments, tell_moments(subject, moments)) if moments else None


def say_meanwhile(refused: Stale) -> str:
    """Who did what since, in the refused case alone; the bare refusal where that is not known."""
    return str((meanwhile_of(*refused.since) if refused.since else None) or refused)
