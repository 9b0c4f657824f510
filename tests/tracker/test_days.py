"""Date fields know the working days of the reader's team."""

from datetime import timedelta

from tests.ledger import counted
from tests.makers import NOON, Cast
from tests.tracker.test_request_pages import browser, make_ask, text_of
from tracker.kernel import clock
from tracker.promises.calendars import OFFICE_WEEK
from tracker.promises.models import WorkCalendar

EVERY_DAY = [[[540, 1080]]] * 7


def test_a_day_is_told_in_the_hours_of_the_readers_own_team(cast: Cast) -> None:
    WorkCalendar.objects.create(team=None, zone="UTC", week=OFFICE_WEEK)
    WorkCalendar.objects.create(team=cast.web, zone="UTC", week=EVERY_DAY)
    day = (clock.now().date() + timedelta(days=7)).isoformat()
    told = text_of(browser(cast.frontend_lead).get("/day/", {"of": "until", "until": day}))
    assert "in 7 working days" in told
    assert "in 5 working days" in text_of(browser(cast.seo_lead).get("/day/", {"of": "until", "until": day}))


def test_without_a_day_the_choices_alone_are_told(cast: Cast) -> None:
    for given in ({}, {"of": "until"}, {"of": "until", "until": "soon"}, {"of": "of"}):
        told = text_of(browser(cast.seo_lead).get("/day/", given))
        assert "tomorrow" in told
        assert "hint" not in told


def test_a_refused_form_tells_what_its_day_means_without_scripts(cast: Cast) -> None:
    ask = make_ask(cast)
    day = clock.now().date() + timedelta(days=30)
    given = {"review_on": day.isoformat(), "reason": "x" * 30_000, "version": str(ask.version)}
    answer = browser(cast.cto).post(f"/requests/{ask.key}/park/", given)
    assert answer.status_code == 422
    assert "working day" in text_of(answer)


def test_a_form_that_is_only_shown_asks_for_no_hours(cast: Cast) -> None:
    ask = make_ask(cast, deadline_on=(NOON + timedelta(days=30)).date(), deadline_reason="A fair")
    client = browser(cast.seo_lead)
    with counted() as count:
        client.get(f"/requests/{ask.key}/edit/")
    assert not [sql for sql in count.statements if "workcalendar" in sql]
