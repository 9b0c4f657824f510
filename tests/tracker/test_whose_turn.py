"""What people read on a request, its item and the line: whose turn it is, what is missing, who falls, what came of it."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.callers import Caller
from tests.lumen import OnLumenMarket, find_person
from tests.makers import NOON, Cast
from tests.tracker.portfolio import Portfolio, gaps_in_history, make_portfolio, make_request
from tracker.backlog.actions import Rest, ask_for_rank, embed_request, outrank_request
from tracker.backlog.models import BacklogItem
from tracker.backlog.queries import item_of
from tracker.escalations.actions import raise_case, take_up_case, write_position
from tracker.escalations.models import Escalation
from tracker.escalations.queries import waited_on, waits_of, way_of
from tracker.history.queries import story_of
from tracker.intake.actions import decline_request, file_request, park_request
from tracker.intake.models import WorkRequest
from tracker.kernel import clock
from tracker.kernel.errors import Refused
from tracker.launches.models import Check
from tracker.people.models import Firm, Level, User
from tracker.projects.actions import move_project, set_effort
from tracker.projects.models import Capacity, Crossing, Period, Project
from tracker.promises.actions import Owed, ensure_policies, fire_due, settle_promises
from tracker.promises.models import Promise
from tracker.web.courts import promises_on


@pytest.fixture
def web(cast: Cast) -> Portfolio:
    """The pages ask the database's clock: the quarter of the tests is stretched to hold today."""
    portfolio = make_portfolio(cast)
    Period.objects.update(starts_on="2026-01-05", ends_on="2099-03-31")
    Project.objects.update(ends_on="2099-03-31")
    return portfolio


def read(user: User, path: str) -> str:
    client = Client()
    client.force_login(user)
    html = client.get(path).content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def page(web: Portfolio, user: User | None = None, ask: WorkRequest | None = None) -> str:
    return read(user or web.cast.seo_lead, f"/requests/{(ask or web.ask).key}/")


def accept(web: Portfolio) -> None:
    WorkRequest.objects.filter(pk=web.ask.pk).update(state="accepted", delivery="waiting")


def ask_rank(web: Portfolio) -> None:
    ask_for_rank(actor=web.cast.seo_lead.viewer(), at=timezone.now(), ask=web.fresh(web.ask))


def outrank(web: Portfolio) -> BacklogItem:
    done = outrank_request(
        actor=web.cast.cto.viewer(),
        at=NOON,
        ask=web.fresh(web.ask),
        after=web.projects[17],
        weeks=Decimal(6),
        owner=web.cast.frontend_lead,
    )
    return done.item


def fall(web: Portfolio) -> None:
    host = web.fresh(web.host)
    after = web.projects[-1]
    move_project(actor=web.cast.cto.viewer(), at=NOON, project=host, after=after, orphans_accepted=True)


def test_an_asked_rank_is_the_ctos_turn_and_stands_on_their_home(web: Portfolio) -> None:
    accept(web)
    assert "Timur Rakhimov chooses a way" in page(web)
    ask_rank(web)
    shown = page(web)
    assert "Pavel Sorokin decides whether it gets a rank of its own" in shown
    assert "asked the CTO for a rank of its own" in shown
    assert "The CTO was asked for a rank:" in shown
    assert "Ask the CTO for a rank" not in shown
    home = read(web.cast.cto, "/")
    assert f"{web.ask.key} {web.ask.title} asks for a rank of its own" in home
    assert "Make it a project" in home
    waiting = read(web.cast.seo_lead, "/")
    assert "Pavel Sorokin decides whether it gets a rank of its own." in waiting
    assert "is below the line" not in waiting.partition("You wait for")[0]
    with pytest.raises(Refused) as refused:
        ask_rank(web)
    assert refused.value.code == "rank_asked"
    assert not gaps_in_history()


def test_a_request_in_triage_that_asks_for_a_rank_stands_once_on_the_ctos_home(web: Portfolio) -> None:
    ask_rank(web)
    home = read(web.cast.cto, "/")
    assert "asks for a rank of its own" in home
    assert "until you answer, nobody works on it" not in home
    assert "until you answer, nobody works on it" in read(web.cast.platform_lead, "/")


@pytest.mark.parametrize("end", ["outranked", "embedded", "declined", "parked"])
def test_an_asked_rank_ends(web: Portfolio, end: str) -> None:
    ask_rank(web)
    lead = web.cast.platform_lead.viewer()
    if end == "outranked":
        outrank(web)
    elif end == "embedded":
        web.agreed()
    elif end == "declined":
        decline_request(actor=lead, at=NOON, ask=web.fresh(web.ask), reason="no")
    else:
        park_request(actor=lead, at=NOON, ask=web.fresh(web.ask), review_on=NOON.date() + timedelta(days=9))
    assert web.fresh(web.ask).rank_asked_at is None
    assert "asks for a rank" not in read(web.cast.cto, "/").partition("Lately")[0]
    assert not gaps_in_history()


def test_a_host_that_fell_is_the_requesters_turn_on_the_request_too(web: Portfolio) -> None:
    item = web.agreed()
    assert "Kenji Sato starts it" in page(web)
    fall(web)
    shown = page(web)
    assert "Timur Rakhimov finds another project" in shown
    assert "starts it" not in shown
    client = Client()
    client.force_login(web.cast.seo_lead)
    assert f'href="/backlog/{item.key}/rehome/"' in client.get(f"/requests/{web.ask.key}/").content.decode()
    badges = client.get("/backlog/").content.decode()
    assert re.search(r'class="badge neutral"[^>]*>\s*agreed', badges)


def test_every_host_says_whom_it_would_push_below(web: Portfolio) -> None:
    areas = [web.cast.product_pages]
    web.projects[3].areas.set(areas)
    WorkRequest.objects.update(effort_weeks=Decimal(20))
    shown = page(web)
    fallen = f"It would push below the line: {web.edge.key}"
    for host in (web.host, web.projects[3]):
        assert fallen in shown.partition(f"{host.key} grows from")[2][:120], host.key


def test_the_warning_counts_all_that_fall_and_names_those_that_carry_requests(web: Portfolio) -> None:
    item = web.agreed()
    capacity = Capacity.objects.get(team=web.cast.web)
    cto = Client()
    cto.force_login(web.cast.cto)
    body = {"gross": "10", "reserve_percent": "0", "allowance": "0", "version": str(capacity.version)}
    answer = cto.post(f"/capacity/web/{web.cast.period.key}/", body)
    shown = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))
    assert answer.status_code == 409
    assert "18 projects would fall below the line; 1 of them carries requests" in shown
    assert f"{web.host.key} {web.host.title}" in shown
    assert f"Without any request, these fall too: {web.projects[2].key}" in shown
    assert item.key in shown
    call = Caller(web.cast.cto)
    told = call.post(f"/api/v1/projects/{web.host.key}/move/", {"after": web.projects[-1].key}).json()
    assert told["facts"]["falling"] == [web.host.key]


def test_what_was_measured_is_read_on_the_item_and_the_request_with_its_day(web: Portfolio) -> None:
    item = web.agreed(tracker_key="WEB-7")
    Check.objects.all().delete()
    kenji, timur = Client(), Client()
    kenji.force_login(web.cast.frontend_lead)
    timur.force_login(web.cast.seo_lead)
    kenji.post(f"/backlog/{item.key}/start/")
    kenji.post(f"/backlog/{item.key}/ship/")
    path = f"/backlog/{item.key}/"
    assert "To be measured on" in read(web.cast.seo_lead, path)
    timur.post(f"{path}measure/", {"outcome": "partly_met", "value": "44000", "note": "Search Console, 28 days"})
    for shown in (read(web.cast.seo_lead, path), page(web)):
        assert "rich-result clicks 44,000 target 46,144" in shown
        assert "Search Console, 28 days" in shown
        assert "measured today" in shown
        assert "easured on" not in shown
    assert "WEB-7" in read(web.cast.seo_lead, path)
    assert "measured it: partly met" in page(web)


def test_what_was_split_is_linked_both_ways(web: Portfolio) -> None:
    item = web.agreed(split_rest=Rest("Reviews markup", NOON.date() + timedelta(days=59)))
    rest = WorkRequest.objects.get(split_from=web.ask)
    client = Client()
    client.force_login(web.cast.seo_lead)
    link = f'<a href="/requests/{rest.key}/">{rest.key}'
    whole = client.get(f"/requests/{web.ask.key}/").content.decode()
    assert f"split it and parked the rest ({link}</a>)" in whole
    assert f"{link} Reviews markup</a>" in whole
    part = client.get(f"/requests/{rest.key}/").content.decode()
    assert f'split it off (<a href="/requests/{web.ask.key}/">{web.ask.key}</a>)' in part
    assert link in client.get(f"/backlog/{item.key}/").content.decode()


def test_an_outranked_request_is_its_project_and_what_fell_for_it_fell_because_it_was_added(web: Portfolio) -> None:
    item = outrank(web)
    assert f"It is a project of its own: {item.project}, with 6 weeks of Web." in page(web)
    shown = read(web.cast.seo_lead, f"/backlog/{item.key}/")
    assert f"{web.ask.key} is a project of its own: {item.project.key}" in shown
    assert "As a project of its own 6 w" in shown
    assert "0 weeks" not in shown
    assert Crossing.objects.get(project=web.edge, rose=False).cause == "added"
    assert f"{item.project.key} was added" in read(web.cast.cto, "/line/?team=web")


def test_what_embedding_lacks_is_named_with_all_that_acceptance_lacks(web: Portfolio) -> None:
    WorkRequest.objects.update(state="accepted", delivery="waiting", kpi="", acceptance_tests=[])
    shown = page(web)
    assert "Before it can be embedded it needs: KPI, acceptance tests in words." in shown
    missing = shown.partition("Missing before embedding")[2]
    assert "KPI" in missing[:200]
    assert "acceptance tests in words" in missing[:200]
    with pytest.raises(Refused, match="KPI, acceptance tests in words"):
        web.propose()


def test_what_is_embedded_stands_on_the_line_of_the_team_where_it_counts(web: Portfolio) -> None:
    web.agreed("0.5")
    cast = web.cast
    host = web.fresh(web.host)
    facts: dict[str, Any] = {"team": cast.mobile, "period": cast.period, "expected": None, "weeks": Decimal(1)}
    set_effort(actor=cast.cto.viewer(), at=NOON, project=host, **facts)
    chip = f"{web.ask.key} +0.5"
    assert chip in read(cast.cto, "/line/?team=web")
    assert chip not in read(cast.cto, "/line/?team=mobile")


def test_the_api_ranks_a_host_as_the_pages_do(web: Portfolio) -> None:
    call = Caller(web.cast.seo_lead).client
    before = call.get(f"/api/v1/requests/{web.ask.key}/hosts/").json()["results"]
    assert [host["place"] for host in before if host["key"] == web.host.key] == [2]
    assert "rank 2 in Web" in page(web)


def test_a_parking_without_a_reason_is_told_as_a_whole_sentence(web: Portfolio) -> None:
    lead = web.cast.platform_lead.viewer()
    park_request(actor=lead, at=NOON, ask=web.fresh(web.ask), review_on=NOON.date() + timedelta(days=9))
    shown = read(web.cast.seo_lead, "/notices/")
    assert f"{web.ask.key} {web.ask.title} is parked." in shown
    assert "parked:" not in shown


def test_the_story_of_an_item_runs_like_that_of_its_request_and_tells_its_checks(web: Portfolio) -> None:
    item = web.agreed()
    kenji = Client()
    kenji.force_login(web.cast.frontend_lead)
    first, second = Check.objects.all()[:2]
    kenji.post(f"/backlog/{item.key}/checks/{first.pk}/", {"passed": "yes", "evidence": "", "version": "1"})
    kenji.post(f"/backlog/{item.key}/checks/{second.pk}/", {"passed": "no", "evidence": "no price", "version": "1"})
    story = read(web.cast.frontend_lead, f"/backlog/{item.key}/").partition("Story")[2]
    told = [
        "proposed it",
        "accepted it",
        f"passed the check “{first.text}”",
        f"failed the check “{second.text}”: no price",
    ]
    assert sorted(told, key=story.index) == told
    assert "brought in Kenji Sato" in page(web)
    assert "put it on the plan of its project" in page(web)


def test_a_second_request_is_no_part_of_the_first(web: Portfolio) -> None:
    web.agreed()
    other = make_request(web.cast, title="Other")
    assert "Split" not in page(web, ask=other)


def test_the_page_of_a_request_says_until_when_its_answer_is_owed_and_what_then(cast: Cast) -> None:
    Firm.objects.update_or_create(pk=1, defaults={"name": "Lumen Market", "level": Level.COMPANY})
    at = clock.now()
    ensure_policies(at=at)
    area: dict[str, Any] = {
        "area": cast.product_pages,
        "example_urls": ["https://lumen.example/p/1"],
        "why": "To be found.",
    }
    ask = file_request(actor=cast.seo_lead.viewer(), at=at, type=cast.type, title="Prices", **area)
    told = read(cast.seo_lead, f"/requests/{ask.key}/")
    assert f"{cast.platform_lead.name} answers" in told
    assert "then the CTO and the CMO hear of it, then the COO" in told, "the lead holds it, so nobody leads them"
    fire_due(at=Promise.objects.running().earliest("due_at").due_at)
    assert "late; the CTO and the CMO are asked next" in read(cast.seo_lead, f"/requests/{ask.key}/")


def test_what_was_waited_is_one_number_with_clocks_and_without(web: Portfolio) -> None:
    later = NOON + timedelta(days=30)
    accept(web)

    def waited() -> dict[str, Decimal]:
        ask = web.fresh(web.ask)
        told = waited_on(way_of(ask, story_of("request", ask.pk), item_of(ask.pk)), promises_on(ask), later)
        assert waits_of([ask.pk], later) == {ask.pk: told}
        return told

    alone = waited()
    assert alone["technology"] > 0, "filed and never answered: triage is the team's"
    assert alone["marketing"] == 0
    at = NOON + timedelta(days=1)
    ensure_policies(at=at)
    owed = Owed(kind="position", source="E-1:position", matter=f"request:{web.ask.pk}", holder=web.cast.seo_lead.pk)
    settle_promises(actor_key="system", at=at, owed=[owed])
    assert waited()["marketing"] > 0
    assert waited()["technology"] < alone["technology"], "while marketing owes an answer, nobody waits for technology"


def running_clocks(cast: Cast) -> None:
    Firm.objects.update_or_create(pk=1, defaults={"name": "Lumen Market", "level": Level.COMPANY})
    ensure_policies(at=clock.now())


def test_where_nobody_delivers_yet_it_is_said_who_names_them(web: Portfolio) -> None:
    item = web.propose()
    pages = (f"/backlog/{item.key}/", f"/requests/{web.ask.key}/")
    for path in pages:
        assert "nobody yet delivery Kenji Sato names one with the answer." in read(web.cast.seo_lead, path), path
    Project.objects.filter(pk=web.host.pk).update(owner=None)
    for path in pages:
        assert "its team lead or the CTO names one with the answer." in read(web.cast.seo_lead, path), path
    Project.objects.filter(pk=web.host.pk).update(owner=web.cast.frontend_lead)
    web.agree(item)
    for path in pages:
        assert "names one" not in read(web.cast.seo_lead, path), path


def test_a_proposal_is_the_owners_turn_until_then_on_its_request_its_item_and_its_host(web: Portfolio) -> None:
    running_clocks(web.cast)
    item = embed_request(
        actor=web.cast.seo_lead.viewer(),
        at=clock.now(),
        ask=web.fresh(web.ask),
        host=web.fresh(web.host),
        added_weeks=Decimal("1.5"),
    )
    then = f"then {web.cast.platform_lead.name} hears of it, then the CTO and the CMO"
    pages = (f"/backlog/{item.key}/", f"/requests/{web.ask.key}/")
    for path in pages:
        shown = read(web.cast.seo_lead, path)
        assert "Kenji Sato answers the proposal until" in shown, path
        assert then in shown, path
    host = read(web.cast.seo_lead, f"/projects/{web.host.key}/")
    assert "Kenji Sato answers 1 proposal until" in host
    assert then in host
    WorkRequest.objects.update(restricted=True)
    assert "answers 1 proposal" not in read(web.cast.content_lead, f"/projects/{web.host.key}/")
    web.agree(item)
    assert "answers 1 proposal" not in read(web.cast.seo_lead, f"/projects/{web.host.key}/")
    assert "Kenji Sato starts it" in read(web.cast.seo_lead, pages[0])


def test_a_project_without_clocks_says_who_answers_its_proposals(web: Portfolio) -> None:
    web.propose()
    Promise.objects.update(state="lifted", ended_at=NOON, next_at=None)
    assert "Kenji Sato answers 1 proposal" in read(web.cast.seo_lead, f"/projects/{web.host.key}/")


def test_a_case_says_which_sides_owe_a_position_and_who_owes_the_ruling_until_when(web: Portfolio) -> None:
    running_clocks(web.cast)
    cast, at, ask = web.cast, clock.now(), WorkRequest.objects.select_related("type", "area", "team").get(pk=web.ask.pk)
    case = raise_case(actor=cast.seo_lead.viewer(), at=at, ask=ask, reason="risk", wanted="May crawlers read it?")
    shown = read(cast.cto, f"/cases/{case.key}/")
    assert "Timur Rakhimov says where their side stands until" in shown
    assert "Irina Lind says where their side stands until" in shown
    assert "then the COO decides without it" in shown
    case = Escalation.objects.select_related("ask").get(pk=case.pk)
    take_up_case(actor=cast.coo.viewer(), at=at, case=case)
    assert "Marta Keller rules until" in read(cast.cto, f"/cases/{case.key}/")
    write_position(actor=cast.seo_lead.viewer(), at=at, case=case, text="In stages.", accepts=[])
    assert "Timur Rakhimov says where their side stands" not in read(cast.cto, f"/cases/{case.key}/")


def test_a_condition_stands_on_the_item_with_its_owner_and_its_day(web: Portfolio) -> None:
    running_clocks(web.cast)
    item = web.agreed()
    owed = Owed(kind="condition", source="E-1:condition:1", matter=f"request:{web.ask.pk}", holder=web.cast.sre.pk)
    settle_promises(actor_key="system", at=clock.now(), owed=[owed])
    shown = read(web.cast.seo_lead, f"/backlog/{item.key}/")
    assert "Kenji Sato starts it" in shown
    assert "Max Orlov sees to it:" in shown
    assert "then the case goes back to the COO" in shown


def test_triage_and_limbo_say_until_when_and_who_is_asked_next(cast: Cast) -> None:
    running_clocks(cast)
    at = clock.now()
    ask = file_request(
        actor=cast.seo_lead.viewer(),
        at=at,
        type=cast.type,
        title="Prices",
        area=cast.product_pages,
        example_urls=["https://lumen.example/p/1"],
        why="To be found.",
    )
    row = read(cast.platform_lead, "/triage/").partition("Waiting, oldest first")[2]
    assert re.search(r"Prices R-\d+ · Product page · \S+ [\d:]+ by ", row), row
    Promise.objects.filter(matter=f"request:{ask.pk}").update(due_at=at - timedelta(days=9))
    Promise.objects.filter(kind="triage").update(next_at=at - timedelta(days=8), breached_at=at - timedelta(days=9))
    Promise.objects.filter(kind="triage").update(step=Promise.objects.get(kind="triage").deeds.index("chiefs"))
    assert re.search(r"\d days late", read(cast.platform_lead, "/triage/"))
    assert "late; the CTO and the CMO are asked next" in read(cast.seo_lead, "/limbo/")


class OnTheDemoTests(OnLumenMarket):
    def test_the_request_its_case_and_the_docket_say_the_same_of_who_waited(self) -> None:
        coo = find_person("coo")
        docket = read(coo, reverse("docket"))
        for case in Escalation.objects.live().select_related("ask"):
            told = re.search(
                r"waited ([\d.,]+) d with marketing, ([\d.,]+) d with technology", read(coo, f"/cases/{case.key}/")
            )
            assert told, case.key
            split = f"days so far: {told[1]} with marketing, {told[2]} with technology"
            assert split in read(coo, f"/requests/{case.ask.key}/")
            assert f"days: {told[1]} with marketing, {told[2]} with technology" in docket, case.key
