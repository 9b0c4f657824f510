"""Verbs of request types: their names, their fields, their order. Every change of the fields makes a new form."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import add_row, change_row, stale
from tracker.intake.actions.steps import need_text
from tracker.intake.catalog import KINDS, check_type_fields, find_field
from tracker.intake.models import RequestType, TypeForm, WorkRequest
from tracker.intake.states import State
from tracker.kernel.errors import Invalid, Refused
from tracker.kernel.slugs import slug_of
from tracker.kernel.unique import refuse_taken
from tracker.people.access import Power, Viewer, require

LONGEST_NAME = 60
MOST_TYPES = 60
Fields = Sequence[Mapping[str, Any]]


@transaction.atomic
def add_request_type(
    *, actor: Viewer, at: datetime, name: Mapping[str, str], key: str = "", fields: Fields = ()
) -> RequestType:
    """At the end of the list; `key` is made of the English name where none is given."""
    require(actor, Power.MANAGE_TYPES)
    words, kept = _read_name(name), check_type_fields(list(fields))
    last = RequestType.objects.order_by("-position").first()
    if RequestType.objects.count() >= MOST_TYPES:
        raise Refused(
            _("There are %(most)s types already: retire some instead.") % {"most": MOST_TYPES}, code="too_many"
        )
    kind = RequestType(
        key=key or slug_of(words["en"], 40, "type"), name=words, position=last.position + 1 if last else 1
    )
    with refuse_taken("key" if key else "name"):
        put_type(kind, kept, actor=actor.key, at=at)
    return kind


def put_type(kind: RequestType, fields: list[dict[str, Any]], *, actor: str, at: datetime) -> None:
    """Writes a fresh type with its first form."""
    kind.fields = fields
    add_row(kind, actor=actor, at=at, verb="add_request_type")
    kind.form = TypeForm.objects.create(type=kind, number=1, fields=fields, at=at)
    RequestType.objects.filter(pk=kind.pk).update(form=kind.form)


@transaction.atomic
def edit_request_type(
    *, actor: Viewer, at: datetime, kind: RequestType, expected: int | None, changes: Mapping[str, Any]
) -> None:
    """`changes` holds name and fields. What was filed keeps its form; what equals the present value is no change."""
    require(actor, Power.MANAGE_TYPES)
    if expected is not None and expected != kind.version:
        raise stale(kind.version, kind, expected)
    given = dict(changes)
    if "name" in given:
        given["name"] = _read_name(given["name"])
    if "fields" in given:
        given["fields"] = check_type_fields(given["fields"])
        _refuse_other_kinds(kind, given["fields"])
    fresh = {name: value for name, value in given.items() if getattr(kind, name) != value}
    if not fresh:
        return
    before = kind.fields
    change_row(kind, actor=actor.key, at=at, verb="edit_request_type", changes=fresh, expected=expected)
    if "fields" in fresh:
        _renew_form(kind, before, at)


def _renew_form(kind: RequestType, before: list[dict[str, Any]], at: datetime) -> None:
    """A type that never had a form gives its old one to what was filed by then."""
    last = TypeForm.objects.filter(type=kind).order_by("-number").first()
    if last is None:
        last = TypeForm.objects.create(type=kind, number=1, fields=before, at=at)
        WorkRequest.objects.filter(type=kind, form=None).exclude(state=State.DRAFT).update(form=last)
    kind.form = TypeForm.objects.create(type=kind, number=last.number + 1, fields=kind.fields, at=at)
    RequestType.objects.filter(pk=kind.pk).update(form=kind.form)


def _refuse_other_kinds(kind: RequestType, fields: Fields) -> None:
    """Lists and files read all answers under one key as one kind: where there are answers it stays."""
    for field in fields:
        now = find_field(kind.fields, field["key"])
        if now is not None and now["kind"] == field["kind"]:
            continue
        was = now or _field_before(kind, field["key"])
        if was is None or was["kind"] == field["kind"]:
            continue
        held = WorkRequest.objects.filter(type=kind, answers__has_key=field["key"]).count()
        if held:
            text = _(
                "Requests hold answers to “%(key)s” as %(kind)s (%(count)s): add a field with another key instead."
            ) % {"key": field["key"], "kind": KINDS[was["kind"]], "count": held}
            raise Refused(text, code="answered", fields={"kind": text}, key=field["key"], answers=held)


def _field_before(kind: RequestType, key: str) -> Mapping[str, Any] | None:
    """As it last was, before it was taken away."""
    forms = TypeForm.objects.filter(type=kind, fields__contains=[{"key": key}])
    last = forms.order_by("-number").first()
    return find_field(last.fields, key) if last else None


@transaction.atomic
def move_request_type(*, actor: Viewer, at: datetime, kind: RequestType, up: bool, expected: int | None = None) -> None:
    """One place up or down in the order in which types are offered."""
    require(actor, Power.MANAGE_TYPES)
    if expected is not None and expected != kind.version:
        raise stale(kind.version, kind, expected)
    listed = list(RequestType.objects.select_for_update().order_by("position", "key"))
    place = next(number for number, one in enumerate(listed) if one.pk == kind.pk)
    other = min(max(place + (-1 if up else 1), 0), len(listed) - 1)
    listed[place], listed[other] = listed[other], listed[place]
    for number, one in enumerate(listed, start=1):
        if one.position != number:
            change_row(one, actor=actor.key, at=at, verb="move_request_type", changes={"position": number})


@transaction.atomic
def retire_request_type(*, actor: Viewer, at: datetime, kind: RequestType, expected: int | None = None) -> None:
    """No new request is filed with it; what was filed stays as it is."""
    require(actor, Power.MANAGE_TYPES)
    others = RequestType.objects.select_for_update().filter(retired_at=None).exclude(pk=kind.pk)
    if not list(others):
        raise Refused(_("It is the only type that is left: without one nobody can file a request."), code="last_type")
    if kind.retired_at is None:
        changes = {"retired_at": at}
        change_row(kind, actor=actor.key, at=at, verb="retire_request_type", changes=changes, expected=expected)


@transaction.atomic
def restore_request_type(*, actor: Viewer, at: datetime, kind: RequestType, expected: int | None = None) -> None:
    """Brings back what was retired."""
    require(actor, Power.MANAGE_TYPES)
    if kind.retired_at is not None:
        changes = {"retired_at": None}
        change_row(kind, actor=actor.key, at=at, verb="restore_request_type", changes=changes, expected=expected)


def check_offered(kind: RequestType) -> None:
    if kind.retired_at is not None:
        text = _("This type is retired: choose another one.")
        raise Invalid(text, fields={"type": text})


def _read_name(name: Any) -> dict[str, str]:
    """English, and Russian where it differs."""
    known = isinstance(name, Mapping) and set(name) <= {"en", "ru"}
    if not known or not all(
        isinstance(one, str) and len(one) <= LONGEST_NAME and one.isprintable() for one in name.values()
    ):
        text = _("A name in English, and in Russian where it differs: at most 60 characters.")
        raise Invalid(text, fields={"name": text})
    english = need_text("name", name.get("en", ""), _("Give it a name."))
    return {"en": english, "ru": name.get("ru", "").strip() or english}
