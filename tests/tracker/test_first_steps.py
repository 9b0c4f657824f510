"""The first steps of an installation: computed from what is there, shown to whom they concern, hidden on request."""

import re

from django.test import Client

from tests.makers import NOON, Cast, make_user
from tests.tracker.test_setup import ALL, founded
from tracker.history.models import Entry
from tracker.intake.models import RequestType
from tracker.people.access import Role
from tracker.people.actions import add_team, hide_first_steps
from tracker.people.models import Firm, Level, Side, User
from tracker.projects.models import Capacity
from tracker.web.first_steps import KINDS, first_steps_of

__all__ = ["founded"]


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def done(viewer: User) -> list[str]:
    return [step.kind.key for step in first_steps_of(viewer.viewer()).steps if step.done]


def test_a_step_is_done_however_it_was_done(founded: Client) -> None:
    ada = User.objects.get()
    assert done(ada) == []
    for name, side in (("Web", Side.TECHNOLOGY), ("SEO", Side.MARKETING)):
        assert "teams" not in done(ada), "one team is half of it"
        add_team(actor=ada.viewer(), at=NOON, name=name, side=side)
    assert done(ada) == ["teams"]
    make_user("Mia", "mia@acme.example", [Role.CTO])
    assert done(ada) == ["teams", "people", "cto"]


def test_a_founded_firm_has_types_of_requests_although_nobody_used_the_form(founded: Client) -> None:
    assert RequestType.objects.count() > 2


def test_every_step_leads_to_a_page_that_says_why_and_what_is_next(founded: Client) -> None:
    founded.post("/start/next/", ALL)
    steps = first_steps_of(User.objects.get(name="Ada").viewer()).steps
    assert len(steps) == len(KINDS)
    for number, step in enumerate(steps, 1):
        page = text_of(founded, step.url)
        assert f"Step {number} of {len(steps)}: " in page
        assert "Next: " in page
        assert "Step " not in text_of(founded, step.url.partition("?")[0])


def test_the_page_after_a_form_of_a_step_still_says_what_is_next(founded: Client) -> None:
    came = {"Referer": "http://testserver/teams/new/?step=teams"}
    assert "Step 1 of " in founded.get("/teams/", headers=came).content.decode()
    assert "Step 1 of " not in founded.get("/profile/", headers=came).content.decode()


def test_the_administrator_has_the_list_on_the_home_page_until_it_is_hidden(founded: Client) -> None:
    page = text_of(founded, "/")
    assert f"First steps: 0 of {len(KINDS)} done" in page
    assert founded.get("/start/hide/").status_code == 405
    assert "First steps:" in text_of(founded, "/")
    assert founded.post("/start/hide/", {"version": "999"}).status_code == 302
    assert "First steps:" in text_of(founded, "/"), "somebody changed the firm meanwhile"
    assert founded.post("/start/hide/", {"version": Firm.objects.get().version}).status_code == 302
    assert "First steps:" not in text_of(founded, "/")
    assert Entry.objects.filter(subject="firm", verb="hide_first_steps").count() == 1
    assert founded.post("/start/show/", {"version": Firm.objects.get().version}).status_code == 302
    assert "First steps:" in text_of(founded, "/")
    assert Entry.objects.filter(subject="firm").count() == Firm.objects.get().version


def test_who_has_a_step_sees_that_step_alone(cast: Cast, client: Client) -> None:
    Capacity.objects.all().delete()
    client.force_login(cast.cto)
    page = text_of(client, "/")
    assert "Your first steps" in page
    ours = re.search(r'id="first-steps".*?</section>', page, re.DOTALL)
    assert ours
    assert "Set the capacity" in ours[0]
    assert "Invite somebody" not in ours[0]
    assert client.post("/start/hide/").status_code == 403
    hide_first_steps(actor=cast.admin.viewer(), at=NOON)
    assert "Your first steps" not in text_of(client, "/")


def test_level_start_is_left_for_good_and_the_page_says_so_before(founded: Client) -> None:
    page = text_of(founded, "/settings/level/")
    assert "Leave level Start for good?" in page
    assert "Nobody is COO" in page
    assert "You are the only administrator" in page
    version = Firm.objects.get().version
    assert founded.post("/settings/level/", {"level": "team", "version": version}).status_code == 302
    assert Firm.objects.get().level == Level.TEAM
    page = text_of(founded, "/settings/level/")
    assert "Level Start is left for good." in page
    assert "Leave level Start" not in page


def test_the_page_of_levels_counts_what_a_change_would_touch(cast: Cast, client: Client) -> None:
    Firm.objects.update(level=Level.START)
    client.force_login(cast.admin)
    several = User.objects.filter(roles__len__gt=1).count()
    page = text_of(client, "/settings/level/")
    assert f"{several} people hold several roles" in page
    assert "Nobody is COO" not in page


def test_nothing_of_it_is_for_others(cast: Cast, client: Client) -> None:
    client.force_login(cast.coo)
    for path in ("/settings/level/", "/start/next/"):
        assert client.get(path).status_code == 403
