"""Links for whoever has no account: they open one roadmap to read, until they expire or are revoked."""

import hashlib
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from roadmap.products.actions import revoke_share, share_roadmap
from roadmap.products.models import Product, ShareLink
from tests.forms import heading_of, send_form, text_of
from tests.makers import Cast
from tests.roadmap.makers import by, make_plan, make_product, tie
from tests.roadmap.test_roadmap_pages import running, signed_in
from tests.svg import read_svg
from tests.tracker.portfolio import FIRST_BELOW, Portfolio, make_request
from tracker.backlog.models import BacklogItem
from tracker.kernel import clock
from tracker.kernel.errors import Invalid, NotAllowed
from tracker.promises.models import WorkCalendar

__all__ = ["running"]


@pytest.fixture
def address(cast: Cast, product: Product) -> str:
    _link, secret = share_roadmap(actor=cast.seo_lead.viewer(), at=clock.now(), product=product)
    return f"/shared/{secret}/"


def test_a_link_is_made_by_the_owners_and_its_secret_is_kept_nowhere(cast: Cast, product: Product) -> None:
    link, secret = share_roadmap(**by(cast.platform_lead), product=product, days=7)
    assert bytes(link.digest) == hashlib.sha256(secret.encode()).digest()
    assert link.expires_at - link.made_at == timedelta(days=7)
    for days in (0, 367):
        with pytest.raises(Invalid):
            share_roadmap(**by(cast.cmo), product=product, days=days)
    with pytest.raises(NotAllowed):
        share_roadmap(**by(cast.analyst), product=product)


def test_the_page_shows_the_secret_once(cast: Cast, product: Product, stranger: Client) -> None:
    owner = signed_in(cast.seo_lead)
    made = send_form(owner, owner.get("/roadmap/seo/links/"), "/roadmap/seo/links/new/", days="30")
    found = re.search(r'<code id="new-link">http://testserver(/shared/[\w-]{43}/)</code>', made.content.decode())
    assert found
    assert stranger.get(found[1]).status_code == 200
    assert "/shared/" not in owner.get("/roadmap/seo/links/").content.decode()
    assert signed_in(cast.analyst).get("/roadmap/seo/links/").status_code == 403
    link = ShareLink.objects.get()
    owner.post(f"/roadmap/links/{link.pk}/revoke/", {"version": 1})
    assert stranger.get(found[1]).status_code == 404


def test_a_stranger_reads_and_finds_no_way_on(
    cast: Cast, product: Product, running: Portfolio, address: str, stranger: Client
) -> None:
    low = running.projects[FIRST_BELOW]
    tie(cast, make_plan(cast, product, "Store pages", note="Among us.", ends_on=clock.now().date()), low)
    answer = stranger.get(address)
    page = answer.content.decode()
    assert heading_of(answer) == "SEO: its one item is at risk"
    assert f"{low.key} is below the line in Web" in text_of(answer)
    assert not re.search(r"<(script|form|button)\b", page)
    assert re.findall(r"<a\b[^>]*>", page) == ['<a class="small wide" href="?as=svg" download>'], (
        "its picture, no way on"
    )
    assert "@" not in page
    assert "Among us." not in page
    assert " style=" not in page
    assert answer.headers["X-Robots-Tag"].startswith("noindex")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert not answer.cookies
    assert stranger.post(address).status_code == 405


def test_what_is_restricted_is_never_there(
    cast: Cast, product: Product, running: Portfolio, address: str, stranger: Client
) -> None:
    ask = make_request(cast, title="Zibbelwort", restricted=True)
    item = running.propose(ask=ask)
    running.agree(item)
    BacklogItem.objects.filter(pk=item.pk).update(orphaned_at=clock.now())
    tie(cast, make_plan(cast, product, "A"), item)
    for reader in (stranger, signed_in(cast.cto)):
        page = reader.get(address)
        assert "at risk" in text_of(page)
        for word in ("Zibbelwort", item.key, ask.key, "may not see"):
            assert word not in page.content.decode()
    assert (
        "Zibbelwort"
        in signed_in(cast.cto).get("/roadmap/").content.decode()
        + signed_in(cast.cto).get(f"/roadmap/items/{product.items.get().pk}/").content.decode()
    )


def test_the_timeline_is_there_as_inside_with_its_table_and_its_file(
    cast: Cast, product: Product, address: str, stranger: Client
) -> None:
    assert "timeline-seo" not in stranger.get(address).content.decode(), "nothing has a day yet"
    make_plan(cast, product, "Guides", "later", ends_on=clock.now().date() + timedelta(days=60))
    page = stranger.get(address).content.decode()
    inside = signed_in(cast.analyst).get("/roadmap/seo/timeline/").content.decode()
    drawn = [one[one.index('<svg class="picture"') : one.index("</svg>")] for one in (page, inside)]
    assert drawn[0] == drawn[1]
    assert "<td>Guides</td>" in page[page.index("<tbody>") :]
    answer = stranger.get(f"{address}?as=svg")
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.headers["X-Robots-Tag"].startswith("noindex")
    assert "Guides" in [element.text for element in read_svg(answer.content).iter()]


def test_its_days_and_times_are_those_of_the_firm(cast: Cast, product: Product, address: str, stranger: Client) -> None:
    assert "(UTC)" in text_of(stranger.get(address))
    far = "Pacific/Kiritimati"
    WorkCalendar.objects.update_or_create(team=None, defaults={"zone": far})
    there = clock.now().astimezone(ZoneInfo(far))
    shown = text_of(stranger.get(address))
    assert f"As it stood today {there:%H:}" in shown
    assert f"({far})" in shown


def test_expired_revoked_and_unknown_links_are_answered_alike(
    cast: Cast, product: Product, address: str, stranger: Client
) -> None:
    link = ShareLink.objects.select_related("product").get()
    assert stranger.get(address).status_code == 200
    unknown = stranger.get("/shared/" + "x" * 43 + "/")
    ShareLink.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    expired = stranger.get(address)
    ShareLink.objects.update(expires_at=clock.now() + timedelta(days=1))
    assert stranger.get(address).status_code == 200
    revoke_share(actor=cast.coo.viewer(), at=clock.now(), link=link)
    revoked = stranger.get(address)
    assert {unknown.status_code, expired.status_code, revoked.status_code} == {404}
    scrubbed = {
        re.sub(r'(nonce|value|name|action|data-url)="[^"]*"', "", answer.content.decode())
        for answer in (unknown, expired, revoked)
    }
    assert len(scrubbed) == 1


def test_a_link_opens_its_own_product_alone(cast: Cast, product: Product, address: str, stranger: Client) -> None:
    make_plan(cast, make_product(cast, "Shop"), "Theirs")
    page = stranger.get(address)
    assert "Theirs" not in page.content.decode()
    assert "SEO" in heading_of(page)


def test_it_is_read_in_russian_too(cast: Cast, product: Product, address: str, stranger: Client) -> None:
    make_plan(cast, product, "A")
    page = stranger.get(address, headers={"Accept-Language": "ru"})
    assert heading_of(page) == "SEO: 1 пункт, угроз нет"
    assert "ответственный от бизнеса" in text_of(page)
