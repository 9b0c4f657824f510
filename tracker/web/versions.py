"""The version of a record that a form was shown with."""

from django.http import HttpRequest


def seen_version(request: HttpRequest) -> int | None:
    """None where the form carries none; -1, which no record has, where it is no number."""
    text = request.POST.get("version", "")
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
