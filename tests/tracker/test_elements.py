"""The language of elements: what each says to readers, to keys and to a browser without scripts."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.template import engines
from django.test import Client, RequestFactory
from django.utils import translation

from tests.makers import Cast
from tracker.people.models import User
from tracker.projects.words import say_weeks
from tracker.templatetags.drawn import CAPACITY_HEIGHT, stack_blocks
from tracker.templatetags.elements import initials_of
from tracker.templatetags.times import number, say_day, weeks
from tracker.web import shell
from tracker.web.shell import Shell, count_waiting

APP = Path(shell.__file__).parents[1]
NOON = datetime(2027, 2, 3, 12, tzinfo=UTC)


def draw(source: str, path: str = "/somewhere/", **context: Any) -> str:
    request = RequestFactory().get(path)
    return engines["django"].from_string(source).render({"now": NOON, **context}, request)


class AskForm(forms.Form):
    title = forms.CharField(help_text="As you would say it.")
    until = forms.DateField(required=False)


@pytest.fixture
def signed_in(cast: Cast, client: Client) -> Client:
    client.force_login(cast.cto)
    return client


def test_a_refused_button_cannot_be_pressed_and_says_why() -> None:
    drawn = draw('{% button "Launch" why_not="An open check stands in the way." %}')
    assert "disabled" in drawn
    assert "An open check stands in the way." in drawn


def test_a_posting_button_carries_its_guards() -> None:
    drawn = draw('{% button "Accept" post="/requests/R-1/accept/" version=7 key="a" %}')
    for part in ('name="csrfmiddlewaretoken"', 'name="idempotency"', 'name="version" value="7"', 'data-key="a"'):
        assert part in drawn
    assert 'method="post"' in drawn


def test_the_opener_of_a_dialog_is_a_link_that_works_without_scripts() -> None:
    drawn = draw('{% button "Ask" dialog="ask" %}', path="/requests/?team=web")
    assert 'href="?team=web&amp;dialog=ask"' in drawn
    opened = draw('{% dialog "ask" title="Ask" %}…{% enddialog %}', path="/requests/?team=web&dialog=ask")
    assert re.search(r"<dialog[^>]* open", opened)
    assert 'href="/requests/?team=web"' in opened


def test_a_wrong_field_is_tied_to_its_hint_and_its_error() -> None:
    drawn = draw("{% field form.title %}", form=AskForm({}))
    assert 'aria-describedby="id_title-hint id_title-error"' in drawn
    assert 'aria-invalid="true"' in drawn
    assert drawn.count('id="id_title-error"') == 1


def test_a_date_is_given_to_the_browser_as_it_wants_it_in_every_language() -> None:
    with translation.override("ru"):
        drawn = draw("{% field form.until %}", form=AskForm(initial={"until": date(2027, 2, 19)}))
    assert 'type="date"' in drawn
    assert 'value="2027-02-19"' in drawn


def test_a_failed_form_names_what_is_wrong_and_links_to_it() -> None:
    drawn = draw('{% form action="/x/" of=form version=3 %}{% endform %}', form=AskForm({}))
    assert 'role="alert"' in drawn
    assert 'href="#id_title"' in drawn


@pytest.mark.parametrize(
    "on, said",
    [
        (date(2027, 2, 3), "today"),
        (date(2027, 2, 4), "tomorrow"),
        (date(2027, 2, 2), "yesterday"),
        (date(2027, 2, 7), "Sunday"),
        (date(2027, 1, 12), "12 January"),
        (date(2026, 12, 31), "31 December 2026"),
    ],
)
def test_dates_are_said_as_people_say_them(on: date, said: str) -> None:
    assert say_day(on, NOON.date()) == said


@pytest.mark.parametrize(
    ("value", "english", "russian"),
    [
        (Decimal("1.00"), "1 week", "1\xa0чел.‑нед."),
        (Decimal("0.75"), "0.75 weeks", "0,75\xa0чел.‑нед."),
        (Decimal("15.50"), "15.5 weeks", "15,5\xa0чел.‑нед."),
        (Decimal("200.00"), "200 weeks", "200\xa0чел.‑нед."),
        (0, "0 weeks", "0\xa0чел.‑нед."),
        (None, "", ""),
    ],
)
def test_weeks_are_said_exactly_in_the_readers_number(value: Decimal | None, english: str, russian: str) -> None:
    assert say_weeks(value) == english
    with translation.override("ru"):
        assert say_weeks(value) == russian


def test_numbers_are_short_and_have_the_readers_comma() -> None:
    assert [weeks(15.5), weeks(9), weeks(Decimal("0.75"))] == ["15.5 w", "9 w", "0.75 w"]
    assert [number(Decimal("46100.0000")), number(Decimal("0.0825"), 4)] == ["46,100", "0.0825"]
    with translation.override("ru"):
        assert weeks(15.5).startswith("15,5")


def test_attributes_of_drawings_never_have_a_comma() -> None:
    with translation.override("ru"):
        drawn = draw("{% effort_bar 7 15.5 above=False %}")
    assert 'width="63.2"' in drawn
    assert "url(#hatch)" in drawn


def test_blocks_of_capacity_fill_the_bar_in_proportion() -> None:
    parts = [
        {"label": "reserve", "value": 25, "tone": "reserve"},
        {"label": "projects", "value": 75, "tone": "projects"},
    ]
    reserve, projects = stack_blocks(parts, 100)
    assert (reserve.top, reserve.height) == (0, CAPACITY_HEIGHT / 4)
    assert projects.top + projects.height == CAPACITY_HEIGHT


def test_sorting_keeps_the_filter_and_turns_round() -> None:
    assert 'href="?team=web&amp;sort=age"' in draw('{% th "Age" sort="age" %}', path="/requests/?team=web")
    turned = draw('{% th "Age" sort="age" %}', path="/requests/?sort=age&after=R-3")
    assert 'href="?sort=-age"' in turned
    assert 'aria-sort="ascending"' in turned


def test_a_row_that_may_not_be_moved_has_no_handle() -> None:
    source = '{% rankrow key="P-1" title="Search" url="/p/" move_url=move_url version=2 %}{% endrankrow %}'
    assert "data-handle" not in draw(source, move_url="")
    moved = draw(source, move_url="/projects/P-1/move/")
    assert 'data-move-url="/projects/P-1/move/"' in moved
    assert 'href="?move=P-1"' in moved


def test_initials_are_of_the_first_and_the_last_name() -> None:
    assert initials_of("Timur Rakhimov") == "TR"
    assert initials_of("Anna Maria Weber") == "AW"


def test_a_name_cannot_bring_markup_into_a_page() -> None:
    drawn = draw(
        '{% badge word %}{% button word url="/x/" %}{% card title=word %}{{ word }}{% endcard %}', word="<b>x</b>"
    )
    assert "<b>" not in drawn


def test_htmx_is_given_only_what_stands_in_main(signed_in: Client, settings: Any) -> None:
    settings.DEMO = True
    whole = signed_in.get("/elements/")
    headers = {"HX-Request": "true", "HX-Target": "main#main", "HX-Current-URL": "http://testserver/elsewhere/"}
    part = signed_in.get("/elements/", headers=headers)
    assert b"<!doctype html>" in whole.content
    assert b"<html" not in part.content
    assert b"<title>" in part.content
    assert part.headers["HX-Push-Url"] == "/elements/"
    assert {"HX-Request", "HX-Target"} <= set(part.headers["Vary"].split(", "))
    bare = signed_in.get("/elements/", headers={"HX-Request": "true", "HX-Target": "div#found"})
    assert b"<h1>" not in bare.content


def test_the_elements_are_shown_to_contributors_only(signed_in: Client) -> None:
    assert signed_in.get("/elements/").status_code == 404


def test_a_field_that_two_people_changed_is_among_the_states_shown(signed_in: Client, settings: Any) -> None:
    settings.DEMO = True
    page = signed_in.get("/elements/").content.decode()
    assert "Kenji Sato changed it to" in page
    assert page.count('name="keep-title"') == 2
    assert "Changed by both of you: Title. Choose what stays, then save." in page


@pytest.fixture
def waiting() -> Iterator[None]:
    kept = dict(shell._waiting)
    count_waiting("home", lambda viewer: User.objects.filter(roles__contains=["lead"]))
    yield
    shell._waiting.clear()
    shell._waiting.update(kept)


def test_the_frame_asks_the_database_once(
    cast: Cast, waiting: None, django_assert_num_queries: Any, rf: RequestFactory
) -> None:
    request = rf.get("/")
    request.user = User.objects.get(pk=cast.cto.pk)
    with django_assert_num_queries(1):
        frame = Shell(request)
        assert frame.places is not None
        assert frame.unread == 0
        assert frame.quarter is None or frame.quarter.weeks == 13


def test_places_are_listed_only_to_those_who_may_go_there(
    cast: Cast, rf: RequestFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shell, "url_or_nothing", lambda name: f"/{name}/")
    request = rf.get("/triage/")

    def names(person: User) -> set[str]:
        request.user = person
        return {place.name for place in Shell(request).places}

    assert "triage" in names(cast.cto)
    assert "people-list" not in names(cast.cto)
    assert "people-list" in names(cast.admin)
    assert "triage" not in names(cast.admin)


def test_vendored_files_are_what_their_lock_says() -> None:
    vendor = APP / "static" / "tracker" / "vendor"
    locked = json.loads((vendor / "vendor.json").read_text())
    for entry in locked:
        digest = hashlib.sha384((vendor / entry["file"]).read_bytes()).digest()
        assert entry["integrity"] == f"sha384-{base64.b64encode(digest).decode()}"
        assert (vendor / entry["licence_file"]).exists()
    assert {file.name for file in vendor.glob("*.js")} == {entry["file"] for entry in locked}


def test_no_template_has_what_the_policy_blocks() -> None:
    """Inline scripts carry a nonce; a script of our own by its address is allowed by the policy."""
    blocked = re.compile(r"""\sstyle=|\son[a-z]+=["']|<script(?![^>]*(?:nonce|src=))|hx-on|javascript:""")
    found = [
        f"{template.relative_to(APP)}: {match.group().strip()}"
        for template in (APP / "templates").rglob("*.html")
        for match in blocked.finditer(template.read_text())
    ]
    assert not found


def test_the_stylesheet_stays_within_its_measure() -> None:
    """32 KB as it is written: whoever adds to it takes something else out."""
    assert (APP / "static" / "tracker" / "tandem.css").stat().st_size <= 32 * 1024
