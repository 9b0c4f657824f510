"""Counts statements, so that a page's price stands in a ledger."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

CONTROL = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "SET ")


@dataclass
class Count:
    """`statements` holds the SQL texts in order, transaction control left out."""

    statements: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.statements)


@contextmanager
def counted() -> Iterator[Count]:
    count = Count()

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if not sql.lstrip().upper().startswith(CONTROL):
            count.statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield count
