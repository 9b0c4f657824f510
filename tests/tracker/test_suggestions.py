"""Suggestions in triage: area, team, type, duplicates and hosts, with reasons; nothing by itself."""

import pytest

from tests.forms import text_of
from tests.makers import Cast
from tests.tracker.portfolio import make_portfolio
from tests.tracker.test_request_pages import browser
from tests.tracker.test_request_verbs import make_ask
from tracker.intake.models import RequestType, WorkRequest
from tracker.intake.states import State
from tracker.intake.suggesting import Hint, Place, hint_area, hint_most
from tracker.sites.models import Area

SHOP = "https://lumen.example"
PRODUCTS, SEARCH, ALL = Place(1, SHOP, "/p/*"), Place(2, SHOP, "/search*"), Place(3, SHOP, "")
EXAMPLES = ["https://lumen.example/search?q=a", "https://lumen.example/search?q=b", "https://lumen.example/p/1"]


def test_an_area_is_suggested_where_more_of_the_examples_lie() -> None:
    assert hint_area(1, EXAMPLES, [PRODUCTS, SEARCH], []) == Hint(2, 2, 3, by_examples=True)
    assert hint_area(2, EXAMPLES, [PRODUCTS, SEARCH], []) is None
    assert hint_area(None, EXAMPLES[:2], [ALL, SEARCH], []) == Hint(2, 2, 2, by_examples=True)


def test_without_an_example_that_says_so_the_requests_that_are_alike_do() -> None:
    assert hint_area(1, [], [PRODUCTS, SEARCH], [2, 2, 1]) == Hint(2, 2, 3)
    assert hint_area(1, ["https://lumen.example/p/1"], [PRODUCTS, SEARCH], [2, 2, 2]) is None


@pytest.mark.parametrize(
    "alike, hint",
    [([], None), ([2], None), ([2, 3], None), ([1, 1], None), ([2, 2, 3, 4], None), ([2, 2, None], Hint(2, 2, 3))],
)
def test_most_is_more_than_half_and_at_least_two(alike: list[int | None], hint: Hint | None) -> None:
    assert hint_most(1, alike) == hint


def test_an_area_is_suggested_with_its_team_and_applied_by_one_click(cast: Cast) -> None:
    Area.objects.create(site=cast.site, key="apps", name="Apps", pattern="/app/*", team=cast.mobile)
    ask = make_ask(cast, example_urls=["https://lumen.example/app/1"])
    irina = browser(cast.platform_lead)
    page = text_of(irina.get(f"/requests/{ask.key}/suggestions/?next=triage"))
    assert "Area: Apps, and with it team Mobile" in page
    assert "1 of 1 example page lies in it." in page
    assert WorkRequest.objects.get().version == 1
    stale = irina.post(f"/requests/{ask.key}/route/", {"area": "apps", "version": "7", "next": "triage"})
    assert stale.status_code == 409
    done = irina.post(f"/requests/{ask.key}/route/", {"area": "apps", "version": "1", "next": "triage"})
    assert done.status_code == 302
    assert WorkRequest.objects.get().team == cast.mobile


def test_a_type_and_a_duplicate_are_suggested_by_what_is_alike(cast: Cast) -> None:
    bug = RequestType.objects.create(key="bug", name={"en": "Bug"}, position=2)
    twins = [make_ask(cast, title="Basket button is broken on phones") for _number in range(2)]
    WorkRequest.objects.update(type=bug)
    ask = make_ask(cast, title="The basket button is broken on phones")
    cto = browser(cast.cto)
    page = text_of(cto.get(f"/requests/{ask.key}/suggestions/"))
    assert "Type: Bug" in page
    assert "So are 2 of 2 requests like it." in page
    assert f"Repeats {twins[0].key}" in page
    cto.post(f"/requests/{ask.key}/route/", {"type": "bug", "version": "1"})
    assert WorkRequest.objects.get(pk=ask.pk).type == bug
    cto.post(f"/requests/{ask.key}/route/", {"area": "", "type": "structured-data", "version": "2"})
    assert WorkRequest.objects.get(pk=ask.pk).type == cast.type
    cto.post(f"/requests/{ask.key}/merge/", {"into": twins[0].key, "version": "3"})
    assert WorkRequest.objects.get(pk=ask.pk).state == State.MERGED


def test_hosts_are_suggested_and_lead_to_the_proposal(cast: Cast) -> None:
    web = make_portfolio(cast)
    WorkRequest.objects.filter(pk=web.ask.pk).update(state=State.FILED)
    page = browser(cast.cto).get(f"/requests/{web.ask.key}/suggestions/").content.decode()
    assert "could carry it" in page
    assert f"/requests/{web.ask.key}/embed/?host=" in page


def test_the_inbox_asks_for_suggestions_only_when_somebody_wants_them(cast: Cast) -> None:
    ask = make_ask(cast)
    page = browser(cast.cto).get("/triage/").content.decode()
    assert f'hx-get="/requests/{ask.key}/suggestions/?next=triage" hx-target="#suggestions"' in page
    part = browser(cast.cto).get(
        f"/requests/{ask.key}/suggestions/", headers={"HX-Request": "true", "HX-Target": "div#suggestions"}
    )
    assert "<html" not in part.content.decode()
    assert "Nothing to suggest" in text_of(part)


def test_suggestions_are_for_who_may_triage(cast: Cast) -> None:
    ask = make_ask(cast)
    for user in (cast.seo_lead, cast.cmo, cast.coo, cast.frontend_lead):
        assert browser(user).get(f"/requests/{ask.key}/suggestions/").status_code == 403
        assert browser(user).post(f"/requests/{ask.key}/route/", {"area": "search"}).status_code == 403


def test_a_host_is_not_proposed_before_the_request_says_what_embedding_needs(cast: Cast) -> None:
    make_portfolio(cast)
    ask = make_ask(cast, title="Something else entirely")
    reason = "Before it can be embedded it needs: "
    cto = browser(cast.cto)
    shown = cto.get(f"/requests/{ask.key}/suggestions/")
    assert reason in text_of(shown)
    assert f"/requests/{ask.key}/embed/?host=" not in shown.content.decode()
    form = cto.get(f"/requests/{ask.key}/embed/").content.decode()
    assert form.index(reason) < form.index('name="added_weeks"')
    assert f'action="/requests/{ask.key}/ask/"' in form
    assert "Please add: " in form
    own = browser(cast.seo_lead).get(f"/requests/{ask.key}/embed/").content.decode()
    assert reason in own
    assert f"/requests/{ask.key}/ask/" not in own, "who asks is who triages"
