"""The two ways up of a request, as its page shows them side by side: embed it, or give it a rank of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tracker.backlog.models import BacklogItem
from tracker.backlog.queries import (
    Effect,
    Found,
    Outrank,
    Row,
    TeamList,
    add_to_host,
    find_hosts,
    lists_of,
    outrank_at,
    place_by_score,
    shared_components,
    suggested_weeks,
    words_lacking,
)
from tracker.backlog.rules import Reason
from tracker.intake.models import WorkRequest
from tracker.intake.states import State
from tracker.people.access import Power, Ties, Viewer, may
from tracker.projects.queries import Host
from tracker.projects.words import say_weeks
from tracker.templatetags.times import number, say_day
from tracker.web.forms.backlog import EmbedForm, plain_weeks
from tracker.web.joining import say_last_day, say_late, say_slow_answer

REASONS: dict[Reason, str | Promise] = {
    Reason.SAME_AREA: gettext_lazy("same area"),
    Reason.PATTERN_OVERLAP: gettext_lazy("overlapping pages"),
    Reason.SAME_COMPONENT: gettext_lazy("same component"),
    Reason.SAME_TEAM: gettext_lazy("same team"),
    Reason.NO_END_DATE: gettext_lazy("no end date yet"),
}
KINSHIP = (Reason.SAME_AREA, Reason.PATTERN_OVERLAP, Reason.SAME_COMPONENT)
GOING_UP = (State.FILED, State.ACCEPTED)


@dataclass(frozen=True)
class HostCard:
    """A host worth asking. `added` is a suggestion, None where nobody said what the request takes alone; `late` says that
    it ends after the deadline of the request, `joining` until when it can be joined."""

    key: str
    title: str
    owner: str
    standing: str
    last_day: date | None
    ends_on: date | None
    late: str
    joining: str
    reasons: list[str]
    added: Decimal | None
    saving: Decimal | None
    weighs: str
    line: str
    why_not: str


@dataclass(frozen=True)
class OutrankCard:
    """`place` None: a project of this effort fits nowhere. `pushed` would fall below the line for it."""

    place: int | None
    after: str
    team: str
    weeks: Decimal | None
    pushed: list[tuple[str, str, str, Decimal]]
    decides: bool
    asks: bool
    why_not: str
    asked_on: date | None = None


@dataclass(frozen=True)
class WaysUp:
    """What the panel draws; `form` proposes to the first host, whose answer may come too late for the deadline (`slow`)."""

    ask: WorkRequest
    sentence: str
    below: bool
    hosts: list[HostCard]
    outrank: OutrankCard
    form: EmbedForm
    slow: str = ""

    @property
    def best(self) -> HostCard | None:
        return self.hosts[0] if self.hosts else None

    @property
    def others(self) -> list[HostCard]:
        return self.hosts[1:]


def lists_around(ask: WorkRequest, found: Sequence[Found], at: datetime) -> dict[int, TeamList]:
    """The lists of the hosts and of the request's own team, by team."""
    teams = {one.host.team_id for one in found} | {ask.team_id}
    return lists_of([team for team in teams if team is not None], at.date())


def host_cards(
    viewer: Viewer, ask: WorkRequest, found: Sequence[Found], lists: dict[int, TeamList], at: datetime
) -> list[HostCard]:
    """What the finder found, the best first, each with what it would do to the line; no statement."""
    weeks, lacking = suggested_weeks(ask.effort_weeks), words_lacking(ask)
    return [_host_card(viewer, ask, one, lists, weeks, lacking, at.date()) for one in found]


def ways_up(viewer: Viewer, ask: WorkRequest, at: datetime, item: BacklogItem | None = None) -> WaysUp | None:
    """The panel, or None where the request goes no way up: not filed, or in the backlog already (`item`).

    Two statements, four where the deadline is near; needs `area`, `team` and `type` loaded.
    """
    if ask.state not in GOING_UP or (item is not None and item.live):
        return None
    found = find_hosts(ask, at)
    lists = lists_around(ask, found, at)
    hosts = host_cards(viewer, ask, found, lists, at)
    weeks = suggested_weeks(ask.effort_weeks)
    listed = lists.get(ask.team_id or 0)
    initial = {"host": hosts[0].key if hosts else "", "added_weeks": plain_weeks(weeks)}
    sentence, below = say_place(ask, listed, hosts[0] if hosts else None, at.date())
    return WaysUp(
        ask=ask,
        sentence=sentence,
        below=below,
        hosts=hosts,
        outrank=_outrank_card(viewer, ask, listed),
        form=EmbedForm(initial=initial, auto_id="embed-%s"),
        slow=say_slow_answer(ask, found[0].host.team_id, at) if found else "",
    )


def say_place(ask: WorkRequest, listed: TeamList | None, best: HostCard | None, today: date) -> tuple[str, bool]:
    """Where it would stand alone and who could carry it; whether that is below the line."""
    standing = place_by_score(listed, ask) if listed else None
    values = {
        "weeks": say_weeks(ask.effort_weeks),
        "team": listed.name if listed else "",
        "places": standing.places_below if standing else 0,
        "place": standing.place if standing else 0,
    }
    below = True
    if ask.effort_weeks is None:
        alone = _("Nobody has said yet what it takes alone.")
    elif standing is None:
        alone = _("Alone it takes %(weeks)s of %(team)s; without a value it has no place by score yet.") % values
    elif standing.places_below:
        alone = (
            ngettext(
                "Below the line by %(places)s place: alone it takes %(weeks)s of %(team)s and will not be done this"
                " quarter.",
                "Below the line by %(places)s places: alone it takes %(weeks)s of %(team)s and will not be done this"
                " quarter.",
                standing.places_below,
            )
            % values
        )
    else:
        below = False
        alone = _("By its score it would be above the line, at place %(place)s of %(team)s.") % values
    return " ".join(part for part in (alone, _say_best(best, today)) if part), below


def _say_best(best: HostCard | None, today: date) -> str:
    if best is None:
        return ""
    values = {
        "host": best.key,
        "added": say_weeks(best.added),
        "day": say_day(best.last_day, today) if best.last_day else "",
    }
    if best.added is None:
        return _("%(host)s could carry it.") % values
    if best.last_day is None:
        return _("%(host)s could carry it for %(added)s.") % values
    return _("%(host)s could carry it for %(added)s; it can be added until %(day)s.") % values


def _host_card(
    viewer: Viewer,
    ask: WorkRequest,
    found: Found,
    lists: dict[int, TeamList],
    weeks: Decimal | None,
    lacking: list[str],
    today: date,
) -> HostCard:
    host = found.host
    listed = lists.get(host.team_id or ask.team_id or 0)
    effect = add_to_host(listed, host.id, weeks) if listed and weeks else None
    return HostCard(
        key=host.key,
        title=host.title,
        owner=host.owner,
        standing=_say_standing(listed, host.id),
        last_day=found.last_day,
        ends_on=host.ends_on,
        late=say_late(ask, host.ends_on, today),
        joining=say_last_day(found.last_day, weeks, today),
        reasons=_say_reasons(ask, found),
        added=weeks,
        saving=ask.effort_weeks - weeks if weeks and ask.effort_weeks and ask.effort_weeks > weeks else None,
        weighs=say_weight(effect, host.key) if effect else "",
        line=say_line(effect, listed) if effect and listed else "",
        why_not=why_not_embed(viewer, ask, host, lacking),
    )


def _say_standing(listed: TeamList | None, host: int) -> str:
    """Hosts are above the line; the rank is that of the team's list, as the line shows it."""
    rank = listed.rank_of(host) if listed else None
    if listed is None or rank is None:
        return _("above")
    return _("above · rank %(rank)s in %(team)s") % {"rank": rank, "team": listed.name}


def _say_reasons(ask: WorkRequest, found: Found) -> list[str]:
    """The nearest kinship says it: whoever shares the area shares its pages too."""
    told = [found.reasons[0], *(reason for reason in found.reasons[1:] if reason not in KINSHIP)]
    return [_say_reason(reason, ask, found) for reason in told if reason in REASONS]


def _say_reason(reason: Reason, ask: WorkRequest, found: Found) -> str:
    shared = shared_components(found.host, ask.area) if reason == Reason.SAME_COMPONENT else []
    return _("same component: %(names)s") % {"names": ", ".join(shared)} if shared else str(REASONS[reason])


def why_not_embed(viewer: Viewer, ask: WorkRequest, host: Host, lacking: list[str]) -> str:
    """Why the viewer cannot propose it to this host; empty where they can."""
    owners = frozenset({host.owner_id} if host.owner_id else ())
    ties = Ties(delivery=owners, team=host.team_id)
    if not (may(viewer, Power.PROPOSE_EMBED, ask.ties) or may(viewer, Power.PROPOSE_EMBED, ties)):
        return _("Its requester, the owners and leads of both teams, the CMO and the CTO propose it.")
    if lacking:
        return say_lacking(lacking)
    return ""


def say_lacking(lacking: list[str]) -> str:
    """What embedding needs and the request does not say; empty where it says all."""
    return _("Before it can be embedded it needs: %(fields)s.") % {"fields": ", ".join(lacking)} if lacking else ""


def say_weight(effect: Effect, host: str) -> str:
    """Where the added effort is taken from: the allowance first, the rest on the host."""
    values = {
        "drawn": say_weeks(effect.from_allowance),
        "before": number(effect.before),
        "after": say_weeks(effect.after),
        "host": host,
    }
    if not effect.overflow:
        return _("%(drawn)s from the allowance; %(host)s stays at %(after)s.") % values
    if effect.from_allowance:
        return _("%(drawn)s from the allowance; %(host)s grows from %(before)s to %(after)s.") % values
    return _("%(host)s grows from %(before)s to %(after)s.") % values


def say_line(effect: Effect, listed: TeamList) -> str:
    """Who falls for it, or that nobody does."""
    if effect.pushed:
        fallen = ", ".join(f"{row.key} {row.title}" for row in effect.pushed)
        return _("It would push below the line: %(projects)s.") % {"projects": fallen}
    above = [row for row in listed.rows if row.above]
    values = {"count": effect.above, "last": above[-1].key if above else ""}
    if not above:
        return ""
    return (
        ngettext(
            "%(last)s stays above: still %(count)s project above the line.",
            "%(last)s stays above: still %(count)s projects above the line.",
            effect.above,
        )
        % values
    )


def _outrank_card(viewer: Viewer, ask: WorkRequest, listed: TeamList | None) -> OutrankCard:
    place: Outrank | None = None
    if listed and ask.effort_weeks:
        place = outrank_at(listed, ask.effort_weeks)
    decides = may(viewer, Power.RANK_PROJECTS)
    asks = may(viewer, Power.PROPOSE_EMBED, ask.ties)
    why_not = "" if decides or asks else _("Its requester, the lead of its team and the CMO ask for it.")
    if ask.team_id is None:
        why_not = _("It has no team yet: give it an area.")
    return OutrankCard(
        place=place.place if place else None,
        after=place.after.key if place and place.after else "",
        team=listed.name if listed else "",
        weeks=ask.effort_weeks,
        pushed=_pushed(place.pushed if place else []),
        decides=decides,
        asks=asks,
        why_not=why_not,
        asked_on=timezone.localtime(ask.rank_asked_at).date() if ask.rank_asked_at else None,
    )


def _pushed(rows: Sequence[Row]) -> list[tuple[str, str, str, Decimal]]:
    return [(row.key, row.title, row.owner, row.weeks) for row in rows]
