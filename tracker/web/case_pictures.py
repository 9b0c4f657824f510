"""A case as a picture: which side let the other wait, from when to when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.escalations.rules import Stretch
from tracker.people.models import Side
from tracker.templatetags.geometry import Bar, Heading, Picture, Row, Words, percent_of
from tracker.templatetags.times import number, say_day

LANE, BAR = 36, 12
LEAST = 1.0
"""Percent of the width, so that a short answer is seen."""


def waiting_picture(
    key: str, stretches: Sequence[Stretch], waited: Mapping[str, Decimal], now: datetime
) -> Picture | None:
    """A lane for each side, from the first answer that was owed until now; None where nobody waited."""
    if not any(waited.values()):
        return None
    first = min(one.start for one in stretches)
    last = max(one.end or now for one in stretches)
    return Picture(
        name=f"waiting-{key}",
        title=_("Who let whom wait"),
        news=_("waited %(marketing)s d with marketing, %(technology)s d with technology")
        % {side: number(waited[side], 1) for side in Side.values},
        height=len(Side.values) * LANE,
        headings=(Heading(_("Side")), Heading(_("From when to when")), Heading(_("Days"), numeric=True)),
        rows=tuple(_row(one, now) for one in stretches),
        bars=tuple(_bar(one, first, last, now) for one in stretches),
        words=tuple(
            Words(f"{Side(side).label} · {number(waited[side], 1)}", 0, place * LANE + 12, "strong")
            for place, side in enumerate(Side.values)
        ),
    )


def _row(one: Stretch, now: datetime) -> Row:
    return Row((str(Side(one.side).label), _say_span(one, now), number(one.days, 1)))


def _bar(one: Stretch, first: datetime, last: datetime, now: datetime) -> Bar:
    x = percent_of((one.start - first).total_seconds(), (last - first).total_seconds())
    end = percent_of(((one.end or now) - first).total_seconds(), (last - first).total_seconds())
    width = max(end - x, LEAST)
    top = Side.values.index(one.side) * LANE + 18
    tip = f"{Side(one.side).label}: {_say_span(one, now)}"
    return Bar(one.side, min(x, 100 - width), top, width, BAR, "", tip)


def _say_span(one: Stretch, now: datetime) -> str:
    """Days in the reader's zone."""
    today = timezone.localtime(now).date()
    first = timezone.localtime(one.start).date()
    words = {"first": say_day(first, today)}
    if one.end is None:
        return _("since %(first)s") % words
    last = timezone.localtime(one.end).date()
    words["last"] = say_day(last, today)
    return words["first"] if first == last else _("%(first)s – %(last)s") % words
