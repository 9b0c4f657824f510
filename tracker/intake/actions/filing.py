"""Verbs of those who ask: draft, file, edit, withdraw, restrict."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import add_row, change_row, stale
from tracker.intake.actions.attaching import put_files
from tracker.intake.actions.checks import (
    BUSINESS,
    check_complete,
    check_fields,
    check_files,
    check_locked,
    merge_answers,
    name_measure,
    name_similar,
    spread_fields,
)
from tracker.intake.actions.steps import take_step, tell_step
from tracker.intake.actions.types import check_offered, put_type
from tracker.intake.actions.wording import learn_words
from tracker.intake.catalog import TYPES, check_type_fields
from tracker.intake.files import Held
from tracker.intake.models import Delivery, RequestType, WorkRequest
from tracker.intake.states import REQUEST, State
from tracker.kernel.errors import Invalid, Refused
from tracker.people.access import Power, Viewer, may, require
from tracker.sites.models import Area

SYSTEM = "system"
NOT_STARTED = (Delivery.NONE, Delivery.WAITING)


@transaction.atomic
def ensure_request_types(*, at: datetime) -> int:
    """Adds the types of the catalog that are not there yet; what people changed is left alone."""
    known = set(RequestType.objects.values_list("key", flat=True))
    fresh = [(position, words) for position, words in enumerate(TYPES, start=1) if words["key"] not in known]
    for position, words in fresh:
        fields = check_type_fields(list(words["fields"]))
        put_type(RequestType(key=words["key"], name=words["name"], position=position), fields, actor=SYSTEM, at=at)
    return len(fresh)


@transaction.atomic
def draft_request(
    *, actor: Viewer, at: datetime, type: RequestType, title: str, files: Sequence[Held] = (), **more: Any
) -> WorkRequest:
    """A draft may lack everything but its type and title; only its writer sees it."""
    return _add_request(actor, at, State.DRAFT, type, {"title": title, **more}, files)


@transaction.atomic
def file_request(
    *,
    actor: Viewer,
    at: datetime,
    type: RequestType,
    title: str,
    area: Area,
    example_urls: list[str],
    why: str,
    files: Sequence[Held] = (),
    **more: Any,
) -> WorkRequest:
    """Files in one step; routed to the team of the area. Raises Invalid (`incomplete`) with what is missing."""
    given = {"title": title, "area": area, "example_urls": example_urls, "why": why, **more}
    return _add_request(actor, at, State.FILED, type, given, files)


def _add_request(
    actor: Viewer, at: datetime, state: State, type: RequestType, given: dict[str, Any], files: Sequence[Held]
) -> WorkRequest:
    require(actor, Power.FILE_REQUEST)
    check_offered(type)
    check_files(given, type.fields, {}, files)
    check_fields(given, type.fields)
    name_similar(actor, given)
    name_measure(given)
    ask = WorkRequest(
        type=type,
        state=state,
        requester_id=actor.id,
        requester_team_id=actor.team,
        created_at=at,
        updated_at=at,
        **spread_fields(given),
    )
    if state == State.FILED:
        check_complete(ask, type.fields)
        ask.filed_at, ask.form_id = at, type.form_id
    add_row(ask, actor=actor.key, at=at, verb="file_request" if state == State.FILED else "draft_request")
    learn_words([ask.title])
    put_files(actor=actor, at=at, ask=ask, files=files)
    if state == State.FILED:
        tell_step(ask, at=at, actor=actor.key, verb="file")
    return ask


@transaction.atomic
def file_draft(*, actor: Viewer, at: datetime, ask: WorkRequest, expected: int | None = None) -> None:
    require(actor, Power.SPEAK_FOR, ask.ties)
    REQUEST.next(ask.state, "file")
    check_offered(ask.type)
    given = {"answers": merge_answers(ask.answers, {}, ask.type.fields)}
    check_fields(given, ask.type.fields)
    check_complete(ask, ask.type.fields)
    changes = {**_changed(ask, given), "form_id": ask.type.form_id, "filed_at": at}
    take_step(ask, "file", actor=actor, at=at, expected=expected, changes=changes)


@transaction.atomic
def edit_request(
    *,
    actor: Viewer,
    at: datetime,
    ask: WorkRequest,
    expected: int | None,
    changes: Mapping[str, Any],
    files: Sequence[Held] = (),
) -> None:
    """Business fields are for those who hold them, wording also for the requester; see check_locked for what is fixed.

    `changes` holds fields by name; what equals the present value is no change, and no change writes nothing.
    """
    if expected is not None and expected != ask.version:
        raise stale(ask.version, ask, expected)
    fields, given = ask.fields, spread_fields(changes)
    if "type" in given and given["type"] != ask.type:
        fields = given["type"].fields
        check_offered(given["type"])
        if ask.state != State.DRAFT:
            given["form_id"] = given["type"].form_id
    name_similar(actor, given, ask.pk)
    name_measure(given, ask.kpi)
    check_files(given, fields, ask.answers, files)
    if "answers" in given or "type" in given:
        given["answers"] = merge_answers(ask.answers, given.get("answers", {}), fields)
    _require_editing(actor, ask, _changed(ask, given))
    check_fields(given, fields, ask.answers if fields is ask.fields else None)
    fresh = _changed(ask, given)
    check_locked(ask, fresh)
    if files and not may(actor, Power.SPEAK_FOR, ask.ties):
        require(actor, Power.EDIT_BUSINESS, ask.ties)
    put_files(actor=actor, at=at, ask=ask, files=files)
    if not fresh:
        return
    if ask.state != State.DRAFT:
        check_complete(ask, fields, fresh)
    change_row(ask, actor=actor.key, at=at, verb="edit_request", changes={**fresh, "updated_at": at}, expected=expected)
    if "title" in fresh:
        learn_words([ask.title])


@transaction.atomic
def move_request(*, actor: Viewer, at: datetime, ask: WorkRequest, area: Area, expected: int | None = None) -> None:
    """To another area, and with it to the team that owns it; moving it back undoes it."""
    if ask.area_id == area.pk and expected in (None, ask.version):
        text = _("It is in this area already.")
        raise Invalid(text, fields={"area": text})
    edit_request(actor=actor, at=at, ask=ask, expected=expected, changes={"area": area})


def _changed(ask: WorkRequest, given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if getattr(ask, name) != value}


def check_moving(actor: Viewer, ask: WorkRequest) -> None:
    """Raises what move_request would, whatever the area."""
    _require_editing(actor, ask, {"area": None})
    check_locked(ask, {"area": None})


def _require_editing(actor: Viewer, ask: WorkRequest, fresh: Mapping[str, Any]) -> None:
    speaks = may(actor, Power.SPEAK_FOR, ask.ties)
    if ask.state == State.DRAFT and speaks:
        return
    if not speaks or not BUSINESS.isdisjoint(fresh):
        require(actor, Power.EDIT_BUSINESS, ask.ties)
    if "area" in fresh and ask.state not in (State.FILED, State.NEEDS_INFORMATION):
        require(actor, Power.TRIAGE, ask.ties)


@transaction.atomic
def withdraw_request(
    *, actor: Viewer, at: datetime, ask: WorkRequest, reason: str = "", expected: int | None = None
) -> None:
    """Not once work on it is scheduled: then its item is dropped, with the requester's agreement."""
    require(actor, Power.SPEAK_FOR, ask.ties)
    check_not_scheduled(ask)
    changes = {"question": "", "asked_by_id": None, "review_on": None, "delivery": Delivery.NONE}
    take_step(ask, "withdraw", actor=actor, at=at, expected=expected, changes=changes, reason=reason)


def check_not_scheduled(ask: WorkRequest) -> None:
    if ask.delivery not in NOT_STARTED:
        text = _("Work on it is scheduled: drop its backlog item instead.")
        raise Refused(text, code="has_item", delivery=ask.delivery)


@transaction.atomic
def restrict_request(
    *, actor: Viewer, at: datetime, ask: WorkRequest, restricted: bool = True, expected: int | None = None
) -> None:
    """A restricted request is seen by those tied to it and by the chiefs; whoever restricts it stays one of them."""
    require(actor, Power.RESTRICT, ask.ties)
    if expected is None and ask.restricted == restricted:
        return
    changes: dict[str, Any] = {"restricted": restricted, "updated_at": at}
    if restricted and not may(actor, Power.VIEW_RESTRICTED, ask.ties):
        changes["parties"] = [*ask.parties, actor.id]
    verb = "restrict_request" if restricted else "open_request"
    change_row(ask, actor=actor.key, at=at, verb=verb, changes=changes, expected=expected)
