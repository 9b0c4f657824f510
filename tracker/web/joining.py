"""Joining a project that is there already, in words: until when, whether that is too late, and who answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.backlog.queries import Found, suggested_weeks, wanted_of
from tracker.backlog.rules import ends_late, last_day_to_join
from tracker.intake.models import WorkRequest
from tracker.projects.models import Project
from tracker.projects.words import say_weeks
from tracker.promises.models import Kind
from tracker.promises.queries import Term, due_when, term_of
from tracker.templatetags.times import number, say_day
from tracker.web.hours_words import say_working_days

NEAR = timedelta(days=14)
"""A deadline further away than that is never met by an answer that comes too late."""
WEEKEND = 5


@dataclass(frozen=True)
class Joining:
    """What somebody reads who is about to ask a project: `late` is empty where it ends in time or nobody knows,
    `warning` says the same as a sentence, `slow` that the answer would come too late for the deadline;
    `answers` says who answers until when and what happens otherwise."""

    key: str
    title: str
    owner: str
    ends_on: date | None
    last_day: str
    late: str
    answers: str
    warning: str = ""
    slow: str = ""


def say_last_day(last_day: date | None, weeks: Decimal | None, today: date) -> str:
    """The more is added, the earlier it is: so it says for how much it holds."""
    if last_day is None:
        return ""
    words = {"day": say_day(last_day, today), "weeks": say_weeks(weeks)}
    if not weeks:
        return _("can be added until %(day)s, earlier the more it takes") % words
    return _("with %(weeks)s it can be added until %(day)s") % words


def say_late(ask: WorkRequest, ends_on: date | None, today: date, host: str = "") -> str:
    """That it would be there only after the request is wanted by; of a named host as a sentence."""
    wanted = wanted_of(ask)
    if ends_on is None or wanted is None or not ends_late(ends_on, wanted):
        return ""
    words = {"end": say_day(ends_on, today), "wanted": say_day(wanted, today), "host": host}
    if host:
        return _("%(host)s ends on %(end)s, after the deadline of %(wanted)s.") % words
    return _("ends on %(end)s, after the deadline of %(wanted)s") % words


def say_slow_answer(ask: WorkRequest, team: int | None, at: datetime) -> str:
    """That the answer of a host of this team would be due a working day before the deadline or later (two statements
    where the deadline is near)."""
    today, wanted = at.date(), wanted_of(ask)
    if wanted is None or not today <= wanted <= today + NEAR:
        return ""
    due_at = due_when(Kind.EMBED_ANSWER, team=team, at=at)
    due = timezone.localtime(due_at).date() if due_at else None
    if due is None or due < _working_day_before(wanted):
        return ""
    words = {"day": say_day(due, today), "wanted": say_day(wanted, today)}
    if due > wanted:
        said = _("The answer is due %(day)s, after the deadline (%(wanted)s).")
    elif due == wanted:
        said = _("The answer is due %(day)s, on the day of the deadline.")
    else:
        said = _("The answer is due %(day)s, a working day before the deadline (%(wanted)s).")
    return " ".join((said % words, _("If something is broken and loses by the hour, expedite may fit.")))


def _working_day_before(day: date) -> date:
    before = day - timedelta(days=1)
    while before.weekday() >= WEEKEND:
        before -= timedelta(days=1)
    return before


def say_answers(ask: WorkRequest, owner: str, term: Term | None) -> str:
    """Who answers until when, and who hears of it otherwise."""
    words = {
        "person": (term.holder if term else "") or owner or _("The owner of the project"),
        "request": ask.key,
        "days": say_working_days(term.days) if term else "",
        "lead": term.lead if term else "",
    }
    if term is None:
        return _("%(person)s answers; until then %(request)s stays where it is.") % words
    answers = _("%(person)s answers within %(days)s; until then %(request)s stays where it is.") % words
    otherwise = _("Without an answer the CTO and the CMO are asked, then the COO.")
    if term.lead:
        otherwise = _("Without an answer %(lead)s is asked, then the CTO and the CMO, then the COO.") % words
    return f"{answers} {otherwise}"


def joining_of(ask: WorkRequest, host: Project | None, weeks: Decimal | None, at: datetime) -> Joining:
    """One statement, three where the deadline is near; where nobody said yet which project is asked, it says who answers in general."""
    today = at.date()
    owner = host.owner if host and host.owner and host.owner.is_active else None
    team = host.team_id if host else None
    term = term_of(Kind.EMBED_ANSWER, holder=owner.pk if owner else None, team=team)
    name = owner.name if owner else ""
    last = last_day_to_join(host.starts_on, host.ends_on, weeks or Decimal(0)) if host and host.ends_on else None
    return Joining(
        key=host.key if host else "",
        title=host.title if host else "",
        owner=name,
        ends_on=host.ends_on if host else None,
        last_day=say_last_day(last, weeks, today),
        late=say_late(ask, host.ends_on, today) if host else "",
        answers=say_answers(ask, name, term),
        warning=say_late(ask, host.ends_on, today, host.key) if host else "",
        slow=say_slow_answer(ask, host.team_id if host else ask.team_id, at),
    )


def suggestions(ask: WorkRequest, found: Sequence[Found], weeks: Decimal | None, at: datetime) -> list[Joining]:
    """The finder's, the best first; no statement."""
    today = at.date()
    return [
        Joining(
            key=one.host.key,
            title=one.host.title,
            owner=one.host.owner,
            ends_on=one.host.ends_on,
            last_day=say_last_day(one.last_day, weeks, today),
            late=say_late(ask, one.host.ends_on, today),
            answers="",
        )
        for one in found
    ]


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
        said = _("%(host)s could carry it; otherwise it is not done this quarter.") % words
    elif not found.last_day:
        said = _("%(host)s could carry it for %(weeks)s instead of %(alone)s; otherwise it waits.") % words
    else:
        said = (
            _(
                "%(host)s could carry it for %(weeks)s instead of %(alone)s; it can be added until %(day)s, otherwise it waits."
            )
            % words
        )
    return " ".join(
        part for part in (said, say_late(ask, found.host.ends_on, today, found.host.key), _say_owner(found)) if part
    )


def _say_owner(found: Found) -> str:
    if not found.host.owner:
        return _("%(host)s has no owner: its team lead answers.") % {"host": found.host.key}
    return _("%(person)s, who owns %(host)s, answers.") % {"person": found.host.owner, "host": found.host.key}
