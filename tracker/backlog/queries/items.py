"""Backlog items as pages show them, and the text for the tracker where engineers work."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db.models import Count, F, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tracker.backlog.models import BacklogItem, Way
from tracker.backlog.states import BLOCKING, ItemState
from tracker.intake.models import WorkRequest
from tracker.intake.queries import needs_of
from tracker.intake.rules import Stage, missing
from tracker.launches.models import Check, CheckState
from tracker.people.access import Viewer
from tracker.people.models import User
from tracker.projects.models import Effort
from tracker.projects.words import say_weeks

MOST_DECISIONS = 50


def lacking_for_embedding(ask: WorkRequest) -> list[str]:
    """The names of the fields that embedding needs and the request does not have; needs `type` and `form` loaded."""
    return missing(Stage.EMBEDDING, ask.core, ask.fields, ask.answers)


def words_lacking(ask: WorkRequest) -> list[str]:
    """The same fields in words, in the language of who reads it."""
    return [label for need in needs_of(ask, get_language() or "en").values() for label in need.lacking]


def ticket_of(item: BacklogItem) -> str:
    """The text for the owner's tracker, in the language of who reads it; needs `ask` loaded."""
    ask = item.ask
    parts = [
        f"{ask.key} {ask.title}",
        ask.why,
        _list(_("Example pages"), ask.example_urls),
        _list(_("Acceptance checks"), item.checks_wanted, mark="[ ] "),
        _titled(_("How to test"), ask.how_to_test),
        _titled(_("Conditions"), item.conditions),
        "" if item.way == Way.OUTRANK else _("Added effort: %(weeks)s") % {"weeks": say_weeks(item.added_weeks)},
        f"{settings.ORIGIN}/backlog/{item.key}/",
    ]
    return "\n\n".join(part for part in parts if part)


def _titled(title: str, text: str) -> str:
    return f"{title}:\n{text}" if text else ""


def _list(title: str, lines: list[str], mark: str = "") -> str:
    return _titled(title, "\n".join(f"- {mark}{line}" for line in lines))


@dataclass(frozen=True)
class Decision:
    """Something about an item that waits for the viewer; `kind` is answer, counter (the host offers something else),
    rehome, measure or checks, of which `checks` have not passed."""

    kind: str
    item: str
    version: int
    title: str
    request: str
    host: str
    host_title: str
    weeks: Decimal
    standalone: Decimal | None
    proposer: User
    due_on: date | None
    checks: int = 0


def decisions_for(viewer: Viewer, today: date) -> list[Decision]:
    """Proposals to answer, orphans to re-home, shipped items to measure, and those that the viewer delivers and whose
    checks have not passed, the oldest first (one statement)."""
    unpassed = Check.objects.filter(source=OuterRef("key")).exclude(state=CheckState.PASSED)
    number = unpassed.order_by().values("source").annotate(number=Count("pk")).values("number")
    checks = Coalesce(Subquery(number, output_field=IntegerField()), 0)
    rows = BacklogItem.objects.visible_to(viewer).annotate(unpassed=checks)
    delivering = Q(delivery_owner=viewer.id, state=ItemState.IN_PROGRESS, orphaned_at=None, unpassed__gt=0)
    waiting = (
        rows.to_answer_by(viewer)
        | rows.countered_to(viewer.id)
        | rows.orphaned().filter(_either_owner(viewer.id))
        | rows.to_measure_by(viewer.id, today)
        | rows.filter(delivering)
    )
    found = waiting.select_related("ask", "project", "proposed_by__team").order_by("id")[:MOST_DECISIONS]
    return sorted((_decision(item) for item in found), key=lambda one: one.due_on or date.max)


def _either_owner(person: int) -> Q:
    return Q(state__in=BLOCKING) & (Q(business_owner=person) | Q(delivery_owner=person))


def _decision(item: BacklogItem) -> Decision:
    kinds = {ItemState.PROPOSED: "answer", ItemState.SHIPPED: "measure", ItemState.IN_PROGRESS: "checks"}
    kind = "rehome" if item.orphaned_at and item.state in BLOCKING else kinds.get(ItemState(item.state), "rehome")
    if item.counter_open:
        kind = "counter"
    due = {"measure": item.measure_on, "checks": item.project.ends_on}
    return Decision(
        kind=kind,
        item=item.key,
        version=item.version,
        title=item.ask.title,
        request=item.ask.key,
        host=item.project.key,
        host_title=item.project.title,
        weeks=item.added_weeks,
        standalone=item.ask.effort_weeks,
        proposer=item.proposed_by,
        due_on=due.get(kind),
        checks=vars(item)["unpassed"],
    )


def items_of(project: int, viewer: Viewer) -> list[BacklogItem]:
    """The items of a project that the viewer may see, in their order, ended ones left out (one statement)."""
    rows = BacklogItem.objects.visible_to(viewer).live().filter(project=project)
    return list(rows.select_related("ask", "business_owner__team", "delivery_owner__team").order_by("rank"))


def item_of(ask: int) -> BacklogItem | None:
    """The live item of a request, else its latest one, with the `claim` of its project in its team (one statement)."""
    efforts = Effort.objects.filter(project=OuterRef("project"), team=OuterRef("team"), period=OuterRef("period"))
    claim = Subquery(efforts.annotate(claimed=F("weeks") + F("embedded")).values("claimed")[:1])
    rows = (
        BacklogItem.objects.filter(ask=ask)
        .annotate(claim=claim)
        .select_related("project__owner__team", "ask", "business_owner__team", "delivery_owner__team", "period")
    )
    found = list(rows.order_by("-id")[:10])
    return next((item for item in found if item.live), found[0] if found else None)
