"""What somebody reads before they ask a project to carry a request: until when, too late or not, and who answers."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from tests.makers import Cast
from tests.tracker.portfolio import Portfolio, make_portfolio
from tracker.backlog.queries import find_hosts, shared_components
from tracker.intake.models import WorkRequest
from tracker.kernel import clock
from tracker.people.models import Firm, Level, User
from tracker.projects.models import Period, Project
from tracker.projects.queries import Host
from tracker.promises.actions import ensure_policies
from tracker.sites.models import Area
from tracker.web.joining import say_last_day


@pytest.fixture
def web(cast: Cast) -> Portfolio:
    """The pages ask the database's clock: the quarter of the tests is stretched to hold today."""
    portfolio = make_portfolio(cast)
    Period.objects.update(starts_on="2026-01-05", ends_on="2099-03-31")
    Project.objects.update(ends_on="2099-03-31")
    WorkRequest.objects.update(state="accepted", delivery="waiting", decided_at=clock.now())
    return portfolio


def read(user: User, page: str) -> str:
    client = Client()
    client.force_login(user)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", client.get(page).content.decode()))


def test_whoever_proposes_reads_who_answers_until_when_and_what_happens_otherwise(web: Portfolio) -> None:
    ensure_policies(at=clock.now())
    Firm.objects.update(level=Level.TEAM)
    page = f"/requests/{web.ask.key}/embed/"
    named = read(web.cast.seo_lead, f"{page}?host={web.host.key}")
    assert f"Kenji Sato answers within 3 working days; until then {web.ask.key} stays where it is." in named
    assert "then the CTO and the CMO, then the COO." in named
    assert "The owner of the project answers within 3 working days" in read(web.cast.seo_lead, page)


def test_where_no_clock_runs_nobody_reads_of_days(web: Portfolio) -> None:
    Firm.objects.update(level=Level.START)
    shown = read(web.cast.seo_lead, f"/requests/{web.ask.key}/embed/?host={web.host.key}")
    assert f"Kenji Sato answers; until then {web.ask.key} stays where it is." in shown


@pytest.mark.parametrize("page", ["/", "/requests/{key}/", "/requests/{key}/embed/?host={host}"])
def test_a_host_that_ends_after_the_deadline_says_so_wherever_it_is_offered(web: Portfolio, page: str) -> None:
    page = page.format(key=web.ask.key, host=web.host.key)
    assert "after the deadline" not in read(web.cast.seo_lead, page)
    WorkRequest.objects.filter(pk=web.ask.pk).update(deadline_on="2026-11-27")
    shown = read(web.cast.seo_lead, page)
    assert re.search(r"ends on 31 March 2099, after the deadline of (27 November|\w+)", shown)


def test_the_day_of_a_release_that_was_typed_counts_as_a_deadline(web: Portfolio) -> None:
    WorkRequest.objects.filter(pk=web.ask.pk).update(answers={"live_on": "2026-11-27"})
    assert "after the deadline" in read(web.cast.seo_lead, f"/requests/{web.ask.key}/")


def test_home_names_who_answers_for_the_best_host(web: Portfolio) -> None:
    assert f"Kenji Sato, who owns {web.host.key}, answers." in read(web.cast.seo_lead, "/")


def test_the_last_day_to_join_is_one_figure_on_every_page(web: Portfolio) -> None:
    web.ask.refresh_from_db()
    found = next(one for one in find_hosts(web.ask, clock.now()) if one.host.key == web.host.key)
    said = say_last_day(found.last_day, Decimal("1.5"), clock.now().date())
    assert said.startswith("with 1.5 weeks it can be added until ")
    assert said in read(web.cast.seo_lead, f"/requests/{web.ask.key}/")
    assert read(web.cast.seo_lead, f"/requests/{web.ask.key}/embed/?host={web.host.key}").count(said) == 2


def test_where_nobody_said_what_it_takes_the_last_day_says_that_it_comes_earlier() -> None:
    told = say_last_day(date(2026, 12, 21), None, date(2026, 11, 23))
    assert told == "can be added until 21 December, earlier the more it takes"


@pytest.mark.parametrize("page", ["/requests/{key}/", "/requests/{key}/embed/?host={host}"])
def test_where_the_answer_would_come_too_late_for_the_deadline_it_says_so_before_it_is_asked_for(
    web: Portfolio, page: str
) -> None:
    ensure_policies(at=clock.now())
    Firm.objects.update(level=Level.TEAM)
    page = page.format(key=web.ask.key, host=web.host.key)
    WorkRequest.objects.filter(pk=web.ask.pk).update(deadline_on=clock.now().date() + timedelta(days=12))
    assert "The answer is due" not in read(web.cast.seo_lead, page)
    WorkRequest.objects.filter(pk=web.ask.pk).update(deadline_on=clock.now().date() + timedelta(days=1))
    shown = read(web.cast.seo_lead, page)
    assert re.search(r"The answer is due [\w ]+, after the deadline \(tomorrow\)\.", shown)
    assert "If something is broken and loses by the hour, expedite may fit." in shown


def test_shared_components_are_named() -> None:
    areas = [
        {"id": 1, "name": "Prices", "site": 1, "pattern": "/p/*", "components": ["price-box", "template"]},
        {"id": 2, "name": "Elsewhere", "site": 2, "pattern": "/p/*", "components": ["menu"]},
    ]
    host = Host(1, "P-01", "Prices", "Kenji Sato", 1, 1, None, None, True, "build", 1, areas)
    assert shared_components(host, Area(site_id=1, components=["menu", "template"])) == ["template"]
    assert shared_components(host, None) == []
