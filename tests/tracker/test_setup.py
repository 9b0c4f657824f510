import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core import mail
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from tests.makers import PASSWORD, Cast
from tracker.backlog.actions import answer_embed, embed_request
from tracker.history.models import Entry
from tracker.intake.actions import file_request
from tracker.intake.models import RequestType
from tracker.kernel import clock
from tracker.people.models import Firm, Team, User
from tracker.projects.actions import add_project, set_effort
from tracker.projects.models import Capacity, Period
from tracker.sites.models import Area
from tracker.web.setup import quarter_of

FIRST = {"firm": "Acme", "name": "Ada", "email": "Ada@acme.example", "password": PASSWORD, "time_zone": "Asia/Tashkent"}
ALL = {
    "technology": "Web",
    "marketing": "SEO",
    "weeks": "26",
    "site": "Shop",
    "url": "https://shop.acme.example",
    "area": "Product page",
    "pattern": "/p/*",
    "marketer_name": "Mia",
    "marketer_email": "mia@acme.example",
    "engineer_name": "Eno",
    "engineer_email": "eno@acme.example",
}


@pytest.fixture
def founded(db: None, client: Client) -> Client:
    client.post("/start/", FIRST)
    return client


@pytest.mark.django_db
def test_an_empty_installation_leads_everybody_to_its_first_page(client: Client) -> None:
    for path in ("/", "/people/", "/accounts/login/", "/nothing/", "/demo/sign-in/"):
        assert client.get(path).headers["Location"] == "/start/"
    assert client.get("/start/").status_code == 200
    assert client.get("/healthz").status_code == 200
    assert client.get("/api/v1/people/").status_code == 401


def test_the_first_page_makes_and_signs_in_the_administrator_and_is_gone(founded: Client) -> None:
    ada = User.objects.get()
    assert (ada.email, ada.roles, ada.time_zone) == ("ada@acme.example", ["admin"], "Asia/Tashkent")
    assert Firm.objects.get().name == "Acme"
    assert founded.session["_auth_user_id"] == str(ada.pk)
    assert founded.get("/start/").status_code == 404
    assert Client().post("/start/", FIRST | {"email": "second@acme.example"}).status_code == 404
    assert Client().get("/accounts/login/").status_code == 200
    assert User.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["short", "ada@acme.example", "password1234"])
def test_a_weak_password_is_refused_and_nobody_is_made(client: Client, password: str) -> None:
    assert client.post("/start/", FIRST | {"password": password}).status_code == 422
    assert not User.objects.exists()


def test_while_mails_go_to_files_the_administrator_is_told_where_and_holds_the_links(
    founded: Client, settings: Settings, tmp_path: Path
) -> None:
    founded.post("/start/next/", ALL)
    mia = User.objects.get(email="mia@acme.example")
    pages = ("/start/next/", "/people/", f"/people/{mia.pk}/")
    assert not any("TANDEM_MAIL_URL" in founded.get(page).content.decode() for page in pages)
    assert "/accounts/password/reset/key/" not in founded.get(pages[2]).content.decode()
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    for page in pages:
        assert str(tmp_path / "mail") in founded.get(page).content.decode(), page
    link = re.search(r'value="[^"]+(/accounts/password/reset/key/[^"]+)"', founded.get(pages[2]).content.decode())
    assert link
    guest = Client()
    form = guest.get(link[1], follow=True)
    assert form.status_code == 200
    where = form.redirect_chain[-1][0]
    assert guest.post(where, {"password1": PASSWORD, "password2": PASSWORD}).status_code == 302
    assert "/accounts/password/reset/key/" not in founded.get(pages[2]).content.decode()


def test_the_first_steps_stay_on_the_home_of_the_administrator_until_something_is_embedded(founded: Client) -> None:
    founded.post("/start/next/", ALL)
    assert 'href="/start/next/"' in founded.get("/").content.decode()


def test_one_form_makes_the_installation_ready_for_its_first_request(
    founded: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    assert founded.get("/start/next/").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        answer = founded.post("/start/next/", ALL)
    assert answer.headers["Location"] == "/start/next/"
    assert set(Team.objects.values_list("name", "side")) == {("Web", "technology"), ("SEO", "marketing")}
    assert Area.objects.get().team.name == "Web"
    assert Capacity.objects.get().gross == 26
    assert Period.objects.count() == 1
    people = {person.name: person for person in User.objects.all()}
    assert people["Ada"].roles == ["cto", "admin"]
    assert people["Mia"].roles == ["marketer", "lead"]
    assert (people["Eno"].roles, people["Eno"].side) == (["engineer", "lead"], "technology")
    assert sorted(message.to[0] for message in mail.outbox) == ["eno@acme.example", "mia@acme.example"]
    for person in people.values():
        assert Entry.objects.filter(subject="user", subject_id=person.pk).count() == person.version
    page = founded.get("/start/next/").content.decode()
    assert "Set up in three minutes" not in page
    assert "The first request" in page


def test_three_people_have_all_they_need_for_the_first_embed(founded: Client) -> None:
    founded.post("/start/next/", ALL)
    at = clock.now()
    ada, eno, mia = (User.objects.get(name=name).viewer() for name in ("Ada", "Eno", "Mia"))
    web, area, period = Team.objects.get(name="Web"), Area.objects.get(), Period.objects.get()
    host = add_project(actor=ada, at=at, title="Product page rebuild", team=web, areas=[area])
    set_effort(actor=ada, at=at, project=host, team=web, period=period, weeks=Decimal(8))
    ask = file_request(
        actor=mia,
        at=at,
        type=RequestType.objects.get(key="performance"),
        title="Faster product pages",
        area=area,
        example_urls=["https://shop.acme.example/p/1"],
        why="Half of all visitors leave.",
        kpi="LCP",
        confidence="guess",
        baseline=Decimal(4),
        target=Decimal(2),
        measure_on=period.ends_on,
        acceptance_tests=["p75 of LCP is at most 2.5 s"],
        how_to_test="Field data of 28 days.",
        answers={"metric": "LCP", "form_factor": "mobile", "current_p75": "4", "measured_with": "field data"},
    )
    item = embed_request(actor=mia, at=at, ask=ask, host=host, added_weeks=Decimal(1))
    answer_embed(actor=eno, at=at, item=item, delivery_owner=User.objects.get(name="Eno"))
    item.refresh_from_db()
    assert item.state == "agreed"
    assert "Everything is ready" in founded.get("/start/next/").content.decode()


def test_the_form_is_taken_whole_or_not_at_all(founded: Client) -> None:
    answer = founded.post("/start/next/", ALL | {"engineer_email": "ada@acme.example"})
    assert answer.status_code == 422
    assert "taken already" in answer.content.decode()
    odd = founded.post("/start/next/", ALL | {"pattern": "not a pattern"})
    assert 'id="id_pattern-error"' in odd.content.decode()
    assert not Team.objects.exists()
    assert User.objects.count() == 1
    assert founded.post("/start/next/", ALL | {"engineer_name": ""}).status_code == 422
    assert founded.post("/start/next/", ALL | {"marketing": "web"}).status_code == 422


def test_colleagues_may_be_invited_later(founded: Client) -> None:
    alone = ALL | {"marketer_name": "", "marketer_email": "", "engineer_name": "", "engineer_email": ""}
    assert founded.post("/start/next/", alone).status_code == 302
    assert User.objects.count() == 1


def test_the_set_up_is_for_the_administrator(cast: Cast, client: Client) -> None:
    client.force_login(cast.cto)
    assert client.get("/start/next/").status_code == 403


def test_a_quarter_has_its_days() -> None:
    assert quarter_of(date(2027, 2, 14)) == ("2027-Q1", date(2027, 1, 1), date(2027, 3, 31))
    assert quarter_of(date(2026, 12, 31)) == ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31))
    assert quarter_of(date(2028, 4, 1)) == ("2028-Q2", date(2028, 4, 1), date(2028, 6, 30))
