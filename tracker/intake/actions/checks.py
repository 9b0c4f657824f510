"""What a request may hold: fields that can be read, nothing missing for filing, nothing changed that is fixed."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models.functions import Lower
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tracker.intake.catalog import read_answers
from tracker.intake.files import Held
from tracker.intake.models import WorkRequest
from tracker.intake.rules import Stage, is_answered, is_web_address, missing
from tracker.intake.states import State
from tracker.kernel.errors import Invalid, Refused, WrongState
from tracker.measures.models import Kpi
from tracker.people.access import Viewer
from tracker.people.models import User
from tracker.sites.models import Area

Field = Mapping[str, Any]

BUSINESS = {
    "kpi",
    "baseline",
    "target",
    "measure_on",
    "confidence",
    "confidence_source",
    "similar_to_id",
    "measure_id",
    "value_per_week",
    "deadline_on",
    "deadline_reason",
}
LOCKED = {"kpi", "baseline", "target", "measure_on", "value_per_week", "deadline_on", "type"}
"""Fixed once triage has decided; what was empty may still be filled in."""

TRIAGED = (State.ACCEPTED, State.PARKED)
CLOSED = (State.DECLINED, State.MERGED, State.WITHDRAWN)
MOST_URLS = 50


def spread_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """The area brings its team along: filing routes by area."""
    fields = dict(given)
    if "area" in fields:
        fields["team_id"] = None if fields["area"] is None else fields["area"].team_id
    return fields


def name_similar(actor: Viewer, given: dict[str, Any], own: int | None = None) -> None:
    """The similar case is named by its key; one may name what one sees, but no draft. Raises Invalid."""
    if "similar_to" not in given:
        return
    key = (given.pop("similar_to") or "").strip()
    given["similar_to_id"] = None
    if not key:
        return
    seen = WorkRequest.objects.visible_to(actor).exclude(state=State.DRAFT).exclude(pk=own or 0)
    given["similar_to_id"] = seen.filter(key__iexact=key.replace("\x00", "")).values_list("pk", flat=True).first()
    if given["similar_to_id"] is None:
        text = _("There is no such request: name another one by its key, R-41.")
        raise Invalid(text, fields={"similar_to": text})


def name_measure(given: dict[str, Any], held: str = "") -> None:
    """A KPI that is known is linked, and takes the spelling of the list; any other stays as it is said."""
    if "kpi" not in given or given["kpi"] == held:
        return
    name = " ".join((given["kpi"] or "").split())
    known = Kpi.objects.filter(retired_at=None, name__iexact=name).first() if name and "\x00" not in name else None
    given |= {"kpi": known.name if known else given["kpi"], "measure_id": known.pk if known else None}


def merge_answers(held: Mapping[str, Any], given: Mapping[str, Any], fields: Sequence[Field]) -> dict[str, Any]:
    """What is not given stays; answers to questions that these fields do not ask fall away."""
    asked = {field["key"] for field in fields}
    return {**{key: value for key, value in held.items() if key in asked}, **given}


def check_files(given: dict[str, Any], fields: Sequence[Field], held: Mapping[str, Any], files: Sequence[Held]) -> None:
    """A question for a file is answered by a file that comes along, never by a text: its name becomes the answer.

    What is held and sent again stays. Raises Invalid, by field.
    """
    asked = {field["key"] for field in fields if field["kind"] == "file"}
    come = {one.field: one.name for one in files if one.field}
    answers = given.get("answers") or {}
    wrong: dict[str, str | Promise] = {key: _("There is no such field.") for key in come if key not in asked}
    for key in asked:
        if answers.get(key) not in (None, "", held.get(key)):
            wrong[key] = _("Upload a file: its name alone is no answer.")
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    if come:
        given["answers"] = {**answers, **come}


def check_fields(given: dict[str, Any], fields: Sequence[Field], held: Mapping[str, Any] | None = None) -> None:
    """Reads URLs and the answers to the type's own questions, but those `held` already; raises Invalid, by field."""
    wrong: dict[str, str | Promise] = {}
    if "title" in given and not given["title"].strip():
        wrong["title"] = _("Give it a title.")
    if "example_urls" in given:
        urls = given["example_urls"]
        if len(urls) > MOST_URLS or not all(map(is_web_address, urls)):
            wrong["example_urls"] = _("Web addresses begin with http:// or https://, one on each line.")
    if "answers" in given:
        given["answers"], found = read_answers(fields, given["answers"], held)
        wrong |= found or confirm_answers(fields, given["answers"], held or {})
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)


def confirm_answers(
    fields: Sequence[Field], answers: dict[str, Any], held: Mapping[str, Any]
) -> dict[str, str | Promise]:
    """Whether the people and areas are there, one statement a kind; a KPI takes the spelling of the one that is known."""
    named: dict[str, dict[str, Any]] = {kind: {} for kind in ("person", "area", "kpi")}
    for field in fields:
        key, kind = field["key"], field["kind"]
        if kind in named and key in answers and held.get(key) != answers[key]:
            named[kind][key] = answers[key]
    wrong: dict[str, str | Promise] = {}
    if people := named["person"]:
        known = set(User.objects.active().filter(pk__in=people.values()).values_list("pk", flat=True))
        wrong |= {key: _("There is no such person, or they have left.") for key in people if people[key] not in known}
    if areas := named["area"]:
        found = set(Area.objects.filter(key__in=areas.values()).values_list("key", flat=True))
        wrong |= {key: _("There is no such area.") for key in areas if areas[key] not in found}
    if kpis := named["kpi"]:
        folded = Kpi.objects.annotate(folded=Lower("name")).filter(folded__in=[one.lower() for one in kpis.values()])
        spelt = {name.lower(): name for name in folded.values_list("name", flat=True)}
        answers |= {key: spelt.get(name.lower(), name) for key, name in kpis.items()}
    return wrong


def check_complete(ask: WorkRequest, fields: Sequence[Any], fresh: Mapping[str, Any] | None = None) -> None:
    """Raises Invalid (`incomplete`) with what filing lacks; with `fresh` only where that change took it away."""
    changed = dict(fresh or {})
    core = {**ask.core, **{name: value for name, value in changed.items() if name in ask.core}}
    answers = changed.get("answers", ask.answers)
    lacking = missing(Stage.FILING, core, fields, answers)
    if fresh is not None:
        touched = {*changed, *(ask.answers if "answers" in changed else ())}
        touched |= {"deadline_reason"} if "deadline_on" in changed else set()
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
