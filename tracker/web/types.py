"""Request types: what each asks for and when, changed without code."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tracker.intake import actions
from tracker.intake.catalog import KINDS, find_field, move_field, put_field, remove_field
from tracker.intake.models import RequestType
from tracker.intake.queries import words_in
from tracker.kernel import clock
from tracker.kernel.errors import Invalid
from tracker.people.access import Power, require
from tracker.web.answer_words import label_of
from tracker.web.forms.answers import answer_edit, answer_form, told
from tracker.web.forms.merging import Merge
from tracker.web.forms.types import STAGES, FieldForm, TypeForm, shown_field
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.requests import language
from tracker.web.story import SENTENCES, Changes, say_changed, tell_story
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in

STORY = 10


def say_edited(changes: Changes) -> str:
    """Which of its fields came, went or changed."""
    before, after = changes.get("fields") or [None, None]
    if before is None or after is None:
        return say_changed(changes)
    was, now = ({one["key"]: one for one in fields} for fields in (before, after))
    told = [
        (_("added “%(fields)s”"), [now[key] for key in now if key not in was]),
        (_("took away “%(fields)s”"), [was[key] for key in was if key not in now]),
        (_("changed “%(fields)s”"), [now[key] for key in now if key in was and now[key] != was[key]]),
    ]
    parts = [
        text % {"fields": ", ".join(label_of(one, language()) for one in fields)} for text, fields in told if fields
    ]
    return "; ".join(parts) or _("put its fields in another order")


SENTENCES |= {
    ("request-type", "add_request_type"): gettext_lazy("added it"),
    ("request-type", "edit_request_type"): say_edited,
    ("request-type", "move_request_type"): gettext_lazy("moved it in the list"),
    ("request-type", "retire_request_type"): gettext_lazy("retired it"),
    ("request-type", "restore_request_type"): gettext_lazy("brought it back"),
}


@dataclass(frozen=True)
class TypeRow:
    """`asked` counts the fields that filing asks for."""

    kind: RequestType
    name: str
    asked: int
    fields: int


@dataclass(frozen=True)
class FieldRow:
    key: str
    label: str
    kind: str
    stage: str
    detail: str


@require_GET
@signed_in
def show_types(request: SignedInRequest) -> HttpResponse:
    require(request.viewer, Power.MANAGE_TYPES)
    kinds = list(RequestType.objects.all())
    rows = [
        TypeRow(
            kind,
            words_in(kind.name, language()),
            len([one for one in kind.fields if one["stage"] == "filing"]),
            len(kind.fields),
        )
        for kind in kinds
    ]
    offered = [row for row in rows if row.kind.retired_at is None]
    context = {
        "title": ngettext("%(count)s request type", "%(count)s request types", len(offered)) % {"count": len(offered)},
        "context_line": _(
            "What each kind of request asks for, and when. What was filed keeps the form it was filed with."
        ),
        "offered": offered,
        "retired": [row for row in rows if row.kind.retired_at is not None],
        "nav": "settings",
    }
    return render_page(request, "tracker/types/index.html", context)


def find_type(request: SignedInRequest, key: str) -> RequestType:
    require(request.viewer, Power.MANAGE_TYPES)
    return get_object_or_404(RequestType, key=key)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def new_type(request: SignedInRequest) -> HttpResponseBase:
    require(request.viewer, Power.MANAGE_TYPES)
    form = TypeForm(request.POST or None)

    def save() -> HttpResponse:
        try:
            kind = actions.add_request_type(actor=request.viewer, at=clock.now(), name=form.name)
        except Invalid as wrong:
            raise Invalid(wrong.message, fields=at_name(wrong)) from wrong
        messages.success(request, _("%(name)s is there; now what it asks for.") % {"name": form.name["en"]})
        return redirect("type-field-new", kind.key)

    context = {"title": _("Add a request type"), "nav": "settings"}
    return answer_form(request, form, save, "tracker/types/form.html", context)


def at_name(wrong: Invalid) -> dict[str, Any]:
    return {"name_en": wrong.fields["name"]} if "name" in wrong.fields else wrong.fields


@require_GET
@signed_in
def show_type(request: SignedInRequest, key: str) -> HttpResponse:
    kind = find_type(request, key)
    asked = len([one for one in kind.fields if one["stage"] == "filing"])
    context = {
        "title": words_in(kind.name, language()),
        "context_line": say_asked(len(kind.fields), asked),
        "kind": kind,
        "rows": [row_of(one) for one in kind.fields],
        "told": tell_story(kind.subject, kind.pk, limit=STORY),
        "now": clock.now(),
        "nav": "settings",
    }
    return render_page(request, "tracker/types/detail.html", context)


def say_asked(fields: int, asked: int) -> str:
    if not fields:
        return _("It asks for nothing but what every request has.")
    said = ngettext("%(count)s field of its own", "%(count)s fields of its own", fields) % {"count": fields}
    return _("%(fields)s; filing asks for %(asked)s of them.") % {"fields": said, "asked": asked}


def row_of(one: Mapping[str, Any]) -> FieldRow:
    choices = ", ".join(words_in(words, language()) for _value, words in one.get("choices") or ())
    ends = {end: one.get(end) for end in ("least", "most")}
    detail = choices
    if ends["least"] is not None and ends["most"] is not None:
        detail = _("%(least)s to %(most)s") % ends
    elif ends["least"] is not None:
        detail = _("at least %(least)s") % ends
    elif ends["most"] is not None:
        detail = _("at most %(most)s") % ends
    stage = str(dict(STAGES)[one["stage"]]) if one["stage"] else ""
    return FieldRow(one["key"], label_of(one, language()), str(KINDS[one["kind"]]), stage, detail)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def edit_type(request: SignedInRequest, key: str) -> HttpResponseBase:
    kind = find_type(request, key)
    form = TypeForm(request.POST or None, initial={f"name_{one}": kind.name.get(one, "") for one in ("en", "ru")})

    def save(expected: int | None) -> HttpResponse:
        changes = {"name": form.name}
        actions.edit_request_type(actor=request.viewer, at=clock.now(), kind=kind, expected=expected, changes=changes)
        messages.success(request, _("Saved."))
        return redirect("type", kind.key)

    context = {"title": words_in(kind.name, language()), "kind": kind, "nav": "settings"}
    return answer_edit(request, Merge(form, kind), save, "tracker/types/form.html", context)


@require_POST
@signed_in
@once
def move_type(request: SignedInRequest, key: str) -> HttpResponseBase:
    kind = find_type(request, key)
    up = request.POST.get("way") != "down"
    with told(request):
        actions.move_request_type(
            actor=request.viewer, at=clock.now(), kind=kind, up=up, expected=seen_version(request)
        )
    return redirect("type-list")


@require_POST
@signed_in
@once
def retire_type(request: SignedInRequest, key: str) -> HttpResponseBase:
    kind = find_type(request, key)
    with told(
        request, _("%(name)s is retired: nobody files with it any more.") % {"name": words_in(kind.name, language())}
    ):
        actions.retire_request_type(actor=request.viewer, at=clock.now(), kind=kind, expected=seen_version(request))
    return redirect("type-list")


@require_POST
@signed_in
@once
def restore_type(request: SignedInRequest, key: str) -> HttpResponseBase:
    kind = find_type(request, key)
    with told(request, _("%(name)s is offered again.") % {"name": words_in(kind.name, language())}):
        actions.restore_request_type(actor=request.viewer, at=clock.now(), kind=kind, expected=seen_version(request))
    return redirect("type-list")


@require_http_methods(["GET", "POST"])
@signed_in
@once
def new_field(request: SignedInRequest, key: str) -> HttpResponseBase:
    kind = find_type(request, key)
    form = FieldForm(request.POST or None, initial={"kind": "text", "stage": "acceptance"})

    def save() -> HttpResponse:
        fresh = form.cleaned_data["field"]
        if find_field(kind.fields, fresh["key"]) is not None:
            text = _("This type has a field with the key “%(key)s” already.") % {"key": fresh["key"]}
            raise Invalid(text, fields={"key" if form.cleaned_data["key"] else "label_en": text})
        write_fields(request, kind, put_field(kind.fields, fresh), None)
        messages.success(request, _("“%(label)s” is asked for from now on.") % {"label": fresh["label"]["en"]})
        return redirect("type", kind.key)

    context = {
        "title": _("Add a field"),
        "context_line": words_in(kind.name, language()),
        "kind": kind,
        "nav": "settings",
    }
    return answer_form(request, form, save, "tracker/types/field.html", context)


def write_fields(
    request: SignedInRequest, kind: RequestType, fields: list[Mapping[str, Any]], expected: int | None
) -> None:
    changes = {"fields": [dict(one) for one in fields]}
    actions.edit_request_type(actor=request.viewer, at=clock.now(), kind=kind, expected=expected, changes=changes)


def field_or_404(kind: RequestType, field: str) -> Mapping[str, Any]:
    found = find_field(kind.fields, field)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@signed_in
@once
def edit_field(request: SignedInRequest, key: str, field: str) -> HttpResponseBase:
    kind = find_type(request, key)
    one = field_or_404(kind, field)
    form = FieldForm(request.POST or None, initial=shown_field(one), key=field)

    def save(expected: int | None) -> HttpResponse:
        write_fields(request, kind, put_field(kind.fields, form.cleaned_data["field"]), expected)
        messages.success(request, _("Saved. What was filed keeps the form it was filed with."))
        return redirect("type", kind.key)

    context = {
        "title": label_of(one, language()),
        "context_line": words_in(kind.name, language()),
        "kind": kind,
        "field": one,
        "nav": "settings",
    }
    return answer_edit(request, Merge(form, kind), save, "tracker/types/field.html", context)


@require_POST
@signed_in
@once
def shift_field(request: SignedInRequest, key: str, field: str) -> HttpResponseBase:
    """One place up or down in the form."""
    kind = find_type(request, key)
    field_or_404(kind, field)
    moved = move_field(kind.fields, field, up=request.POST.get("way") != "down")
    with told(request):
        write_fields(request, kind, moved, seen_version(request))
    return redirect("type", kind.key)


@require_POST
@signed_in
@once
def take_field(request: SignedInRequest, key: str, field: str) -> HttpResponseBase:
    """Away from what is filed from now on."""
    kind = find_type(request, key)
    one = field_or_404(kind, field)
    done = _("“%(label)s” is asked for no more; what was answered stays.") % {"label": label_of(one, language())}
    with told(request, done):
        write_fields(request, kind, remove_field(kind.fields, field), seen_version(request))
    return redirect("type", kind.key)
