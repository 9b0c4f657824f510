import re
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from tests.ledger import counted
from tests.makers import NOON, Cast
from tests.tracker.test_project_verbs import above, fill, order
from tracker.people.actions import deactivate_person
from tracker.people.models import User
from tracker.projects.actions import block_project, move_project, take_on
from tracker.projects.models import Capacity, Project


@pytest.fixture(autouse=True)
def _noon(cast: Cast) -> None:
    """The pages ask the clock: the quarter of the cast is stretched over every day."""
    cast.period.starts_on, cast.period.ends_on = date(2020, 1, 1), date(2090, 1, 1)
    cast.period.save()


def page_for(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content[:500]
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_line_tells_the_news_and_what_would_lift_each_project_below(cast: Cast) -> None:
    fill(cast, {"web": "100"}, {"web": "9.5"}, {"web": "6"}, {"web": "2", "mobile": "90", "data": "2"}, {})
    text = text_of(page_for(cast.cto), "/line/")
    assert "<h1>Web: 2 of 4 projects are above the line</h1>" in text
    assert "What fits takes 109.5 of 112.5 weeks; 3 weeks are left, too little for" in text
    assert "Mobile is the bottleneck elsewhere: 1 project waits for it, with 2 weeks of other teams" in text
    assert "the line · capacity 112.5 w" in text
    assert "3 w left" in text
    assert "short 3 weeks in Web" in text
    assert "+3 weeks of Web, or past P-" in text
    assert "short 5 weeks in Web; waits for Mobile; 2 weeks of Data reserved behind it" in text
    assert "No estimate yet: 1 project" in text


def test_rows_can_be_moved_by_the_cto_alone(cast: Cast) -> None:
    fill(cast, {"web": "10"}, {"web": "10"})
    assert "data-move-url" in text_of(page_for(cast.cto), "/line/?team=web")
    shown = text_of(page_for(cast.seo_lead), "/line/?team=web")
    assert "data-move-url" not in shown
    assert "What if the capacity changes?" not in shown


def test_a_move_without_scripts_goes_through_the_dialog(cast: Cast) -> None:
    first, second = fill(cast, {"web": "10"}, {"web": "10"})
    cto = page_for(cast.cto)
    assert f'action="/projects/{second.key}/move/"' in text_of(cto, f"/line/?team=web&move={second.key}")
    form = {"after": "", "version": "1", "team": "web", "period": "2027-Q1", "idempotency": "one"}
    answer = cto.post(f"/projects/{second.key}/move/", form)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/line/?team=web&period=2027-Q1"
    assert order() == [second.pk, first.pk]
    assert f"{second.key} is at place 1 now." in text_of(cto, answer.headers["Location"])
    cto.post(f"/projects/{first.key}/move/", form | {"idempotency": "two"})
    cto.post(f"/projects/{second.key}/move/", form)
    assert order() == [first.pk, second.pk]


def test_two_people_who_drag_one_row_get_a_clear_answer(cast: Cast) -> None:
    first, second = fill(cast, {"web": "10"}, {"web": "10"})
    cto = page_for(cast.cto)
    form = {"after": "", "version": "1", "team": "web", "period": "2027-Q1"}
    cto.post(f"/projects/{second.key}/move/", form)
    answer = cto.post(f"/projects/{second.key}/move/", form | {"after": first.key}, follow=True)
    assert "Pavel Sorokin changed" in answer.content.decode()
    assert order() == [second.pk, first.pk]


def test_a_fall_with_embedded_items_is_asked_about_first(cast: Cast) -> None:
    host, other = fill(cast, {"web": "60"}, {"web": "60"})
    block_project(project=host, source="I-12", text="R-41")
    cto = page_for(cast.cto)
    form = {"after": "", "version": "1", "team": "web", "period": "2027-Q1"}
    asked = cto.post(f"/projects/{other.key}/move/", form)
    assert asked.status_code == 409
    text = asked.content.decode()
    assert "This would orphan 1 embedded item" in text
    assert "I-12" in text
    assert 'name="orphans_accepted" value="1"' in text
    assert "Leave it" in text
    assert order() == [host.pk, other.pk]
    cto.post(f"/projects/{other.key}/move/", form | {"orphans_accepted": "1"})
    assert order() == [other.pk, host.pk]


@pytest.mark.parametrize(("added", "said"), [("1", "took on 1 week<"), ("0.75", "took on 0.75 weeks<")])
def test_a_crossing_says_exactly_how_much_did_it(cast: Cast, added: str, said: str) -> None:
    first, _second = fill(cast, {"web": "100"}, {"web": "12.5"})
    take_on(actor_key="system", at=NOON, project=first, team=cast.web, period=cast.period, added=Decimal(added))
    assert f"{first.key} {said}" in re.sub(r"\s+<", "<", text_of(page_for(cast.cto), "/line/?team=web"))


def test_nothing_is_said_to_be_reserved_where_nothing_is(cast: Cast) -> None:
    fill(cast, {"web": "1"}, {"mobile": "1000"})
    text = text_of(page_for(cast.cto), "/line/?team=web")
    assert "Mobile is the bottleneck elsewhere: 1 project waits for it." in text
    assert "0 weeks" not in text


def test_capacity_is_changed_beside_the_line_and_kept_when_wrong(cast: Cast) -> None:
    fill(cast, {"web": "100"}, {"web": "20"})
    cto = page_for(cast.cto)
    assert "What if the capacity changes?" in text_of(cto, "/line/?team=web")
    form = {"gross": "170", "reserve_percent": "25", "allowance": "4", "version": "1"}
    assert cto.post("/capacity/web/2027-Q1/", form | {"gross": "-1"}).status_code == 422
    assert cto.post("/capacity/web/2027-Q1/", form).status_code == 302
    assert Capacity.objects.get(team=cast.web).allowance == 4
    assert len(above()) == 2
    stale = cto.post("/capacity/web/2027-Q1/", form | {"gross": "1"})
    assert stale.status_code == 409
    assert 'name="version" value="2"' in stale.content.decode()
    assert "Web gained 11 weeks" in text_of(cto, "/line/?team=web")
    assert page_for(cast.platform_lead).get("/capacity/web/2027-Q1/").status_code == 403
    assert "/capacity/seo/" not in text_of(cto, "/capacity/")
    assert cto.get("/capacity/seo/2027-Q1/").status_code == 404
    assert cto.post("/capacity/web/2027-Q1/", form | {"allowance": "", "version": "2"}).status_code == 302
    assert Capacity.objects.get(team=cast.web).allowance == 0
    table = text_of(page_for(cast.analyst), "/capacity/")
    assert "Mobile" in table
    assert "/capacity/web/2027-Q1/" not in table


def test_the_portfolio_is_filtered_by_its_address(cast: Cast) -> None:
    fill(cast, {"web": "100"}, {"web": "20", "mobile": "1"}, {})
    reader = page_for(cast.analyst)
    assert "1 of 3 projects are above the line" in text_of(reader, "/projects/")
    for query, shown in (
        ("line=above", [1]),
        ("line=below", [2]),
        ("line=unestimated", [3]),
        ("team=mobile", [2]),
        ("q=project+3", [3]),
        (f"owner={cast.frontend_lead.pk}", [1, 2, 3]),
        ("owner=nobody", []),
        ("owner=none", []),
        ("stage=launched", []),
        ("area=search", []),
    ):
        text = text_of(reader, f"/projects/?{query}")
        assert [number for number in (1, 2, 3) if f"Project {number}</a>" in text] == shown, query
    deactivate_person(actor=cast.admin.viewer(), at=NOON, person=cast.frontend_lead)
    text = text_of(reader, "/projects/?owner=none")
    assert text.count("Kenji Sato has left") == 3
    assert "3 projects have no owner." in text


def test_the_portfolio_comes_in_pages_by_key(cast: Cast) -> None:
    fill(cast, *[{"web": "1"}] * 53)
    reader = page_for(cast.analyst)
    first = text_of(reader, "/projects/")
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    second = text_of(reader, "/projects/" + following[1])
    assert "Project 51</a>" in second
    assert "Project 50</a>" not in second
    assert 'rel="next"' not in second


def test_a_project_says_where_it_stands_and_what_blocks_it(cast: Cast) -> None:
    _first, second = fill(cast, {"web": "100"}, {"web": "20", "mobile": "1"})
    block_project(project=second, source="I-12", text="R-41")
    take_on(actor_key="system", at=NOON, project=second, team=cast.mobile, period=cast.period, added=Decimal("1.5"))
    text = text_of(page_for(cast.frontend_lead), f"/projects/{second.key}/")
    assert "Below the line: of its 22.5 weeks it is short 7.5 weeks in Web." in text
    assert "1 blocker stands in the way" in text
    assert "I-12" in text
    assert "put 1.5 weeks of embedded work in Mobile on it" in text
    assert "This project carries no request yet." in text
    assert page_for(cast.analyst).get("/projects/P-999/").status_code == 404


def test_an_owner_estimates_edits_and_starts_and_a_marketer_does_not(cast: Cast) -> None:
    (project,) = fill(cast, {"web": "100"})
    owner, marketer = page_for(cast.frontend_lead), page_for(cast.seo_lead)
    page = f"/projects/{project.key}/"
    effort = {"team": "web", "period": "2027-Q1", "weeks": "90", "version": "1"}
    assert page + "effort/" not in text_of(marketer, page)
    refused = marketer.post(page + "effort/", effort)
    assert refused.status_code == 403
    assert 'name="weeks" value="90"' in refused.content.decode()
    assert Project.objects.get().version == 1
    assert owner.post(page + "effort/", effort | {"weeks": "many"}).status_code == 422
    assert owner.post(page + "effort/", effort).status_code == 302
    edited = {"title": "Store locator", "team": str(cast.web.pk), "areas": ["search"], "version": "1"}
    late = owner.post(page + "edit/", edited)
    assert late.status_code == 409
    assert "Store locator" in late.content.decode()
    assert 'name="version" value="2"' in late.content.decode()
    assert owner.post(page + "edit/", edited | {"version": "2", "owner": str(cast.frontend_lead.pk)}).status_code == 302
    assert owner.post(page + "start/", {"version": "3"}).status_code == 302
    assert Project.objects.get().stage == "running"
    text = text_of(owner, page)
    assert "changed the estimate of Web in 2027-Q1 from 100 to 90 weeks" in text
    assert "started it" in text
    assert "Store locator" in text
    assert marketer.get(page + "edit/").status_code == 403


def test_pinning_asks_for_a_reason_and_shows_it(cast: Cast) -> None:
    _first, second = fill(cast, {"web": "10"}, {"web": "10"})
    cto = page_for(cast.cto)
    page = f"/projects/{second.key}/"
    refused = cto.post(page + "pin/", {"reason": "", "version": "1"})
    assert refused.status_code == 422
    assert "data-open" in refused.content.decode()
    assert cto.post(page + "pin/", {"reason": "law", "version": "1"}).status_code == 302
    assert "pinned · law" in text_of(cto, "/line/")
    assert cto.post(page + "unpin/", {"version": "2"}).status_code == 302
    assert cto.post(page + "drop/", {"version": "3", "reason": "over"}).status_code == 302
    assert "Dropped: it claims nothing." in text_of(cto, page)


def test_a_project_is_added_and_a_quarter_opened(cast: Cast) -> None:
    cto = page_for(cast.cto)
    answer = cto.post("/projects/new/", {"title": "Store locator", "team": str(cast.web.pk)}, follow=True)
    assert "ranked last. Now its estimate." in answer.content.decode()
    Capacity.objects.all().delete()
    cast.period.ends_on = date(2026, 1, 1)
    cast.period.save()
    form = {"key": "2027-Q2", "starts_on": "2026-01-02", "ends_on": "2090-07-04"}
    assert cto.post("/capacity/quarter/", form | {"key": "soon"}).status_code == 422
    assert cto.post("/capacity/quarter/", form).status_code == 302
    assert "No team has a capacity" in text_of(cto, "/line/")


def test_the_pages_cost_the_same_whatever_the_number_of_rows(cast: Cast) -> None:
    projects = fill(cast, *[{"web": "1"}] * 3)
    reader = page_for(cast.cto)
    paths = ["/line/?team=web", "/projects/", f"/projects/{projects[0].key}/", "/capacity/"]
    prices: list[list[int]] = []
    for _round in range(2):
        for path in paths:
            reader.get(path)
        prices.append([])
        for path in paths:
            with counted() as count:
                reader.get(path)
            prices[-1].append(len(count))
        fill(cast, *[{"web": "1", "mobile": "9"}] * 10)
        move_project(actor=cast.cto.viewer(), at=NOON, project=projects[_round + 1], after=None)
    assert prices[0] == prices[1]
    assert max(prices[0]) <= 18, prices


def test_a_stranger_sees_no_project(cast: Cast, stranger: Client) -> None:
    for path in ("/line/", "/projects/", "/projects/P-01/", "/capacity/", "/projects/new/"):
        assert stranger.get(path).status_code == 302
