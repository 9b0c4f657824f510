"""The demo company in an installation of one's own: loaded while nothing else is there, removed without a trace."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client

from roadmap.products.models import Product
from tests.kept import Kept
from tests.lumen import OnLumenMarket, sign_in
from tests.makers import Cast
from tests.tracker.test_setup import ALL, FIRST
from tracker.history.actions import change_row
from tracker.history.models import Entry
from tracker.intake.models import RequestType, WorkRequest
from tracker.kernel import clock
from tracker.kernel.models import Versioned
from tracker.notices.models import Mail, MailChoice
from tracker.people.actions import invite_person, set_level
from tracker.people.demo import demo_people, is_empty
from tracker.people.models import Firm, Level, Team, User
from tracker.projects.models import Project
from tracker.promises.models import Promise

REAL = FIRST | {"email": "ada@acme.test"}
STAYS = {"firm", "user", "request-type"}


@pytest.fixture
def alone(db: None, client: Client) -> Client:
    """The administrator of an empty installation."""
    client.post("/start/", REAL)
    return client


@Kept
def make_own_demo() -> int:
    """Loading takes a while: it is done once, by the page, and its rows are put back for every test."""
    browser = Client()
    browser.post("/start/", REAL)
    assert browser.post("/start/demo/").headers["Location"] == "/demo/sign-in/"
    return User.objects.get(email=REAL["email"]).pk


@pytest.fixture
def loaded(db: None, client: Client) -> Client:
    """The administrator of an installation that has the demo."""
    client.force_login(User.objects.get(pk=make_own_demo()))
    return client


def audit() -> None:
    call_command("audit_history", verbosity=0)
    call_command("audit_promises", verbosity=0)


def left() -> Iterator[str]:
    for model in apps.get_models():
        if issubclass(model, Versioned) and model.subject not in STAYS and model._base_manager.exists():
            yield model.subject


def test_the_administrator_of_an_empty_installation_loads_the_demo_and_removes_it_without_a_trace(
    loaded: Client,
) -> None:
    ada = User.objects.get(email="ada@acme.test")
    assert Project.objects.count() > 30
    assert WorkRequest.objects.count() > 20
    assert Product.objects.count() == 1
    assert (Firm.objects.get().name, Firm.objects.get().level) == ("Acme", Level.COMPANY)
    audit()
    page = loaded.get("/settings/demo/").content.decode()
    assert "It goes" in page
    assert "Ada" in page
    assert loaded.post("/settings/demo/", {"name": "Acme"}).headers["Location"] == "/start/next/"
    assert list(User.objects.all()) == [ada]
    assert list(left()) == []
    assert (Firm.objects.get().level, Firm.objects.get().demo) == (Level.START, False)
    told = Entry.objects.filter(subject="firm").order_by("version").values_list("verb", flat=True)
    assert list(told) == ["add_first_admin", "load_demo", "remove_demo"]
    assert set(Entry.objects.values_list("subject", flat=True)) == STAYS
    audit()
    assert is_empty()
    for path in ("/", "/requests/", "/projects/", "/people/", "/teams/", "/sites/", "/roadmap/", "/line/", "/limbo/"):
        page = loaded.get(path).content.decode()
        assert "Lumen" not in page, path
        assert "Sorokin" not in page, path
    assert loaded.get("/settings/demo/").status_code == 404
    connection.check_constraints()


def test_after_the_removal_the_first_records_begin_with_number_one(loaded: Client) -> None:
    loaded.post("/settings/demo/", {"name": "Acme"})
    assert loaded.post("/start/next/", ALL).status_code == 302
    assert RequestType.objects.exists()
    assert Team.objects.order_by("pk").first() == Team.objects.filter(pk=1).get()
    audit()


def test_a_mere_get_loads_nothing(alone: Client) -> None:
    assert alone.get("/start/demo/").status_code == 405
    assert not Project.objects.exists()


def test_a_mere_get_removes_nothing(loaded: Client) -> None:
    assert loaded.get("/settings/demo/", {"name": "Acme"}).status_code == 200
    assert Project.objects.exists()


def test_only_the_name_of_the_firm_typed_by_hand_removes_it(loaded: Client) -> None:
    for name in ("", "acme", "Lumen Market"):
        assert loaded.post("/settings/demo/", {"name": name}).status_code == 422
    assert Project.objects.exists()


def test_it_is_loaded_only_where_nothing_else_is(alone: Client) -> None:
    alone.post("/start/next/", ALL)
    alone.post("/start/demo/")
    assert "There are records already" in alone.get("/start/next/").content.decode()
    assert not Project.objects.exists()
    assert not Firm.objects.get().demo


def test_it_is_not_offered_where_something_is(alone: Client) -> None:
    assert "Load the demo company" in alone.get("/start/next/").content.decode()
    alone.post("/start/next/", ALL)
    assert "Load the demo company" not in alone.get("/start/next/").content.decode()


def test_nobody_but_an_administrator_loads_or_removes(cast: Cast, client: Client) -> None:
    Firm.objects.update(demo=True)
    for person in (cast.coo, cast.cto, cast.analyst):
        client.force_login(person)
        assert client.post("/start/demo/").status_code == 403
        assert client.get("/settings/demo/").status_code == 403
        assert client.post("/settings/demo/", {"name": "Lumen Market"}).status_code == 403
    assert Team.objects.exists()
    assert Client().post("/start/demo/").status_code == 302


def test_the_people_of_the_demo_have_no_password_and_get_no_mail(loaded: Client) -> None:
    people = demo_people()
    assert people.count() == 9
    assert not any(person.has_usable_password() for person in people)
    assert MailChoice.objects.filter(turn="never", news="never").count() == 9
    assert not Mail.objects.exists()
    answer = Client().post("/accounts/login/", {"login": "cto@lumen.example", "password": "tandem-demo-2027"})
    assert answer.status_code == 200


def test_the_administrator_looks_through_the_eyes_of_the_demo_and_comes_back(loaded: Client) -> None:
    page = loaded.get("/demo/sign-in/").content.decode()
    assert "Pavel Sorokin" in page
    assert loaded.post("/demo/sign-in/", {"email": "cto@lumen.example"}).status_code == 302
    page = loaded.get("/").content.decode()
    assert "you look through the eyes of Pavel Sorokin" in page
    assert loaded.get("/settings/demo/").status_code == 403
    assert loaded.post("/demo/sign-in/", {"email": "ada@acme.test"}).status_code == 302
    assert loaded.get("/settings/demo/").status_code == 200


def test_nobody_else_looks_through_anybody_s_eyes(loaded: Client) -> None:
    assert Client().get("/demo/sign-in/").status_code == 404
    mia = invite_person(
        actor=User.objects.get(email="ada@acme.test").viewer(),
        at=clock.now(),
        email="mia@acme.test",
        name="Mia",
        roles=["marketer"],
    )
    other = Client()
    other.force_login(mia)
    assert other.get("/demo/sign-in/").status_code == 404
    assert other.post("/demo/sign-in/", {"email": "cto@lumen.example"}).status_code == 404
    assert loaded.post("/demo/sign-in/", {"email": "mia@acme.test"}).status_code == 404
    session = other.session
    session["demo_founder"] = User.objects.get(email="ada@acme.test").pk
    session.save()
    assert other.get("/demo/sign-in/").status_code == 404, "a colleague who somehow has the mark of the session"


def test_once_a_colleague_has_worked_in_it_the_demo_stays_and_says_why(loaded: Client) -> None:
    ada = User.objects.get(email="ada@acme.test")
    invite_person(
        actor=ada.viewer(),
        at=clock.now(),
        email="mia@acme.test",
        name="Mia Berg",
        roles=["marketer", "cto"],
        team=Team.objects.get(key="seo"),
    )
    mia = Client()
    mia.force_login(User.objects.get(email="mia@acme.test"))
    assert "cannot be removed" not in loaded.get("/settings/demo/").content.decode()
    assert mia.post("/teams/new/", {"name": "Growth", "side": "marketing"}).status_code == 302
    assert "cannot be removed" in loaded.get("/settings/demo/").content.decode()
    answer = loaded.post("/settings/demo/", {"name": "Acme"})
    assert "Mia Berg worked here" in answer.content.decode()
    assert Project.objects.exists()


def test_a_colleague_who_only_looked_stays_without_the_team_of_the_demo(loaded: Client) -> None:
    ada = User.objects.get(email="ada@acme.test")
    invite_person(
        actor=ada.viewer(),
        at=clock.now(),
        email="mia@acme.test",
        name="Mia Berg",
        roles=["marketer"],
        team=Team.objects.get(key="seo"),
    )
    assert loaded.post("/settings/demo/", {"name": "Acme"}).status_code == 302
    mia = User.objects.get(email="mia@acme.test")
    assert mia.team is None
    assert mia.roles == ["marketer"]
    audit()


def test_the_level_goes_back_to_what_it_was_with_its_policies(alone: Client) -> None:
    ada, firm = User.objects.get(), Firm.objects.get()
    set_level(actor=ada.viewer(), at=clock.now(), firm=firm, expected=None, level=Level.TEAM)
    firm.refresh_from_db()
    change_row(firm, actor=ada.key, at=clock.now(), verb="load_demo", changes={"demo": True, "level": Level.COMPANY})
    alone.post("/settings/demo/", {"name": "Acme"})
    assert Firm.objects.get().level == Level.TEAM
    assert set(left()) == {"policy", "calendar"}
    assert not Promise.objects.exists()
    audit()


class StartedWithTheDemoTests(OnLumenMarket):
    """What `make run` filled: every account belongs to the demo."""

    def test_everything_goes_and_the_first_page_asks_for_an_administrator(self) -> None:
        admin = sign_in("admin")
        assert "Nothing: all accounts belong to the demo" in admin.get("/settings/demo/").content.decode()
        answer = admin.post("/settings/demo/", {"name": "Lumen Market"})
        assert answer.headers["Location"] == "/start/"
        assert not User.objects.exists()
        assert not Firm.objects.exists()
        assert Client().get("/").headers["Location"] == "/start/"
        assert Client().post("/start/", REAL).status_code == 302
        audit()
