"""The columns of the list of requests: which are shown, chosen in the address, and what stands in its file."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Case, DateTimeField, DurationField, ExpressionWrapper, F, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Extract
from django.utils.translation import gettext_lazy as _

from tracker.intake.models import Delivery
from tracker.intake.states import State
from tracker.web.exports import Column

BACKERS = """
(WITH RECURSIVE family (id) AS (
    SELECT tracker_workrequest.id
    UNION SELECT dup.id FROM family JOIN tracker_workrequest dup ON dup.merged_into_id = family.id
) SELECT count(DISTINCT (backing.person_id, backing.team_id)) FROM tracker_backing backing JOIN family
  ON family.id = backing.ask_id WHERE backing.withdrawn_at IS NULL)
"""
"""How many stand behind a request and what was merged into it."""
ALWAYS = ("key", "title")
USUAL = ("state", "area", "requester", "effort_weeks", "updated_at")
"""Shown where the address chooses none."""

WHOLE = (
    Column("key", _("Key"), "key"),
    Column("title", _("Title"), "title"),
    Column("state", _("State"), "state", State.choices),
    Column("delivery", _("Delivery"), "delivery", Delivery.choices),
    Column("restricted", _("Restricted"), "restricted"),
    Column("type", _("Type"), "type__key"),
    Column("area", _("Area"), "area__name"),
    Column("team", _("Team"), "team__name"),
    Column("requester", _("Requester"), "requester__name"),
    Column("effort_weeks", _("Alone, weeks"), "effort_weeks"),
    Column("filed_at", _("Filed"), "filed_at"),
    Column("updated_at", _("Changed"), "updated_at"),
)
"""What the file of a list holds whose columns nobody chose."""

MORE = (
    Column("decided_at", _("Decided"), "decided_at"),
    Column("deadline_on", _("Deadline"), "deadline_on"),
    Column("review_on", _("Parked until"), "review_on"),
    Column("kpi", _("KPI"), "kpi"),
    Column("backed", _("Backed by"), RawSQL(BACKERS, [])),  # noqa: S611  a constant
)
STANDING = Column(
    "state",
    _("State"),
    Case(When(delivery="", then=F("state")), default=F("delivery")),
    [*State.choices, *((value, label) for value, label in Delivery.choices if value)],
)
"""How far it is in one word, as the page shows it: an accepted request by its delivery."""


def age_column(now: datetime) -> Column:
    """Whole days since it was filed."""
    waited = ExpressionWrapper(Value(now, DateTimeField()) - F("filed_at"), DurationField())
    return Column("age", _("Age, days"), Extract(waited, "day"))


def offered_columns(now: datetime, answers: Sequence[Column] = ()) -> list[Column]:
    """What may be chosen, in the order in which it is shown; `answers` are those of types' own fields."""
    known = [column for column in WHOLE if column.name not in ALWAYS]
    changed = known.pop()
    return [*known, age_column(now), *MORE, *answers, changed]


def asked_columns(values: Sequence[str]) -> list[str]:
    return [name for value in values for name in value.split(",") if name]


def read_columns(values: Sequence[str], now: datetime, answers: Sequence[Column] = ()) -> tuple[list[str], list[str]]:
    """The chosen columns in the order of the page, and what was asked for and is none."""
    asked = asked_columns(values)
    names = [column.name for column in offered_columns(now, answers)]
    lost = [name for name in asked if name not in (*names, *ALWAYS)]
    return [name for name in names if name in asked], lost


def file_columns(chosen: Sequence[str], now: datetime, answers: Sequence[Column] = ()) -> list[Column]:
    """The file shows what the page shows; where nobody chose, everything that it always held."""
    if not chosen:
        return list(WHOLE)
    shown = [column for column in WHOLE if column.name in ALWAYS]
    for column in offered_columns(now, answers):
        if column.name in chosen:
            shown.append(STANDING if column.name == "state" and "delivery" not in chosen else column)
    return shown
