"""What a capacity would do, in words and as a picture: the line as it would be, who is next to fall, who hears of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.people.models import Team, User
from tracker.projects.models import Capacity, Period
from tracker.projects.queries import TeamCapacity, TeamLine, line_of
from tracker.projects.rules import ZERO
from tracker.projects.words import say_weeks
from tracker.templatetags.geometry import Picture
from tracker.templatetags.times import number
from tracker.web.line_pictures import line_picture
from tracker.web.orphans import Orphan


@dataclass(frozen=True)
class Foreseen:
    """The list of a team as it is, and as it would be drawn."""

    now: TeamLine
    then: TeamLine

    @property
    def next_to_fall(self) -> str:
        """The last project that would stay above, and what it has to spare."""
        standing = [row for row in self.then.rows if row.above and row.weeks]
        if not standing:
            return ""
        last = standing[-1]
        spare = self.then.team.available - last.cumulated
        words = {"project": f"{last.key} {last.title}", "weeks": say_weeks(spare)}
        if spare <= ZERO:
            return _("Next to fall: %(project)s, with the first week less.") % words
        return _("Next to fall: %(project)s, once more than %(weeks)s go.") % words

    @property
    def numbers(self) -> list[tuple[str, str, str]]:
        below = next((row for row in self.then.rows if not row.fits), None)
        left = _("for projects less claimed")
        if below is not None:
            words = {"project": below.key, "weeks": say_weeks(below.weeks)}
            left = _("too little for %(project)s, which comes next and needs %(weeks)s") % words
        claimed = _("by projects above the line, and by those that fit here and wait for another team")
        pairs = (
            (_("Claimed"), self.now.claimed, self.then.claimed, claimed),
            (_("Left"), self.now.left, self.then.left, left),
        )
        changed = _("%(before)s → %(after)s weeks")
        return [(name, changed % {"before": number(a), "after": number(b)}, hint) for name, a, b, hint in pairs]

    def picture(self, period: Period) -> Picture:
        return line_picture(self.then, period)


def foresee_line(
    team: Team,
    period: Period,
    row: Capacity | None,
    numbers: dict[str, Decimal],
    fell: Sequence[int],
    rose: Sequence[int],
) -> Foreseen:
    """Four statements."""
    kept = (row.pk, row.version, row.gross, row.reserve_percent, row.allowance, row.drawn) if row else None
    has = TeamCapacity(team.pk, team.key, team.name, *(kept or (None, None, ZERO, ZERO, ZERO, ZERO)))
    now = line_of(has, period)
    gross, reserve, allowance = (numbers[name] for name in ("gross", "reserve_percent", "allowance"))
    then = replace(has, gross=gross, reserve_percent=reserve, allowance=allowance)
    rows = [
        replace(
            one,
            fits=one.cumulated <= then.available or not one.weeks,
            above=one.id in rose or (one.above and one.id not in fell),
        )
        for one in now.rows
    ]
    return Foreseen(now, replace(now, team=then, rows=rows))


def say_told(orphans: Sequence[Orphan], rising: int) -> str:
    """Who gets a message once the line is drawn: both owners of what loses its host, and whoever watches it."""
    people, hidden = _hear_of(orphans)
    said = [_say_people(people)] if people else []
    if hidden:
        text = ngettext(
            "So do the owners of %(count)s restricted request.",
            "So do the owners of %(count)s restricted requests.",
            hidden,
        )
        said.append(text % {"count": hidden})
    if orphans:
        said.append(_("Whoever watches one of these requests hears of it too; owners of projects read it on the line."))
    if not orphans:
        said.append(_("Nobody gets a message for it: owners of projects read it on the line."))
    if rising:
        said.append(_("Where a host rises with requests that had lost it, both their owners hear that too."))
    return " ".join(said)


def say_save(orphans: Sequence[Orphan]) -> str:
    """What the button does: how many get a message is counted only where all of them may be named."""
    people, hidden = _hear_of(orphans)
    if hidden:
        return _("Save and tell the owners")
    if not people:
        return _("Save")
    words = {"count": len(people)}
    return ngettext("Save and tell %(count)s person", "Save and tell %(count)s people", len(people)) % words


def _hear_of(orphans: Sequence[Orphan]) -> tuple[list[User], int]:
    """Who gets a message, each once, and of how many requests the owners may not be named."""
    heard = [one for orphan in orphans for one in (orphan.business, orphan.delivery) if one is not None]
    return list({person.pk: person for person in heard}.values()), sum(orphan.ask is None for orphan in orphans)


def _say_people(people: Sequence[User]) -> str:
    words = {"count": len(people), "names": ", ".join(sorted(person.name for person in people))}
    return (
        ngettext(
            "%(count)s person gets a message for each request of theirs: %(names)s.",
            "%(count)s people get a message for each request of theirs: %(names)s.",
            len(people),
        )
        % words
    )
