"""Projects: the portfolio in rank order, and the verbs of each."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from tracker.api.briefs import NamedBrief, NothingIn, PersonBrief, ReasonIn
from tracker.api.paging import Filter, answer_list, either, exact, one_of, yes_no
from tracker.api.resource import Resource
from tracker.api.shapes import Fields, JsonList, NullablePart, OuterRef, person
from tracker.kernel.errors import Invalid, NotFound
from tracker.kernel.prepared import fetch_rows
from tracker.kernel.words import at_word_start
from tracker.people.models import Team, User
from tracker.projects import actions
from tracker.projects.models import Effort, Period, Project, Size, Stage
from tracker.sites.models import Area

SUBJECTS = ["project", "capacity", "team", "user", "area"]
PROJECT: Fields = {
    "key": "key",
    "title": "title",
    "summary": "summary",
    "owner": person("owner"),
    "team": NullablePart("team", {"key": "team__key", "name": "team__name"}),
    "stage": "stage",
    "pinned": "pinned",
    "pin_reason": "pin_reason",
    "above": "above",
    "starts_on": "starts_on",
    "ends_on": "ends_on",
    "areas": JsonList(Area.objects.filter(projects=OuterRef("pk")).order_by("key"), {"key": "key", "name": "name"}),
    "efforts": JsonList(
        Effort.objects.filter(project=OuterRef("pk")).order_by("period__key", "team__key"),
        {
            "team": "team__key",
            "period": "period__key",
            "size": "size",
            "weeks": "weeks",
            "embedded": "embedded",
            "fits": "fits",
        },
    ),
    "issues_total": "issues_total",
    "issues_done": "issues_done",
    "created_at": "created_at",
    "updated_at": "updated_at",
    "version": "version",
}
LOOK_UP = """
SELECT (SELECT id FROM tracker_team WHERE key = %s), (SELECT id FROM tracker_user WHERE id = %s AND is_active),
       ARRAY(SELECT id FROM tracker_area WHERE key = ANY(%s::text[]))
"""


class EffortOut(serializers.Serializer[Any]):
    team = serializers.CharField()
    period = serializers.CharField()
    size = serializers.ChoiceField(choices=["", *Size.values])
    weeks = serializers.DecimalField(max_digits=7, decimal_places=2, coerce_to_string=False)
    embedded = serializers.DecimalField(max_digits=7, decimal_places=2, coerce_to_string=False)
    fits = serializers.BooleanField()


class ProjectEdit(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200)
    summary = serializers.CharField(max_length=5000, allow_blank=True, required=False)
    owner = serializers.IntegerField(allow_null=True, required=False, min_value=1, max_value=2**31)
    team = serializers.SlugField(max_length=30, allow_null=True, required=False)
    areas = serializers.ListField(child=serializers.SlugField(max_length=40), required=False, max_length=50)
    starts_on = serializers.DateField(allow_null=True, required=False)
    ends_on = serializers.DateField(allow_null=True, required=False)
    issues_total = serializers.IntegerField(min_value=0, max_value=1_000_000, required=False)
    issues_done = serializers.IntegerField(min_value=0, max_value=1_000_000, required=False)


class ProjectIn(ProjectEdit):
    stage = serializers.ChoiceField(choices=[Stage.PROPOSED, Stage.PLANNED, Stage.RUNNING], required=False)


class ProjectOut(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    owner = PersonBrief(allow_null=True)
    team = NamedBrief(allow_null=True)
    stage = serializers.ChoiceField(choices=Stage.choices)
    pinned = serializers.BooleanField()
    pin_reason = serializers.CharField()
    above = serializers.BooleanField()
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    areas = NamedBrief(many=True)
    efforts = EffortOut(many=True)
    issues_total = serializers.IntegerField()
    issues_done = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()


class ProjectMoveIn(serializers.Serializer[Any]):
    """`after`: the key of the project to follow, null for the first place that it may have."""

    after = serializers.CharField(max_length=20, allow_null=True)
    orphans_accepted = serializers.BooleanField(required=False, default=False)


class PinIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=200)
    orphans_accepted = serializers.BooleanField(required=False, default=False)


class UnpinIn(serializers.Serializer[Any]):
    orphans_accepted = serializers.BooleanField(required=False, default=False)


class ProjectEffortIn(serializers.Serializer[Any]):
    """A size or exact weeks; neither takes the estimate back."""

    team = serializers.SlugField(max_length=30)
    period = serializers.CharField(max_length=10)
    size = serializers.ChoiceField(choices=["", *Size.values], required=False)
    weeks = serializers.DecimalField(max_digits=6, decimal_places=2, min_value=0, allow_null=True, required=False)
    orphans_accepted = serializers.BooleanField(required=False, default=False)


class Projects(Resource):
    shape = PROJECT

    def rows(self) -> QuerySet[Project]:
        return Project.objects.visible_to(self.viewer)

    def look_up(self, given: dict[str, Any]) -> dict[str, Any]:
        """Team, owner and areas of a body as records, in one statement; raises Invalid for what does not exist."""
        if not {"team", "owner", "areas"} & set(given):
            return given
        areas = sorted(set(given.get("areas") or []))
        team, owner, found = fetch_rows(LOOK_UP, [given.get("team"), given.get("owner"), areas])[0]
        missing = _("There is no such record.")
        wrong = {
            name: missing
            for name, value in (("team", team), ("owner", owner))
            if given.get(name) is not None and value is None
        }
        if len(found) < len(areas):
            wrong["areas"] = missing
        if wrong:
            raise Invalid(missing, fields=wrong)
        known: dict[str, Any] = {
            "team": Team(pk=team) if team else None,
            "owner": User(pk=owner) if owner else None,
            "areas": [Area(pk=area) for area in found],
        }
        return given | {name: value for name, value in known.items() if name in given}


class ProjectList(Projects):
    filters = {
        "key": exact("key"),
        "stage": one_of("stage", Stage.values),
        "above": yes_no("above", "Above the line of the running quarter."),
        "pinned": yes_no("pinned"),
        "owner": Filter(
            lambda rows, value, _viewer: rows.filter(owner=int(value)), "Number of its owner.", {"type": "integer"}
        ),
        "team": Filter(
            lambda rows, value, _viewer: rows.filter(pk__in=Effort.objects.filter(team__key=value).values("project")),
            "Key of a team of which it asks something.",
        ),
        "area": exact("areas__key", "Key of an area that it touches."),
        "estimated": either(lambda rows, yes, _viewer: rows.filter(efforts__isnull=not yes).distinct()),
        "q": Filter(
            lambda rows, value, _viewer: rows.filter(title__iregex=at_word_start(value[:100])), "Words of the title."
        ),
    }
    orders = ("rank", "-rank", "id", "-id")

    @extend_schema(responses=ProjectOut(many=True))
    def get(self, request: HttpRequest) -> HttpResponse:
        """All projects in rank order, in pages."""
        return answer_list(request, self.rows, PROJECT, subjects=SUBJECTS, filters=self.filters, orders=self.orders)

    @extend_schema(request=ProjectIn, responses={201: ProjectOut})
    def post(self, request: HttpRequest) -> HttpResponse:
        """Adds a project at the end of the ranking."""
        given = self.look_up(self.read(ProjectIn))
        more = {"team": None} | given
        return self.once(lambda: self.show(actions.add_project(actor=self.viewer, at=self.at, **more).key, status=201))


class ProjectDetail(Projects):
    polled = False

    @extend_schema(responses=ProjectOut)
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """One project; never 304, because the line moves projects without touching their versions."""
        request.META.pop("HTTP_IF_NONE_MATCH", None)
        return self.show(key)

    @extend_schema(request=ProjectEdit, responses=ProjectOut)
    def patch(self, request: HttpRequest, key: str) -> HttpResponse:
        """Changes the fields that are sent."""
        expected = self.expected()
        changes = self.read(ProjectEdit, partial=True)
        actions.edit_project(
            actor=self.viewer, at=self.at, project=self.find(key), expected=expected, changes=self.look_up(changes)
        )
        return self.show(key)


class ProjectVerb(Projects):
    """POST below a project: If-Match is honoured, not needed."""

    def act(self, key: str, verb: Callable[[Project, int | None], object]) -> HttpResponse:
        expected = self.expected(needed=False)

        def effect() -> HttpResponse:
            verb(self.find(key), expected)
            return self.show(key)

        return self.once(effect)


class ProjectMove(Projects):
    @extend_schema(request=ProjectMoveIn, responses=ProjectOut)
    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Puts it behind another project, or first, and draws the lines that it touches again."""
        given, expected = self.read(ProjectMoveIn), self.expected(needed=False)

        def effect() -> HttpResponse:
            wanted = {key, given["after"]} - {None}
            found = {row.key: row for row in self.rows().filter(key__in=wanted)}
            if key not in found:
                raise NotFound(_("There is no such record."))
            if len(found) < len(wanted):
                raise Invalid(_("There is no such record."), fields={"after": _("There is no such record.")})
            actions.move_project(
                actor=self.viewer,
                at=self.at,
                project=found[key],
                after=found.get(given["after"]),
                expected=expected,
                orphans_accepted=given["orphans_accepted"],
            )
            return self.show(key)

        return self.once(effect)


class ProjectEffort(Projects):
    @extend_schema(request=ProjectEffortIn, responses=ProjectOut, operation_id="estimate_project")
    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """What it asks of a team in a quarter: a size or exact weeks; neither takes the estimate back."""
        given, expected = self.read(ProjectEffortIn), self.expected(needed=False)
        team, period = given.pop("team"), given.pop("period")
        named = Team.objects.filter(key=team)
        rows = self.rows().annotate(
            team_found=Subquery(named.values("pk")),
            team_name=Subquery(named.values("name")),
            period_found=Subquery(Period.objects.filter(key=period).values("pk")),
        )

        def effect() -> HttpResponse:
            project = self.find(key, rows)
            missing = _("There is no such record.")
            found = {"team": project.team_found, "period": project.period_found}
            wrong = {name: missing for name, value in found.items() if value is None}
            if wrong:
                raise Invalid(missing, fields=wrong)
            actions.set_effort(
                actor=self.viewer,
                at=self.at,
                project=project,
                team=Team(pk=project.team_found, key=team, name=project.team_name),
                period=Period(pk=project.period_found, key=period),
                expected=expected,
                **given,
            )
            return self.show(key)

        return self.once(effect)


class ProjectPin(ProjectVerb):
    @extend_schema(request=PinIn, responses=ProjectOut)
    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Keeps it at the head of the ranking, for a reason such as a law."""
        given = self.read(PinIn)
        return self.act(
            key,
            lambda project, expected: actions.pin_project(
                actor=self.viewer, at=self.at, project=project, expected=expected, **given
            ),
        )


class ProjectUnpin(ProjectVerb):
    @extend_schema(request=UnpinIn, responses=ProjectOut)
    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """It becomes the first of those that are not pinned."""
        given = self.read(UnpinIn)
        return self.act(
            key,
            lambda project, expected: actions.unpin_project(
                actor=self.viewer, at=self.at, project=project, expected=expected, **given
            ),
        )


class ProjectStart(ProjectVerb):
    @extend_schema(request=NothingIn, responses=ProjectOut)
    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Work has begun; no claim changes."""
        self.read(NothingIn)
        return self.act(
            key,
            lambda project, expected: actions.start_project(
                actor=self.viewer, at=self.at, project=project, expected=expected
            ),
        )


class ProjectLaunch(ProjectVerb):
    @extend_schema(request=NothingIn, responses=ProjectOut)
    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """It is live; what was spent on it stays claimed. Refused while anything blocks it."""
        self.read(NothingIn)
        return self.act(
            key,
            lambda project, expected: actions.launch_project(
                actor=self.viewer, at=self.at, project=project, expected=expected
            ),
        )


class ProjectDrop(ProjectVerb):
    @extend_schema(request=ReasonIn, responses=ProjectOut)
    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        """Drops it: it claims nothing more. Refused while anything blocks it."""
        given = self.read(ReasonIn)
        return self.act(
            key,
            lambda project, expected: actions.drop_project(
                actor=self.viewer, at=self.at, project=project, expected=expected, **given
            ),
        )
