"""What got stuck in the demo: promises that broke, and three cases before the COO."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from django.db.models import Min

from tracker.escalations import actions as cases
from tracker.escalations.models import Escalation, Reason, RulingKind
from tracker.intake.models import WorkRequest
from tracker.management.demo.people import World
from tracker.promises.actions import fire_due
from tracker.promises.models import Promise

CRAWLERS, PHONES, RATINGS = "R-52", "R-30", "R-53"
"""Crawlers are kept out since 2024; phones wait below the line; nobody answered about ratings."""


def stuck(world: World) -> Iterator[tuple[datetime, Callable[[datetime], None]]]:
    """What happened, with its instant."""
    at = world.calendar.at
    yield at((1, 1), 10), partial(_raise_crawlers, world)
    yield at((1, 2), 11), partial(_say, world, CRAWLERS, "seo-lead", SEO_ON_CRAWLERS, RulingKind.COMPROMISE)
    yield at((1, 3), 9), partial(_say, world, CRAWLERS, "cto", CTO_ON_CRAWLERS, RulingKind.COMPROMISE)
    yield at((1, 3), 14), partial(_raise_phones, world)
    yield at((1, 3), 15), partial(_say, world, PHONES, "cmo", CMO_ON_PHONES, RulingKind.GRANT)
    yield at((1, 4), 9), partial(_take_up, world, CRAWLERS)
    yield at((1, 4), 16), partial(_take_up, world, RATINGS)


SEO_ON_CRAWLERS = (
    "4.4 million of 5.1 million pages were not crawled in 90 days: what is not crawled is not found."
    " A trial in stages with a stop rule would show what crawlers really cost."
)
CTO_ON_CRAWLERS = (
    "The processors are at 72 % when most people buy, and 2023 cost us an evening of orders. I can live with more"
    " crawling if somebody may stop it at night and lost orders are ruled out."
)
CMO_ON_PHONES = (
    "Half of our visitors come by phone, and category pages are where they decide. It has waited for a month."
)


def let_clocks_run(until: datetime) -> None:
    """Does what has come due by then, each step at its time."""
    while (due := Promise.objects.aggregate(first=Min("next_at"))["first"]) is not None and due <= until:
        fire_due(at=due)


def _ask(key: str) -> WorkRequest:
    return WorkRequest.objects.select_related("type", "form", "area").get(key=key)


def _raise_crawlers(world: World, at: datetime) -> None:
    cases.raise_case(
        actor=world.people["seo-lead"].viewer(),
        at=at,
        ask=_ask(CRAWLERS),
        reason=Reason.DECLINED,
        wanted="May search crawlers read the whole shop?",
        options=["Let them in at night", "A trial in stages with a stop rule", "Leave the block"],
        tried="Two talks in autumn; the block stayed, and nobody measured what it saves.",
    )


def _raise_phones(world: World, at: datetime) -> None:
    cases.raise_case(
        actor=world.people["cmo"].viewer(),
        at=at,
        ask=_ask(PHONES),
        reason=Reason.PRIORITY,
        wanted="Do category pages get faster on phones this quarter?",
        options=["Embed it in P-29", "A rank of its own"],
    )


def _case(key: str) -> Escalation:
    return Escalation.objects.live().select_related("ask").get(ask__key=key)


def _say(world: World, key: str, role: str, text: str, accepts: str, at: datetime) -> None:
    cases.write_position(actor=world.people[role].viewer(), at=at, case=_case(key), text=text, accepts=[accepts])


def _take_up(world: World, key: str, at: datetime) -> None:
    coo = world.people["coo"].viewer()
    case = Escalation.objects.live().select_related("ask").filter(ask__key=key).first()
    if case is not None:
        cases.take_up_case(actor=coo, at=at, case=case)
    else:
        cases.take_up_request(actor=coo, at=at, ask=_ask(key), wanted="An answer, whatever it is.")
