"""The roadmap over HTTP, as a browser without JavaScript meets it."""

import pytest
from django.test import Client

from roadmap.products.models import ItemTie, Objective, Product, RoadmapItem
from roadmap.products.states import PlanState
from tests.forms import heading_of, send_form, text_of
from tests.makers import Cast
from tests.roadmap.makers import fresh, make_plan, make_product, order_of, tie
from tests.tracker.portfolio import FIRST_BELOW, Portfolio, make_request
from tracker.kernel import clock
from tracker.people.models import User
from tracker.projects.models import Period


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def running(web: Portfolio) -> Portfolio:
    """Pages ask for the quarter of today."""
    today = clock.now().date()
    Period.objects.update(starts_on=today, ends_on=today.replace(year=today.year + 1))
    return web


def test_the_title_is_the_news_and_the_risk_is_said_with_its_link(
    cast: Cast, product: Product, running: Portfolio
) -> None:
    low = running.projects[FIRST_BELOW]
    tie(cast, make_plan(cast, product, "Store pages"), low)
    tie(cast, make_plan(cast, product, "Product pages", "next"), running.edge)
    page = signed_in(cast.analyst).get("/roadmap/")
    assert heading_of(page) == "SEO: 1 of 2 items is at risk"
    assert f"{low.key} is below the line in Web" in text_of(page)
    assert f'href="/projects/{low.key}/"' in page.content.decode()
    assert "Add an item" not in text_of(page)
    assert "data-move-url" not in page.content.decode()
    item = signed_in(cast.analyst).get(f"/roadmap/items/{RoadmapItem.objects.get(title='Store pages').pk}/")
    assert heading_of(item) == f"Store pages is at risk: {low.key} is below the line in Web"


def test_a_chief_founds_a_product_and_its_owners_fill_it(cast: Cast) -> None:
    chief = signed_in(cast.cmo)
    assert heading_of(chief.get("/roadmap/")) == "No product yet"
    owners = {"business_owner": cast.seo_lead.pk, "delivery_owner": cast.platform_lead.pk}
    made = send_form(chief, chief.get("/roadmap/products/new/"), "/roadmap/products/new/", name="SEO", **owners)
    assert heading_of(made) == "SEO: nothing is planned yet"
    owner = signed_in(cast.seo_lead)
    new = "/roadmap/seo/objectives/new/"
    send_form(owner, owner.get(new), new, title="More clicks", kpi="clicks", baseline="41200", target="46144")
    new = "/roadmap/seo/items/new/"
    objective = Objective.objects.get()
    page = send_form(owner, owner.get(new), new, title="Structured data", horizon="now", objective=objective.pk)
    assert heading_of(page) == "Structured data: nothing delivers it yet"
    assert "put it on the roadmap" in text_of(page)
    assert "More clicks" in text_of(owner.get("/roadmap/"))
    edit = f"/roadmap/objectives/{objective.pk}/edit/"
    send_form(owner, owner.get(edit), edit, target="50000")
    assert Objective.objects.get().target == 50000


def test_somebody_else_reads_and_may_not_change(cast: Cast, product: Product) -> None:
    plan = make_plan(cast, product, "A")
    reader = signed_in(cast.analyst)
    for path in ("/roadmap/seo/edit/", "/roadmap/seo/items/new/", f"/roadmap/items/{plan.pk}/edit/"):
        assert reader.get(path).status_code == 403
    for name, body in (("move", {"after": "later"}), ("tie", {"key": "P-06"}), ("close", {"outcome": "done"})):
        assert reader.post(f"/roadmap/items/{plan.pk}/{name}/", body).status_code == 403
    assert fresh(plan).version == 1


def test_a_plain_form_moves_an_item_to_any_place(cast: Cast, product: Product) -> None:
    plans = {title: make_plan(cast, product, title) for title in "ABC"}
    owner = signed_in(cast.platform_lead)
    page = owner.get(f"/roadmap/seo/?move={plans['A'].pk}")
    assert '<dialog id="mover" class="dialog" aria-labelledby="mover-title" open' in page.content.decode()
    address = f"/roadmap/items/{plans['A'].pk}/move/"
    moved = send_form(owner, page, address, after="later")
    assert "A stands in Later now." in text_of(moved)
    owner.post(f"/roadmap/items/{plans['C'].pk}/move/", {"after": plans["A"].pk, "version": 1})
    owner.post(f"/roadmap/items/{plans['B'].pk}/move/", {"after": "", "horizon": "next", "version": 1})
    assert order_of(product) == {"now": [], "next": ["B"], "later": ["A", "C"]}
    late = owner.post(f"/roadmap/items/{plans['B'].pk}/move/", {"after": "now", "version": 1}, follow=True)
    assert "Somebody changed this before you" in text_of(late)
    for wrong in ("999999", "x", "1" * 30):
        told = owner.post(f"/roadmap/items/{plans['B'].pk}/move/", {"after": wrong}, follow=True)
        assert "There is no such place." in text_of(told)
    assert order_of(product)["next"] == ["B"]


def test_what_delivers_it_is_tied_by_key_and_untied(cast: Cast, product: Product, running: Portfolio) -> None:
    plan = make_plan(cast, product, "A")
    item = running.agreed()
    owner = signed_in(cast.seo_lead)
    address = f"/roadmap/items/{plan.pk}/"
    page = send_form(owner, owner.get(address), f"{address}tie/", key=item.key.lower())
    assert f"{item.key} delivers it." in text_of(page)
    assert heading_of(page) == "A: 0 of 1 delivered"
    wrong = send_form(owner, page, f"{address}tie/", key="P-9999")
    assert wrong.status_code == 422
    assert "There is no backlog item or project with this key." in text_of(wrong)
    gone = send_form(owner, owner.get(address), f"{address}untie/", key=item.key)
    assert f"{item.key} no longer delivers it." in text_of(gone)
    assert not ItemTie.objects.exists()


def test_an_item_is_done_or_dropped_with_a_reason(cast: Cast, product: Product) -> None:
    first, second = (make_plan(cast, product, title) for title in ("First thing", "Second thing"))
    owner = signed_in(cast.seo_lead)
    address = f"/roadmap/items/{first.pk}/"
    silent = owner.post(f"{address}close/", {"outcome": "dropped", "reason": "", "version": 1})
    assert silent.status_code == 422
    assert "Say why it is dropped." in text_of(silent)
    owner.post(f"{address}close/", {"outcome": "dropped", "reason": "No money.", "version": 1})
    owner.post(f"/roadmap/items/{second.pk}/close/", {"outcome": "done", "version": 1})
    assert (fresh(first).state, fresh(second).state) == (PlanState.DROPPED, PlanState.DONE)
    page = owner.get(address)
    assert heading_of(page) == "First thing: dropped"
    assert "No money." in text_of(page)
    assert "Tie it" not in text_of(page)
    assert "Closed" in text_of(owner.get("/roadmap/"))


def test_several_products_are_listed_with_their_news(cast: Cast, product: Product) -> None:
    shop = make_product(cast, "Shop")
    make_plan(cast, shop, "A")
    page = signed_in(cast.analyst).get("/roadmap/")
    assert heading_of(page) == "2 products"
    assert "SEO: nothing is planned yet" in text_of(page)
    assert "Shop: 1 item, not at risk" in text_of(page)
    assert signed_in(cast.analyst).get("/roadmap/shop/").status_code == 200
    assert signed_in(cast.analyst).get("/roadmap/nothing/").status_code == 404


def test_a_stale_form_keeps_what_was_typed(cast: Cast, product: Product) -> None:
    plan = make_plan(cast, product, "A")
    RoadmapItem.objects.filter(pk=plan.pk).update(version=3)
    body = {"title": "My words", "origin": "users", "version": "2"}
    late = signed_in(cast.seo_lead).post(f"/roadmap/items/{plan.pk}/edit/", body)
    assert late.status_code == 409
    assert "My words" in late.content.decode()


def test_what_is_restricted_is_neither_on_the_page_nor_in_the_story(
    cast: Cast, product: Product, running: Portfolio
) -> None:
    ask = make_request(cast, title="Zibbelwort", restricted=True)
    item = running.propose(ask=ask)
    running.agree(item)
    plan = tie(cast, make_plan(cast, product, "A"), item)
    for path in ("/roadmap/", f"/roadmap/items/{plan.pk}/"):
        hidden = signed_in(cast.sre).get(path)
        assert "1 more that you may not see" in text_of(hidden)
        assert "Zibbelwort" not in hidden.content.decode()
        assert item.key not in hidden.content.decode()
    assert "tied something to it that you may not see" in text_of(hidden)
    seen = text_of(signed_in(cast.cto).get(f"/roadmap/items/{plan.pk}/"))
    assert "Zibbelwort" in seen
    assert f"tied {item.key} to it" in seen


def test_the_roadmap_has_its_place_among_the_others(cast: Cast) -> None:
    page = signed_in(cast.analyst).get("/").content.decode()
    assert page.index('href="/backlog/"') < page.index('href="/roadmap/"')
