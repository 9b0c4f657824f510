"""What a change of capacity would do, read before anybody decides."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from tests.makers import Cast
from tests.tracker.portfolio import Portfolio, make_portfolio
from tests.tracker.test_project_verbs import above
from tracker.notices.models import Notice
from tracker.people.models import User
from tracker.projects.models import Capacity, Period, Project
from tracker.projects.rules import weeks_between

NUMBERS = {"gross": "150", "reserve_percent": "25", "allowance": "3"}


@pytest.fixture
def web(cast: Cast) -> Portfolio:
    """The pages ask the clock: the quarter of the tests is stretched to hold today."""
    portfolio = make_portfolio(cast)
    Period.objects.update(starts_on="2026-01-05", ends_on="2099-03-31")
    return portfolio


def ask(who: User, web: Portfolio, **numbers: str) -> tuple[int, str, str]:
    """The status, the text and the HTML of the look."""
    client = Client()
    client.force_login(who)
    answer = client.get(f"/capacity/web/{web.cast.period.key}/", NUMBERS | numbers)
    html = answer.content.decode()
    return answer.status_code, re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)), html


def keys(projects: Any) -> set[str]:
    return set(Project.objects.filter(pk__in=projects).values_list("key", flat=True))


def test_a_look_names_who_would_fall_and_whose_requests_lose_their_host_and_saves_nothing(web: Portfolio) -> None:
    item = web.agreed()
    before, version = above(), Capacity.objects.get(team=web.cast.web).version
    status, text, _html = ask(web.cast.cto, web, gross="10")
    assert status == 200
    assert "19 projects would fall below the line; 1 request would lose its host" in text
    assert "Nothing is saved yet" in text
    assert f"{web.host.key} {web.host.title}" in text
    assert item.key in text
    assert "Kenji Sato" in text
    assert (above(), Capacity.objects.get(team=web.cast.web).version) == (before, version)


@pytest.mark.parametrize("gross", ["0", "40", "134", "149", "150", "160", "400"])
def test_what_the_look_says_is_what_the_verb_then_does(web: Portfolio, gross: str) -> None:
    web.agreed()
    before = above()
    _status, text, html = ask(web.cast.cto, web, gross=gross)
    kept = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html[html.index("What it would do") :]))
    client = Client()
    client.force_login(web.cast.cto)
    assert client.post(f"/capacity/web/{web.cast.period.key}/", kept).status_code == 302
    changed = keys(before ^ above())
    tables = "".join(re.findall(r"<h3>Would.*?</table>", html, re.DOTALL))
    assert set(re.findall(r"P-\d+", tables)) == changed
    assert ("Nothing would cross the line" in text) == (not changed)


def test_the_look_draws_the_line_as_it_would_be_and_says_who_is_next_to_fall(web: Portfolio) -> None:
    _status, text, html = ask(web.cast.cto, web, gross="152")
    assert f'id="line-web-{web.cast.period.key}"' in html
    last = Project.objects.get(pk=web.edge.pk)
    assert f"Next to fall: {last.key} {last.title}, once more than 1.5 weeks go." in text
    assert "Claimed 109.5 → 109.5 weeks by projects above the line" in text
    assert re.search(r"Left 3 → 1.5 weeks too little for P-\d+, which comes next and needs", text)
    client = Client()
    client.force_login(web.cast.cto)
    file = client.get(f"/capacity/web/{web.cast.period.key}/", NUMBERS | {"gross": "152", "as": "svg"})
    assert file["Content-Type"] == "image/svg+xml"


def test_the_look_names_who_gets_a_message_and_they_get_it(web: Portfolio) -> None:
    item = web.agreed()
    _status, text, html = ask(web.cast.cto, web, gross="10")
    owners = {person.name for person in (item.business_owner, item.delivery_owner) if person}
    named = ", ".join(sorted(owners))
    assert f"{len(owners)} people get a message for each request of theirs: {named}." in text
    Notice.objects.all().delete()
    kept = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html[html.index("What it would do") :]))
    client = Client()
    client.force_login(web.cast.cto)
    assert client.post(f"/capacity/web/{web.cast.period.key}/", kept).status_code == 302
    assert set(Notice.objects.values_list("user__name", flat=True)) == owners


def test_where_no_request_loses_its_host_nobody_gets_a_message(web: Portfolio) -> None:
    assert "Nobody gets a message for it" in ask(web.cast.cto, web, gross="10")[1]


def test_leaving_it_as_it_is_says_that_nothing_was_changed(web: Portfolio) -> None:
    client = Client()
    client.force_login(web.cast.cto)
    left = client.get(f"/capacity/web/{web.cast.period.key}/?leave=1", follow=True).content.decode()
    assert "Nothing was changed: the capacity of Web" in left


def test_people_who_leave_take_the_weeks_that_were_left_of_the_quarter(web: Portfolio) -> None:
    """26 to 31 March 2099 are Thursday to Tuesday: four working days, 0.8 weeks."""
    _status, text, html = ask(web.cast.cto, web, leaving="2", since="2099-03-26")
    assert "150 → 148.4 weeks" in text
    assert "people: −2, each 0.8 weeks: from 26 March 2099 to the end of the quarter, 31 March 2099" in text
    assert 'name="gross" value="148.40"' in html


def test_a_wrong_number_keeps_what_was_typed(web: Portfolio) -> None:
    status, text, html = ask(web.cast.cto, web, gross="-1", coming="3")
    assert status == 422
    assert "What it would do" not in text
    assert 'value="-1"' in html
    assert 'value="3"' in html


def test_the_numbers_of_the_team_are_folded_away_unless_others_are_typed(web: Portfolio) -> None:
    fold = "<details><summary>More</summary>"
    saved = Capacity.objects.get(team__key="web", period=web.cast.period)
    numbers = {"gross": str(saved.gross), "reserve_percent": str(saved.reserve_percent)}
    numbers["allowance"] = str(saved.allowance)
    assert fold in ask(web.cast.cto, web, **numbers)[2]
    assert fold not in ask(web.cast.cto, web, **numbers | {"gross": "1"})[2]


def test_who_does_not_rank_projects_may_not_look(web: Portfolio) -> None:
    assert ask(web.cast.platform_lead, web)[0] == 403


@pytest.mark.parametrize(
    ("first", "last", "weeks"),
    [
        (date(2026, 11, 30), date(2026, 12, 31), "4.8"),
        (date(2026, 11, 28), date(2026, 11, 29), "0.0"),
        (date(2026, 11, 27), date(2026, 11, 30), "0.4"),
        (date(2026, 10, 1), date(2026, 12, 31), "13.2"),
        (date(2027, 1, 4), date(2027, 1, 3), "0.0"),
        (date(2027, 1, 4), date(2026, 10, 1), "0.0"),
    ],
)
def test_a_person_gives_a_week_for_five_days_from_monday_to_friday(first: date, last: date, weeks: str) -> None:
    assert weeks_between(first, last) == Decimal(weeks)


def test_the_button_says_that_it_saves_and_how_many_hear_of_it(web: Portfolio) -> None:
    web.agreed()
    _status, text, html = ask(web.cast.cto, web, gross="10")
    told = re.search(r"(\d+) (?:people get|person gets) a message", text)
    assert told
    assert f"Save and tell {told[1]} p" in text
    assert "Draw the line on these numbers" not in html
    _status, calm, _html = ask(web.cast.cto, web)
    assert "Save and tell" not in calm
    client = Client()
    client.force_login(web.cast.cto)
    before = client.get(f"/capacity/web/{web.cast.period.key}/").content.decode()
    assert "nothing is saved before you say so" in before


def test_each_project_that_would_fall_stands_with_its_weeks(web: Portfolio) -> None:
    _status, _text, html = ask(web.cast.cto, web, gross="10")
    table = html[html.index("<h3>Would fall") : html.index("</table>", html.index("<h3>Would fall"))]
    assert len(re.findall(r'<td class="num">[\d.]+ w</td>', table)) == 19
