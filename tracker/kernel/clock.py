"""The one clock: the database's now, plus an offset that only tests set."""

from datetime import UTC, datetime, timedelta

from django.db import connection

_offset = timedelta(0)


def now() -> datetime:
    """The instant by which everything is decided, in UTC (one statement)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        instant: datetime = cursor.fetchone()[0]
    return instant.astimezone(UTC) + _offset


def shift(offset: timedelta) -> None:
    """Moves the clock of this process; for tests only."""
    global _offset
    _offset = offset
