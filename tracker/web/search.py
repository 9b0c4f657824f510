"""Search: requests, projects, backlog items and cases by key or by words, and what packages above add to it.

The palette asks the same address.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from tracker.backlog.models import BacklogItem
from tracker.escalations.models import Escalation, Ruling
from tracker.intake.models import WorkRequest
from tracker.intake.queries import similar_requests
from tracker.kernel.words import at_word_start
from tracker.people.access import Viewer
from tracker.projects.models import Project
from tracker.web.render import render_page
from tracker.web.viewer import SignedInRequest, signed_in

MOST = 10
LONGEST, MOST_WORDS = 100, 6
KEY = re.compile(r"^([prie])[\s-]?0*(\d{1,18})([a-z]?)$", re.IGNORECASE)


@dataclass(frozen=True)
class Hit:
    key: str
    title: str
    state: str
    url: str


@dataclass(frozen=True)
class Group:
    """`more` says that not everything is shown."""

    label: str | Promise
    hits: list[Hit]
    more: bool


Finder = Callable[[Viewer, str], Group]
_finders: dict[str, Finder] = {}


def add_finder(name: str, find: Finder) -> None:
    """What a package that stands on this one finds by words, as far as the viewer may see it (one statement)."""
    _finders[name] = find


def read_key(text: str) -> tuple[str, str]:
    """What kind of key it is (p, r, i, e or none) and the key as it is written: "p6" is P-06, "r41b" is R-41b."""
    match = KEY.match(text)
    if match is None:
        return "", ""
    kind, number, part = match[1].upper(), int(match[2]), match[3].lower()
    return kind, f"P-{number:02d}" if kind == "P" else f"{kind}-{number}{part}"


def say_words(column: str, text: str) -> Q:
    """Every word begins one of the text, in any order; a pattern that the index of trigrams can answer."""
    wanted = Q()
    for word in text.split()[:MOST_WORDS]:
        wanted &= Q(**{f"{column}__iregex": at_word_start(word)})
    return wanted


def find_all(viewer: Viewer, text: str) -> list[Group]:
    """At most ten of each kind that the viewer may see; four statements and those of packages above, one for a key.

    Two more where no request has all the words.
    """
    kind, key = read_key(text)
    projects, requests = Project.objects.visible_to(viewer), WorkRequest.objects.visible_to(viewer)
    items = BacklogItem.objects.visible_to(viewer).select_related("ask", "project")
    cases = Escalation.objects.visible_to(viewer).select_related("ask")
    if kind:
        return [
            _group(gettext_lazy("Projects"), projects.filter(key=key) if kind == "P" else None),
            _group(gettext_lazy("Requests"), requests.filter(key=key) if kind == "R" else None),
            _group(gettext_lazy("Backlog items"), items.filter(key=key) if kind == "I" else None),
            _group(gettext_lazy("Cases"), cases.filter(key=key) if kind == "E" else None),
        ]
    ruled = Ruling.objects.filter(say_words("sentence", text)).values("escalation")
    of_cases = say_words("wanted", text) | say_words("ask__title", text) | Q(pk__in=ruled)
    of_items = say_words("ask__title", text) | Q(tracker_key__iexact=text)
    return [
        _group(gettext_lazy("Projects"), projects.filter(say_words("title", text)).order_by("rank")),
        _requests(viewer, text, requests.filter(say_words("title", text)).order_by("-id")),
        _group(gettext_lazy("Backlog items"), items.filter(of_items).order_by("-id")),
        _group(gettext_lazy("Cases"), cases.filter(of_cases).order_by("-id")),
        *(find(viewer, text) for find in _finders.values()),
    ]


def _requests(viewer: Viewer, text: str, rows: QuerySet[Any]) -> Group:
    """What has all the words; where nothing has, what says much the same in other words or spells them otherwise."""
    group = _group(gettext_lazy("Requests"), rows)
    return group if group.hits else Group(group.label, [_hit(ask) for ask in similar_requests(viewer, text)], False)


def _group(label: Promise, rows: QuerySet[Any] | None) -> Group:
    return group_hits(label, rows, _hit)


def group_hits(label: Promise, rows: QuerySet[Any] | None, hit: Callable[[Any], Hit]) -> Group:
    """The first ten rows as what was found."""
    found = [] if rows is None else list(rows[: MOST + 1])
    return Group(label, [hit(row) for row in found[:MOST]], len(found) > MOST)


def _hit(row: Project | WorkRequest | BacklogItem | Escalation) -> Hit:
    if isinstance(row, Project):
        return Hit(row.key, row.title, row.get_stage_display(), reverse("project", args=[row.key]))
    if isinstance(row, WorkRequest):
        state = row.get_delivery_display() or row.get_state_display()
        return Hit(row.key, row.title, state, reverse("request", args=[row.key]))
    if isinstance(row, Escalation):
        return Hit(row.key, row.wanted or row.ask.title, row.get_state_display(), reverse("case", args=[row.key]))
    title = _("%(title)s in %(project)s") % {"title": row.ask.title, "project": row.project.key}
    return Hit(row.key, title, row.get_state_display(), reverse("item", args=[row.key]))


@require_GET
@signed_in
def show_search(request: SignedInRequest) -> HttpResponse:
    text = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    groups = find_all(request.viewer, text) if text else []
    count = sum(len(group.hits) for group in groups)
    title = _("Search")
    if text:
        found = ngettext("%(count)s found for “%(text)s”", "%(count)s found for “%(text)s”", count)
        title = found % {"count": count, "text": text} if count else _("Nothing found for “%(text)s”") % {"text": text}
    context = {
        "title": title,
        "context_line": _("By key, such as R-41 or p6, or by the words of a title."),
        "text": text,
        "groups": [group for group in groups if group.hits],
    }
    return render_page(request, "tracker/search/index.html", context)
