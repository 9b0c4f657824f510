"""What a request may hold: fields that can be read, nothing missing for filing, nothing changed that is fixed."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tracker.intake.catalog import read_answers
from tracker.intake.models import RequestType, WorkRequest
from tracker.intake.rules import Stage, is_answered, missing
from tracker.intake.states import State
from tracker.kernel.errors import Invalid, Refused, WrongState

BUSINESS = {
    "kpi",
    "baseline",
    "target",
    "measure_on",
    "confidence",
    "confidence_source",
    "value_per_week",
    "deadline_on",
    "deadline_reason",
}
LOCKED = {"kpi", "baseline", "target", "measure_on", "value_per_week", "deadline_on", "type"}
"""Fixed once triage has decided; what was empty may still be filled in."""

TRIAGED = (State.ACCEPTED, State.PARKED)
CLOSED = (State.DECLINED, State.WITHDRAWN)
MOST_URLS, LONGEST_URL = 50, 2_000


def spread_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """The area brings its team along: filing routes by area."""
    fields = dict(given)
    if "area" in fields:
        fields["team_id"] = None if fields["area"] is None else fields["area"].team_id
    return fields


def merge_answers(held: Mapping[str, Any], given: Mapping[str, Any], kind: RequestType) -> dict[str, Any]:
    """What is not given stays; answers to questions that the type does not ask fall away."""
    asked = {field["key"] for field in kind.fields}
    return {**{key: value for key, value in held.items() if key in asked}, **given}


def check_fields(given: dict[str, Any], kind: RequestType) -> None:
    """Reads URLs and the answers to the type's own questions; raises Invalid, field by field."""
    wrong: dict[str, str | Promise] = {}
    if "title" in given and not given["title"].strip():
        wrong["title"] = _("Give it a title.")
    if "example_urls" in given:
        urls = given["example_urls"]
        if len(urls) > MOST_URLS or not all(map(_is_web_address, urls)):
            wrong["example_urls"] = _("Web addresses begin with http:// or https://, one on each line.")
    if "answers" in given:
        given["answers"], found = read_answers(kind.fields, given["answers"])
        wrong |= found
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)


def check_complete(ask: WorkRequest, kind: RequestType, fresh: Mapping[str, Any] | None = None) -> None:
    """Raises Invalid (`incomplete`) with what filing lacks; with `fresh` only where that change took it away."""
    changed = dict(fresh or {})
    core = {**ask.core, **{name: value for name, value in changed.items() if name in ask.core}}
    answers = changed.get("answers", ask.answers)
    lacking = missing(Stage.FILING, core, kind.fields, answers)
    if fresh is not None:
        touched = {*changed, *(ask.answers if "answers" in changed else ())}
        lacking = [name for name in lacking if name in touched]
    if lacking:
        text = _("This is needed to file it.")
        raise Invalid(_("Something is missing."), code="incomplete", fields=dict.fromkeys(lacking, text))


def check_locked(ask: WorkRequest, fresh: Mapping[str, Any]) -> None:
    """After triage the KPI, the value and the deadline are fixed; wording is not."""
    if ask.state in CLOSED:
        closed = _("It is %(state)s and no longer edited.") % {"state": State(ask.state).label}
        raise WrongState(closed, state=ask.state, verb="edit")
    if ask.state not in TRIAGED:
        return
    fixed = sorted(name for name in LOCKED & set(fresh) if is_answered(getattr(ask, name)))
    if fixed:
        text = _("Fixed since triage: both sides decided on it. Withdraw it and file it anew, or talk to the lead.")
        raise Refused(text, code="locked", fields=dict.fromkeys(fixed, text))


def _is_web_address(url: str) -> bool:
    if len(url) > LONGEST_URL or any(letter.isspace() or not letter.isprintable() for letter in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
