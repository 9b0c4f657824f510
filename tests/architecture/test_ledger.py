"""What every route costs, in statements after the sign-in, however many rows there are; ledger.json keeps the prices.

weights.json keeps what every page weighs in bytes, compressed: a page grows by a tenth at most without being entered
anew. `TANDEM_WRITE_LEDGER=1 pytest tests/architecture/test_ledger.py` writes both; their diff is reviewed like code.
"""

import gzip
import json
import re
from dataclasses import dataclass
from functools import cache
from os import environ
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.db import transaction

from tests.architecture.routes import ROUTES
from tests.architecture.walker import Undone, Visit, Walker
from tests.architecture.world import EVERYBODY, make_world, make_world_of
from tests.callers import Answer
from tests.ledger import Count, counted
from tracker.web.middleware import LEVEL

pytestmark = pytest.mark.walks
LEDGER, WEIGHTS = (Path(__file__).with_name(name) for name in ("ledger.json", "weights.json"))
REWRITE = "TANDEM_WRITE_LEDGER"
SIGN_IN = ('FROM "django_session"', 'FROM "tracker_user"', "FROM tracker_token k JOIN tracker_user")
"""Each of these once: the session or the token, and the person behind it."""
READ, WRITE, PAGE = 2, 6, 12
EMBED = "an item with its history, its request with its new parties, and word to the owner of the host"
ANSWER = "the allowance, the host and its line, the request, the item, its checks, a blocker and word to both sides"
LEAVE = "the old host gets its weeks back and is drawn again, the item and its request change, both sides are told"
OUTRANK = "a project is added, estimated, ranked and drawn, then all that an answer writes"
PROJECT = "a statement for each of its lists: efforts, blockers, areas, checks, items, what is owed, crossings, story, and the choices"
PLAN = "the file is read again and its plan of projects and rows is written anew, in batches"
FOUND = "the file is read, and each row is weighed against areas, types, earlier imports and open requests"
ROADMAP = "the product, its objectives, its items, and the projects and backlog items that deliver them"
TIE = "the item, what delivers it, its new version with its entry, what is tied already, the tie, the answer"
DECISION = "a request, its items, its promises, what waited for the mediator, and word"
CASE = "a request with what carries it, whose case it is, the case, what was said, its promises, and word"
SPEAK = "a case, its version, the position, its promise, whether both are open now, and word"
ENDED = "a case, who spoke in it, its end, what was ruled, its promises, and word to both sides and the mediator"
HOSTS = "the finder, and the lists of its teams in which the hosts have their rank"
JUDGED = "both positions, all that the numbers say (hosts, lists, what was waited), rulings, conditions, the story"
KEPT_UP = (
    "a request with whose turn it is, both ways up, its case, what is like it, what was merged into it, who backs and"
    " watches it, its files and links; one asks whether the page is still up to date"
)
MERGED = "two requests with their locks, their history, promises and parties, and word to all who followed either"
EMERGENCY = "a request with its new party, who of the other side is asked in which hours, the emergency, three promises, and word"
STEP_OF_ONE = "an emergency and its request, its new version with its entry, its promises, whom it concerns, and word"
CONTEST = "a request, who stands above, its promises, the docket, and word"
FAMILY = "a request, what was merged into it, and what came with all of them"
DEARER = {
    "GET /requests/{filed}/comments/{comment}/edit/": (18, KEPT_UP),
    "GET /api/v1/requests/{filed}/comments/": (3, FAMILY),
    "GET /api/v1/requests/{restricted}/comments/": (3, FAMILY),
    "GET /api/v1/requests/{filed}/attachments/": (3, FAMILY),
    "GET /api/v1/requests/{secret}/attachments/": (3, FAMILY),
    "GET /requests/{filed}/": (22, KEPT_UP),
    "GET /requests/{draft}/": (14, KEPT_UP),
    "GET /requests/{restricted}/": (21, KEPT_UP),
    "GET /requests/{secret}/": (16, KEPT_UP),
    "GET /triage/": (22, KEPT_UP),
    "POST /requests/{filed}/merge/": (13, MERGED),
    "POST /api/v1/requests/{filed}/merge/": (13, MERGED),
    "POST /api/v1/requests/{merged}/unmerge/": (10, MERGED),
    "POST /api/v1/requests/{declined}/contest/": (8, CONTEST),
    "POST /api/v1/requests/{contested}/answer-contest/": (9, CONTEST),
    "GET /api/v1/requests/{filed}/backings/": (3, FAMILY),
    "POST /api/v1/requests/": (7, "a request, its form, its history, the words of its title, its promises, and word"),
    "POST /api/v1/requests/{filed}/withdraw/": (7, DECISION),
    "POST /api/v1/requests/{filed}/expedite/": (13, EMERGENCY),
    "POST /requests/{filed}/expedite/": (17, EMERGENCY),
    "POST /requests/{restricted}/expedite/": (17, EMERGENCY),
    **{
        f"POST /api/v1/expedites/{{running_expedite}}/{step}/": (7, STEP_OF_ONE)
        for step in ("answer", "confirm", "fix", "refuse", "withdraw")
    },
    "GET /api/v1/limbo/": (3, "requests, counts, and the hours in which their clocks climb to the COO"),
    "GET /api/v1/requests/{accepted}/hosts/": (3, HOSTS),
    "GET /api/v1/requests/{restricted}/hosts/": (3, HOSTS),
    "GET /api/v1/products/{product}/roadmap/": (5, ROADMAP),
    "POST /api/v1/roadmap-items/{plan}/tie/": (7, TIE),
    "POST /api/v1/requests/{accepted}/embed/": (10, EMBED),
    "POST /api/v1/requests/{restricted}/embed/": (10, EMBED),
    "POST /api/v1/requests/{filed}/decline/": (7, DECISION),
    "POST /api/v1/requests/{filed}/park/": (7, DECISION),
    "POST /api/v1/backlog-items/{proposed_item}/answer/": (20, ANSWER),
    "POST /api/v1/backlog-items/{countered_item}/accept-counter/": (21, ANSWER),
    "POST /backlog/{countered_item}/accept-counter/": (20, ANSWER),
    "POST /api/v1/backlog-items/{orphan_item}/rehome/": (16, LEAVE),
    "POST /api/v1/backlog-items/{agreed_item}/drop/": (12, LEAVE),
    "POST /api/v1/backlog-items/{ready_item}/ship/": (8, "an item, its checks, its blocker, its request, and word"),
    "POST /api/v1/requests/{accepted}/outrank/": (28, OUTRANK),
    "POST /requests/{accepted}/outrank/": (30, OUTRANK),
    "POST /backlog/{proposed_item}/answer/": (20, ANSWER),
    "POST /backlog/{orphan_item}/rehome/": (16, LEAVE),
    "POST /api/v1/escalations/": (11, CASE),
    "POST /api/v1/requests/{filed}/take-up/": (9, CASE),
    "POST /api/v1/escalations/{line_case}/take-up/": (9, CASE),
    "POST /api/v1/escalations/{case_case}/take-up/": (7, CASE),
    "POST /api/v1/escalations/{case_case}/positions/": (8, SPEAK),
    "POST /cases/{case_case}/rule/": (16, f"{ENDED}; and the docket, for the case that is next"),
    "POST /api/v1/escalations/{offered_case}/settle/": (8, ENDED),
    "POST /api/v1/escalations/{case_case}/rule/": (7, ENDED),
    "POST /api/v1/escalations/{case_case}/send-back/": (7, ENDED),
    "POST /api/v1/escalations/{case_case}/withdraw/": (8, ENDED),
    "GET /cases/{case_case}/": (13, JUDGED),
    "GET /cases/{ruled_case}/": (13, JUDGED),
    "GET /cases/{secret_case}/": (13, JUDGED),
    "GET /projects/{host}/": (15, PROJECT),
    "GET /projects/{pinned}/": (14, PROJECT),
    "POST /imports/{import}/mapping/": (18, PLAN),
    "POST /imports/{planned_import}/dates/": (15, PLAN),
    "POST /imports/findings/": (13, FOUND),
    "POST /imports/{planned_findings}/columns/": (16, FOUND),
    "POST /api/v1/imports/ what, file, source": (13, FOUND),
    "POST /api/v1/imports/ file, source, what": (9, FOUND),
    "GET /api/v1/imports/{planned_findings}/rows/": (3, "an import, its rows, and the areas and types that they name"),
    "POST /api/v1/imports/{import}/columns/": (7, "the file is read again, and what counts is suggested anew"),
    "POST /api/v1/imports/{planned_findings}/columns/": (16, FOUND),
    "POST /api/v1/imports/{import}/mapping/": (18, PLAN),
    "POST /api/v1/imports/{planned_findings}/threshold/": (15, FOUND),
    "POST /api/v1/imports/{planned_tickets}/choose/": (11, FOUND),
    "POST /api/v1/old-ticket-groups/keep/": (
        12,
        "groups of tickets with their lock, areas and types, drafts with their history",
    ),
}
"""Routes over the budget by their nature: so many statements, and why. All of them are one transaction."""


GROWTH = 1.1
SMALL = 200
"""Bytes: the keys and tokens of a page weigh a little more or less each time."""
HEAVIEST = 30_000
"""No page weighs more, however much it shows: what is longer is paged."""
FIRST_VISIT = 200_000
FILE_LEVEL = 9
"""Files are compressed once, as small as gzip makes them; most browsers are sent Brotli, which is smaller still."""
ASSET = re.compile(r'(?:href|src|content)="/static/([^"?#]+)')


@dataclass(frozen=True)
class Cost:
    """`weight` is that of a page as gzip sends it, 0 where the answer is none; `assets` are what it is drawn with."""

    statements: list[str]
    weight: int
    assets: frozenset[str]


def priced() -> list[Visit]:
    """One visit to each route and body of the table; what is open to everybody costs what the library behind it costs."""
    return [visit for visit in ROUTES if visit.who and visit.who != set(EVERYBODY)]


def name_of(visit: Visit) -> str:
    same = [one for one in priced() if one.name == visit.name]
    return visit.name if len(same) == 1 else f"{visit.name} {', '.join(visit.body)}"


def compressed(content: bytes, level: int = LEVEL) -> int:
    return len(gzip.compress(content, level))


def weigh_asset(name: str) -> int:
    found = finders.find(name)
    assert found, f"{name} is asked for and does not exist"
    return compressed(Path(found).read_bytes(), FILE_LEVEL)


def read_page(answer: Answer) -> bytes:
    """What a browser shows; nothing where the answer is for something else."""
    shown = not answer.streaming and answer.headers.get("Content-Type", "").startswith("text/html")
    return answer.content if shown else b""


def price(walker: Walker, visit: Visit) -> Cost:
    """The statements of one visit without those that find out who it is, and the weight of its page."""
    person = next(name for name in (*("cto", "analyst", "cmo"), *EVERYBODY) if name in visit.who)
    headers = {"If-Match": walker.tag(visit)} if visit.method == "PATCH" else {}
    client, noted, pages = walker.client(visit, person), Count(), [b""]

    def send() -> Answer:
        with counted() as count:
            answer: Answer = walker.send(visit, client, headers)
        noted.statements += count.statements
        pages.append(read_page(answer) if visit.method == "GET" and not visit.api else b"")
        return answer

    outcome = walker.undone(client, send)
    assert outcome.let_in, f"{visit.name} of {person}: {outcome}"
    left = list(SIGN_IN[2:] if visit.api else SIGN_IN[:2])
    told = []
    for sql in noted.statements:
        mark = next((one for one in left if one in sql), None)
        if mark is None:
            told.append(sql)
        else:
            left.remove(mark)
    page = pages[-1]
    return Cost(told, compressed(page) if page else 0, frozenset(ASSET.findall(page.decode())))


@cache
def prices(times: int) -> dict[str, Cost]:
    """Of all routes in a world with so many rows of everything."""
    told: dict[str, Cost] = {}
    try:
        with transaction.atomic():
            walker = Walker(make_world() if times == 1 else make_world_of(times))
            told = {name_of(visit): price(walker, visit) for visit in priced()}
            raise Undone
    except Undone:
        return told


def kept(ledger: Path = LEDGER) -> dict[str, int]:
    found: dict[str, int] = json.loads(ledger.read_text()) if ledger.exists() else {}
    return found


def write(ledger: Path, entries: dict[str, int]) -> None:
    ledger.write_text(json.dumps(entries, indent=1) + "\n")


def grew(before: int, now: int) -> bool:
    return now > before * GROWTH + SMALL


def weights() -> dict[str, int]:
    """Of every page, and of every file that any of them is drawn with."""
    costs = prices(1)
    assets = sorted(set().union(*(cost.assets for cost in costs.values())))
    pages = {name: cost.weight for name, cost in costs.items() if cost.weight}
    return pages | {f"static {name}": weigh_asset(name) for name in assets}


@pytest.mark.django_db
def test_every_route_costs_what_the_ledger_says() -> None:
    now = {name: len(cost.statements) for name, cost in prices(1).items()}
    if REWRITE in environ:
        write(LEDGER, now)
    before = kept()
    dearer = {name: (before.get(name), cost) for name, cost in now.items() if before.get(name) != cost}
    assert not dearer, f"write it anew ({REWRITE}=1) and say why in the commit"
    assert set(before) == set(now)


@pytest.mark.django_db
def test_ten_times_the_rows_cost_no_statement_more() -> None:
    few, many = ({name: len(cost.statements) for name, cost in prices(times).items()} for times in (1, 10))
    grown = {name: (few[name], many[name]) for name in few if many[name] > few[name]}
    assert not grown


@pytest.mark.django_db
def test_every_page_weighs_what_the_ledger_says_and_a_tenth_more_at_most() -> None:
    """An entry stays as it is until a page outgrows it, or has lost as much: small steps add up to a large one."""
    now, before = weights(), kept(WEIGHTS)
    same = {name for name, weight in before.items() if name in now and not grew(weight, now[name])}
    if REWRITE in environ:
        close = {name for name in same if not grew(now[name], before[name])}
        write(WEIGHTS, {name: before[name] if name in close else weight for name, weight in now.items()})
        before = kept(WEIGHTS)
        same = set(before)
    heavier = {name: (before.get(name), weight) for name, weight in now.items() if name not in same}
    assert not heavier, f"write it anew ({REWRITE}=1) and say why in the commit"
    assert set(before) == set(now)


@pytest.mark.django_db
def test_a_first_visit_is_light_whichever_page_it_is_of() -> None:
    """The page and everything that it is drawn with, before anything is in the browser's own store."""
    visits = {name: cost.weight + sum(map(weigh_asset, cost.assets)) for name, cost in prices(1).items()}
    assert {name: weight for name, weight in visits.items() if weight > FIRST_VISIT} == {}
    assert max(visits.values()) > 30_000, "what pages are drawn with was found"


@pytest.mark.django_db
def test_no_page_is_heavy_however_much_there_is_to_show() -> None:
    heavy = {name: cost.weight for name, cost in prices(10).items() if cost.weight > HEAVIEST}
    assert not heavy


def budget(name: str) -> int:
    if " /api/" not in name:
        return PAGE
    return READ if name.startswith("GET ") else WRITE


def test_every_route_keeps_to_its_budget_or_is_excused_by_name() -> None:
    over = {name: cost for name, cost in kept().items() if cost > DEARER.get(name, (budget(name), ""))[0]}
    assert not over
    idle = [name for name, (most, _why) in DEARER.items() if kept().get(name) != most]
    assert not idle, "cheaper than it was excused for"
