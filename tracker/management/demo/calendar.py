"""The days of the demo: its quarter began four weeks before this week, so that today lies in week 5."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Berlin")
WEEKS = 13
MIDDLE = timedelta(days=45)

Moment = tuple[int, int]
"""Weeks ago (1 is last week) and the day of the week, Monday is 0."""


@dataclass(frozen=True)
class Calendar:
    """Everything in the past happens in weeks that are over, so that nothing lies in the future of `today`."""

    today: date

    @property
    def monday(self) -> date:
        return self.today - timedelta(days=self.today.weekday())

    @property
    def starts_on(self) -> date:
        return self.monday - timedelta(weeks=4)

    @property
    def ends_on(self) -> date:
        return self.starts_on + timedelta(weeks=WEEKS, days=-1)

    @property
    def quarter(self) -> str:
        """Named by the calendar quarter in which most of it lies."""
        middle = self.starts_on + MIDDLE
        return f"{middle.year}-Q{(middle.month + 2) // 3}"

    def begin_of(self, week: int) -> date:
        """Monday of a week of the quarter, counted from 1."""
        return self.starts_on + timedelta(weeks=week - 1)

    def end_of(self, week: int) -> date:
        return self.begin_of(week) + timedelta(days=4)

    def at(self, moment: Moment, hour: int = 10, minute: int = 0) -> datetime:
        weeks_ago, weekday = moment
        day = self.monday - timedelta(weeks=weeks_ago) + timedelta(days=weekday)
        return datetime.combine(day, time(hour, minute), ZONE).astimezone(UTC)
