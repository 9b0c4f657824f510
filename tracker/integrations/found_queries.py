"""What the pages of findings and old tickets show of an import."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tracker.intake.models import RequestType, WorkRequest
from tracker.integrations.models import ImportRun, PlannedRequest
from tracker.integrations.words import Words, say_doubt, say_issue, say_priority, say_reason, say_template
from tracker.people.access import Viewer
from tracker.sites.models import Area

PAGE = 100
VIEWS = ("new", "below", "exists", "skipped", "unclear", "doubtful", "all")


@dataclass(frozen=True)
class FoundRow:
    """One row of the file and what becomes of it; `ask` is the request that it is or will not be made of again."""

    number: int
    external_id: str
    title: str
    outcome: str
    outcome_label: Words
    reason: Words
    doubts: Sequence[Words]
    area: str
    type: str
    urls: int | None
    share: str | None
    priority: str
    group: str
    status: str
    ask: str
    ask_note: str


@dataclass(frozen=True)
class FoundReport:
    """One page of at most PAGE rows; `after` is where the next one starts, None at the end."""

    view: str
    rows: Sequence[FoundRow]
    after: int | None


def read_found(run: ImportRun, viewer: Viewer, view: str, after: int) -> FoundReport:
    """Rows of one outcome in the order of the file, from behind row `after` on (keyset)."""
    found = PlannedRequest.objects.filter(run=run, number__gt=after)
    if view == "doubtful":
        found = found.exclude(doubts=[])
    elif view != "all":
        found = found.filter(outcome=view)
    rows = list(found.order_by("number")[: PAGE + 1])
    shown = rows[:PAGE]
    asks = WorkRequest.objects.visible_to(viewer).filter(pk__in={row.ask_id for row in shown if row.ask_id})
    areas = {row.values.get("area") for row in shown} - {None}
    types = {row.values.get("type") for row in shown} - {None}
    known = Known(
        asks=dict(asks.values_list("pk", "key")),
        areas=dict(Area.objects.filter(pk__in=areas).values_list("pk", "name")) if areas else {},
        types=dict(RequestType.objects.filter(pk__in=types).values_list("pk", "name")) if types else {},
        language=viewer.language,
    )
    return FoundReport(view, [_show(row, known) for row in shown], shown[-1].number if len(rows) > PAGE else None)


@dataclass(frozen=True)
class Known:
    asks: dict[int, str]
    areas: dict[int, str]
    types: dict[int, dict[str, str]]
    language: str


def _show(row: PlannedRequest, known: Known) -> FoundRow:
    values: dict[str, Any] = row.values
    names = known.types.get(values.get("type") or 0, {})
    ask = known.asks.get(row.ask_id or 0, "")
    priority = values.get("priority")
    return FoundRow(
        number=row.number,
        external_id=row.external_id,
        title=row.title,
        outcome=row.outcome,
        outcome_label=row.get_outcome_display(),
        reason=say_reason(row.reason) if row.reason else "",
        doubts=[say_doubt(doubt) for doubt in row.doubts],
        area=known.areas.get(values.get("area") or 0, ""),
        type=names.get(known.language) or names.get("en", ""),
        urls=values.get("urls"),
        share=values.get("share"),
        priority=say_priority(priority) if priority else "",
        group=_say_group(values) if "issue" in values else row.group,
        status=values.get("status", ""),
        ask=ask,
        ask_note="" if ask or row.ask_id is None else "hidden",
    )


def _say_group(values: dict[str, Any]) -> str:
    told = (say_issue(values["issue"]), say_template(values["template"]))
    return " · ".join(part for part in told if part)
