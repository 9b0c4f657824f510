"""The list of requests: narrowed, sorted, gathered into groups and shown in chosen columns, all by its address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from tracker.intake.models import RequestType, WorkRequest
from tracker.intake.queries import (
    GROUPS,
    SORTS,
    Wanted,
    count_groups,
    count_standing,
    group_of,
    kinds_by_key,
    list_requests,
    order_requests,
    read_cursor,
    words_in,
)
from tracker.intake.states import State
from tracker.kernel import clock
from tracker.kernel.errors import NotAllowed
from tracker.people.access import Power, Ties, Viewer, may
from tracker.people.models import Place, Team
from tracker.people.queries import ViewRow, list_views
from tracker.people.rules import clean_query, is_same_query
from tracker.web.answer_columns import (
    Cell,
    answer_cells,
    fields_by_name,
    lost_wishes,
    name_people,
    offered_answers,
)
from tracker.web.exports import Column, send_list
from tracker.web.forms.requests import ColumnsForm, FilterForm
from tracker.web.render import render_page
from tracker.web.request_columns import USUAL, asked_columns, file_columns, offered_columns, read_columns
from tracker.web.request_ties import say_backed
from tracker.web.request_words import tone_of
from tracker.web.requests import known_areas, language
from tracker.web.together import acts_for
from tracker.web.viewer import SignedInRequest, signed_in

DEFAULT_SORT = "-key"
GATHERED = {
    "state": gettext_lazy("State"),
    "delivery": gettext_lazy("Delivery"),
    "type": gettext_lazy("Type"),
    "team": gettext_lazy("Team"),
    "area": gettext_lazy("Area"),
    "requester": gettext_lazy("Requester"),
}
LOOKS = ("sort", "group", "columns")
"""What of the address says how the list looks, beside what it is narrowed to."""

EVERYTHING = "all"
"""The view that is none: for those whose default is another one."""

TOLD = 60
"""Letters that are repeated of a value that is not known."""


@dataclass(frozen=True)
class Look:
    """How the list looks; `lost` pairs what the address asks for and is not there with its value."""

    sort: str
    group: str
    columns: list[str]
    lost: list[tuple[str, str]]


@dataclass(frozen=True)
class ViewsBar:
    """The views above the list; `current` is the one that the address names, `changed` that something else is shown."""

    views: list[ViewRow]
    current: ViewRow | None
    changed: bool
    may_change: bool
    gone: bool
    query: str
    everything: str

    @property
    def tabs(self) -> list[tuple[str, str, bool]]:
        return [(view.name, f"?{view.address}", view is self.current) for view in self.views]


@dataclass(frozen=True)
class Heading:
    """Over the first row of a group on the page; `count` is that of the whole list."""

    label: str
    count: int


@dataclass(frozen=True)
class Row:
    """`age` is in whole days since it was filed."""

    ask: WorkRequest
    tone: str
    kind: str
    age: int | None
    heading: Heading | None
    cells: Sequence[Cell] = ()
    backed: str = ""


@require_GET
@signed_in
def show_requests(request: SignedInRequest) -> HttpResponseBase:
    viewer, now = request.viewer, clock.now()
    if not viewer.roles:
        raise NotAllowed(_("Ask your administrator for a role."))
    views = list_views(viewer, Place.REQUESTS)
    if (address := first_address(request.GET, views)) is not None:
        return redirect(f"{request.path}?{address}")
    kinds = kinds_by_key()
    areas, teams = list(known_areas(viewer).values()), list(Team.objects.all())
    form = FilterForm(request.GET, kinds=kinds, areas=areas, teams=teams, language=language())
    answers = answers_in(request.GET, kinds)
    look, wanted = read_look(request.GET, now, answers), read_wanted(request.GET, form)
    if "as" in request.GET:
        named = name_people([one for one in answers if one.name in look.columns], fields_by_name(kinds, wanted.type))
        rows = order_requests(viewer, wanted, look.sort, look.group)
        if file := send_list(request, rows, file_columns(look.columns, now, named), "requests"):
            return file
    after = read_cursor(request.GET.get("after", ""), look.sort, look.group)
    listed = list_requests(viewer, wanted, sort=look.sort, group=look.group, after=after)
    counts = count_groups(viewer, wanted, look.group) if look.group and listed.rows else {}
    standing = count_standing(viewer)
    form.show_needed()
    bar = read_bar(request.GET, views, viewer)
    shown, acts = look.columns or USUAL, acts_for(viewer)
    offered = offered_columns(now, answers)
    cells = answer_cells(listed.rows, shown, kinds, language(), timezone.localdate())
    backed = say_backed(viewer, listed.rows, now) if "backed" in shown else {}
    context = {
        "title": say_to_triage(standing.to_triage),
        "context_line": f"{say_below(standing.below)} {say_asked(standing.asked)}",
        "bar": bar,
        "rows": show_rows(listed.rows, look.group, counts, kinds, now, cells, backed),
        "cols": {column.name: column.name in shown for column in offered},
        "answer_labels": [column.label for column in answers if column.name in shown],
        "acts": acts,
        "span": len(shown) + 2 + bool(acts),
        "next": changed_query(request.GET, after=listed.next) if listed.next else None,
        "form": form,
        "columns_form": ColumnsForm(offered, shown),
        "kept": kept_fields(request.GET, (*LOOKS, "view")),
        "kept_filters": kept_fields(request.GET, [name for name in request.GET if name not in ("columns", "after")]),
        "groups": group_links(request.GET, look.group),
        "grouped": GATHERED.get(look.group, ""),
        "lost": [say_lost(name, value) for name, value in [*look.lost, *lost_filters(request.GET, form)]],
        "wanted": wanted,
        "filtered": any(request.GET.get(name) for name in (*form.fields, "mine")),
        "chips": usual_questions(request.GET, wanted, bar.everything),
        "may_file": may(viewer, Power.FILE_REQUEST),
        "now": now,
    }
    return render_page(request, "tracker/requests/index.html", context)


def first_address(query: QueryDict, views: Sequence[ViewRow]) -> str | None:
    """What opens where the address names nothing but a view: that view, or without any the viewer's default."""
    if set(query) - {"view"}:
        return None
    number = query.get("view")
    found = (view for view in views if (view.is_default if number is None else str(view.id) == number))
    chosen = next(found, None)
    return chosen.address if chosen and (chosen.query or number is None) else None


def read_bar(query: QueryDict, views: list[ViewRow], viewer: Viewer) -> ViewsBar:
    number = query.get("view", "")
    current = next((view for view in views if str(view.id) == number), None)
    shown = clean_query(query.urlencode())
    return ViewsBar(
        views=views,
        current=current,
        changed=current is not None and not is_same_query(shown, current.query),
        may_change=current is not None and may(viewer, Power.KEEP_VIEW, Ties(requester=current.owner.pk)),
        gone=current is None and number not in ("", EVERYTHING),
        query=shown,
        everything=f"?view={EVERYTHING}" if any(view.is_default for view in views) else "?",
    )


def answers_in(query: QueryDict, kinds: Mapping[str, RequestType]) -> list[Column]:
    """The columns of types' own fields that this address offers."""
    return offered_answers(kinds, query.get("type", ""), asked_columns(query.getlist("columns")), language())


def read_look(query: QueryDict, now: datetime, answers: Sequence[Column] = ()) -> Look:
    """Sort, group and columns of an address; what is not known is left out and told."""
    lost = []
    sort, group = query.get("sort", "") or DEFAULT_SORT, query.get("group", "")
    if sort.removeprefix("-") not in SORTS:
        lost.append((_("Order"), sort))
        sort = DEFAULT_SORT
    if group and group not in GROUPS:
        lost.append((_("Grouping"), group))
        group = ""
    columns, unknown = read_columns(query.getlist("columns"), now, answers)
    return Look(sort, group, columns, [*lost, *((_("Column"), name) for name in unknown)])


def read_wanted(query: QueryDict, form: FilterForm) -> Wanted:
    """What the list is narrowed to; a value that is not among the choices narrows nothing."""
    form.is_valid()
    names = [name for name in form.fields if name not in form.wishes]
    chosen = {name: form.cleaned_data.get(name, "") for name in names}
    return Wanted(text=chosen.pop("q").strip(), mine=query.get("mine") == "1", answers=form.wished(), **chosen)


def lost_filters(query: QueryDict, form: FilterForm) -> list[tuple[str, str]]:
    """Choices of the address that are not there (any more); the form then shows them as not chosen."""
    names = [name for name in form.errors if name in form.fields and name != "q"]
    found = [(str(form.fields[name].label), query.get(name, "")) for name in names]
    for name in names:
        del form.errors[name]
    return found + lost_wishes(query, lambda name: name in form.wishes)


def say_lost(name: str, value: str) -> str:
    words = {"name": name, "value": value[:TOLD].replace("\x00", "")}
    return _("%(name)s “%(value)s” is not there any more: the list is shown without it.") % words


def changed_query(query: QueryDict, *without: str, **changes: str) -> str:
    """The address with these parts changed, from its first page on."""
    copy = query.copy()
    for name in ("after", "dialog", *without):
        copy.pop(name, None)
    for name, value in changes.items():
        copy[name] = value
    return f"?{copy.urlencode()}"


def kept_fields(query: QueryDict, names: Sequence[str]) -> list[tuple[str, str]]:
    """Parts of the address that a form sends along."""
    return [(name, value) for name in names if name != "dialog" for value in query.getlist(name) if value]


def group_links(query: QueryDict, group: str) -> list[tuple[str, str, bool]]:
    """Label, address and whether it is the present one."""
    links = [(_("No groups"), changed_query(query, "group"), not group)]
    return links + [(str(label), changed_query(query, group=name), name == group) for name, label in GATHERED.items()]


def show_rows(
    asks: Sequence[WorkRequest],
    group: str,
    counts: Mapping[tuple[str, int], int],
    kinds: Mapping[str, RequestType],
    now: datetime,
    cells: Sequence[Sequence[Cell]],
    backed: Mapping[int, str],
) -> list[Row]:
    names = {key: words_in(kind.name, language()) for key, kind in kinds.items()}
    rows, last = [], None
    for ask, own in zip(asks, cells, strict=True):
        heading = None
        if group and group_of(ask) != last:
            last = group_of(ask)
            heading = Heading(name_group(ask, group, names), counts.get(last, 0))
        age = (now - ask.filed_at).days if ask.filed_at else None
        rows.append(
            Row(ask, tone_of(ask), names.get(ask.type.key, ask.type.key), age, heading, own, backed.get(ask.pk, ""))
        )
    return rows


def name_group(ask: WorkRequest, group: str, kinds: Mapping[str, str]) -> str:
    """The heading of the group in which this request stands."""
    if group == "state":
        return ask.get_state_display()
    if group == "delivery":
        return ask.get_delivery_display() or _("Not accepted")
    if group == "type":
        return kinds.get(ask.type.key, ask.type.key)
    if group == "requester":
        return ask.requester.name
    found = ask.team if group == "team" else ask.area
    return found.name if found else (_("No team") if group == "team" else _("No area"))


def say_to_triage(count: int) -> str:
    said = ngettext("%(count)s request waits for triage", "%(count)s requests wait for triage", count)
    return said % {"count": count} if count else _("No request waits for triage")


def say_below(count: int) -> str:
    said = ngettext("%(count)s is below the line.", "%(count)s are below the line.", count)
    return said % {"count": count} if count else _("None is below the line.")


def say_asked(count: int) -> str:
    said = ngettext("%(count)s waits for its requester.", "%(count)s wait for their requesters.", count)
    return said % {"count": count} if count else _("None waits for its requester.")


def usual_questions(query: QueryDict, wanted: Wanted, everything: str) -> list[tuple[str, str, bool]]:
    """The usual questions: label, query, whether it is the present one; the look of the list stays."""
    asked: list[tuple[str, dict[str, str]]] = [
        (_("All"), {}),
        (_("Mine"), {"mine": "1"}),
        (_("To triage"), {"state": State.FILED}),
        (_("Questions"), {"state": State.NEEDS_INFORMATION}),
        (_("Below the line"), {"delivery": "waiting"}),
        (_("In progress"), {"delivery": "in_progress"}),
        (_("Parked"), {"state": State.PARKED}),
    ]
    present = {"mine": "1" if wanted.mine else "", "state": wanted.state, "delivery": wanted.delivery}
    now = {name: value for name, value in present.items() if value}
    look = kept_fields(query, LOOKS)
    return [
        (label, f"?{urlencode([*given.items(), *look])}" if given or look else everything, given == now)
        for label, given in asked
    ]
