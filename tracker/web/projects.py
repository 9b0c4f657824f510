"""The portfolio and one project: where it stands, what it asks, what blocks it, what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from tracker.backlog.models import BacklogItem
from tracker.backlog.queries import items_of
from tracker.kernel import clock
from tracker.kernel.words import at_word_start
from tracker.launches.models import Check
from tracker.people.access import Power, Ties, Viewer, may, require
from tracker.people.models import Side, Team, User
from tracker.projects.models import Effort, Period, Project, Stage
from tracker.projects.queries import Asked, crossings_of, efforts_of, period_named
from tracker.projects.states import PROJECT
from tracker.projects.words import say_weeks
from tracker.sites.models import Area
from tracker.web.courts import proposals_turn
from tracker.web.exports import Column, send_list
from tracker.web.forms.projects import DropForm, EffortForm, PinForm
from tracker.web.line import line_url, say_cause
from tracker.web.render import render_page
from tracker.web.story import tell_story
from tracker.web.viewer import SignedInRequest, signed_in

PAGE = 50
FILTERS = ("team", "stage", "line", "owner", "area", "q")
NO_OWNER = "none"
COLUMNS = (
    Column("key", gettext_lazy("Key"), "key"),
    Column("title", gettext_lazy("Project"), "title"),
    Column("owner", gettext_lazy("Owner"), "owner__name"),
    Column("team", gettext_lazy("Team"), "team__name"),
    Column("stage", gettext_lazy("Stage"), "stage", Stage.choices),
    Column("above", gettext_lazy("Above the line"), "above"),
    Column("weeks", gettext_lazy("Effort, weeks"), "asked"),
    Column("pinned", gettext_lazy("Pinned"), "pinned"),
    Column("starts_on", gettext_lazy("Start"), "starts_on"),
    Column("ends_on", gettext_lazy("End"), "ends_on"),
)


@dataclass(frozen=True)
class Filter:
    """An active filter and the address without it."""

    label: str
    remove: str


def find_project(viewer: Viewer, key: str) -> Project:
    return get_object_or_404(Project.objects.visible_to(viewer).select_related("owner__team", "team"), key=key)


def with_estimates(rows: QuerySet[Project], period: Period | None) -> QuerySet[Any]:
    """Adds `asked`, the weeks of the period (None without an estimate)."""
    asked = (
        Effort.objects.filter(project=OuterRef("pk"), period=period)
        .order_by()
        .values("project")
        .annotate(total=Sum(F("weeks") + F("embedded")))
        .values("total")
    )
    return rows.annotate(asked=Subquery(asked))


def narrow(rows: QuerySet[Any], query: QueryDict) -> QuerySet[Any]:
    """The filters of the address; values that mean nothing find nothing."""
    stage = query.get("stage")
    rows = rows.filter(stage=stage) if stage else rows.exclude(stage=Stage.DROPPED)
    if team := query.get("team"):
        rows = rows.filter(Q(pk__in=Effort.objects.filter(team__key=team).values("project")) | Q(team__key=team))
    if (owner := query.get("owner", "")) == NO_OWNER:
        rows = rows.filter(pk__in=Project.objects.unowned())
    elif owner:
        rows = rows.filter(owner=int(owner)) if owner.isascii() and owner.isdigit() and len(owner) < 10 else rows.none()
    if area := query.get("area"):
        rows = rows.filter(areas__key=area)
    if text := query.get("q", "").replace("\x00", "").strip():
        rows = rows.filter(Q(title__iregex=at_word_start(text[:100])) | Q(key__iexact=text[:100]))
    if line := query.get("line"):
        rows = {
            "above": rows.filter(above=True),
            "below": rows.filter(above=False, asked__isnull=False),
            "unestimated": rows.filter(asked__isnull=True).exclude(stage=Stage.LAUNCHED),
        }.get(line, rows.none())
    return rows


def without(query: QueryDict, *names: str, **values: str) -> str:
    kept = query.copy()
    for name in (*names, "after"):
        kept.pop(name, None)
    for name, value in values.items():
        kept[name] = value
    return f"?{kept.urlencode()}"


@require_GET
@signed_in
def show_projects(request: SignedInRequest) -> HttpResponseBase:
    """In rank order, fifty to a page, from the key in `after` on."""
    require(request.viewer, Power.VIEW)
    today = clock.now().date()
    period = period_named("", today)
    visible = with_estimates(Project.objects.visible_to(request.viewer), period)
    rows = narrow(visible, request.GET)
    if file := send_list(request, rows.order_by("rank"), COLUMNS, "projects"):
        return file
    if after := request.GET.get("after"):
        rows = rows.filter(rank__gt=Subquery(Project.objects.filter(key=after).values("rank")[:1]))
    found = list(rows.select_related("owner__team", "team").order_by("rank")[: PAGE + 1])
    total = Project.objects.visible_to(request.viewer).exclude(stage=Stage.DROPPED)
    counts = total.aggregate(
        count=Count("pk"),
        above=Count("pk", filter=Q(above=True)),
        unowned=Count("pk", filter=Q(pk__in=Project.objects.unowned())),
    )
    owners = owner_choices()
    context = {
        "title": ngettext(
            "%(above)s of %(count)s project is above the line",
            "%(above)s of %(count)s projects are above the line",
            counts["count"],
        )
        % counts,
        "context_line": ngettext(
            "%(unowned)s project has no owner.", "%(unowned)s projects have no owner.", counts["unowned"]
        )
        % counts
        if counts["unowned"]
        else "",
        "rows": found[:PAGE],
        "next": without(request.GET, after=found[PAGE - 1].key) if len(found) > PAGE else None,
        "filters": active_filters(request.GET, owners),
        "query": request.GET,
        "teams": Team.objects.filter(side=Side.TECHNOLOGY),
        "areas": Area.objects.all(),
        "owners": owners,
        "stages": Stage.choices,
        "lines": line_choices(),
        "may_add": may(request.viewer, Power.EDIT_PROJECT, own_ties(request.viewer)),
        "period": period,
    }
    return render_page(request, "tracker/projects/index.html", context)


def line_choices() -> list[tuple[str, str]]:
    return [("above", _("above the line")), ("below", _("below the line")), ("unestimated", _("no estimate yet"))]


def owner_choices() -> list[tuple[str, str]]:
    owners = User.objects.filter(pk__in=Project.objects.exclude(owner=None).values("owner"))
    return [(NO_OWNER, _("no owner")), *((str(owner.pk), owner.name) for owner in owners)]


def active_filters(query: QueryDict, owners: Sequence[tuple[str, str]]) -> list[Filter]:
    words: dict[str, dict[str, str]] = {
        "stage": {str(stage.value): str(stage.label) for stage in Stage},
        "line": dict(line_choices()),
        "owner": dict(owners),
    }
    given = {name: query.get(name, "") for name in FILTERS}
    return [
        Filter(words.get(name, {}).get(value, value), without(query, name)) for name, value in given.items() if value
    ]


def own_ties(viewer: Viewer) -> Ties:
    """Of a project of the viewer's own team that the viewer owns."""
    return Ties(delivery=frozenset({viewer.id}), team=viewer.team)


@require_GET
@signed_in
def show_project(request: SignedInRequest, key: str) -> HttpResponse:
    return render_page(
        request, "tracker/projects/detail.html", project_context(request, find_project(request.viewer, key))
    )


def project_context(request: SignedInRequest, project: Project, **more: Any) -> dict[str, Any]:
    """What the page of a project shows; `more` replaces forms that came back with errors."""
    now = clock.now()
    period = period_named("", now.date())
    efforts = efforts_of(project.pk)
    blockers = list(project.blockers.order_by("source"))
    estimated = estimated_by(request.viewer, project)
    items = items_of(project.pk, request.viewer)
    context = {
        "title": f"{project.key} {project.title}",
        "context_line": say_standing(project, [one for one in efforts if period and one.period_key == period.key]),
        "nav": "project-list",
        "now": now,
        "project": project,
        "efforts": [(one, line_url(one.team_key, one.period_key)) for one in efforts],
        "largest": max((one.claim for one in efforts), default=Decimal(0)),
        "areas": list(project.areas.all()),
        "blockers": blockers,
        "checks": checks_of(project, request.viewer),
        "items": items,
        "court": proposals_turn(project, items),
        "may_rank_items": may(request.viewer, Power.RANK_INSIDE, project.ties),
        "crossings": [(one, say_cause(one)) for one in crossings_of(project.pk)],
        "story": tell_story("project", project.pk),
        "below": project.open and not project.above and any(not one.fits for one in efforts),
        "effort_form": EffortForm(
            initial={"period": period.key if period else "", "team": getattr(project.team, "key", "")},
            teams=estimated,
        ),
        "pin_form": PinForm(),
        "drop_form": DropForm(),
        "stage_label": Stage(project.stage).label,
        "may_estimate": estimated is None or estimated > 0,
        "acts": acts_of(request.viewer, project, len(blockers)),
    }
    return context | more


def estimated_by(viewer: Viewer, project: Project) -> int | None:
    """The one team for which the viewer may say what it takes; None is every team, 0 none."""
    delivery = project.ties.delivery
    if may(viewer, Power.EDIT_TECHNICAL, Ties(delivery=delivery)):
        return None
    own = viewer.team if viewer.side == Side.TECHNOLOGY else None
    return own if own and may(viewer, Power.EDIT_TECHNICAL, Ties(delivery=delivery, team=own)) else 0


def say_standing(project: Project, asked: list[Asked]) -> str:
    """Where it stands, in one sentence with its numbers."""
    if project.stage == Stage.DROPPED:
        return _("Dropped: it claims nothing.")
    total = say_weeks(sum((one.claim for one in asked), Decimal(0)))
    if project.stage == Stage.LAUNCHED:
        return _("Launched: %(weeks)s went into it this quarter.") % {"weeks": total}
    if not asked:
        return _("No estimate yet: it is neither above nor below the line.")
    if project.above:
        places = ", ".join(_("%(place)s in %(team)s") % {"place": one.place, "team": one.team} for one in asked)
        return _("Above the line with %(weeks)s; rank %(places)s.") % {"weeks": total, "places": places}
    short = ", ".join(
        _("%(weeks)s in %(team)s") % {"weeks": say_weeks(one.short), "team": one.team} for one in asked if one.short
    )
    return _("Below the line: of its %(weeks)s it is short %(short)s.") % {"weeks": total, "short": short}


@dataclass(frozen=True)
class Acts:
    """Why the viewer may not do each of these; an empty text means they may. None: it makes no sense now."""

    edit: str
    start: str | None
    launch: str | None
    drop: str | None
    pin: str | None
    unpin: str | None


def checks_of(project: Project, viewer: Viewer) -> list[Check]:
    """Those that an embedded item asked for are seen by whoever sees the item."""
    seen = BacklogItem.objects.visible_to(viewer).order_by().values("key")
    return list(Check.objects.filter(~Q(source__startswith="I-") | Q(source__in=seen), project=project))


def acts_of(viewer: Viewer, project: Project, blockers: int) -> Acts:
    edits = may(viewer, Power.EDIT_PROJECT, project.ties)
    refused = "" if edits else _("for its owner, the lead of its team and the CTO")
    blocked = refused or (
        ngettext("%(count)s blocker stands in the way", "%(count)s blockers stand in the way", blockers)
        % {"count": blockers}
        if blockers
        else ""
    )
    ranks = may(viewer, Power.RANK_PROJECTS)
    not_ranking = "" if ranks else _("for the CTO")

    def when_allowed(verb: str, why_not: str) -> str | None:
        return why_not if PROJECT.allows(project.stage, verb) else None

    return Acts(
        edit=refused,
        start=when_allowed("start", refused),
        launch=when_allowed("launch", blocked),
        drop=when_allowed("drop", blocked),
        pin=not_ranking if project.open and not project.pinned else None,
        unpin=not_ranking if project.open and project.pinned else None,
    )
