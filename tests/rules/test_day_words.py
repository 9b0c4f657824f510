"""Days of a team in words: how many working days away, and which holidays lie between."""

from datetime import date

import pytest
from django.utils import translation

from tracker.promises.calendars import OFFICE_WEEK
from tracker.promises.models import WorkCalendar
from tracker.promises.words import quick_days, say_working_day

BERLIN = WorkCalendar(zone="Europe/Berlin", country="DE", region="BE", week=OFFICE_WEEK)
FRIDAY = date(2026, 12, 18)


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (date(2026, 12, 18), "Friday, today."),
        (date(2026, 12, 21), "Monday, in 1 working day."),
        (date(2026, 12, 24), "Thursday, in 4 working days."),
        (date(2026, 12, 20), "Sunday, not a working day."),
        (date(2026, 12, 25), "Friday, not a working day; 25 December is a holiday: Christmas Day."),
        (date(2026, 12, 28), "Monday, in 5 working days; 25 December is a holiday: Christmas Day."),
        (date(2027, 4, 1), "Thursday, in 69 working days; 5 holidays until then."),
        (date(2029, 1, 1), "Monday, more than a year away."),
        (date(2026, 12, 17), "This day has passed."),
    ],
)
def test_a_day_is_told_by_its_distance_in_working_days(on: date, said: str) -> None:
    assert say_working_day(BERLIN, on, FRIDAY) == said


def test_russian_has_its_own_weekdays_and_plurals() -> None:
    with translation.override("ru"):
        assert say_working_day(BERLIN, date(2026, 12, 24), FRIDAY) == "четверг, через 4 рабочих дня."
        assert say_working_day(BERLIN, date(2026, 12, 21), FRIDAY) == "понедельник, через 1 рабочий день."


def test_a_team_that_works_on_sundays_counts_them() -> None:
    row = WorkCalendar(week=[[[540, 1080]]] * 7)
    assert say_working_day(row, date(2026, 12, 20), FRIDAY) == "Sunday, in 2 working days."


def test_tomorrow_the_third_working_day_and_the_end_of_the_quarter_are_offered() -> None:
    offered = quick_days(BERLIN, FRIDAY, date(2026, 12, 31))
    assert [(one.on.day, one.label) for one in offered] == [
        (19, "tomorrow"),
        (23, "in 3 working days"),
        (31, "end of the quarter"),
    ]
    assert len(quick_days(BERLIN, date(2026, 12, 31), date(2026, 12, 31))) == 2
    assert [one.label for one in quick_days(WorkCalendar(week=[[]] * 7), FRIDAY, None)] == ["tomorrow"]


def test_a_quarter_that_ends_on_a_day_off_offers_its_last_working_day() -> None:
    sunday, holiday = date(2026, 12, 27), date(2026, 12, 25)
    assert quick_days(BERLIN, FRIDAY, sunday)[-1].on == quick_days(BERLIN, FRIDAY, holiday)[-1].on == date(2026, 12, 24)
    assert [one.label for one in quick_days(BERLIN, date(2026, 12, 24), sunday)] == ["tomorrow", "in 3 working days"]
