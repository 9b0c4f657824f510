"""The roadmap in time: a picture, its table and its file."""

import re
from datetime import timedelta
from typing import Any

from django.test import Client

from roadmap.products.models import Product
from roadmap.products.queries import roadmap_of
from roadmap.web.timeline import timeline_picture
from tests.forms import text_of
from tests.makers import Cast
from tests.roadmap.makers import make_plan, tie
from tests.svg import read_svg
from tests.tracker.portfolio import FIRST_BELOW, Portfolio
from tracker.kernel import clock
from tracker.people.models import User
from tracker.projects.models import Period
from tracker.templatetags.geometry import FULL


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_items_are_drawn_and_listed_with_the_same_days(cast: Cast, product: Product, web: Portfolio) -> None:
    today = clock.now().date()
    Period.objects.update(starts_on=today, ends_on=today.replace(year=today.year + 1))
    days: dict[str, Any] = {"starts_on": today - timedelta(days=20), "ends_on": today + timedelta(days=30)}
    low = web.projects[FIRST_BELOW]
    tie(cast, make_plan(cast, product, "Store pages", **days), low)
    make_plan(cast, product, "Guides", "later", ends_on=today + timedelta(days=60))
    make_plan(cast, product, "Someday", "later")
    answer = signed_in(cast.analyst).get("/roadmap/seo/timeline/")
    page = answer.content.decode()
    marks = re.findall(r'<title>([^<]*)</title><rect class="piece (\w+)" x="([\d.]+)%"', page)
    assert [(tip.split(":")[0], tone) for tip, tone, _x in marks] == [("Store pages", "risk"), ("Guides", "open")]
    assert float(marks[0][2]) < float(marks[1][2])
    assert 'fill="url(#hatch)"' in page
    assert 'class="now"' in page
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    assert table.count("<tr>") == 2
    assert f"{low.key} is below the line in Web" in table
    assert "Someday" not in table
    assert "Without a day" in text_of(answer)
    assert "Someday" in text_of(answer)


def test_the_board_and_the_timeline_lead_to_each_other(cast: Cast, product: Product) -> None:
    reader = signed_in(cast.analyst)
    assert 'href="/roadmap/seo/timeline/"' in reader.get("/roadmap/").content.decode()
    empty = reader.get("/roadmap/seo/timeline/")
    assert 'href="/roadmap/seo/"' in empty.content.decode()
    assert "Nothing has a day yet" in text_of(empty)
    assert reader.get("/roadmap/none/timeline/").status_code == 404


def test_the_timeline_is_a_file_too(cast: Cast, product: Product) -> None:
    make_plan(cast, product, "A <b> & c", ends_on=clock.now().date())
    answer = signed_in(cast.analyst).get("/roadmap/seo/timeline/?as=svg")
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="timeline-seo.svg"'
    root = read_svg(answer.content)
    assert "A <b> & c" in [element.text for element in root.iter()]


def test_nothing_leaves_the_frame_however_far_away_it_is(cast: Cast, product: Product) -> None:
    today = clock.now().date()
    make_plan(cast, product, "Long ago", starts_on=today - timedelta(days=3000), ends_on=today - timedelta(days=2000))
    make_plan(cast, product, "Far away", starts_on=today + timedelta(days=3000))
    make_plan(cast, product, "All the time", starts_on=today - timedelta(days=3000), ends_on=today + timedelta(9000))
    plans = roadmap_of(product, cast.analyst.viewer(), today).plans
    picture = timeline_picture(product, plans, today)
    assert len(picture.bars) == len(picture.rows) == 3
    for bar in picture.bars:
        assert bar.x >= 0
        assert bar.width >= 1
        assert bar.x + bar.width <= FULL + 1e-9
        assert bar.y + bar.height <= picture.height
