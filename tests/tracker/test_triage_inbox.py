"""The inbox of one triager: snoozed until a day, assigned to one of them, sent to where it belongs."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.makers import Cast, make_user
from tests.tracker.test_triage_pages import browser, make_ask, open_one, text_of
from tracker.history.models import Entry
from tracker.intake.actions import assign_request, route_request, snooze_request, unsnooze_request
from tracker.intake.models import RequestType, Snooze, WorkRequest
from tracker.intake.states import State
from tracker.kernel import clock
from tracker.kernel.errors import Invalid, NotAllowed, Stale, WrongState
from tracker.notices.models import Notice
from tracker.people.access import Role
from tracker.people.models import User
from tracker.promises.actions import ensure_policies
from tracker.promises.models import Promise
from tracker.sites.models import Area
from tracker.web.triage import MINE, SNOOZED, waiting_for


def titles(user: User, show: str = "") -> list[str]:
    return list(waiting_for(user.viewer(), show).order_by("id").values_list("title", flat=True))


def tomorrow() -> str:
    return (clock.now() + timedelta(days=1)).date().isoformat()


def snooze(cast: Cast, ask: WorkRequest, days: int = 1) -> None:
    now = clock.now()
    snooze_request(actor=cast.platform_lead.viewer(), at=now, ask=ask, until=now.date() + timedelta(days=days))


@pytest.fixture
def pair(cast: Cast) -> tuple[WorkRequest, WorkRequest]:
    return make_ask(cast, "One"), make_ask(cast, "Two", 1)


def test_a_snoozed_request_leaves_one_inbox_until_its_day_and_no_other(
    cast: Cast, pair: tuple[WorkRequest, WorkRequest]
) -> None:
    snooze(cast, pair[0])
    assert titles(cast.platform_lead) == ["Two"]
    assert titles(cast.platform_lead, SNOOZED) == ["One"]
    assert titles(cast.cto) == ["One", "Two"]
    Snooze.objects.update(until=clock.now().date())
    assert titles(cast.platform_lead) == ["One", "Two"]
    assert titles(cast.platform_lead, SNOOZED) == []


def test_no_clock_stops_for_a_snooze(cast: Cast) -> None:
    ensure_policies(at=clock.now())
    ask = make_ask(cast, "One")
    before = list(Promise.objects.order_by("id").values_list("kind", "state", "due_at", "next_at"))
    snooze(cast, ask)
    assert list(Promise.objects.order_by("id").values_list("kind", "state", "due_at", "next_at")) == before
    assert WorkRequest.objects.get().version == 1


@pytest.mark.parametrize("days", [-1, 0, 93])
def test_a_snooze_ends_on_a_day_to_come_within_three_months(cast: Cast, days: int) -> None:
    with pytest.raises(Invalid):
        snooze(cast, make_ask(cast, "One"), days)
    assert not Snooze.objects.exists()


def test_who_may_not_triage_snoozes_and_assigns_nothing(cast: Cast) -> None:
    ask, now = make_ask(cast, "One"), clock.now()
    for user in (cast.analyst, cast.frontend_lead, cast.cmo, cast.coo, cast.seo_lead):
        actor = user.viewer()
        with pytest.raises(NotAllowed):
            snooze_request(actor=actor, at=now, ask=ask, until=now.date() + timedelta(days=1))
        with pytest.raises(NotAllowed):
            unsnooze_request(actor=actor, at=now, ask=ask)
        with pytest.raises(NotAllowed):
            assign_request(actor=actor, at=now, ask=ask, to=cast.cto)
        with pytest.raises(NotAllowed):
            route_request(actor=actor, at=now, ask=ask, area=cast.search)


def test_snoozing_opens_the_next_says_that_clocks_run_on_and_is_undone(
    cast: Cast, pair: tuple[WorkRequest, WorkRequest]
) -> None:
    irina = browser(cast.platform_lead)
    given = {"until": tomorrow(), "version": "1", "next": "triage"}
    answer = irina.post(f"/requests/{pair[0].key}/snooze/", given)
    page = text_of(irina.get(answer.headers["Location"]))
    assert open_one(page) == "Two"
    assert "its clocks run on" in page
    assert f"/requests/{pair[0].key}/unsnooze/" in page
    left_out = text_of(irina.get("/triage/?show=snoozed"))
    assert "You snoozed 1 request" in left_out
    assert "Their clocks run on" in left_out
    assert "Wake it up" in left_out
    irina.post(f"/requests/{pair[0].key}/unsnooze/", {"next": "triage:snoozed"})
    assert "You snoozed no request" in text_of(irina.get("/triage/?show=snoozed"))


def test_an_assigned_request_comes_first_for_its_triager_who_hears_of_it(
    cast: Cast, pair: tuple[WorkRequest, WorkRequest]
) -> None:
    cto, irina = browser(cast.cto), browser(cast.platform_lead)
    given = {"to": str(cast.platform_lead.pk), "version": "1", "next": "triage"}
    answer = cto.post(f"/requests/{pair[1].key}/assign/", given)
    assert answer.status_code == 302, text_of(answer)
    page = text_of(irina.get("/triage/"))
    assert open_one(page) == "Two"
    assert "Assigned to Irina Lind." in page
    assert titles(cast.platform_lead, MINE) == ["Two"]
    assert titles(cast.cto, MINE) == []
    notice = Notice.objects.get(kind="request_assigned")
    assert (notice.user, notice.facts["person"]) == (cast.platform_lead, "Pavel Sorokin")
    story = text_of(irina.get(f"/requests/{pair[1].key}/"))
    assert "assigned it to Irina Lind" in story


def test_taking_it_oneself_sends_no_word_and_the_undo_gives_it_back(cast: Cast) -> None:
    ask, irina = make_ask(cast, "One"), browser(cast.platform_lead)
    irina.post(f"/requests/{ask.key}/assign/", {"to": str(cast.platform_lead.pk), "version": "1"})
    assert WorkRequest.objects.get().assigned_to == cast.platform_lead
    assert not Notice.objects.filter(kind="request_assigned").exists()
    irina.post(f"/requests/{ask.key}/assign/", {"to": "", "version": "2"})
    assert WorkRequest.objects.get().assigned_to is None


def test_nobody_is_assigned_what_they_may_not_triage(cast: Cast) -> None:
    other = make_user("Lena Moss", "lena@lumen.example", [Role.LEAD], cast.mobile)
    ask = make_ask(cast, "One")
    for user in (other, cast.sre, cast.coo):
        with pytest.raises(Invalid):
            assign_request(actor=cast.cto.viewer(), at=clock.now(), ask=ask, to=user)
    User.objects.filter(pk=cast.platform_lead.pk).update(is_active=False)
    with pytest.raises(Invalid):
        assign_request(actor=cast.cto.viewer(), at=clock.now(), ask=ask, to=cast.platform_lead)


def test_of_two_triagers_one_wins_and_the_other_is_told_by_whom_and_what(cast: Cast) -> None:
    ask = make_ask(cast, "One")
    browser(cast.cto).post(f"/requests/{ask.key}/assign/", {"to": str(cast.platform_lead.pk), "version": "1"})
    irina = browser(cast.platform_lead)
    for step, given in (("assign", {"to": str(cast.cto.pk)}), ("decline", {"reason": "No."}), ("accept", {})):
        answer = irina.post(f"/requests/{ask.key}/{step}/", {**given, "version": "1", "next": "triage"})
        assert answer.status_code == 409
        assert "Pavel Sorokin assigned it to Irina Lind" in text_of(answer)
    assert WorkRequest.objects.get().state == State.FILED
    irina.post(f"/requests/{ask.key}/accept/", {"version": "2"})
    late = browser(cast.cto).post(f"/requests/{ask.key}/assign/", {"to": "", "version": "2", "next": "triage"})
    assert "Irina Lind was first: it is accepted now." in text_of(late)


def test_triage_sends_a_request_to_the_team_that_owns_the_other_area(cast: Cast) -> None:
    apps = Area.objects.create(site=cast.site, key="apps", name="Apps", pattern="/app/*", team=cast.mobile)
    ask = make_ask(cast, "One")
    assign_request(actor=cast.cto.viewer(), at=clock.now(), ask=ask, to=cast.platform_lead)
    route_request(actor=cast.platform_lead.viewer(), at=clock.now(), ask=ask, area=apps, expected=2)
    ask.refresh_from_db()
    assert (ask.area, ask.team, ask.assigned_to, ask.version) == (apps, cast.mobile, None, 3)
    assert titles(cast.platform_lead) == []
    assert Entry.objects.filter(subject="request", verb="route_request").count() == 1
    with pytest.raises(Stale):
        route_request(actor=cast.cto.viewer(), at=clock.now(), ask=ask, area=cast.search, expected=2)


def test_another_type_keeps_the_answers_to_questions_that_it_asks_too(cast: Cast) -> None:
    field = {"key": "vendor", "kind": "text", "stage": "filing", "label": {"en": "Vendor"}}
    letters = RequestType.objects.create(key="letters", name={"en": "Letters"}, fields=[field], position=2)
    ask = make_ask(cast, "One")
    WorkRequest.objects.update(answers={"vendor": "Acme", "colour": "red"})
    ask.refresh_from_db()
    route_request(actor=cast.cto.viewer(), at=clock.now(), ask=ask, type=letters)
    ask.refresh_from_db()
    assert (ask.type, ask.answers) == (letters, {"vendor": "Acme"})
    with pytest.raises(Invalid):
        route_request(actor=cast.cto.viewer(), at=clock.now(), ask=ask, type=letters)


def test_what_is_decided_is_neither_snoozed_nor_assigned(cast: Cast, client: Client) -> None:
    ask = make_ask(cast, "One")
    browser(cast.cto).post(f"/requests/{ask.key}/decline/", {"reason": "No.", "version": "1"})
    ask.refresh_from_db()
    with pytest.raises(WrongState, match="Pavel Sorokin was first"):
        snooze(cast, ask)
    with pytest.raises(WrongState):
        assign_request(actor=cast.platform_lead.viewer(), at=clock.now(), ask=ask, to=None)
