"""Who and what else hangs on a request: what was merged, who backs it with what, who hears of it, who answers a contest."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.intake.actions import (
    LIVING,
    Above,
    check_answering,
    check_contestable,
    may_unmerge,
    may_withdraw_backing,
    next_above,
    objection_ends,
)
from tracker.intake.families import families_of, merged_into, survivor_seen_by
from tracker.intake.models import Backing, Stake, Watch, WorkRequest
from tracker.intake.states import State
from tracker.kernel.errors import Refused
from tracker.people.access import Power, Role, Viewer, may
from tracker.templatetags.times import number, say_day


@dataclass(frozen=True)
class Sums:
    """What stands behind a request: how many back it, with how much, and the first campaign."""

    backers: int = 0
    budget: Decimal = Decimal(0)
    campaign_on: date | None = None


@dataclass(frozen=True)
class Stand:
    """One backing as it is shown."""

    row: Backing
    stake: str
    withdrawable: bool
    of: str

    @property
    def backer(self) -> str:
        return str(self.row.person.name if self.row.person else self.row.team.name if self.row.team else "")

    @property
    def by_another(self) -> bool:
        """Somebody else wrote it down."""
        return self.row.entered_by_id != self.row.person_id


@dataclass(frozen=True)
class Kin:
    """`merged` went on in it, `survivor` is what it goes on in; `watch` is the viewer's own mark."""

    ask: WorkRequest
    viewer: Viewer
    now: datetime
    survivor: WorkRequest | None
    merged: Sequence[WorkRequest]
    backings: Sequence[Backing]
    watches: Sequence[Watch]

    @property
    def members(self) -> dict[int, str]:
        """The keys of what was merged into it, by id."""
        return {one.pk: one.key for one in self.merged}

    @cached_property
    def stands(self) -> list[Stand]:
        today, keys = timezone.localtime(self.now).date(), self.members
        return [
            Stand(one, say_stake(one, today), may_withdraw_backing(self.viewer, one), keys.get(one.ask_id, ""))
            for one in self.backings
            if one.withdrawn_at is None
        ]

    @property
    def sums(self) -> Sums:
        return add_up(one.row for one in self.stands)

    @property
    def sums_words(self) -> str:
        return say_sums(self.sums, timezone.localtime(self.now).date())

    @property
    def may_back(self) -> bool:
        return self.ask.state in LIVING and may(self.viewer, Power.BACK, self.ask.ties)

    @property
    def may_watch(self) -> bool:
        return self.ask.state != State.DRAFT and may(self.viewer, Power.WATCH, self.ask.ties)

    @property
    def hears(self) -> bool:
        """Whether the viewer hears of its turns: they watch it, asked for it or for what was merged into it, or back it."""
        own = next((one for one in self.watches if one.ask_id == self.ask.pk), None)
        if own is not None:
            return not own.muted
        asked = self.viewer.id in (self.ask.requester_id, *(one.requester_id for one in self.merged))
        leads = self.viewer.team if Role.LEAD in self.viewer.roles else None
        rows = [one.row for one in self.stands]
        backs = any(one.person_id == self.viewer.id or (leads and one.team_id == leads) for one in rows)
        return asked or backs or any(not one.muted for one in self.watches)

    @cached_property
    def above(self) -> Above | None:
        """Who answers the contest; read once, and only where there is one."""
        return next_above(self.ask) if self.ask.contest_open else None

    @cached_property
    def may_answer_contest(self) -> bool:
        if not self.ask.contest_open or not may(self.viewer, Power.ANSWER_CONTEST):
            return False
        try:
            check_answering(self.viewer, self.ask)
        except Refused:
            return False
        return True

    @cached_property
    def may_contest(self) -> bool:
        if not may(self.viewer, Power.SPEAK_FOR, self.ask.ties):
            return False
        try:
            check_contestable(self.ask, self.now)
        except Refused:
            return False
        return True

    @cached_property
    def objection_ends(self) -> datetime | None:
        return objection_ends(self.ask) if self.ask.state == State.MERGED and self.may_contest else None

    def read_contest(self) -> None:
        """Beforehand, so that nothing is read while the page is drawn."""
        for name in ("above", "may_answer_contest", "may_contest", "objection_ends"):
            getattr(self, name)

    @property
    def may_unmerge(self) -> bool:
        return self.ask.state == State.MERGED and may_unmerge(self.viewer, self.ask)

    @property
    def contest_upheld(self) -> bool:
        decided = self.ask.state in (State.DECLINED, State.PARKED, State.MERGED)
        return decided and self.ask.contest_answered_at is not None


def read_kin(ask: WorkRequest, viewer: Viewer, now: datetime) -> Kin:
    """Three statements; one more for what was merged, two for what it goes on in, and up to three around a contest."""
    merged = merged_into(viewer, ask.pk)
    members = [ask.pk, *(one.pk for one in merged)]
    backings = Backing.objects.filter(ask__in=members).select_related("person__team", "team", "entered_by__team")
    kin = Kin(
        ask=ask,
        viewer=viewer,
        now=now,
        survivor=survivor_seen_by(viewer, ask),
        merged=merged,
        backings=list(backings.order_by("id")),
        watches=list(Watch.objects.filter(ask__in=members, person=viewer.id)),
    )
    kin.read_contest()
    return kin


def say_stake(one: Backing, today: date) -> str:
    match one.stake:
        case Stake.KPI:
            return _("KPI: %(kpi)s") % {"kpi": one.kpi}
        case Stake.BUDGET:
            return _("budget of %(amount)s") % {"amount": number(one.amount)}
    return _("campaign on %(day)s") % {"day": say_day(one.campaign_on, today) if one.campaign_on else ""}


def add_up(rows: Iterable[Backing]) -> Sums:
    """Whoever backs two requests that are one now is one backer; what they put in counts with each."""
    found = list(rows)
    days = [one.campaign_on for one in found if one.campaign_on]
    return Sums(
        backers=len({(one.person_id, one.team_id) for one in found}),
        budget=sum((one.amount for one in found if one.amount), Decimal(0)),
        campaign_on=min(days, default=None),
    )


def say_sums(sums: Sums, today: date) -> str:
    """ "backed by 3, 40,000, 12 March"; empty where nobody does."""
    if not sums.backers:
        return ""
    said = [ngettext("backed by %(count)s", "backed by %(count)s", sums.backers) % {"count": sums.backers}]
    if sums.budget:
        said.append(number(sums.budget))
    if sums.campaign_on:
        said.append(say_day(sums.campaign_on, today))
    return ", ".join(said)


def sums_of(viewer: Viewer, asks: Iterable[WorkRequest]) -> Mapping[int, Sums]:
    """What stands behind each request of a list, with what was merged into it as far as the viewer may see that (two
    statements, none for an empty list)."""
    ids = [ask.pk for ask in asks]
    if not ids:
        return {}
    roots = families_of(ids)
    seen = WorkRequest.objects.visible_to(viewer).filter(pk__in=list(roots)).values("pk")
    rows: dict[int, list[Backing]] = {}
    for row in Backing.objects.filter(ask__in=seen, withdrawn_at=None):
        rows.setdefault(roots[row.ask_id], []).append(row)
    return {root: add_up(found) for root, found in rows.items()}


def say_backed(viewer: Viewer, asks: Iterable[WorkRequest], now: datetime) -> dict[int, str]:
    """The same in words, of those that somebody backs."""
    today = timezone.localtime(now).date()
    return {ask: say_sums(sums, today) for ask, sums in sums_of(viewer, asks).items()}
