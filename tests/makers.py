"""Typed makers: the smallest true world that a test needs."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from tests.kept import Kept
from tracker.intake.models import RequestType
from tracker.people.access import Role
from tracker.people.models import Firm, Level, Side, Team, User
from tracker.projects.models import Capacity, Period
from tracker.sites.models import Area, Site

NOON = datetime(2027, 2, 1, 12, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Cast:
    """Roles of scenarios.md; `web` belongs to technology, `seo` and `content` to marketing."""

    cmo: User
    seo_lead: User
    content_lead: User
    analyst: User
    cto: User
    platform_lead: User
    sre: User
    frontend_lead: User
    coo: User
    admin: User
    web: Team
    mobile: Team
    data: Team
    seo: Team
    content: Team
    site: Site
    product_pages: Area
    search: Area
    period: Period
    type: RequestType


def make_user(name: str, email: str, roles: list[Role], team: Team | None = None, title: str = "") -> User:
    user = User(name=name, email=email, roles=[str(role) for role in roles], team=team, title=title)
    user.set_unusable_password()
    user.save()
    return user


def make_team(key: str, name: str, side: Side) -> Team:
    return Team.objects.create(key=key, name=name, side=side)


def make_capacity(team: Team, period: Period, gross: str = "150", allowance: str = "0") -> Capacity:
    return Capacity.objects.create(
        team=team, period=period, gross=Decimal(gross), reserve_percent=Decimal(25), allowance=Decimal(allowance)
    )


def make_period(today: date = NOON.date()) -> Period:
    monday = today - timedelta(days=today.weekday())
    starts = monday - timedelta(weeks=4)
    return Period.objects.create(key="2027-Q1", starts_on=starts, ends_on=starts + timedelta(weeks=13, days=-1))


@Kept
def make_cast() -> Cast:
    Firm.objects.get_or_create(pk=1, defaults={"name": "Lumen Market", "level": Level.COMPANY})
    web, mobile, data = (make_team(name.lower(), name, Side.TECHNOLOGY) for name in ("Web", "Mobile", "Data"))
    seo, content = (make_team(name.lower(), name, Side.MARKETING) for name in ("SEO", "Content"))
    site = Site.objects.create(key="shop", name="Lumen Market", url="https://lumen.example")
    period = make_period()
    make_capacity(web, period)
    make_capacity(mobile, period, "60")
    make_capacity(data, period, "40")
    return Cast(
        cmo=make_user("Anna Belova", "cmo@lumen.example", [Role.CMO], seo, "CMO"),
        seo_lead=make_user("Timur Rakhimov", "seo-lead@lumen.example", [Role.MARKETER, Role.LEAD], seo, "SEO lead"),
        content_lead=make_user(
            "Olga Petrova", "content-lead@lumen.example", [Role.MARKETER, Role.LEAD], content, "Content lead"
        ),
        analyst=make_user("Dina Karimova", "analyst@lumen.example", [Role.MARKETER], seo, "Analyst"),
        cto=make_user("Pavel Sorokin", "cto@lumen.example", [Role.CTO], web, "CTO"),
        platform_lead=make_user(
            "Irina Lind", "platform-lead@lumen.example", [Role.ENGINEER, Role.LEAD], web, "Head of platform"
        ),
        sre=make_user("Max Orlov", "sre@lumen.example", [Role.ENGINEER], web, "SRE"),
        frontend_lead=make_user("Kenji Sato", "frontend-lead@lumen.example", [Role.ENGINEER], web, "Front-end lead"),
        coo=make_user("Marta Keller", "coo@lumen.example", [Role.COO], None, "COO"),
        admin=make_user("Vera Lang", "admin@lumen.example", [Role.ADMIN], None, "Administrator"),
        web=web,
        mobile=mobile,
        data=data,
        seo=seo,
        content=content,
        site=site,
        product_pages=Area.objects.create(
            site=site,
            key="product-pages",
            name="Product page",
            pattern="/p/*",
            components=["product-template"],
            url_count=48_000,
            team=web,
        ),
        search=Area.objects.create(
            site=site, key="search", name="Search", pattern="/search*", components=["search-service"], team=web
        ),
        period=period,
        type=RequestType.objects.create(
            key="structured-data", name={"en": "Structured data", "ru": "Микроразметка"}, position=1
        ),
    )
