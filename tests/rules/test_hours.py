"""The hours of a day, and the countries whose holidays are known."""

from datetime import UTC, date, datetime

import holidays
import pytest

from tracker.kernel.calendar import working_time
from tracker.promises.calendars import OFFICE_WEEK, calendar_of, coming_days
from tracker.promises.countries import names_of_countries, regions_of
from tracker.promises.models import WorkCalendar
from tracker.promises.rules import BACKWARDS, MALFORMED, OUTSIDE, OVERLAPPING, fault_of_hours


@pytest.mark.parametrize(
    "hours, fault",
    [
        ([], ""),
        ([[540, 1080]], ""),
        ([[540, 780], [840, 1080]], ""),
        ([[0, 1440]], ""),
        ([[540]], MALFORMED),
        ([[540, 1500]], OUTSIDE),
        ([[-1, 60]], OUTSIDE),
        ([[1080, 540]], BACKWARDS),
        ([[540, 540]], BACKWARDS),
        ([[540, 780], [720, 1080]], OVERLAPPING),
        ([[540, 780], [780, 1080]], OVERLAPPING),
        ([[840, 1080], [540, 780]], OVERLAPPING),
    ],
)
def test_hours_lie_within_the_day_run_forward_and_stand_apart(hours: list[list[int]], fault: str) -> None:
    assert fault_of_hours(hours) == fault


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_country_with_holidays_has_a_name(language: str) -> None:
    assert set(names_of_countries(language)) == set(holidays.list_supported_countries(include_aliases=False))


def test_countries_and_regions_are_named_in_the_language_of_the_reader() -> None:
    assert names_of_countries("ru")["DE"] == "Германия"
    assert names_of_countries("xx")["DE"] == "Germany"
    assert regions_of("DE")["BY"] == "Bayern"
    assert regions_of("nowhere") == {}
    assert all(len(code) <= 10 for code in regions_of("AU"))


def test_holidays_come_by_name_and_day_for_a_year() -> None:
    row = WorkCalendar(zone="Europe/Berlin", country="DE", region="BY", week=OFFICE_WEEK)
    days = coming_days(row, date(2026, 1, 6), "en")
    assert (days[0].on, days[0].name) == (date(2026, 1, 6), "Epiphany")
    assert days[-1].on == date(2027, 1, 1)
    assert coming_days(WorkCalendar(week=OFFICE_WEEK), date(2026, 1, 6), "en") == []
    spoken = coming_days(WorkCalendar(country="RU", week=OFFICE_WEEK), date(2026, 5, 1), "ru")
    assert "Праздник" in spoken[0].name


def test_a_saturday_that_is_worked_for_a_day_moved_away_counts_as_a_usual_day() -> None:
    """On 1 November 2025 all of Russia worked for the day before the holiday."""
    row = WorkCalendar(zone="Europe/Moscow", country="RU", week=OFFICE_WEEK)
    saturday = datetime(2025, 11, 1, tzinfo=UTC), datetime(2025, 11, 2, tzinfo=UTC)
    assert working_time(calendar_of(row, 2025), *saturday).total_seconds() == 9 * 3600
    moved = [day for day in coming_days(row, date(2025, 10, 1), "en") if day.worked]
    assert [day.on for day in moved] == [date(2025, 11, 1)]
    own = WorkCalendar(zone="Europe/Moscow", country="RU", week=OFFICE_WEEK, days={"2025-11-01": []})
    assert not working_time(calendar_of(own, 2025), *saturday)
