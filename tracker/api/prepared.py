"""Statements that every call repeats: bound and planned by the server once a connection, then only run."""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper

Row = tuple[Any, ...]


def fetch_rows(sql: str, params: Sequence[object]) -> list[Row]:
    """The rows of a statement whose text recurs (prepared after its fifth run; see OPTIONS in the settings)."""
    connection.ensure_connection()
    with CursorWrapper(psycopg.Cursor(connection.connection), connection) as cursor:
        cursor.execute(sql, params)
        rows: list[Row] = cursor.fetchall()
    return rows
