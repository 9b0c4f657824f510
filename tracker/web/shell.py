"""What stands around every page: the places one may go to, what waits there, the quarter, who looks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Count, IntegerField, QuerySet, Subquery, Value
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tracker.people.access import Power, Viewer, may, may_somewhere
from tracker.people.models import User
from tracker.projects.models import Period
from tracker.promises.models import WorkCalendar
from tracker.promises.words import hours_of_team
from tracker.web.emergency import Banner, banner_row, say_banner
from tracker.web.first_steps import Guide, first_steps_of, guide_of

FOUNDER = "demo_founder"
"""In the session of an administrator who loaded the demo: who looks through the eyes of its people, and comes back."""
FULL, MAIN, BARE = "", "main", "bare"
PHONE_PLACES = 4
NEWS = "notice-list"
"""Beside the name of who looks, not among the places: one goes there from anywhere and comes back."""
DAYS_OF_WEEK = 7


@dataclass(frozen=True)
class Place:
    """Somewhere to go: shown to whoever holds one of the powers (everybody, where none is named)."""

    url_name: str
    label: str | Promise
    icon: str
    powers: tuple[Power, ...] = ()


@dataclass(frozen=True)
class NavItem:
    name: str
    url: str
    label: str | Promise
    icon: str
    count: int
    current: bool
    on_phone: bool


@dataclass(frozen=True)
class Quarter:
    name: str
    week: int
    weeks: int
    days_left: int


PLACES = [
    Place("home", _("Your move"), "inbox"),
    Place("request-list", _("Requests"), "message-square-text", (Power.VIEW,)),
    Place("line", _("Line"), "separator-horizontal", (Power.VIEW,)),
    Place("triage", _("Triage"), "list-checks", (Power.TRIAGE,)),
    Place("docket", _("Docket"), "scale", (Power.RULE,)),
    Place("project-list", _("Projects"), "folder-kanban", (Power.VIEW,)),
    Place("backlog", _("Backlog"), "layers", (Power.VIEW,)),
    Place("limbo", _("Limbo"), "hourglass", (Power.VIEW,)),
    Place("import-list", _("Imports"), "file-up", (Power.IMPORT_PROJECTS, Power.FILE_REQUEST)),
    Place("people-list", _("People"), "users", (Power.MANAGE_PEOPLE,)),
    Place("team-list", _("Teams"), "network", (Power.MANAGE_SITES,)),
    Place("site-list", _("Sites"), "globe", (Power.MANAGE_AREAS, Power.MANAGE_SITES)),
    Place("settings", _("Settings"), "settings", (Power.MANAGE_PEOPLE,)),
]
PAGES = [
    Place("capacity", _("Capacity: what if people leave or come"), "", (Power.VIEW,)),
    Place("docket", _("Docket"), "", (Power.VIEW,)),
    Place("calendar-list", _("Working hours"), "", (Power.VIEW,)),
    Place("policy-list", _("Policies"), ""),
    Place("team-list", _("Teams"), "", (Power.VIEW,)),
    Place("site-list", _("Sites"), "", (Power.VIEW,)),
    Place("view-list", _("Saved views"), "", (Power.VIEW,)),
    Place("freeze-list", _("Freezes: when nothing goes live"), "", (Power.VIEW,)),
    Place("kpi-list", _("KPIs"), "", (Power.VIEW,)),
    Place("type-list", _("Request types"), "", (Power.MANAGE_TYPES,)),
    Place("settings-level", _("Levels"), "", (Power.MANAGE_PEOPLE,)),
    Place("status", _("Status"), "", (Power.MANAGE_PEOPLE,)),
    Place("notice-list", _("News"), ""),
    Place("mail-choice", _("What comes by mail"), ""),
    Place("profile", _("Profile, language, time zone"), ""),
    Place("token-list", _("API tokens"), ""),
    Place("ticket-list", _("Old tickets"), "", (Power.IMPORT_TICKETS,)),
    Place("words", _("Words"), ""),
]
"""What else the palette finds by its name; it asks for no count and stands in no menu of its own."""
CAST = (
    ("seo-lead@lumen.example", _("SEO lead")),
    ("content-lead@lumen.example", _("Content lead")),
    ("cmo@lumen.example", _("CMO")),
    ("cto@lumen.example", _("CTO")),
    ("platform-lead@lumen.example", _("Platform lead")),
    ("frontend-lead@lumen.example", _("Front-end lead")),
    ("coo@lumen.example", _("COO")),
    ("admin@lumen.example", _("Administrator")),
)
SUPPORTING = (
    ("analyst@lumen.example", _("Analyst")),
    ("sre@lumen.example", _("SRE")),
)
"""The others of the demo company: on its sign-in page, while the foot of every page has room for the leads."""

Waiting = Callable[[Viewer], QuerySet[Any]]
_waiting: dict[str, Waiting] = {}


def add_place(place: Place, *, behind: str) -> None:
    """One more place, of a package that stands on this one; a second call with the same name changes nothing."""
    names = [known.url_name for known in PLACES]
    if place.url_name not in names:
        PLACES.insert(names.index(behind) + 1, place)


def count_waiting(url_name: str, waiting: Waiting) -> None:
    """What waits for a viewer behind a place; the number stands beside its name."""
    _waiting[url_name] = waiting


def part_of(request: HttpRequest) -> str:
    """FULL, or to htmx MAIN (what stands in <main>, with the shell's news) or BARE (the content alone)."""
    if request.headers.get("HX-Request") != "true" or request.headers.get("HX-History-Restore-Request") == "true":
        return FULL
    return MAIN if request.headers.get("HX-Target") == "main#main" else BARE


def url_or_nothing(url_name: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def read_waiting(viewer: Viewer, today: date) -> dict[str, Any]:
    """The counts of all places, the running quarter and the emergency that runs, in one statement."""
    now = Period.objects.filter(starts_on__lte=today, ends_on__gte=today).order_by("-starts_on")
    columns: dict[str, Any] = {name: Subquery(now.values(name)[:1]) for name in ("key", "starts_on", "ends_on")}
    for url_name, waiting in _waiting.items():
        rows = waiting(viewer).order_by().annotate(all_rows=Value(1)).values("all_rows")
        counted = rows.annotate(number=Count("pk", distinct=True)).values("number")
        columns[url_name.replace("-", "_")] = Subquery(counted, output_field=IntegerField())
    columns["emergency"] = Subquery(banner_row(viewer))
    found = User.objects.filter(pk=viewer.id).select_related(None).values(**{f"of_{n}": c for n, c in columns.items()})
    return dict(found.first() or {})


class Shell:
    """Read by base.html when it draws the frame; a part that is not put into <main> never asks."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        person = getattr(request, "user", None)  # an error page may come before anybody is known
        self.user = person if isinstance(person, User) else None
        self.demo = bool(getattr(settings, "DEMO", False))

    @cached_property
    def viewer(self) -> Viewer | None:
        return self.user.viewer() if self.user else None

    @cached_property
    def _read(self) -> dict[str, Any]:
        return read_waiting(self.viewer, timezone.localdate()) if self.viewer else {}

    @cached_property
    def quarter(self) -> Quarter | None:
        if not self._read.get("of_key"):
            return None
        starts_on, ends_on = self._read["of_starts_on"], self._read["of_ends_on"]
        year, quarter = self._read["of_key"].split("-")
        return Quarter(
            name=f"{quarter} {year}",
            week=(timezone.localdate() - starts_on).days // DAYS_OF_WEEK + 1,
            weeks=((ends_on - starts_on).days + 1) // DAYS_OF_WEEK,
            days_left=(ends_on - timezone.localdate()).days,
        )

    @cached_property
    def emergency(self) -> Banner | None:
        return say_banner(self._read.get("of_emergency"))

    @cached_property
    def hours(self) -> WorkCalendar | None:
        """Of the reader's team: asked for where a refused form tells what its dates mean."""
        return hours_of_team(self.viewer.team) if self.viewer else None

    @cached_property
    def places(self) -> list[NavItem]:
        if not self.viewer:
            return []
        open_places = [(place, url_or_nothing(place.url_name)) for place in PLACES if self._may_see(place)]
        open_places = [(place, url) for place, url in open_places if url]
        path = self.request.path
        here = max(
            (url for _place, url in open_places if url == path or (path.startswith(url) and url != "/")), default=""
        )
        return [
            NavItem(
                name=place.url_name,
                url=url,
                label=place.label,
                icon=place.icon,
                count=self._waiting_in(place.url_name),
                current=url == here,
                on_phone=number < PHONE_PLACES,
            )
            for number, (place, url) in enumerate(open_places)
        ]

    @cached_property
    def pages(self) -> list[tuple[str, str | Promise]]:
        """(address, name) of what the palette finds beside the places."""
        listed = {place.url for place in self.places}
        named = [(url_or_nothing(page.url_name), page.label) for page in PAGES if self._may_see(page)]
        return [(url, label) for url, label in named if url and url not in listed]

    def _waiting_in(self, url_name: str) -> int:
        return self._read.get(f"of_{url_name.replace('-', '_')}") or 0

    @property
    def unread(self) -> int:
        return self._waiting_in(NEWS)

    def _may_see(self, place: Place) -> bool:
        viewer = self.viewer
        if viewer is None:
            return False
        return not place.powers or any(may_somewhere(viewer, power) for power in place.powers)

    @cached_property
    def search_url(self) -> str:
        return url_or_nothing("search")

    @cached_property
    def file_url(self) -> str:
        allowed = self.viewer and may(self.viewer, Power.FILE_REQUEST)
        return url_or_nothing("request-new") if allowed else ""

    @cached_property
    def news_url(self) -> str:
        return url_or_nothing(NEWS) if self.viewer else ""

    @cached_property
    def profile_url(self) -> str:
        return url_or_nothing("profile")

    @cached_property
    def language_url(self) -> str:
        return url_or_nothing("language")

    @cached_property
    def demo_url(self) -> str:
        return url_or_nothing("demo-signin") if self.demo else ""

    @property
    def borrowed_url(self) -> str:
        """Where an administrator who looks through the eyes of the demo chooses somebody else, or comes back."""
        session = getattr(self.request, "session", {})
        return url_or_nothing("demo-signin") if self.user and FOUNDER in session and not self.demo else ""

    @property
    def borrowed(self) -> bool:
        return bool(self.user and self.request.session.get(FOUNDER) != self.user.pk)

    @property
    def cast(self) -> tuple[tuple[str, str | Promise], ...]:
        return CAST if self.demo_url else ()

    @cached_property
    def guide(self) -> Guide | None:
        viewer = self.viewer
        return guide_of(self.request, lambda: first_steps_of(viewer)) if viewer else None

    @property
    def theme(self) -> str:
        chosen = self.request.COOKIES.get("tandem_theme", "")
        return chosen if chosen in ("light", "dark") else ""


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context processor."""
    return {"shell": Shell(request), "part": part_of(request), "layout": "tracker/base.html"}
