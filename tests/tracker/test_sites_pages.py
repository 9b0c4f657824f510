import pytest
from django.test import Client

from tests.ledger import counted
from tests.makers import Cast
from tracker.people.models import User
from tracker.sites.models import Area, Site

SHELL = 3
"""The session, the person, and what stands around every page."""


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_the_administrator_adds_a_site_and_its_first_area(cast: Cast) -> None:
    client = signed_in(cast.admin)
    made = client.post("/sites/new/", {"name": "German shop", "url": "https://de.lumen.example", "idempotency": "a"})
    assert made.headers["Location"] == "/sites/german-shop/areas/new/"
    again = client.post("/sites/new/", {"name": "German shop", "url": "https://de.lumen.example", "idempotency": "a"})
    assert again.headers["Location"] == made.headers["Location"]
    assert Site.objects.count() == 2
    fields = {"name": "Checkout", "pattern": "/kasse/*", "team": "web", "components": "cart\n\npay", "url_count": ""}
    assert client.post("/sites/german-shop/areas/new/", fields).status_code == 302
    area = Area.objects.get(key="checkout")
    assert (area.components, area.url_count, area.team) == (["cart", "pay"], 0, cast.web)
    assert "Checkout" in client.get("/sites/").content.decode()
    assert client.post("/sites/new/", {"name": "German shop", "url": "https://x.example"}).status_code == 422


def test_what_is_no_pattern_and_a_name_that_is_taken_are_refused_at_their_fields(cast: Cast) -> None:
    client = signed_in(cast.admin)
    fields = {"name": "Checkout", "pattern": "not a pattern", "team": "web", "components": "", "url_count": ""}
    answer = client.post("/sites/shop/areas/new/", fields)
    assert answer.status_code == 422
    assert 'id="id_pattern-error"' in answer.content.decode()
    assert 'value="not a pattern"' in answer.content.decode()
    twice = client.post("/teams/new/", {"name": cast.web.name, "side": "technology"})
    assert twice.status_code == 422
    assert 'id="id_name-error"' in twice.content.decode()


def test_a_lead_keeps_the_areas_of_the_own_team_and_no_others(cast: Cast) -> None:
    lead = signed_in(cast.platform_lead)
    fields = {"name": "Product detail", "pattern": "/p/*", "team": "web", "components": "", "version": "1"}
    assert lead.post("/areas/product-pages/edit/", fields).status_code == 302
    assert Area.objects.get(key="product-pages").name == "Product detail"
    away = lead.post("/areas/product-pages/edit/", fields | {"team": "data", "version": "2"})
    assert away.status_code == 422
    other = signed_in(cast.seo_lead)
    assert other.get("/areas/product-pages/edit/").status_code == 403
    assert other.post("/areas/product-pages/edit/", fields).status_code == 403
    assert lead.get("/sites/shop/edit/").status_code == 403


def test_a_stale_area_keeps_what_was_typed_and_shows_the_new_version(cast: Cast) -> None:
    client = signed_in(cast.admin)
    Area.objects.filter(key="search").update(version=4)
    fields = {"name": "My words", "team": "web", "version": "3"}
    late = client.post("/areas/search/edit/", fields)
    page = late.content.decode()
    assert late.status_code == 409
    assert "My words" in page
    assert 'name="version" value="4"' in page


@pytest.mark.parametrize("path", ["/sites/nothing/edit/", "/areas/nothing/edit/", "/sites/nothing/areas/new/"])
def test_what_does_not_exist_is_not_found(cast: Cast, path: str) -> None:
    answer = signed_in(cast.admin).get(path)
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_a_stranger_is_sent_to_sign_in(cast: Cast, stranger: Client) -> None:
    for path in ("/sites/", "/sites/new/", "/people/", "/teams/", "/settings/", "/profile/"):
        assert stranger.get(path).headers["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("path", ["/sites/", "/people/", "/profile/", "/profile/tokens/", "/settings/"])
def test_lists_cost_two_statements_however_long_they_are(cast: Cast, path: str) -> None:
    client = signed_in(cast.admin)
    with counted() as count:
        assert client.get(path).status_code == 200
    assert len(count) <= SHELL + 2, count.statements


def test_teams_cost_two_more_for_the_weeks_of_their_quarter(cast: Cast) -> None:
    client = signed_in(cast.admin)
    with counted() as count:
        assert client.get("/teams/").status_code == 200
    assert len(count) <= SHELL + 4, count.statements
