"""Two owners edit one item of the roadmap at the same time."""

from typing import Any

from roadmap.products.actions import edit_roadmap_item, move_roadmap_item
from roadmap.products.models import Product
from tests.forms import send_form, text_of
from tests.makers import NOON, Cast
from tests.roadmap.makers import fresh, make_plan
from tests.roadmap.test_roadmap_pages import signed_in


def test_a_title_and_a_note_by_two_owners_are_both_kept(cast: Cast, product: Product) -> None:
    plan = make_plan(cast, product, "Structured data")
    url = f"/roadmap/items/{plan.pk}/edit/"
    owner = signed_in(cast.seo_lead)
    form = owner.get(url)
    given: dict[str, Any] = {"actor": cast.platform_lead.viewer(), "at": NOON, "plan": fresh(plan)}
    edit_roadmap_item(**given, expected=plan.version, changes={"title": "Structured data everywhere"})
    move_roadmap_item(**given, horizon="next")
    after = text_of(send_form(owner, form, url, note="Only with the new templates."))
    plan.refresh_from_db()
    assert (plan.title, plan.note) == ("Structured data everywhere", "Only with the new templates.")
    assert "changed: title; " in after
    assert "That is kept beside what you changed." in after


def test_a_title_that_both_changed_is_asked_about(cast: Cast, product: Product) -> None:
    plan = make_plan(cast, product, "Structured data")
    url = f"/roadmap/items/{plan.pk}/edit/"
    owner = signed_in(cast.seo_lead)
    form = owner.get(url)
    actor = cast.platform_lead.viewer()
    edit_roadmap_item(actor=actor, at=NOON, plan=fresh(plan), expected=plan.version, changes={"title": "Theirs"})
    clash = send_form(owner, form, url, title="Mine")
    assert clash.status_code == 409
    assert f"{cast.platform_lead.name} changed it to Theirs" in text_of(clash)
    send_form(owner, clash, url, **{"keep-title": "theirs"})
    assert fresh(plan).title == "Theirs"
