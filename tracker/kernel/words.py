"""Words that somebody looks for, as a pattern of the database."""

import re


def at_word_start(text: str) -> str:
    """Found where a word begins with it: "review" finds "reviews" and "Re-review", not "preview"."""
    escaped = re.escape(text)
    return rf"\m{escaped}" if re.match(r"\w", text) else escaped
