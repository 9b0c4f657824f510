"""The first steps of an installation, up to its first embed: computed from what is there, however it came there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qs, urlencode

from django.db.models import BooleanField, Exists, ExpressionWrapper, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tracker.backlog.models import BacklogItem
from tracker.intake.models import WorkRequest
from tracker.people.access import TABLE, Power, Role, Viewer
from tracker.people.models import Firm, Level, Side, Team, User
from tracker.projects.models import Capacity, Project
from tracker.sites.models import Area

ASKED = "step"


@dataclass(frozen=True)
class Kind:
    """A step: why it is done, on which page, and by whom."""

    key: str
    label: str | Promise
    why: str | Promise
    act: str | Promise
    page: str
    power: Power


KINDS = (
    Kind(
        "teams",
        _("A team of technology and one of marketing"),
        _("Requests come from one side, the time for them from the other."),
        _("Add teams"),
        "team-list",
        Power.MANAGE_SITES,
    ),
    Kind(
        "people",
        _("Colleagues are invited"),
        _("Every request and every answer has a name; a mail brings each of them a link to choose a password."),
        _("Invite somebody"),
        "person-invite",
        Power.MANAGE_PEOPLE,
    ),
    Kind(
        "cto",
        _("Somebody orders the projects"),
        _("The role of the CTO sets the capacity and the order; at level Start you may hold it yourself."),
        _("Give the role"),
        "people-list",
        Power.MANAGE_PEOPLE,
    ),
    Kind(
        "site",
        _("A site with its first area"),
        _("The area of a request says which team answers it and which projects work on the same pages."),
        _("Add a site"),
        "site-list",
        Power.MANAGE_SITES,
    ),
    Kind(
        "projects",
        _("IT projects, imported or added"),
        _("Requests join work that exists already; an export of Jira is enough."),
        _("Import projects"),
        "import-list",
        Power.IMPORT_PROJECTS,
    ),
    Kind(
        "capacity",
        _("The capacity of this quarter"),
        _("It says where the line runs: what is above is done, what is below waits."),
        _("Set the capacity"),
        "capacity",
        Power.RANK_PROJECTS,
    ),
    Kind(
        "request",
        _("The first request"),
        _("It takes a minute, and the page says at once which projects could carry it."),
        _("File a request"),
        "request-new",
        Power.FILE_REQUEST,
    ),
    Kind(
        "embed",
        _("The first request is embedded"),
        _("A project above the line takes it along for less than it costs alone."),
        _("Open the requests"),
        "request-list",
        Power.PROPOSE_EMBED,
    ),
)


@dataclass(frozen=True)
class Step:
    kind: Kind
    done: bool
    mine: bool
    """Whether the viewer has a power to do it."""

    @property
    def url(self) -> str:
        return f"{reverse(self.kind.page)}?{urlencode({ASKED: self.kind.key})}"


@dataclass(frozen=True)
class FirstSteps:
    """`steps` in their order, each with whether it is done; `empty`: nothing but the administrator is there."""

    steps: Sequence[Step]
    level: str
    demo: bool
    hidden: bool
    admin: bool
    version: int
    """Of the firm."""

    @property
    def done(self) -> int:
        return sum(step.done for step in self.steps)

    @property
    def left(self) -> Sequence[Step]:
        return [step for step in self.steps if not step.done]

    @property
    def shown(self) -> Sequence[Step]:
        """What stands on the viewer's home: all of them to an administrator, to others what they can do next."""
        if self.hidden or not self.left:
            return []
        return self.steps if self.admin else [step for step in self.left if step.mine]

    @property
    def next(self) -> Step | None:
        """The first that is not done and that the viewer can do."""
        return next((step for step in self.left if step.mine), None)

    @property
    def empty(self) -> bool:
        return not self.demo and not any(step.done for step in self.steps if step.kind.key != "cto")

    @property
    def start(self) -> bool:
        return self.level == Level.START


FOUND = (
    ExpressionWrapper(
        Exists(Team.objects.filter(side=Side.TECHNOLOGY)) & Exists(Team.objects.filter(side=Side.MARKETING)),
        output_field=BooleanField(),
    ),
    Exists(User.objects.select_related(None).filter(is_active=True).order_by("pk")[1:2]),
    Exists(User.objects.select_related(None).filter(is_active=True, roles__contains=[str(Role.CTO)])),
    Exists(Area.objects.all()),
    Exists(Project.objects.all()),
    Exists(Capacity.objects.all()),
    Exists(WorkRequest.objects.exclude(filed_at=None)),
    Exists(BacklogItem.objects.all()),
)
"""In the order of KINDS."""


def first_steps_of(viewer: Viewer) -> FirstSteps:
    """One statement."""
    firm = Firm.objects.values
    found = (
        User.objects.select_related(None)
        .filter(pk=viewer.id)
        .values_list(
            Subquery(firm("level")[:1]),
            Subquery(firm("demo")[:1]),
            Subquery(firm("steps_hidden_at")[:1]),
            Subquery(firm("version")[:1]),
            *FOUND,
        )
        .get()
    )
    level, demo, hidden_at, version, *done = found
    return FirstSteps(
        steps=[Step(kind, bool(one), has_some(viewer, kind.power)) for kind, one in zip(KINDS, done, strict=True)],
        level=level or Level.START,
        demo=bool(demo),
        hidden=hidden_at is not None,
        admin=Role.ADMIN in viewer.roles,
        version=version or 0,
    )


def say_steps(steps: FirstSteps) -> str:
    if not steps.left:
        return gettext("Everything is ready")
    return gettext("%(done)s of %(all)s first steps are done") % {"done": steps.done, "all": len(steps.steps)}


def has_some(viewer: Viewer, power: Power) -> bool:
    """Whether the viewer holds the power over anything at all."""
    return any(role in TABLE[power] for role in viewer.roles)


@dataclass(frozen=True)
class Guide:
    """What stands over the page of one step: whoever came by the list of steps sees why, whether it is done, what is
    next."""

    number: int
    step: Step
    steps: FirstSteps

    @cached_property
    def next(self) -> Step | None:
        left = [step for step in self.steps.left if step.mine and step.kind != self.step.kind]
        return left[0] if left else None


def guide_of(request: HttpRequest, read: Callable[[], FirstSteps]) -> Guide | None:
    """Where the page was opened as a step (?step=teams), or by a form on such a page; nothing is read elsewhere."""
    if request.method != "GET":
        return None
    before = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    asked = request.GET.get(ASKED) or parse_qs(before.partition("#")[0].partition("?")[2]).get(ASKED, [""])[0]
    number = next((place for place, kind in enumerate(KINDS) if kind.key == asked), None)
    if number is None or not request.path.startswith(_places_of(KINDS[number])):
        return None
    steps = read()
    return Guide(number + 1, steps.steps[number], steps)


def _places_of(kind: Kind) -> tuple[str, ...]:
    """The pages on which the step is done: its own and those beside it."""
    beside = {"people": "people-list", "projects": "project-list", "embed": "backlog"}
    return (reverse(kind.page), reverse(beside.get(kind.key, kind.page)))
