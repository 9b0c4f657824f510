"""Suggestions beside an open request of the inbox: asked for, shown with their reasons, applied by one click each."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tracker.backlog.queries import Found, find_hosts, words_lacking
from tracker.intake.actions import LIVING
from tracker.intake.models import RequestType, WorkRequest
from tracker.intake.queries import words_in
from tracker.intake.similar import find_similar, read_question
from tracker.intake.suggesting import Hint, Place, hint_area, hint_most
from tracker.kernel import clock
from tracker.people.access import Power, Viewer, require
from tracker.sites.models import Area
from tracker.web.forms.requests import HiddenForm
from tracker.web.render import render_page
from tracker.web.requests import find_request
from tracker.web.shell import FULL, part_of
from tracker.web.viewer import SignedInRequest, signed_in
from tracker.web.ways import REASONS, why_not_embed

MOST_HOSTS = 2
MOST_ALIKE = 8


@dataclass(frozen=True)
class Suggestion:
    """`url` is posted to with what `form` holds; without a form it is a link, or where `why_not` says so
    nothing that can be pressed."""

    text: str
    why: str
    label: str
    url: str
    form: HiddenForm | None = None
    why_not: str = ""


@require_GET
@signed_in
def show_suggestions(request: SignedInRequest, key: str) -> HttpResponse:
    ask = find_request(request.viewer, key)
    require(request.viewer, Power.TRIAGE, ask.ties)
    context = {
        "title": _("Suggestions for %(key)s") % {"key": ask.key},
        "context_line": ask.title,
        "ask": ask,
        "suggestions": suggest_for(request.viewer, ask, request.GET.get("next", "")[:20]),
        "nav": "triage",
    }
    if part_of(request) == FULL:
        return render_page(request, "tracker/triage/suggestions.html", context)
    return render(request, "tracker/triage/_suggestions.html", context)


def suggest_for(viewer: Viewer, ask: WorkRequest, then: str) -> list[Suggestion]:
    """At most six statements: its title, what is like it, what that was merged into, areas, types, hosts."""
    alike = [one.request for one in find_similar(viewer, read_question(ask.title), but=ask.pk, most=MOST_ALIKE)]
    areas = {area.pk: area for area in Area.objects.visible_to(viewer).select_related("site", "team")}
    kinds = {kind.pk: kind for kind in RequestType.objects.filter(retired_at=None)}
    places = [Place(area.pk, area.site.url, area.pattern) for area in areas.values()]
    area = hint_area(ask.area_id, ask.example_urls, places, [one.area_id for one in alike])
    kind = hint_most(ask.type_id, [one.type_id for one in alike])
    found = [_suggest_area(ask, areas, area, then), _suggest_type(ask, kinds, kind, then)]
    found += [_suggest_merge(ask, one, then) for one in alike if one.state in LIVING]
    lacking = words_lacking(ask)
    found += [_suggest_host(viewer, ask, one, lacking) for one in find_hosts(ask, clock.now())[:MOST_HOSTS]]
    return [one for one in found if one is not None]


def _suggest_area(ask: WorkRequest, areas: Mapping[int, Area], hint: Hint | None, then: str) -> Suggestion | None:
    if hint is None or hint.id not in areas:
        return None
    area = areas[hint.id]
    told = {"area": area.name, "team": area.team.name}
    text = _("Area: %(area)s") % told
    if area.team_id != ask.team_id:
        text = _("Area: %(area)s, and with it team %(team)s") % told
    return Suggestion(text, _say_why(hint), _("Move it there"), _step(ask, "route"), _filled(then, area=area.key))


def _suggest_type(
    ask: WorkRequest, kinds: Mapping[int, RequestType], hint: Hint | None, then: str
) -> Suggestion | None:
    if hint is None or hint.id not in kinds:
        return None
    kind = kinds[hint.id]
    text = _("Type: %(type)s") % {"type": words_in(kind.name, get_language() or "en")}
    return Suggestion(text, _say_why(hint), _("Change the type"), _step(ask, "route"), _filled(then, type=kind.key))


def _suggest_merge(ask: WorkRequest, other: WorkRequest, then: str) -> Suggestion:
    text = _("Repeats %(key)s %(title)s") % {"key": other.key, "title": other.title}
    why = _("Their titles say much the same.")
    return Suggestion(text, why, _("Merge into it"), _step(ask, "merge"), _filled(then, into=other.key))


def _suggest_host(viewer: Viewer, ask: WorkRequest, found: Found, lacking: list[str]) -> Suggestion:
    host = found.host
    text = _("%(project)s %(title)s could carry it") % {"project": host.key, "title": host.title}
    kinship = ", ".join(str(REASONS[one]) for one in found.reasons if one in REASONS)
    why = _("Because: %(reasons)s. %(owner)s would answer.") % {
        "reasons": kinship,
        "owner": host.owner or _("The lead of its team"),
    }
    url = f"{reverse('request-embed', args=[ask.key])}?host={host.key}"
    return Suggestion(text, why, _("Propose it"), url, why_not=why_not_embed(viewer, ask, host, lacking))


def _say_why(hint: Hint) -> str:
    words = {"count": hint.count, "of": hint.of}
    if hint.by_examples:
        return ngettext(
            "%(count)s of %(of)s example page lies in it.", "%(count)s of %(of)s example pages lie in it.", hint.of
        ) % words  # fmt: skip
    return ngettext(
        "So is %(count)s of %(of)s request like it.", "So are %(count)s of %(of)s requests like it.", hint.of
    ) % words  # fmt: skip


def _step(ask: WorkRequest, name: str) -> str:
    return reverse(f"request-{name}", args=[ask.key])


def _filled(then: str, **values: str) -> HiddenForm:
    return HiddenForm({"next": then, **values})
