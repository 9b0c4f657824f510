"""Saved views of the list of requests: all that one sees, keeping what is shown, changing and deleting them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tracker.intake.queries import kinds_by_key
from tracker.kernel import clock
from tracker.people.access import Power, Ties, Viewer, may, require
from tracker.people.actions import change_view, delete_view, save_view
from tracker.people.models import Place, SavedView, Team
from tracker.people.queries import ViewRow, list_views
from tracker.people.rules import clean_query
from tracker.web.exports import Column
from tracker.web.forms.answers import answer_form, told
from tracker.web.forms.requests import FilterForm
from tracker.web.forms.views import NewViewForm, ViewForm
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.request_list import GATHERED, answers_in, lost_filters, read_look, read_wanted, say_lost
from tracker.web.requests import known_areas, language
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in


@dataclass(frozen=True)
class ShownView:
    """A view with what it shows in words, and what it asks for that is not there any more."""

    view: ViewRow
    url: str
    words: str
    lost: list[str]
    may_change: bool


@require_GET
@signed_in
def show_views(request: SignedInRequest) -> HttpResponse:
    viewer, now = request.viewer, clock.now()
    require(viewer, Power.VIEW)
    views = list_views(viewer, Place.REQUESTS)
    kinds, areas, teams = kinds_by_key(), list(known_areas(viewer).values()), list(Team.objects.all())

    def show(view: ViewRow) -> ShownView:
        query = QueryDict(view.query)
        form = FilterForm(query, kinds=kinds, areas=areas, teams=teams, language=language())
        words, lost = describe_view(query, form, now, answers_in(query, kinds))
        return ShownView(view, f"{reverse('request-list')}?{view.address}", words, lost, may_keep(viewer, view))

    context = {
        "title": say_views(len(views)),
        "context_line": _("Filters, order, groups and columns of the list of requests, kept under a name."),
        "views": [show(view) for view in views],
        "nav": "request-list",
    }
    return render_page(request, "tracker/views/index.html", context)


def say_views(count: int) -> str:
    said = ngettext("%(count)s saved view", "%(count)s saved views", count)
    return said % {"count": count} if count else _("No saved view yet")


def may_keep(viewer: Viewer, view: ViewRow) -> bool:
    return may(viewer, Power.KEEP_VIEW, Ties(requester=view.owner.pk))


def describe_view(
    query: QueryDict, form: FilterForm, now: datetime, answers: Sequence[Column] = ()
) -> tuple[str, list[str]]:
    """Its filters, groups and columns, and what of them is lost."""
    look, wanted = read_look(query, now, answers), read_wanted(query, form)
    parts = [_("“%(text)s”") % {"text": wanted.text}] if wanted.text else []
    if wanted.mine:
        parts.append(_("Mine"))
    for name, field in form.fields.items():
        labels = dict(getattr(field, "choices", ()))
        if value := form.data.get(name, "") if name in form.wishes else getattr(wanted, name, ""):
            parts.append(_("%(name)s: %(value)s") % {"name": field.label, "value": labels.get(value, value)})
    if look.group:
        parts.append(_("%(name)s: %(value)s") % {"name": _("Groups"), "value": GATHERED[look.group]})
    if look.columns:
        count = len(look.columns)
        parts.append(ngettext("%(count)s column", "%(count)s columns", count) % {"count": count})
    lost = [say_lost(name, value) for name, value in [*look.lost, *lost_filters(query, form)]]
    return " · ".join(parts) or _("all requests"), lost


def open_view(view: SavedView, query: str | None = None) -> HttpResponse:
    """The list as the view shows it, or with this query in its stead."""
    shown = view.query if query is None else query
    return redirect(f"{reverse('request-list')}?view={view.pk}&{shown}".rstrip("&"))


def find_view(viewer: Viewer, number: int) -> SavedView:
    """404 for what the viewer may not know of."""
    return get_object_or_404(SavedView.objects.visible_to(viewer), pk=number)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def new_view(request: SignedInRequest) -> HttpResponseBase:
    """Keeps the list that the address in `of` shows."""
    require(request.viewer, Power.KEEP_VIEW, Ties(requester=request.viewer.id))
    form = NewViewForm(request.POST or None, initial={"query": clean_query(request.GET.get("of", ""))})

    def save() -> HttpResponse:
        view = save_view(actor=request.viewer, at=clock.now(), **form.cleaned_data)
        messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
        return open_view(view)

    context = {
        "title": _("Save what is shown as a view"),
        "context_line": _("Its filters, order, groups and columns; the requests in it are those of the day."),
        "nav": "request-list",
    }
    return answer_form(request, form, save, "tracker/views/form.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def edit_view(request: SignedInRequest, number: int) -> HttpResponseBase:
    """Its name, with whom it is shared, and whether it opens first."""
    view = find_view(request.viewer, number)
    require(request.viewer, Power.KEEP_VIEW, view.ties)
    shown = {"name": view.name, "shared": view.shared, "is_default": view.is_default}
    form = ViewForm(request.POST or None, initial=shown)
    if view.owner_id != request.viewer.id:
        del form.fields["is_default"]

    def save() -> HttpResponse:
        expected, changes = seen_version(request), form.cleaned_data
        change_view(actor=request.viewer, at=clock.now(), view=view, expected=expected, changes=changes)
        messages.success(request, _("The view “%(name)s” is saved.") % {"name": view.name})
        return open_view(view)

    context = {"title": _("The view “%(name)s”") % {"name": view.name}, "view": view, "nav": "request-list"}
    return answer_form(request, form, save, "tracker/views/form.html", context)


@require_POST
@signed_in
@once
def replace_view(request: SignedInRequest, number: int) -> HttpResponseBase:
    """From now on it shows what the list shows."""
    view, query = find_view(request.viewer, number), clean_query(request.POST.get("query", ""))
    require(request.viewer, Power.KEEP_VIEW, view.ties)
    expected, changes = seen_version(request), {"query": query}
    with told(request, _("The view “%(name)s” is saved.") % {"name": view.name}):
        change_view(actor=request.viewer, at=clock.now(), view=view, expected=expected, changes=changes)
    return open_view(view, query)


@require_POST
@signed_in
@once
def remove_view(request: SignedInRequest, number: int) -> HttpResponseBase:
    view = find_view(request.viewer, number)
    require(request.viewer, Power.KEEP_VIEW, view.ties)
    with told(request, _("The view “%(name)s” is deleted.") % {"name": view.name}):
        delete_view(actor=request.viewer, at=clock.now(), view=view, expected=seen_version(request))
    return redirect("view-list")
