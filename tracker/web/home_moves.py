"""What waits for a person, as moves: one line each, with its next step and what happens otherwise."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import TypedDict
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tracker.backlog.queries import Decision, Found, InMotion
from tracker.intake.models import WorkRequest
from tracker.intake.rules import working_days
from tracker.people.access import Role, Viewer
from tracker.projects.words import say_weeks
from tracker.promises.models import Kind, Promise
from tracker.templatetags.times import number, say_day
from tracker.web.courts import say_due, say_otherwise, say_owed
from tracker.web.joining import say_host

LATE, VERY_LATE = 3, 8
"""Working days after which something that waits turns amber, then red."""

MINUTES = {
    "triage": 1,
    "answer": 2,
    "way": 2,
    "contest": 3,
    "embed": 2,
    "rank": 3,
    "rehome": 2,
    "measure": 1,
    "checks": 1,
    "admin": 2,
    "ruling": 8,
    "position": 5,
    "settle": 2,
    "condition": 1,
    "broken": 2,
    "expedite": 5,
}


@dataclass(frozen=True)
class Move:
    """`due` is how long it has waited or when it is due; `button` leads to `then_url`, the title to `url`.

    `sources` are the answers that it gives (promises/models.py); `owed` the one of them that is due first, the viewer's
    own before others', `mine` whether the viewer holds it, or leads whoever does. `by` is until when it is to be done, `late` whether that has passed.
    """

    kind: str
    id: str
    title: str
    text: str
    url: str
    button: str
    then_url: str
    due: str = ""
    tone: str = "neutral"
    primary: bool = False
    sources: tuple[str, ...] = ()
    owed: Promise | None = None
    mine: bool = False
    by: datetime | None = None
    late: bool = False


def add_promises(
    moves: Iterable[Move], promises: Mapping[str, Promise], viewer: Viewer, now: datetime
) -> Iterator[Move]:
    """Each with until when its answer is owed and what happens otherwise; what nobody owes stays as it is."""
    for move in moves:
        owed = [promises[source] for source in move.sources if source in promises]
        if not owed:
            yield move
            continue
        first = min(owed, key=lambda one: (one.holder_id != viewer.id, one.due_at))
        due, tone = say_due(first, now)
        leads = Role.LEAD in viewer.roles and viewer.team is not None and first.team_id == viewer.team
        text = f"{move.text} {say_otherwise(first)}"
        if first.holder and first.holder.pk != viewer.id:
            text = f"{move.text} {say_owed(first)}"
        mine = first.holder_id == viewer.id or leads
        told = replace(move, due=due, tone=tone, text=text, owed=first, mine=mine)
        if mine and not move.by:
            told = replace(told, by=first.due_at, late=first.breached_at is not None)
        yield told


def by_urgency(move: Move) -> tuple[int, datetime, int]:
    """Emergencies and broken conditions first, then what is late, what lost its place, what is due soonest, whoever owes
    it, and the rest by its kind; the cases among them come in the order of the docket."""
    kind = URGENCY[move.kind]
    if move.kind in ("broken", "expedite"):
        return 0, FIRST, kind
    owed = move.owed
    by = move.by or (owed.due_at if owed else None)
    if by is not None:
        late = move.late or (owed is not None and owed.breached_at is not None)
        return (1 if late else 3), by, kind
    return (2 if move.kind == "rehome" else 4), LAST, kind


class Dated(TypedDict):
    by: datetime | None
    late: bool


FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
URGENCY = {
    "expedite": 0,
    "broken": 0,
    "rehome": 1,
    "ruling": 2,
    "settle": 3,
    "position": 4,
    "answer": 5,
    "contest": 6,
    "embed": 7,
    "rank": 8,
    "triage": 9,
    "way": 10,
    "condition": 11,
    "measure": 12,
    "checks": 13,
    "admin": 14,
}


def minutes_of(moves: Sequence[Move]) -> int:
    return sum(MINUTES[move.kind] for move in moves)


def say_waited(since: datetime | None, now: datetime) -> tuple[str, str]:
    """How long in working days, and the tone of it."""
    days = int(working_days(since, now)) if since else 0
    tone = "bad" if days >= VERY_LATE else "warn" if days >= LATE else "neutral"
    if not days:
        return _("new"), tone
    return ngettext("waiting %(count)s day", "waiting %(count)s days", days) % {"count": days}, tone


def say_decided(at: datetime | None, now: datetime) -> tuple[str, str]:
    """The same of a decision, in its own words: the request may have waited before it as well."""
    waited, tone = say_waited(at, now)
    days = int(working_days(at, now)) if at else 0
    if not days:
        return waited, tone
    return ngettext("decided %(count)s day ago", "decided %(count)s days ago", days) % {"count": days}, tone


def say_by(on: date, today: date) -> str:
    """Until which day, or since which one it is late."""
    words = {"day": say_day(on, today)}
    return _("by %(day)s") % words if on >= today else _("late since %(day)s") % words


def triage_moves(asks: Sequence[WorkRequest], now: datetime) -> Iterator[Move]:
    for ask in asks:
        due, tone = say_waited(ask.filed_at, now)
        text = _("%(person)s filed it for %(area)s; until you answer, nobody works on it.")
        yield Move(
            kind="triage",
            id=ask.key,
            title=f"{ask.key} {ask.title}",
            text=text % {"person": ask.requester.name, "area": ask.area.name if ask.area else _("no area")},
            url=reverse("request", args=[ask.key]),
            button=_("Triage"),
            then_url=f"{reverse('triage')}?{urlencode({'key': ask.key})}",
            due=due,
            tone=tone,
            sources=(f"{ask.key}:{Kind.TRIAGE}", f"{ask.key}:{Kind.DECISION}"),
        )


def rank_moves(asks: Sequence[WorkRequest], now: datetime) -> Iterator[Move]:
    """Requests that ask whoever ranks to make them projects of their own."""
    for ask in asks:
        due, tone = say_waited(ask.rank_asked_at, now)
        words = {"key": ask.key, "title": ask.title, "person": ask.requester.name, "weeks": say_weeks(ask.effort_weeks)}
        text = _("Alone it takes %(weeks)s; until you rank it or a project carries it, nobody works on it.")
        if ask.effort_weeks is None:
            text = _("Nobody has said yet what it takes alone; until you rank it, nobody works on it.")
        yield Move(
            kind="rank",
            id=ask.key,
            title=_("%(key)s %(title)s asks for a rank of its own") % words,
            text=text % words,
            url=reverse("request", args=[ask.key]),
            button=_("Make it a project"),
            then_url=reverse("request-outrank", args=[ask.key]),
            due=due,
            tone=tone,
        )


def contest_moves(promises: Iterable[Promise], viewer: Viewer) -> Iterator[Move]:
    """Decisions of others that are contested before the viewer; all that is said stands in the promise."""
    for one in promises:
        if one.kind == Kind.CONTEST and one.holder_id == viewer.id:
            words = {"key": one.facts["key"], "title": one.facts["title"]}
            yield Move(
                kind="contest",
                id=words["key"],
                title=_("%(key)s %(title)s: the decision is contested") % words,
                text=_("It stands, or the request goes back to triage."),
                url=one.facts["url"],
                button=_("Answer"),
                then_url=f"{one.facts['url']}#contest",
                primary=True,
                sources=(one.source,),
            )


def expedite_moves(promises: Iterable[Promise], viewer: Viewer) -> Iterator[Move]:
    """Emergencies: what the viewer owns, or is asked to confirm; all that is said stands in the promise. Of an answer and
    a fix only what comes first is said."""
    mine = [one for one in promises if one.kind in EMERGENCIES and one.holder_id == viewer.id]
    unanswered = {one.matter for one in mine if one.kind == Kind.EXPEDITE}
    for one in mine:
        if one.kind == Kind.FIX and one.matter in unanswered:
            continue
        title, text, button = EMERGENCIES[one.kind]
        yield Move(
            kind="expedite",
            id=f"{one.facts['key']}-{one.kind}",
            title=str(title) % {"key": one.facts["key"], "title": one.facts["title"]},
            text=str(text),
            url=one.facts["url"],
            button=str(button),
            then_url=f"{one.facts['url']}#expedite",
            primary=True,
            sources=(one.source,),
        )


EMERGENCIES: Mapping[str, tuple[str | Lazy, str | Lazy, str | Lazy]] = {
    Kind.CONFIRM: (
        gettext_lazy("%(key)s %(title)s: the other side calls it an emergency"),
        gettext_lazy("Confirm it or refuse it."),
        gettext_lazy("Answer"),
    ),
    Kind.EXPEDITE: (
        gettext_lazy("%(key)s %(title)s is an emergency, and it is yours"),
        gettext_lazy("Say that you have seen it and what you do."),
        gettext_lazy("Answer"),
    ),
    Kind.FIX: (
        gettext_lazy("%(key)s %(title)s is an emergency, and it is yours"),
        gettext_lazy("Say when it is fixed."),
        gettext_lazy("It is fixed"),
    ),
}


def own_moves(motions: Sequence[InMotion], hosts: dict[int, Found], now: datetime) -> Iterator[Move]:
    """Questions to the viewer, and requests of theirs that wait for a way up."""
    for motion in motions:
        if motion.court == "answer":
            yield _answer(motion, now)
        if motion.court == "way":
            yield _way(motion.ask, hosts.get(motion.ask.pk), now)


def _answer(motion: InMotion, now: datetime) -> Move:
    ask = motion.ask
    due, tone = say_waited(ask.updated_at, now)
    text = _("%(person)s asks: %(question)s Until you answer, triage stands still.")
    url = reverse("request", args=[ask.key])
    return Move(
        kind="answer",
        id=ask.key,
        title=_("%(key)s %(title)s waits for your answer") % {"key": ask.key, "title": ask.title},
        text=text % {"person": motion.who, "question": ask.question},
        url=url,
        button=_("Answer"),
        then_url=url,
        due=due,
        tone=tone,
        primary=True,
        sources=(f"{ask.key}:{Kind.REPLY}",),
    )


def _way(ask: WorkRequest, found: Found | None, now: datetime) -> Move:
    due, tone = say_decided(ask.decided_at, now)
    url = reverse("request", args=[ask.key])
    title = _("%(key)s %(title)s is below the line") % {"key": ask.key, "title": ask.title}
    if found is None:
        text = _("No project above the line shares its pages; without a rank of its own it is not done this quarter.")
        return Move("way", ask.key, title, text, url, _("Choose a way"), url, due, tone)
    query = urlencode({"host": found.host.key})
    return Move(
        kind="way",
        id=ask.key,
        title=title,
        text=say_host(ask, found, timezone.localtime(now).date()),
        url=url,
        button=_("Embed in %(host)s") % {"host": found.host.key},
        then_url=f"{reverse('request-embed', args=[ask.key])}?{query}",
        due=due,
        tone=tone,
        primary=True,
    )


def decision_moves(decisions: Sequence[Decision], today: date) -> Iterator[Move]:
    for one in decisions:
        words = {
            "request": one.request,
            "title": one.title,
            "host": one.host,
            "host_title": one.host_title,
            "weeks": say_weeks(one.weeks),
            "alone": number(one.standalone),
            "person": one.proposer.name,
        }
        url = reverse("item", args=[one.item])
        if one.kind == "answer":
            text = _("%(person)s proposes %(weeks)s inside %(host_title)s; until you answer, nothing is planned.")
            if one.standalone:
                text = _(
                    "%(person)s proposes %(weeks)s inside %(host_title)s instead of %(alone)s alone;"
                    " until you answer, nothing is planned."
                )
            title = _("%(request)s %(title)s wants to join %(host)s") % words
            sources = (f"{one.item}:{Kind.EMBED_ANSWER}",)
            yield Move("embed", one.item, title, text % words, url, _("Answer"), url, primary=True, sources=sources)
        elif one.kind == "counter":
            title = _("%(request)s %(title)s: %(host)s offers something else") % words
            text = _("Compare it with what was proposed; until you answer, nothing is planned.")
            sources = (f"{one.item}:{Kind.REPLY}",)
            yield Move(
                "embed", f"{one.item}-counter", title, text, url, _("Compare"), url, primary=True, sources=sources
            )
        elif one.kind == "rehome":
            title = _("%(request)s %(title)s lost its project") % words
            text = _("%(host)s %(host_title)s fell below the line; without another host it is not done.") % words
            yield Move("rehome", one.item, title, text, url, _("Find another host"), url, _("orphaned"), "bad", True)
        elif one.kind == "checks":
            yield _open_checks(one, today)
        else:
            due = say_by(one.due_on, today) if one.due_on else _("any day")
            title = _("%(request)s %(title)s: what came of it?") % words
            text = _("It is live; until you say what was measured, nobody knows whether it was worth it.")
            yield Move(
                "measure", one.item, title, text, url, _("Say the outcome"), url, due, "warn", **_day_of(one, today)
            )


def _open_checks(one: Decision, today: date) -> Move:
    title = ngettext(
        "%(count)s check of %(request)s %(title)s is open",
        "%(count)s checks of %(request)s %(title)s are open",
        one.checks,
    ) % {"count": one.checks, "request": one.request, "title": one.title}
    text = _("%(project)s is not launched before they have passed.") % {"project": f"{one.host} {one.host_title}"}
    url = reverse("item", args=[one.item])
    due = say_by(one.due_on, today) if one.due_on else ""
    return Move("checks", f"{one.item}-checks", title, text, url, _("Open the checks"), url, due, **_day_of(one, today))


def _day_of(one: Decision, today: date) -> Dated:
    """Its day, as what comes first is found by it."""
    if one.due_on is None:
        return {"by": None, "late": False}
    last = datetime.combine(one.due_on, time.max, timezone.get_current_timezone())
    return {"by": last, "late": one.due_on < today}


def admin_moves(unowned: int, unestimated: int, invited: int) -> Iterator[Move]:
    projects, people = reverse("project-list"), reverse("people-list")
    if invited:
        title = ngettext(
            "%(count)s invited person is not in yet", "%(count)s invited people are not in yet", invited
        ) % {"count": invited}
        text = _("Without a password of their own they hear nothing; an invitation can be mailed again.")
        yield Move("admin", "invited", title, text, people, _("See who"), people)
    if unowned:
        title = ngettext("%(count)s project has no owner", "%(count)s projects have no owner", unowned) % {
            "count": unowned
        }
        text = _("Nobody answers when something wants to join them.")
        url = f"{projects}?owner=none"
        yield Move("admin", "unowned", title, text, url, _("See projects"), url)
    if unestimated:
        title = ngettext("%(count)s project has no estimate", "%(count)s projects have no estimate", unestimated) % {
            "count": unestimated
        }
        text = _("They are neither above nor below the line.")
        url = f"{projects}?line=unestimated"
        yield Move("admin", "unestimated", title, text, url, _("See projects"), url)
