"""What every route costs, in statements after the sign-in, however many rows there are; ledger.json keeps the prices.

pytestmark = pytest.mark.walks

`TANDEM_WRITE_LEDGER=1 pytest tests/architecture/test_ledger.py` writes the file anew; its diff is reviewed like code.
"""

import json
from functools import cache
from os import environ
from pathlib import Path

import pytest
from django.db import transaction

from tests.architecture.routes import ROUTES
from tests.architecture.walker import Undone, Visit, Walker
from tests.architecture.world import EVERYBODY, make_world, make_world_of
from tests.callers import Answer
from tests.ledger import Count, counted

LEDGER = Path(__file__).with_name("ledger.json")
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
ROADMAP = "the product, its objectives, its items, and the projects and backlog items that deliver them"
TIE = "the item, what delivers it, its new version with its entry, what is tied already, the tie, the answer"
DECISION = "a request, its items, its promises, what waited for the mediator, and word"
CASE = "a request with what carries it, whose case it is, the case, what was said, its promises, and word"
SPEAK = "a case, its version, the position, its promise, whether both are open now, and word"
ENDED = "a case, who spoke in it, its end, what was ruled, its promises, and word"
HOSTS = "the finder, and the lists of its teams in which the hosts have their rank"
JUDGED = "both positions, all that the numbers say (hosts, lists, what was waited), rulings, conditions, the story"
KEPT_UP = "a request with whose turn it is, both ways up and its case; one asks whether the page is still up to date"
DEARER = {
    "GET /requests/{filed}/": (13, KEPT_UP),
    "GET /requests/{restricted}/": (13, KEPT_UP),
    "GET /api/v1/requests/{accepted}/hosts/": (3, HOSTS),
    "GET /api/v1/requests/{restricted}/hosts/": (3, HOSTS),
    "GET /api/v1/products/{product}/roadmap/": (5, ROADMAP),
    "POST /api/v1/roadmap-items/{plan}/tie/": (7, TIE),
    "POST /api/v1/requests/{accepted}/embed/": (10, EMBED),
    "POST /api/v1/requests/{restricted}/embed/": (10, EMBED),
    "POST /api/v1/requests/{filed}/decline/": (7, DECISION),
    "POST /api/v1/requests/{filed}/park/": (7, DECISION),
    "POST /api/v1/backlog-items/{proposed_item}/answer/": (20, ANSWER),
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
    "POST /api/v1/escalations/{offered_case}/settle/": (7, ENDED),
    "POST /api/v1/escalations/{case_case}/rule/": (7, ENDED),
    "POST /api/v1/escalations/{case_case}/send-back/": (7, ENDED),
    "POST /api/v1/escalations/{case_case}/withdraw/": (7, ENDED),
    "GET /cases/{case_case}/": (13, JUDGED),
    "GET /cases/{ruled_case}/": (13, JUDGED),
    "GET /cases/{secret_case}/": (13, JUDGED),
    "GET /projects/{host}/": (15, PROJECT),
    "GET /projects/{pinned}/": (14, PROJECT),
    "POST /imports/{import}/mapping/": (18, PLAN),
    "POST /imports/{planned_import}/dates/": (15, PLAN),
}
"""Routes over the budget by their nature: so many statements, and why. All of them are one transaction."""


def priced() -> list[Visit]:
    """One visit to each route and body of the table; what is open to everybody costs what the library behind it costs."""
    return [visit for visit in ROUTES if visit.who and visit.who != set(EVERYBODY)]


def name_of(visit: Visit) -> str:
    same = [one for one in priced() if one.name == visit.name]
    return visit.name if len(same) == 1 else f"{visit.name} {', '.join(visit.body)}"


def price(walker: Walker, visit: Visit) -> list[str]:
    """The statements of one visit without those that find out who it is."""
    person = next(name for name in (*("cto", "analyst", "cmo"), *EVERYBODY) if name in visit.who)
    headers = {"If-Match": walker.tag(visit)} if visit.method == "PATCH" else {}
    client, noted = walker.client(visit, person), Count()

    def send() -> Answer:
        with counted() as count:
            answer: Answer = walker.send(visit, client, headers)
        noted.statements += count.statements
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
    return told


@cache
def prices(times: int) -> dict[str, list[str]]:
    """Of all routes in a world with so many rows of everything."""
    told: dict[str, list[str]] = {}
    try:
        with transaction.atomic():
            walker = Walker(make_world() if times == 1 else make_world_of(times))
            told = {name_of(visit): price(walker, visit) for visit in priced()}
            raise Undone
    except Undone:
        return told


def kept() -> dict[str, int]:
    found: dict[str, int] = json.loads(LEDGER.read_text())
    return found


@pytest.mark.django_db
def test_every_route_costs_what_the_ledger_says() -> None:
    now = {name: len(statements) for name, statements in prices(1).items()}
    if REWRITE in environ:
        LEDGER.write_text(json.dumps(now, indent=1) + "\n")
    before = kept()
    dearer = {name: (before.get(name), cost) for name, cost in now.items() if before.get(name) != cost}
    assert not dearer, f"write it anew ({REWRITE}=1) and say why in the commit"
    assert set(before) == set(now)


@pytest.mark.django_db
def test_ten_times_the_rows_cost_no_statement_more() -> None:
    few, many = prices(1), prices(10)
    grown = {name: (len(few[name]), len(many[name])) for name in few if len(few[name]) != len(many[name])}
    assert not grown


def budget(name: str) -> int:
    if " /api/" not in name:
        return PAGE
    return READ if name.startswith("GET ") else WRITE


def test_every_route_keeps_to_its_budget_or_is_excused_by_name() -> None:
    over = {name: cost for name, cost in kept().items() if cost > DEARER.get(name, (budget(name), ""))[0]}
    assert not over
    idle = [name for name, (most, _why) in DEARER.items() if kept().get(name) != most]
    assert not idle, "cheaper than it was excused for"
