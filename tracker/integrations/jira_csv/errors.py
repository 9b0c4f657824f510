"""What makes a file unreadable, as a code: the page has the sentence."""

from __future__ import annotations

from typing import Final, Literal, get_args

Code = Literal[
    "empty",
    "too_large",
    "binary",
    "spreadsheet",
    "html",
    "xml",
    "json",
    "not_a_table",
    "no_rows",
    "too_many_rows",
    "too_many_columns",
    "cell_too_large",
    "line_too_long",
    "broken_quotes",
    "column_unknown",
    "columns_missing",
    "encoding_unknown",
    "issue_column_missing",
    "archive",
    "json_broken",
    "no_issues",
]
CODES: Final[tuple[Code, ...]] = get_args(Code)


class Unreadable(Exception):
    """The file cannot be taken as a table of issues.

    `code` is one of CODES; `params` are plain values for the sentence (limit, row, field…).
    """

    def __init__(self, code: Code, **params: str | int) -> None:
        super().__init__(code, params)
        self.code: Code = code
        self.params = params
