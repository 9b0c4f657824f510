"""The cast of Lumen Market, its teams, its sites and their areas."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.contrib.auth.hashers import make_password
from django.db import connection, models

from tracker.history.actions import add_row, change_row
from tracker.intake.models import RequestType
from tracker.management.demo.calendar import ZONE, Calendar
from tracker.notices.models import MailChoice, Pace
from tracker.people.access import Role
from tracker.people.actions import add_first_admin, add_team, set_level
from tracker.people.demo import DOMAIN
from tracker.people.models import Firm, Level, Side, Team, User
from tracker.projects.models import Period, Project
from tracker.sites.actions import add_area, add_freeze, add_site
from tracker.sites.models import Area

PASSWORD = "tandem-demo-2027"  # noqa: S105  the demo is open to whoever sits at the machine, and nowhere else
M, E, L = Role.MARKETER, Role.ENGINEER, Role.LEAD

TEAMS = (
    ("web", "Web", Side.TECHNOLOGY),
    ("mobile", "Mobile", Side.TECHNOLOGY),
    ("data", "Data", Side.TECHNOLOGY),
    ("seo", "SEO", Side.MARKETING),
    ("content", "Content", Side.MARKETING),
)
CAST = (
    ("cmo", "Anna Belova", "CMO", [Role.CMO], "seo"),
    ("seo-lead", "Timur Rakhimov", "SEO lead", [M, L], "seo"),
    ("content-lead", "Olga Petrova", "Content lead", [M, L], "content"),
    ("analyst", "Dina Karimova", "Analyst", [M], "seo"),
    ("cto", "Pavel Sorokin", "CTO", [Role.CTO], "web"),
    ("platform-lead", "Irina Lind", "Head of platform", [E, L], "web"),
    ("sre", "Max Orlov", "SRE", [E], "web"),
    ("frontend-lead", "Kenji Sato", "Front-end lead", [E], "web"),
    ("coo", "Marta Keller", "COO", [Role.COO], ""),
)
ADMIN = ("admin", "Vera Lang", "Administrator")
RUSSIAN = {"content-lead"}

SITES = (
    ("shop", "Lumen Market", "https://www.lumen.example"),
    ("shop-de", "Lumen Market Germany", "https://de.lumen.example"),
)
AREAS = (
    ("shop", "web", "product-page", "Product page", "/p/*", ["product-template", "catalog-api"], 48_000),
    ("shop", "web", "category-page", "Category page", "/c/*", ["category-template"], 6_400),
    ("shop", "web", "search", "Search", "/search*", ["search-service", "catalog-api"], 4_100_000),
    ("shop", "web", "landing-pages", "Landing pages", "/l/*", ["landing-kit"], 320),
    ("shop", "web", "checkout", "Checkout", "/checkout/*", ["checkout"], 24),
    ("shop", "web", "store-pages", "Store pages", "/stores/*", ["store-template"], 210),
    ("shop", "web", "blog", "Blog", "/blog/*", ["cms"], 1_900),
    ("shop", "mobile", "app", "App", "", ["app-ios", "app-android"], 0),
    ("shop", "data", "feeds", "Feeds and sitemaps", "/feeds/*", ["feed-builder"], 60),
    ("shop-de", "web", "german-shop", "German shop", "", ["shop-de"], 63_000),
)


@dataclass
class World:
    """What is there so far, by the short keys that the data modules use."""

    calendar: Calendar
    now: datetime
    people: dict[str, User] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    areas: dict[str, Area] = field(default_factory=dict)
    types: dict[str, RequestType] = field(default_factory=dict)
    projects: dict[int, Project] = field(default_factory=dict)

    @property
    def period(self) -> Period:
        return Period.objects.get(key=self.calendar.quarter)


def found_company(world: World, at: datetime) -> None:
    """The firm, its people and places. Nobody is invited by mail: everybody has the password of the demo."""
    role, name, title = ADMIN
    admin = add_first_admin(
        at=at,
        name=name,
        email=f"{role}@{DOMAIN}",
        password=PASSWORD,
        firm="Lumen Market",
        time_zone=ZONE.key,
    )
    change_row(admin, actor=admin.key, at=at, verb="edit_person", changes={"title": title})
    viewer = admin.viewer()
    firm = Firm.objects.get()
    set_level(actor=viewer, at=at, firm=firm, expected=None, level=Level.COMPANY)
    change_row(firm, actor=viewer.key, at=at, verb="fill_demo", changes={"demo": True})
    add_company(world, admin, at, make_password(PASSWORD))


def join_company(world: World, admin: User, at: datetime) -> None:
    """The same people and places around an administrator who was there before. Nobody signs in as one of them with a
    password, and none of them gets a mail: their addresses are nobody's."""
    add_company(world, admin, at, make_password(None))
    for role, *_facts in CAST:
        choice = MailChoice(user=world.people[role], turn=Pace.NEVER, news=Pace.NEVER)
        add_row(choice, actor=admin.key, at=at, verb="choose_mail")


def add_company(world: World, admin: User, at: datetime, secret: str) -> None:
    viewer = admin.viewer()
    world.people[ADMIN[0]] = admin
    for key, label, side in TEAMS:
        world.teams[key] = add_team(actor=viewer, at=at, name=label, side=side, key=key)
    for role, name, title, roles, team in CAST:
        person = User(
            email=f"{role}@{DOMAIN}",
            name=name,
            title=title,
            roles=[str(one) for one in roles],
            team=world.teams.get(team),
            language="ru" if role in RUSSIAN else "en",
            time_zone=ZONE.key,
            password=secret,
        )
        add_row(person, actor=viewer.key, at=at, verb="invite_person")
        world.people[role] = person
    sites = {key: add_site(actor=viewer, at=at, name=name, url=url, key=key) for key, name, url in SITES}
    peak = (date(world.now.year, 11, 23), date(world.now.year + 1, 1, 4))
    shop = next(iter(sites.values()))
    add_freeze(actor=viewer, at=at, site=shop, reason="Peak season", starts_on=peak[0], ends_on=peak[1])
    for site, team, key, name, pattern, components, urls in AREAS:
        facts = {"pattern": pattern, "components": components, "url_count": urls}
        world.areas[key] = add_area(
            actor=viewer, at=at, site=sites[site], team=world.teams[team], name=name, key=key, **facts
        )


def choose_next_id(model: type[models.Model], number: int) -> None:
    """The next row gets this number: the stories call their records by key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s, false)", [model._meta.db_table, number])


def continue_after_last_id(model: type[models.Model]) -> None:
    last = model._base_manager.aggregate(last=models.Max("pk"))["last"] or 0
    choose_next_id(model, last + 1)
