"""What somebody waits for: theirs, in the court of somebody else."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy

from tracker.backlog.queries import InMotion
from tracker.promises.models import Kind, Promise
from tracker.web.courts import say_due, say_otherwise
from tracker.web.home_moves import say_waited


@dataclass(frozen=True)
class Waited:
    """Something of the viewer's in somebody else's court: `since` so long, or until when the answer is owed."""

    id: str
    title: str
    since: str
    tone: str
    text: str
    url: str


def waited_for(motions: Sequence[InMotion], promises: Iterable[Promise], now: datetime) -> Iterator[Waited]:
    """By whom, until when, and who is asked otherwise; where no clock runs, since when."""
    owed = {one.matter: one for one in sorted(promises, key=lambda one: one.due_at, reverse=True) if one.kind in OWED}
    for motion in motions:
        if motion.court in WAITED:
            yield _waited(motion, owed.get(f"request:{motion.ask.pk}"), now)


OWED = (Kind.TRIAGE, Kind.DECISION, Kind.EMBED_ANSWER)
WAITED: Mapping[str, str | Lazy] = {
    "triage": gettext_lazy("%(person)s decides whether it is accepted, parked or declined."),
    "host": gettext_lazy("%(person)s answers whether %(host)s carries it."),
    "rank": gettext_lazy("%(person)s decides whether it gets a rank of its own."),
}


def _waited(motion: InMotion, promise: Promise | None, now: datetime) -> Waited:
    ask = motion.ask
    asked_at = {"triage": ask.filed_at, "host": ask.updated_at, "rank": ask.rank_asked_at}
    due, tone = say_waited(asked_at[motion.court], now)
    who = motion.who or (ask.team.name if ask.team else "")
    otherwise = ""
    if promise is not None and motion.court != "rank":
        who = promise.holder.name if promise.holder else who
        due, tone = say_due(promise, now)
        otherwise = say_otherwise(promise)
    text = str(WAITED[motion.court]) % {"person": who, "host": motion.host}
    return Waited(
        id=ask.key,
        title=f"{ask.key} {ask.title}",
        since=due,
        tone=tone,
        text=f"{text} {otherwise}".strip(),
        url=reverse("request", args=[ask.key]),
    )
