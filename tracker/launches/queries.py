"""Checks as pages show them."""

from tracker.launches.models import Check


def checks_of(source: str) -> list[Check]:
    """The checks that this source asked for, in their order, each with who decided it (one statement)."""
    return list(Check.objects.filter(source=source).select_related("project", "decided_by__team"))
