"""The words of titles, kept once each: what a misspelt word is held against."""

from collections.abc import Sequence

from tracker.kernel.prepared import fetch_rows

LEARN = """
INSERT INTO tracker_word (text)
SELECT DISTINCT lexeme FROM unnest(%s::text[]) title, unnest(to_tsvector('russian', replace(lower(title), 'ё', 'е')))
WHERE length(lexeme) BETWEEN 3 AND 60 AND lexeme !~ '[0-9/]'
    AND NOT EXISTS (SELECT 1 FROM tracker_word WHERE text = lexeme)
ORDER BY lexeme
ON CONFLICT DO NOTHING
"""


def learn_words(titles: Sequence[str]) -> None:
    """Adds the stems that no title had before (one statement); in one order, so that two writers wait in turn."""
    fetch_rows(LEARN, [list(titles)])
