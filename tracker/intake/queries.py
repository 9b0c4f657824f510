"""Requests as pages show them: lists, what is similar, what is missing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from urllib.parse import quote, unquote

from django.db.models import BigIntegerField, Case, Count, Q, QuerySet, TextField, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Coalesce, Concat, LPad
from django.utils.translation import gettext_lazy as _

from tracker.intake.models import Delivery, RequestType, WorkRequest, WorkRequestQuerySet
from tracker.intake.rules import Stage, is_answered, missing
from tracker.intake.similar import find_similar, read_question
from tracker.intake.states import State
from tracker.intake.wishes import Wish, narrow_answers
from tracker.kernel.words import at_word_start
from tracker.people.access import Viewer

PAGE = 50
CORE_LABELS: Mapping[str, Any] = {
    "title": _("title"),
    "area": _("area"),
    "example_urls": _("example pages"),
    "why": _("why"),
    "kpi": _("KPI"),
    "baseline": _("baseline"),
    "target": _("target"),
    "measure_on": _("measuring date"),
    "confidence": _("confidence"),
    "confidence_source": _("case or data behind the confidence"),
    "deadline_reason": _("reason of the deadline"),
    "acceptance_tests": _("acceptance tests in words"),
    "how_to_test": _("how to test"),
}


def hidden_keys(viewer: Viewer, keys: Collection[str]) -> set[str]:
    """Which of these requests the viewer may not see (one statement, none for no keys)."""
    if not keys:
        return set()
    seen = WorkRequest.objects.visible_to(viewer)
    return set(WorkRequest.objects.filter(key__in=keys).exclude(pk__in=seen.values("pk")).values_list("key", flat=True))


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to; empty means everything."""

    text: str = ""
    state: str = ""
    delivery: str = ""
    type: str = ""
    area: str = ""
    team: str = ""
    mine: bool = False
    answers: tuple[Wish, ...] = ()


@dataclass(frozen=True)
class Listed:
    rows: list[WorkRequest]
    next: str


@dataclass(frozen=True)
class Cursor:
    """The last row of a page: its id, the value by which it was ordered, and the group in which it stood."""

    row: int
    value: str
    group: tuple[str, int] | None = None


SORTS = {"key": "id", "title": "title", "changed": "updated_at", "filed": "since"}
INSTANTS = ("changed", "filed")
GROUPS = ("state", "delivery", "type", "team", "area", "requester")
"""What the rows of a list may be gathered by; each group has an order (text) and a number, which are its mark."""


def narrow_requests(rows: WorkRequestQuerySet, wanted: Wanted, viewer: Viewer) -> WorkRequestQuerySet:
    paths = {"state": "state", "delivery": "delivery", "type": "type__key", "area": "area__key", "team": "team__key"}
    chosen = {path: getattr(wanted, name) for name, path in paths.items() if getattr(wanted, name)}
    rows = rows.filter(**chosen)
    if wanted.mine:
        rows = rows.filter(requester=viewer.id)
    rows = cast(WorkRequestQuerySet, narrow_answers(rows, wanted.answers))
    if wanted.text:
        rows = rows.filter(Q(title__iregex=at_word_start(wanted.text)) | Q(key__iexact=wanted.text))
    return rows


def mark_groups(rows: WorkRequestQuerySet, group: str) -> WorkRequestQuerySet:
    """Puts the mark of its group on each row: states in their order, types in theirs, teams and people by name."""
    order: Combinable
    if group in ("state", "delivery"):
        values = State.values if group == "state" else Delivery.values
        places = [When(**{group: value}, then=Value(f"{place:02}")) for place, value in enumerate(values)]
        order, number = Case(*places, default=Value("")), Cast(Value(0), BigIntegerField())
    elif group == "type":
        place = LPad(Cast("type__position", TextField()), 5, Value("0"))
        order = Concat(place, Value(" "), "type__key", output_field=TextField())
        number = Cast("type_id", BigIntegerField())
    else:
        order = Coalesce(f"{group}__name", Value(""))
        number = Cast(Coalesce(f"{group}_id", 0), BigIntegerField())
    return rows.annotate(group_order=Cast(order, TextField()), group_number=number)


def order_requests(viewer: Viewer, wanted: Wanted, sort: str, group: str = "") -> WorkRequestQuerySet:
    """What is wanted in an order of SORTS ("-key" is newest first), within the groups of one of GROUPS."""
    column, sign = SORTS[sort.removeprefix("-")], "-" if sort.startswith("-") else ""
    rows = narrow_requests(WorkRequest.objects.visible_to(viewer), wanted, viewer)
    if column == "since":
        rows = rows.annotate(since=Coalesce("filed_at", "created_at"))
    if group:
        rows = mark_groups(rows, group)
    first = ["group_order", "group_number"] if group else []
    return rows.order_by(*dict.fromkeys([*first, f"{sign}{column}", f"{sign}id"]))


def list_requests(viewer: Viewer, wanted: Wanted, *, sort: str, after: Cursor | None, group: str = "") -> Listed:
    """One page of it, after the last row seen (one statement)."""
    column, down = SORTS[sort.removeprefix("-")], sort.startswith("-")
    rows = order_requests(viewer, wanted, sort, group)
    if after is not None:
        steps: list[tuple[str, bool, object]] = [("id", down, after.row)]
        if column != "id":
            steps.insert(0, (column, down, after.value))
        if after.group is not None:
            steps = [("group_order", False, after.group[0]), ("group_number", False, after.group[1]), *steps]
        rows = rows.filter(_beyond(steps))
    found = list(rows.select_related("type", "area", "team", "requester__team")[: PAGE + 1])
    if len(found) <= PAGE:
        return Listed(found, "")
    last_row = found[PAGE - 1]
    shown = getattr(last_row, column)
    value = shown.isoformat() if isinstance(shown, datetime) else str(shown)
    return Listed(found[:PAGE], write_cursor(Cursor(last_row.pk, value, group_of(last_row) if group else None)))


def _beyond(steps: Sequence[tuple[str, bool, object]]) -> Q:
    """Rows that come later by the first column in which they differ; each is (column, whether it falls, last value)."""
    later, same = Q(), Q()
    for column, down, value in steps:
        later |= same & Q(**{f"{column}__{'lt' if down else 'gt'}": value})
        same &= Q(**{column: value})
    return later


def group_of(ask: WorkRequest) -> tuple[str, int]:
    """The mark of its group, on a row of a list that is gathered."""
    marked = cast(Any, ask)
    return marked.group_order, marked.group_number


def count_groups(viewer: Viewer, wanted: Wanted, group: str) -> dict[tuple[str, int], int]:
    """How many rows there are in each group of the whole list, by its mark (one statement)."""
    seen = narrow_requests(WorkRequest.objects.visible_to(viewer), wanted, viewer)
    rows = cast("QuerySet[Any]", mark_groups(seen, group))
    counted = rows.order_by().values_list("group_order", "group_number").annotate(rows=Count("pk"))
    return {(order, number): count for order, number, count in counted}


def write_cursor(cursor: Cursor) -> str:
    """As it stands in an address: parts with ~ between, the value last, which alone may hold one."""
    order, number = cursor.group or ("", 0)
    within = [str(number), quote(order, safe="").replace("~", "%7E")] if cursor.group else []
    return "~".join([str(cursor.row), *within, cursor.value])


def read_cursor(text: str, sort: str, group: str = "") -> Cursor | None:
    """What `Listed.next` says; None for what cannot be read, which is the first page."""
    parts = text.split("~", 3 if group else 1)
    numbers = parts[:2] if group else parts[:1]
    if "\x00" in unquote(text) or not all(part.isascii() and part.isdigit() and len(part) < 18 for part in numbers):
        return None
    if group and len(parts) < 4:
        return None
    value = parts[-1] if len(parts) > 1 else ""
    if sort.removeprefix("-") in INSTANTS:
        try:
            datetime.fromisoformat(value)
        except ValueError:
            return None
    return Cursor(int(parts[0]), value, (unquote(parts[2]), int(parts[1])) if group else None)


@dataclass(frozen=True)
class Standing:
    """How many requests that the viewer may see wait where."""

    to_triage: int
    asked: int
    below: int


def count_standing(viewer: Viewer) -> Standing:
    rows = WorkRequest.objects.visible_to(viewer)
    found = rows.filter(state__in=[State.FILED, State.NEEDS_INFORMATION, State.ACCEPTED]).aggregate(
        to_triage=Count("pk", filter=Q(state=State.FILED)),
        asked=Count("pk", filter=Q(state=State.NEEDS_INFORMATION)),
        below=Count("pk", filter=Q(state=State.ACCEPTED, delivery=Delivery.WAITING)),
    )
    return Standing(**found)


def similar_requests(
    viewer: Viewer, title: str, *, but: int | None = None, area: int | None = None, type: int | None = None
) -> list[WorkRequest]:
    """Requests, open and closed, whose titles say much the same; the likest first (two statements, see similar.py)."""
    found = find_similar(viewer, read_question(title), but=but, area=area, type=type)
    return [one.request for one in found]


@dataclass(frozen=True)
class Need:
    """What one stage asks for: `items` pairs the words of a field with whether it is there, `names` are its fields."""

    stage: Stage
    items: list[tuple[str, bool]]
    names: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        return all(done for _label, done in self.items)

    @property
    def lacking(self) -> list[str]:
        return [str(label) for label, done in self.items if not done]


def needs_of(ask: WorkRequest, language: str) -> dict[Stage, Need]:
    """For each stage what that stage alone asks for; needs `type` and `form` loaded."""
    core, fields = ask.core, ask.fields
    labels = {**CORE_LABELS, **{one["key"]: words_in(one["label"], language) for one in fields}}
    seen: set[str] = set()
    needs = {}
    for stage in Stage:
        lacking = missing(stage, core, fields, ask.answers)
        everything = missing(stage, {**dict.fromkeys(core), **_conditions(core)}, fields, {})
        names = [name for name in dict.fromkeys([*everything, *lacking]) if name not in seen]
        seen.update(names)
        needs[stage] = Need(stage, [(labels[name], name not in lacking) for name in names], names)
    return needs


def _conditions(core: Mapping[str, object]) -> dict[str, object]:
    """The answers that call for another one."""
    return {name: core[name] for name in ("confidence", "deadline_on") if is_answered(core[name])}


def words_in(words: Mapping[str, str], language: str) -> str:
    return words.get(language) or words.get("en") or next(iter(words.values()), "")


def kinds_by_key() -> dict[str, RequestType]:
    return {kind.key: kind for kind in RequestType.objects.all()}
