"""Statements whose text recurs: the server binds them and, once they are known, plans them no more."""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper

Row = tuple[Any, ...]


def fetch_rows(sql: str, params: Sequence[Any] | Mapping[str, Any], *, prepared: bool = True) -> list[Row]:
    """Prepared from the fifth run on, with a plan that fits any parameters (see OPTIONS in the settings).

    `prepared=False` for a statement whose best plan depends on its parameters, such as a filtered list.
    """
    connection.ensure_connection()
    binding = psycopg.Cursor(connection.connection) if prepared else psycopg.ClientCursor(connection.connection)
    with CursorWrapper(binding, connection) as cursor:
        cursor.execute(sql, params)
        rows: list[Row] = cursor.fetchall() if cursor.description else []
    return rows
