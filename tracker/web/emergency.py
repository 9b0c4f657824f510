"""An emergency as pages show it: the banner of every page, the card on its request, the count of the quarter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject
from django.forms import Form
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tracker.intake.actions import may_confirm_expedite
from tracker.intake.expedites import Expedite
from tracker.intake.models import Delivery, WorkRequest
from tracker.intake.states import EXPEDITE, ExpediteState, State
from tracker.people.access import Power, Viewer, may
from tracker.projects.models import Period
from tracker.promises.models import Kind, Promise
from tracker.templatetags.times import say_instant
from tracker.web.forms.expedites import (
    ConfirmExpediteForm,
    ExpediteAnswerForm,
    ExpediteExplainForm,
    ExpediteFixForm,
    ExpediteReasonForm,
)

MOST_LESSONS = 20
UNSHIPPED = (Delivery.NONE, Delivery.WAITING, Delivery.SCHEDULED, Delivery.IN_PROGRESS)
PEOPLE = ("ask", "owner__team", "started_by__team", "confirmed_by__team")
TONES = {
    ExpediteState.STARTED: "bad",
    ExpediteState.CONFIRMED: "bad",
    ExpediteState.FIXED: "good",
}
FORMS: Mapping[str, type[Form]] = {
    "confirm": ConfirmExpediteForm,
    "refuse": ExpediteReasonForm,
    "withdraw": ExpediteReasonForm,
    "answer": ExpediteAnswerForm,
    "fix": ExpediteFixForm,
    "explain": ExpediteExplainForm,
}
LABELS: Mapping[str, str | Lazy] = {
    "confirm": gettext_lazy("Confirm the emergency"),
    "refuse": gettext_lazy("It is none"),
    "withdraw": gettext_lazy("Take it back"),
    "answer": gettext_lazy("Answer"),
    "fix": gettext_lazy("It is fixed"),
    "explain": gettext_lazy("Say what caused it"),
}


@dataclass(frozen=True)
class Banner:
    """One line above every page: what runs, or to its owner what is fixed and not explained."""

    text: str
    then: str
    url: str
    running: bool


def banner_row(viewer: Viewer) -> QuerySet[Any, Any]:
    """What the banner tells, to be read beside other things; `told` is a JSON object."""
    unexplained = Q(owner=viewer.id, state=ExpediteState.FIXED, cause="")
    rows = Expedite.objects.visible_to(viewer).filter(Q(ended_at=None) | unexplained)
    told = JSONObject(
        key="ask__key",
        title="ask__title",
        owner="owner__name",
        since="started_at",
        confirmed="confirmed_at",
        answered="answered_at",
        ended="ended_at",
    )
    return rows.order_by(F("ended_at").asc(nulls_first=True), "id").annotate(told=told).values("told")[:1]


def say_banner(told: Mapping[str, Any] | None) -> Banner | None:
    if not told:
        return None
    since = timezone.localtime(datetime.fromisoformat(told["since"]))
    words = {**told, "since": say_instant(since, timezone.localdate())}
    url = f"{reverse('request', args=[told['key']])}#expedite"
    if told["ended"]:
        text = _("%(key)s %(title)s is fixed: say what caused it, while everybody remembers.") % words
        return Banner(text, "", url, running=False)
    text = _("Emergency since %(since)s: %(key)s %(title)s. %(owner)s owns it.") % words
    then = _("Its owner has answered.") if told["answered"] else _("Its owner has not answered yet.")
    if not told["confirmed"]:
        then = _("%(answered)s The other side has not confirmed it yet.") % {"answered": then}
    return Banner(text, then, url, running=True)


def is_expedited() -> Exists:
    """Whether a request ever was one, to be read along with it."""
    return Exists(Expedite.objects.filter(ask=OuterRef("pk")))


def expedites_of(ask: WorkRequest) -> list[Expedite]:
    """Latest first (one statement, none where `is_expedited` was read along and is false)."""
    if not vars(ask).get("expedited"):
        return []
    return list(Expedite.objects.filter(ask=ask).select_related(*PEOPLE).order_by("-id"))


def number_this_quarter(at: datetime) -> int:
    """How many were started in the quarter of this day, of all requests (one statement)."""
    return _of_quarter(Expedite.objects.all(), at).count()


def lessons_this_quarter(viewer: Viewer, at: datetime) -> list[Expedite]:
    """Those of the quarter that the viewer may see, latest first (one statement)."""
    rows = _of_quarter(Expedite.objects.visible_to(viewer), at)
    return list(rows.select_related("ask", "owner__team").order_by("-id")[:MOST_LESSONS])


def _of_quarter(rows: QuerySet[Expedite], at: datetime) -> QuerySet[Expedite]:
    today = at.date()
    quarter = Period.objects.filter(starts_on__lte=today, ends_on__gte=today).order_by("-starts_on")
    calendar = date(today.year, today.month - (today.month - 1) % 3, 1)
    return rows.filter(started_at__date__gte=Coalesce(Subquery(quarter.values("starts_on")[:1]), calendar))


def say_count(number: int) -> str:
    """What one that is started now would be."""
    if not number:
        return _("It would be the first this quarter.")
    return ngettext(
        "%(count)s was started this quarter; this would be one more, and it is counted.",
        "%(count)s were started this quarter; this would be one more, and it is counted.",
        number,
    ) % {"count": number}


@dataclass(frozen=True)
class ExpediteButton:
    """What the viewer may do about it; without a form it is done at once."""

    name: str
    label: str | Lazy
    url: str
    kind: str
    key: str
    form: Form | None

    @property
    def ident(self) -> str:
        return f"expedite-{self.name}"


@dataclass(frozen=True)
class ExpediteCard:
    """The latest emergency of a request, with what the viewer may do."""

    row: Expedite
    tone: str
    state: str | Lazy
    title: str
    due: Sequence[tuple[str, datetime, bool]]
    unsigned: str
    buttons: Sequence[ExpediteButton]


def read_expedite(
    rows: Sequence[Expedite], viewer: Viewer, promises: Sequence[Promise], refused: Mapping[str, Form]
) -> ExpediteCard | None:
    """No statement: the promises of the request are loaded already."""
    if not rows:
        return None
    row = rows[0]
    names = {Kind.EXPEDITE: _("answer by"), Kind.FIX: _("fix by"), Kind.CONFIRM: _("confirm by")}
    owed = {one.kind: one for one in promises if one.source.endswith(f":{row.pk}") and one.ended_at is None}
    due = [(names[kind], one.due_at, one.breached_at is not None) for kind in names if (one := owed.get(kind))]
    if Kind.CONFIRM not in owed and row.awaits_second:
        due.append((names[Kind.CONFIRM], row.confirm_by, False))
    unsigned = _("Nobody of the other side confirmed it in time.") if row.lapsed_at else ""
    return ExpediteCard(
        row=row,
        tone=TONES.get(ExpediteState(row.state), ""),
        state=ExpediteState(row.state).label,
        title=_("Emergency") if row.running else _("It was an emergency"),
        due=due,
        unsigned=unsigned,
        buttons=[_button(name, row, refused) for name in FORMS if _may(name, row, viewer)],
    )


def _may(name: str, row: Expedite, viewer: Viewer) -> bool:
    if not EXPEDITE.allows(row.state, name):
        return False
    if name in ("confirm", "refuse"):
        return may(viewer, Power.CONFIRM_EXPEDITE, row.ask.ties) and may_confirm_expedite(viewer, row)
    if name == "withdraw":
        return viewer.id == row.started_by_id and may(viewer, Power.START_EXPEDITE, row.ask.ties)
    if name == "answer" and row.answered_at is not None:
        return False
    return may(viewer, Power.FIX_EXPEDITE, row.ties)


def _button(name: str, row: Expedite, refused: Mapping[str, Form]) -> ExpediteButton:
    form = refused.get(f"expedite_{name}")
    if form is None and name == "explain":
        form = ExpediteExplainForm(initial={"cause": row.cause, "lesson": row.lesson}, auto_id="expedite-explain-%s")
    if form is None and name != "confirm":
        form = FORMS[name](auto_id=f"expedite-{name}-%s")
    kind = {"confirm": "primary", "answer": "primary", "fix": "primary" if row.answered_at else "plain"}.get(
        name, "plain"
    )
    keys = {"confirm": "1", "refuse": "2", "answer": "3", "fix": "4", "explain": "5", "withdraw": "6"}
    return ExpediteButton(name, LABELS[name], reverse(f"expedite-{name}", args=[row.pk]), kind, keys[name], form)


def may_expedite(ask: WorkRequest, viewer: Viewer) -> bool:
    open_still = ask.state in (State.FILED, State.ACCEPTED) and ask.delivery in UNSHIPPED
    return open_still and may(viewer, Power.START_EXPEDITE, ask.ties)
