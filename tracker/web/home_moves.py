"""What waits for a person, as moves: one line each, with its next step and what happens otherwise."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.backlog.models import BacklogItem
from tracker.backlog.queries import Decision, Found, InMotion, suggested_weeks
from tracker.intake.models import WorkRequest
from tracker.intake.rules import working_days
from tracker.projects.words import say_weeks
from tracker.templatetags.times import number, say_day

LATE, VERY_LATE = 3, 8
"""Working days after which something that waits turns amber, then red."""

MINUTES = {
    "triage": 1,
    "answer": 2,
    "way": 2,
    "embed": 2,
    "rank": 3,
    "rehome": 2,
    "measure": 1,
    "checks": 1,
    "admin": 2,
}


@dataclass(frozen=True)
class Move:
    """`due` is how long it has waited or when it is due; `button` leads to `then_url`, the title to `url`."""

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


def minutes_of(moves: Sequence[Move]) -> int:
    return sum(MINUTES[move.kind] for move in moves)


def say_waited(since: datetime | None, now: datetime) -> tuple[str, str]:
    """How long in working days, and the tone of it."""
    days = int(working_days(since, now)) if since else 0
    tone = "bad" if days >= VERY_LATE else "warn" if days >= LATE else "neutral"
    if not days:
        return _("new"), tone
    return ngettext("%(count)s day", "%(count)s days", days) % {"count": days}, tone


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
    )


def _way(ask: WorkRequest, found: Found | None, now: datetime) -> Move:
    due, tone = say_waited(ask.decided_at, now)
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


def say_host(ask: WorkRequest, found: Found, today: date) -> str:
    """What the best host would take, until when it can be asked, and what happens otherwise."""
    weeks = suggested_weeks(ask.effort_weeks)
    words = {
        "host": f"{found.host.key} {found.host.title}",
        "weeks": number(weeks),
        "alone": say_weeks(ask.effort_weeks),
        "day": say_day(found.last_day, today) if found.last_day else "",
    }
    if weeks is None:
        return _("%(host)s could carry it; otherwise it is not done this quarter.") % words
    if not found.last_day:
        return _("%(host)s could carry it for %(weeks)s instead of %(alone)s; otherwise it waits.") % words
    return (
        _("%(host)s could carry it for %(weeks)s instead of %(alone)s, last day to join %(day)s; otherwise it waits.")
        % words
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
            yield Move("embed", one.item, title, text % words, url, _("Answer"), url, primary=True)
        elif one.kind == "rehome":
            title = _("%(request)s %(title)s lost its project") % words
            text = _("%(host)s %(host_title)s fell below the line; without another host it is not done.") % words
            yield Move("rehome", one.item, title, text, url, _("Find another host"), url, _("orphaned"), "bad", True)
        else:
            due = say_day(one.due_on, today) if one.due_on else _("any day")
            title = _("%(request)s %(title)s: what came of it?") % words
            text = _("It is live; until you say what was measured, nobody knows whether it was worth it.")
            yield Move("measure", one.item, title, text, url, _("Say the outcome"), url, due, "warn")


def check_moves(found: Sequence[tuple[BacklogItem, int]], today: date) -> Iterator[Move]:
    for item, count in found:
        ends = item.project.ends_on
        title = ngettext(
            "%(count)s check of %(request)s %(title)s is open",
            "%(count)s checks of %(request)s %(title)s are open",
            count,
        ) % {"count": count, "request": item.ask.key, "title": item.ask.title}
        text = _("%(project)s is not launched before they have passed.") % {"project": item.project}
        url = reverse("item", args=[item.key])
        due = say_day(ends, today) if ends else ""
        yield Move("checks", f"{item.key}-checks", title, text, url, _("Open the checks"), url, due)


def admin_moves(unowned: int, unestimated: int, invited: int, begun: bool) -> Iterator[Move]:
    """`begun`: something was embedded at least once; until then the steps up to it stay in sight."""
    projects, people = reverse("project-list"), reverse("people-list")
    if not begun:
        text = _("From the teams to the first embedded request: what is done and what comes next.")
        steps = reverse("start-next")
        yield Move("admin", "first-steps", _("Ready for the first request"), text, steps, _("Next steps"), steps)
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


@dataclass(frozen=True)
class Waited:
    """Something of the viewer's in somebody else's court, `since` so long."""

    id: str
    title: str
    since: str
    tone: str
    text: str
    url: str


def waited_for(motions: Sequence[InMotion], now: datetime) -> Iterator[Waited]:
    for motion in motions:
        ask = motion.ask
        url = reverse("request", args=[ask.key])
        title = f"{ask.key} {ask.title}"
        who = motion.who or (ask.team.name if ask.team else "")
        if motion.court == "triage":
            since, tone = say_waited(ask.filed_at, now)
            text = _("%(person)s decides whether it is accepted, parked or declined.") % {"person": who}
        elif motion.court == "host":
            since, tone = say_waited(ask.updated_at, now)
            text = _("%(person)s answers whether %(host)s carries it.") % {"person": who, "host": motion.host}
        elif motion.court == "rank":
            since, tone = say_waited(ask.rank_asked_at, now)
            text = _("%(person)s decides whether it gets a rank of its own.") % {"person": who}
        else:
            continue
        yield Waited(ask.key, title, since, tone, text, url)
