"""What waits for a person in cases, as moves: a ruling, a position, a settlement, a condition."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from tracker.escalations.models import RulingKind
from tracker.escalations.queries import OnDesk
from tracker.escalations.states import CaseState
from tracker.intake.models import WorkRequest
from tracker.intake.states import State
from tracker.people.access import Viewer
from tracker.promises.models import Kind, Promise
from tracker.templatetags.times import number, say_day
from tracker.web.forms.cases import LETTERS
from tracker.web.home_moves import Move
from tracker.web.notices import Word

IN_CASES = (Kind.POSITION, Kind.CONDITION)
LONGEST_SENTENCE = 120


def keys_of(owed: Iterable[Promise], viewer: Viewer) -> set[str]:
    """The cases in which the viewer owes a position or a condition."""
    return {str(one.facts["key"]) for one in owed if one.kind in IN_CASES and one.holder_id == viewer.id}


def case_moves(desk: Sequence[OnDesk], owed: Sequence[Promise], viewer: Viewer, now: datetime) -> Iterator[Move]:
    """`owed` are the running promises of the viewer; one about a case that they may not see is passed over."""
    seen = {one.case.key: one for one in desk}
    for one in desk:
        if one.rules:
            yield _ruling(one, now)
        if one.settles:
            yield _settlement(one)
        if one.broken:
            yield _broken(one)
    for promise in owed:
        known = seen.get(str(promise.facts.get("key")))
        if known is None or promise.holder_id != viewer.id:
            continue
        if promise.kind == Kind.POSITION and known.case.state == CaseState.OPEN:
            yield _position(known, promise)
        if promise.kind == Kind.CONDITION:
            yield _condition(known, promise)


def _words(one: OnDesk) -> dict[str, str]:
    case = one.case
    return {"case": case.key, "request": case.ask.key, "title": case.ask.title, "wanted": case.wanted or case.ask.title}


def _ruling(one: OnDesk, now: datetime) -> Move:
    url = reverse("case", args=[one.case.key])
    words = {**_words(one), **{side: number(days, 1) for side, days in one.waited.items()}}
    text = _("%(request)s %(title)s: %(marketing)s d with marketing, %(technology)s d with technology.") % words
    text = f"{say_readiness(one, now)} {text} {say_unruled(one.case.ask)}"
    if one.both:
        both = _("Both sides would accept %(letter)s.") % {"letter": LETTERS[RulingKind(one.both)]}
        text = f"{text} {both}"
    ready = one.heard_by is None or one.heard_by <= now
    return Move(
        kind="ruling",
        id=one.case.key,
        title=f"{one.case.key} {one.case.wanted or one.case.ask.title}",
        text=text,
        url=url,
        button=_("Look and rule") if ready else _("Look at it"),
        then_url=url,
        due=str(one.case.get_reason_display()),
        tone="warn",
        primary=ready,
        sources=(f"{one.case.key}:{Kind.RULING}",),
        by=one.due_at,
        late=one.due_at is not None and one.due_at <= now,
    )


def say_readiness(one: OnDesk, now: datetime) -> str:
    """Whether everybody was heard, or had the time for it: who rules before that rules on half of it."""
    if one.heard_by is None or one.heard_by <= now:
        return _("Ready for you.")
    local, today = timezone.localtime(one.heard_by).date(), timezone.localtime(now).date()
    return _("Still being heard: positions by %(day)s.") % {"day": say_day(local, today)}


def say_unruled(ask: WorkRequest) -> str:
    """What remains if nobody rules, as far as the request tells by itself; its case says the same."""
    words = {"request": ask.key}
    if ask.state in (State.FILED, State.NEEDS_INFORMATION):
        return _("If nobody rules, %(request)s stays without a decision.") % words
    if ask.state == State.DECLINED:
        return _("If nobody rules, %(request)s stays declined.") % words
    return _("If nobody rules, everything stays as it is.")


def _settlement(one: OnDesk) -> Move:
    url = reverse("case", args=[one.case.key])
    person = one.case.proposal_by.name if one.case.proposal_by else ""
    words = {**_words(one), "person": person, "proposal": one.case.proposal}
    return Move(
        kind="settle",
        id=f"{one.case.key}-proposal",
        title=_("%(case)s could be settled: %(wanted)s") % words,
        text=_("%(person)s proposes “%(proposal)s”; if you agree, nobody has to rule.") % words,
        url=url,
        button=_("Look and agree"),
        then_url=f"{url}#proposal",
        primary=True,
    )


def _broken(one: OnDesk) -> Move:
    url = reverse("case", args=[one.case.key])
    return Move(
        kind="broken",
        id=one.case.key,
        title=_("%(case)s is back: a condition was broken") % _words(one),
        text=_("%(request)s %(title)s: until you take it up, the ruling stands without its condition.") % _words(one),
        url=url,
        button=_("Look at it"),
        then_url=f"{url}#conditions",
        due=_("broken"),
        tone="bad",
        primary=True,
    )


def _position(one: OnDesk, promise: Promise) -> Move:
    url = reverse("case", args=[one.case.key])
    return Move(
        kind="position",
        id=f"{one.case.key}-position",
        title=_("%(case)s: say where your side stands") % _words(one),
        text=_("%(request)s %(title)s is before the COO; what you do not say, nobody weighs.") % _words(one),
        url=url,
        button=_("Write the position"),
        then_url=f"{url}#write",
        primary=True,
        sources=(promise.source,),
    )


def _condition(one: OnDesk, promise: Promise) -> Move:
    url = reverse("case", args=[one.case.key])
    words = {**_words(one), "condition": str(promise.facts.get("title", ""))}
    return Move(
        kind="condition",
        id=promise.source.replace(":", "-"),
        title=_("%(case)s depends on you: %(condition)s") % words,
        text=_("The ruling on %(request)s holds as long as this does.") % words,
        url=url,
        button=_("Say that it holds"),
        then_url=f"{url}#conditions",
        sources=(promise.source,),
    )


def say_waiting(desk: Iterable[OnDesk]) -> str:
    """How long the cases that the viewer may rule on have waited, by side; empty where there are none."""
    waited = [one.waited for one in desk if one.rules]
    sums = {side: sum(one[side] for one in waited) for side in ("marketing", "technology")}
    if not sum(sums.values()):
        return ""
    words = {"days": number(sum(sums.values()), 1), **{side: number(days, 1) for side, days in sums.items()}}
    return _("Waiting %(days)s working days: %(marketing)s with marketing, %(technology)s with technology.") % words


def own_rulings(desk: Iterable[OnDesk]) -> Iterator[Word]:
    """What the viewer ruled lately: nobody is told of what they did themselves, and yet they look for it again."""
    for one in desk:
        if one.ruled is None:
            continue
        words = {**_words(one), "sentence": Truncator(one.ruled.sentence).chars(LONGEST_SENTENCE)}
        text = _("%(case)s: you ruled on %(request)s %(title)s: %(sentence)s")
        if one.ruled.kind == RulingKind.SEND_BACK:
            text = _("%(case)s: you sent %(request)s %(title)s back: %(sentence)s")
        url = reverse("case", args=[one.case.key])
        yield Word(one.case.pk, text % words, "", "", url, one.ruled.at, unread=False)
