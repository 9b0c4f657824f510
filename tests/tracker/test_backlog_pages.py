"""The two ways up and the backlog in the browser, also without JavaScript."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from tests.makers import NOON, Cast
from tests.tracker.portfolio import Portfolio, gaps_in_history, make_portfolio, make_request
from tracker.backlog.models import BacklogItem
from tracker.backlog.states import ItemState
from tracker.intake.actions import park_request
from tracker.intake.models import WorkRequest
from tracker.launches.models import Check
from tracker.notices.models import Notice
from tracker.people.models import User
from tracker.projects.actions import NewProject, add_projects, move_project
from tracker.projects.actions.imported import ImportedEdit, ImportedValues, edit_imported_projects
from tracker.projects.models import Period, Project


@pytest.fixture
def web(cast: Cast) -> Portfolio:
    """The pages ask the database's clock: the quarter of the tests is stretched to hold today."""
    portfolio = make_portfolio(cast)
    Period.objects.update(starts_on="2026-01-05", ends_on="2099-03-31")
    Project.objects.update(ends_on="2099-03-31")
    return portfolio


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(response: object) -> str:
    html = response.content.decode()  # type: ignore[attr-defined]  # a response of the test client
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_a_request_shows_both_ways_with_their_price(web: Portfolio) -> None:
    web.ask.value_per_week, web.ask.confidence = Decimal(100), "measured"
    web.ask.save()
    shown = text_of(browser(web.cast.seo_lead).get(f"/requests/{web.ask.key}/"))
    assert "Embed: saves 4.5 w" in shown
    assert f"{web.host.key} grows from 14 to 15.5 weeks." in shown
    assert f"{web.edge.key} stays above: still 19 projects above the line." in shown
    assert "At rank 19 in Web it would push below:" in shown
    assert web.edge.title in shown
    assert "Below the line by 20 places: alone it takes 6 weeks of Web" in shown
    assert f"{web.host.key} could carry it for 1.5 weeks; it can be added until" in shown


def test_a_host_says_when_it_ends_and_whether_that_is_too_late(web: Portfolio) -> None:
    page = f"/requests/{web.ask.key}/"
    shown = text_of(browser(web.cast.seo_lead).get(page))
    assert "would be live by 31 March 2099" in shown
    assert "after the deadline" not in shown
    WorkRequest.objects.filter(pk=web.ask.pk).update(deadline_on="2026-11-27")
    assert "after the deadline" in text_of(browser(web.cast.seo_lead).get(page))


@pytest.mark.parametrize("state", ["filed", "accepted"])
def test_the_two_ways_up_are_called_so_as_long_as_one_can_be_chosen(web: Portfolio, state: str) -> None:
    WorkRequest.objects.update(state=state, delivery="waiting" if state == "accepted" else "")
    seo, page = browser(web.cast.seo_lead), f"/requests/{web.ask.key}/"
    assert seo.get(page).content.decode().count("Two ways up</h2>") == 1
    web.agreed()
    assert "Two ways up</h2>" not in seo.get(page).content.decode()


def test_a_host_is_shown_with_its_rank_in_its_team_as_the_line_shows_it(web: Portfolio) -> None:
    cto, period = web.cast.cto, web.cast.period
    row = NewProject(title="App", team=web.cast.mobile.pk, efforts=((web.cast.mobile.pk, period.pk, "", Decimal(1)),))
    [other] = add_projects(actor_key=cto.key, at=NOON, rows=[row])
    move_project(actor=cto.viewer(), at=NOON, project=other, after=None, expected=other.version)
    shown = text_of(browser(web.cast.seo_lead).get(f"/requests/{web.ask.key}/"))
    assert f"{web.host.key} {web.host.title} above · rank 2 in Web " in shown
    line = browser(cto).get("/line/?team=web").content.decode()
    assert re.search(rf'id="row-{web.host.key}"[^>]*>\s*<span class="rank">2</span>', line)


def test_what_the_program_did_is_told_in_the_readers_language(web: Portfolio) -> None:
    """Not by a code that stands where people give their reasons."""
    item = web.propose()
    park_request(
        actor=web.cast.cto.viewer(),
        at=NOON,
        ask=WorkRequest.objects.get(),
        review_on=date(2099, 1, 1),
        reason="Next year.",
    )
    edit = ImportedEdit(web.fresh(web.edge), ImportedValues("Returns", "running"), {"title": ["Project 19", "Returns"]})
    cto, team = web.cast.cto, web.cast.web.pk
    edit_imported_projects(actor=cto.viewer(), at=NOON, team=team, period=None, edits=[edit], run=5)
    reader = browser(cto)
    assert "parked the request, so nobody works on it" in text_of(reader.get(f"/backlog/{item.key}/"))
    assert "changed by import 5: title" in text_of(reader.get(f"/projects/{web.edge.key}/"))
    User.objects.filter(pk=cto.pk).update(language="ru")
    assert "откладывает заявку, поэтому над ней не работают" in text_of(reader.get(f"/backlog/{item.key}/"))
    assert "меняет импортом 5: название" in text_of(reader.get(f"/projects/{web.edge.key}/"))


def test_who_may_not_propose_reads_why(web: Portfolio) -> None:
    shown = text_of(browser(web.cast.analyst).get(f"/requests/{web.ask.key}/"))
    assert "Its requester, the owners and leads of both teams, the CMO and the CTO propose it." in shown


def test_from_the_request_to_the_outcome_with_plain_forms(web: Portfolio) -> None:
    timur, kenji = browser(web.cast.seo_lead), browser(web.cast.frontend_lead)
    made = timur.post(
        f"/requests/{web.ask.key}/embed/", {"host": web.host.key.lower(), "added_weeks": "1.5", "idempotency": "e1"}
    )
    item = BacklogItem.objects.get()
    assert (made.status_code, made.headers["Location"]) == (302, f"/backlog/{item.key}/")
    asked = text_of(kenji.get(f"/backlog/{item.key}/answer/"))
    assert "grows from 14 to 15.5 weeks." in asked
    answer = {"answer": "agree", "added_weeks": "1.5", "conditions": "price only", "version": "1"}
    rest = {"rest_title": "Reviews markup", "review_on": "2098-04-01"}
    half = kenji.post(f"/backlog/{item.key}/answer/", answer | {"rest_title": "Reviews markup"})
    assert half.status_code == 422
    assert "Say when it comes back." in text_of(half)
    assert kenji.post(f"/backlog/{item.key}/answer/", answer | rest).status_code == 302
    assert WorkRequest.objects.filter(split_from=web.ask, state="parked").exists()
    page = text_of(kenji.get(f"/backlog/{item.key}/"))
    assert f"{web.host.key} carries {web.ask.key}" in page
    assert "[ ] valid items are at least 95 %" in page
    refused = kenji.post(f"/backlog/{item.key}/ship/")
    assert refused.status_code == 422
    assert "It ships when every check has passed." in text_of(refused)
    for check in Check.objects.all():
        kenji.post(f"/backlog/{item.key}/checks/{check.pk}/", {"passed": "yes", "evidence": "seen", "version": "1"})
    assert kenji.post(f"/backlog/{item.key}/tracker-key/", {"tracker_key": "WEB-7"}).status_code == 302
    assert kenji.post(f"/backlog/{item.key}/ship/").status_code == 302
    assert "Measure" in text_of(timur.get(f"/backlog/{item.key}/"))
    timur.post(f"/backlog/{item.key}/measure/", {"outcome": "partly_met", "value": "9", "note": "+9 %"})
    item.refresh_from_db()
    assert (str(item.state), item.tracker_key) == (ItemState.PARTLY_MET.value, "WEB-7")
    assert not gaps_in_history()


def test_a_form_sent_twice_proposes_once_and_a_stale_one_keeps_what_was_typed(web: Portfolio) -> None:
    timur, kenji = browser(web.cast.seo_lead), browser(web.cast.frontend_lead)
    form = {"host": web.host.key, "added_weeks": "1.5", "idempotency": "e1"}
    answers = [timur.post(f"/requests/{web.ask.key}/embed/", form) for _turn in range(2)]
    assert {answer.status_code for answer in answers} == {302}
    assert BacklogItem.objects.count() == 1
    key = BacklogItem.objects.get().key
    late = kenji.post(f"/backlog/{key}/answer/", {"answer": "agree", "conditions": "typed before", "version": "9"})
    assert late.status_code == 409
    assert "typed before" in late.content.decode()


def test_pages_of_others_are_not_there_or_not_theirs(web: Portfolio) -> None:
    item = web.propose()
    stranger, analyst = Client(), browser(web.cast.analyst)
    for path in (f"/backlog/{item.key}/", f"/backlog/{item.key}/answer/", "/backlog/", "/notices/"):
        assert stranger.get(path).status_code == 302
    assert analyst.get(f"/backlog/{item.key}/answer/").status_code == 403
    assert analyst.get("/backlog/I-999/").status_code == 404
    web.fresh(web.ask)
    WorkRequest.objects.filter(pk=web.ask.pk).update(restricted=True)
    assert analyst.get(f"/backlog/{item.key}/").status_code == 404
    assert web.ask.title not in text_of(analyst.get("/backlog/"))


def test_the_backlog_is_narrowed_and_says_what_was_lost(web: Portfolio) -> None:
    item = web.agreed()
    move_project(
        actor=web.cast.cto.viewer(),
        at=item.created_at,
        project=web.fresh(web.host),
        after=web.projects[-1],
        orphans_accepted=True,
    )
    client = browser(web.cast.seo_lead)
    assert "1 of them lost its project." in text_of(client.get("/backlog/"))
    assert item.key in text_of(client.get("/backlog/?orphaned=1&mine=1"))
    assert item.key not in text_of(client.get("/backlog/?state=shipped"))
    page = text_of(client.get(f"/backlog/{item.key}/"))
    assert f"{web.ask.key} lost its project: {web.host.key} is below the line" in page
    assert client.get(f"/backlog/{item.key}/rehome/").status_code == 200
    moved = client.post(f"/backlog/{item.key}/rehome/", {"host": web.projects[3].key, "version": str(item.version + 1)})
    assert moved.status_code == 302
    assert web.load(item).project == web.projects[3]


def test_the_cto_outranks_from_the_page_and_others_ask_for_it(web: Portfolio) -> None:
    timur, pavel = browser(web.cast.seo_lead), browser(web.cast.cto)
    for _turn in range(2):
        assert timur.post(f"/requests/{web.ask.key}/ask-rank/").status_code == 302
    assert Notice.objects.filter(kind="rank_asked", user=web.cast.cto).count() == 1
    assert timur.get(f"/requests/{web.ask.key}/outrank/").status_code == 403
    shown = pavel.get(f"/requests/{web.ask.key}/outrank/")
    assert web.edge.title in text_of(shown)
    body = {"after": web.projects[17].key, "weeks": "6", "owner": str(web.cast.frontend_lead.pk)}
    done = pavel.post(f"/requests/{web.ask.key}/outrank/", body, follow=True)
    assert f"it pushed {web.edge.key} below the line." in text_of(done)


def test_items_move_inside_their_project(web: Portfolio) -> None:
    first = web.propose()
    second = web.propose(ask=make_request(web.cast, title="Second"))
    kenji = browser(web.cast.frontend_lead)
    assert second.key in text_of(kenji.get(f"/projects/{web.host.key}/"))
    kenji.post(f"/backlog/{second.key}/move/", {"after": "", "version": "1"})
    order = BacklogItem.objects.order_by("rank").values_list("key", flat=True)
    assert list(order) == [second.key, first.key]


def test_notices_are_read_in_the_readers_language_and_marked(web: Portfolio) -> None:
    web.propose()
    kenji = browser(web.cast.frontend_lead)
    page = kenji.get("/notices/")
    assert "1 new word for you" in text_of(page)
    assert f"{web.ask.key} {web.ask.title} wants to join {web.host.key} for 1.5 weeks." in text_of(page)
    news = '<a id="news" class="top-link" href="/notices/"'
    home = kenji.get("/").content.decode()
    assert news in home
    assert "1 new word for you" in text_of(kenji.get("/"))
    part = kenji.get("/backlog/", headers={"HX-Request": "true", "HX-Target": "main#main"}).content.decode()
    assert f"{news} hx-swap-oob" in part
    kenji.post("/notices/read/")
    assert "1 new word for you" not in text_of(kenji.get("/"))
    assert "Nothing new for you" in text_of(kenji.get("/notices/"))
