"""Items of the roadmap in the search, which knows nothing of the roadmap."""

from roadmap.products.models import Product
from tests.forms import text_of
from tests.makers import Cast
from tests.roadmap.makers import make_plan
from tests.roadmap.test_roadmap_pages import signed_in
from tracker.people.models import User


def test_an_item_of_the_roadmap_is_found_by_its_words(cast: Cast, product: Product) -> None:
    plan = make_plan(cast, product, "Structured data everywhere")
    page = signed_in(cast.analyst).get("/search/", {"q": "everywhere STRUCTURED"})
    assert f'href="/roadmap/items/{plan.pk}/"' in page.content.decode()
    assert "Roadmap items Structured data everywhere" in text_of(page)


def test_who_has_no_role_finds_none(cast: Cast, product: Product) -> None:
    make_plan(cast, product, "Structured data everywhere")
    cast.analyst.roles = []
    cast.analyst.save()
    person = User.objects.get(pk=cast.analyst.pk)
    assert "everywhere</a>" not in signed_in(person).get("/search/", {"q": "everywhere"}).content.decode()
