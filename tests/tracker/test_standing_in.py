"""Rota, deputies and absence: who triages beside the lead, who hears of what, and what stays the lead's."""

import contextlib
import threading
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.callers import Caller
from tests.makers import NOON, Cast, make_user
from tests.tracker.test_promises import clocks
from tests.tracker.test_triage_inbox import titles
from tests.tracker.test_triage_pages import browser, make_ask, open_one, text_of
from tracker.history.models import Entry
from tracker.intake.actions import accept_request, answer_question, ask_question, assign_request, restrict_request
from tracker.intake.models import WorkRequest
from tracker.intake.states import State
from tracker.kernel import clock
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.notices.models import Notice
from tracker.people.access import Role, Viewer
from tracker.people.actions import add_absence, change_absence, end_absence, set_rota
from tracker.people.models import Absence, Rota, User
from tracker.people.rules import on_duty
from tracker.promises.actions import fire_due
from tracker.promises.models import Promise

__all__ = ["clocks"]
DAY = timedelta(days=1)


def standing(user: User) -> Viewer:
    """As they are when they sign in now."""
    return User.objects.with_standing().get(pk=user.pk).viewer()


def teams_of(user: User) -> set[int]:
    return set(standing(user).stands_in)


def leave(person: User, deputy: User | None, *, first: int = 0, last: int = 3) -> Absence:
    now = clock.now()
    days = {"starts_on": now.date() + first * DAY, "ends_on": now.date() + last * DAY}
    return add_absence(actor=person.viewer(), at=now, person=person, deputy=deputy, **days)


def turns(cast: Cast, *people: User, weeks_ago: int = 0) -> Rota:
    now = clock.now()
    starts_on = now.date() - weeks_ago * 7 * DAY
    return set_rota(actor=cast.platform_lead.viewer(), at=now, team=cast.web, people=people, starts_on=starts_on)


def test_a_deputy_triages_what_the_absent_lead_may_and_nothing_else(cast: Cast) -> None:
    ask = make_ask(cast, "One")
    assert titles(cast.sre) == []
    leave(cast.platform_lead, cast.sre)
    max_ = standing(cast.sre)
    assert max_.stands_in == {cast.web.pk}
    assert standing(cast.frontend_lead).stands_in == frozenset()
    page = text_of(browser(cast.sre).get("/triage/"))
    assert open_one(page) == "One"
    accept_request(actor=max_, at=clock.now(), ask=ask)
    assert WorkRequest.objects.get().decided_by == cast.sre


def test_a_deputy_stands_in_from_the_first_day_to_the_last_and_not_after_the_return(cast: Cast) -> None:
    later = leave(cast.platform_lead, cast.sre, first=2, last=3)
    assert not standing(cast.sre).stands_in
    end_absence(actor=cast.platform_lead.viewer(), at=clock.now(), absence=later)
    now = leave(cast.platform_lead, cast.sre, first=0, last=0)
    assert standing(cast.sre).stands_in
    end_absence(actor=cast.platform_lead.viewer(), at=clock.now(), absence=now)
    assert not standing(cast.sre).stands_in
    Absence.objects.update(ended_at=None, starts_on=date(2020, 1, 1), ends_on=date(2020, 1, 2))
    assert not standing(cast.sre).stands_in


def test_a_deputy_sees_the_restricted_requests_of_the_team_while_they_stand_in(cast: Cast) -> None:
    ask = make_ask(cast, "One")
    restrict_request(actor=cast.seo_lead.viewer(), at=clock.now(), ask=ask)
    assert not WorkRequest.objects.visible_to(standing(cast.sre)).exists()
    leave(cast.platform_lead, cast.sre)
    assert WorkRequest.objects.visible_to(standing(cast.sre)).exists()


def test_the_deputy_of_the_cto_triages_for_all_teams_and_a_deputy_has_no_deputy(cast: Cast) -> None:
    leave(cast.cto, cast.platform_lead)
    assert standing(cast.platform_lead).stands_in == {
        team.pk for team in (cast.web, cast.mobile, cast.data, cast.seo, cast.content)
    }
    leave(cast.platform_lead, cast.sre)
    assert standing(cast.sre).stands_in == {cast.web.pk}


def test_who_is_no_lead_hands_nothing_on(cast: Cast) -> None:
    leave(cast.frontend_lead, cast.sre)
    assert not standing(cast.sre).stands_in


def test_whoever_has_the_week_triages_and_next_week_the_next(cast: Cast) -> None:
    turns(cast, cast.sre, cast.frontend_lead)
    assert (teams_of(cast.sre), teams_of(cast.frontend_lead)) == ({cast.web.pk}, set())
    turns(cast, cast.sre, cast.frontend_lead, weeks_ago=1)
    assert (teams_of(cast.sre), teams_of(cast.frontend_lead)) == (set(), {cast.web.pk})
    leave(cast.frontend_lead, cast.analyst)
    assert standing(cast.analyst).stands_in == {cast.web.pk}
    turns(cast)
    assert not standing(cast.frontend_lead).stands_in


@given(
    count=st.integers(1, 7),
    start=st.integers(0, 5).map(lambda week: date(2026, 1, 5) + week * 7 * DAY),
    day=st.dates(date(2026, 1, 1), date(2027, 6, 30)),
)
def test_the_week_of_a_rota_is_what_counting_by_hand_says(count: int, start: date, day: date) -> None:
    people = list(range(1, count + 1))
    monday, turn = start, 0
    while monday + 7 * DAY <= day:
        monday, turn = monday + 7 * DAY, (turn + 1) % count
    assert on_duty(people, start, day) == (people[turn] if day >= start else None)


def test_the_database_and_the_page_agree_on_who_has_the_week(cast: Cast) -> None:
    people = [cast.sre.pk, cast.frontend_lead.pk, cast.platform_lead.pk]
    with connection.cursor() as cursor:
        for day in (date(2026, 11, 2) + number * 5 * DAY for number in range(40)):
            cursor.execute(
                "SELECT (%s::bigint[])[(%s::date - %s::date) / 7 %% 3 + 1]", [people, day, date(2026, 11, 2)]
            )
            assert cursor.fetchone()[0] == on_duty(people, date(2026, 11, 2), day)


def test_word_of_what_is_new_goes_to_the_lead_and_to_who_stands_in(cast: Cast) -> None:
    turns(cast, cast.frontend_lead)
    leave(cast.platform_lead, cast.sre)
    Notice.objects.all().delete()
    now = clock.now()
    ask = make_ask(cast, "One")
    heard = set(Notice.objects.filter(kind="request_filed").values_list("user__name", flat=True))
    assert heard == {"Irina Lind", "Kenji Sato"}, "filed later, when nobody is away any more"
    ask_question(actor=cast.platform_lead.viewer(), at=now, ask=ask, question="Where?")
    answer_question(actor=cast.seo_lead.viewer(), at=now, ask=ask, answer="There.")
    told = set(Notice.objects.filter(kind="request_answered").values_list("user__name", flat=True))
    assert told == {"Irina Lind", "Max Orlov", "Kenji Sato"}


def test_a_reminder_goes_to_the_deputy_as_well_and_the_promise_keeps_its_holder(cast: Cast, clocks: None) -> None:
    make_ask(cast, "One")
    promise = Promise.objects.get(kind="triage")
    assert promise.holder == cast.platform_lead
    due = promise.next_at
    assert isinstance(due, datetime)
    Absence.objects.create(
        person=cast.platform_lead, deputy=cast.sre, starts_on=due.date() - DAY, ends_on=due.date() + DAY
    )
    fire_due(at=due)
    heard = Notice.objects.filter(kind="promise_remind", facts__promise="triage")
    assert set(heard.values_list("user__name", flat=True)) == {"Irina Lind", "Max Orlov"}
    assert Promise.objects.get(pk=promise.pk).holder == cast.platform_lead


def test_the_court_says_who_stands_in(cast: Cast) -> None:
    ask = make_ask(cast, "One")
    leave(cast.platform_lead, cast.sre, last=3)
    page = text_of(browser(cast.seo_lead).get(f"/requests/{ask.key}/"))
    assert "Irina Lind" in page
    assert re_away(page) == "Max Orlov"
    User.objects.filter(pk=cast.sre.pk).update(name="Max O'Neil")
    assert "Max O&#x27;Neil stands in)" in text_of(browser(cast.cto).get("/triage/"))


def re_away(page: str) -> str:
    """Who is said to stand in."""
    _before, _mark, rest = page.partition("(away until ")
    return rest.partition(": ")[2].partition(" stands in)")[0]


def test_a_second_question_is_the_deputys_only_where_the_lead_is_away(cast: Cast) -> None:
    now, ask = clock.now(), make_ask(cast, "One")
    ask_question(actor=cast.platform_lead.viewer(), at=now, ask=ask, question="Where?")
    answer_question(actor=cast.seo_lead.viewer(), at=now, ask=ask, answer="There.")
    turns(cast, cast.frontend_lead)
    with pytest.raises(NotAllowed, match="Irina Lind"):
        ask_question(actor=standing(cast.frontend_lead), at=now, ask=ask, question="And when?")
    leave(cast.platform_lead, cast.sre)
    ask_question(actor=standing(cast.sre), at=now, ask=ask, question="And when?")
    assert WorkRequest.objects.get().state == State.NEEDS_INFORMATION


def test_a_deputy_answers_several_at_once(cast: Cast) -> None:
    asks = [make_ask(cast, "One"), make_ask(cast, "Two")]
    assert browser(cast.sre).get("/requests/selected/?do=decline").status_code == 403
    leave(cast.platform_lead, cast.sre)
    seen = [f"{ask.key}:1" for ask in asks]
    browser(cast.sre).post("/requests/selected/", {"do": "decline", "seen": seen, "reason": "It is there."})
    assert set(WorkRequest.objects.values_list("state", flat=True)) == {State.DECLINED}


def test_one_assigns_to_who_stands_in(cast: Cast) -> None:
    ask = make_ask(cast, "One")
    turns(cast, cast.sre)
    assign_request(actor=cast.cto.viewer(), at=clock.now(), ask=ask, to=cast.sre)
    assert WorkRequest.objects.get().assigned_to == cast.sre


def test_everybody_notes_their_own_absence_and_the_cto_anybodys(cast: Cast) -> None:
    now = clock.now()
    days: dict[str, Any] = {"starts_on": now.date(), "ends_on": now.date() + DAY}
    for user in (cast.platform_lead, cast.seo_lead, cast.admin, cast.coo):
        with pytest.raises(NotAllowed):
            add_absence(actor=user.viewer(), at=now, person=cast.analyst, **days)
    add_absence(actor=cast.cto.viewer(), at=now, person=cast.analyst, **days)
    add_absence(actor=cast.admin.viewer(), at=now, person=cast.admin, **days)
    assert Entry.objects.filter(subject="absence").count() == 2


@pytest.mark.parametrize("first, last", [(-3, -1), (2, 1), (0, 400)])
def test_an_absence_has_days_that_are_not_over_in_order_and_within_a_year(cast: Cast, first: int, last: int) -> None:
    with pytest.raises(Invalid):
        leave(cast.platform_lead, None, first=first, last=last)


def test_nobody_is_away_twice_and_deputies_are_others_who_can(cast: Cast) -> None:
    absence = leave(cast.platform_lead, None)
    with pytest.raises(Invalid):
        leave(cast.platform_lead, None, first=3, last=5)
    for deputy in (cast.platform_lead, cast.coo, cast.admin, cast.cmo):
        with pytest.raises(Invalid):
            leave(cast.platform_lead, deputy, first=10, last=11)
    given, now = {"deputy": cast.sre}, clock.now()
    change_absence(actor=cast.platform_lead.viewer(), at=now, absence=absence, expected=1, changes=given)
    assert standing(cast.sre).stands_in
    assert Notice.objects.get(kind="deputy_named").user == cast.sre
    with pytest.raises(Stale):
        change_absence(actor=cast.platform_lead.viewer(), at=now, absence=absence, expected=1, changes=given)


@pytest.mark.django_db(transaction=True)
def test_two_absences_changed_at_once_do_not_overlap(cast: Cast) -> None:
    absences = [leave(cast.platform_lead, None, first=day, last=day + 1) for day in (0, 10)]
    now, barrier, outcomes = clock.now(), threading.Barrier(2), list[str]()
    given = {"starts_on": now.date() + 20 * DAY, "ends_on": now.date() + 22 * DAY}

    def change(absence: Absence) -> None:
        try:
            with transaction.atomic():
                barrier.wait()
                change_absence(actor=cast.platform_lead.viewer(), at=now, absence=absence, expected=None, changes=given)
                with contextlib.suppress(threading.BrokenBarrierError):
                    checked.wait(timeout=1)
            outcomes.append("changed")
        except Invalid as refused:
            outcomes.append(next(iter(refused.fields)))
        finally:
            connection.close()

    checked = threading.Barrier(2)
    threads = [threading.Thread(target=change, args=[absence]) for absence in absences]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["changed", "starts_on"]


def test_the_rota_is_set_by_the_lead_or_the_cto_from_a_monday_on(cast: Cast) -> None:
    now = clock.now()
    for user in (cast.sre, cast.seo_lead, cast.cmo, cast.coo, cast.admin):
        with pytest.raises(NotAllowed):
            set_rota(actor=user.viewer(), at=now, team=cast.web, people=[cast.sre], starts_on=now.date())
    assert turns(cast, cast.sre).starts_on.weekday() == 0
    with pytest.raises(Invalid):
        turns(cast, cast.coo)
    with pytest.raises(Stale):
        set_rota(actor=cast.cto.viewer(), at=now, team=cast.web, people=[], starts_on=now.date(), expected=7)


def test_who_left_stands_in_for_nobody(cast: Cast) -> None:
    lena = make_user("Lena Moss", "lena@lumen.example", [Role.ENGINEER], cast.web)
    turns(cast, lena)
    User.objects.filter(pk=lena.pk).update(is_active=False)
    assert not User.objects.triaging(cast.web.pk).filter(pk=lena.pk).exists()
    ask = make_ask(cast, "One")
    with pytest.raises(Invalid):
        assign_request(actor=cast.cto.viewer(), at=NOON, ask=ask, to=lena)


def test_the_pages_of_absence_and_rota(cast: Cast) -> None:
    irina, today = browser(cast.platform_lead), clock.now().date()
    given = {"starts_on": str(today), "ends_on": str(today + 3 * DAY), "deputy": str(cast.sre.pk)}
    assert irina.post("/profile/absences/", given).status_code == 302
    page = text_of(irina.get("/profile/absences/"))
    assert "away now" in page
    assert "Max Orlov" in page
    assert "You stand in" in text_of(browser(cast.sre).get("/profile/absences/"))
    turn = {"people": [str(cast.frontend_lead.pk), str(cast.sre.pk)], "first": str(cast.sre.pk)}
    assert irina.post("/teams/web/triage/", {**turn, "starts_on": str(today)}).status_code == 302
    assert Rota.objects.get().people == [cast.sre.pk, cast.frontend_lead.pk]
    page = text_of(browser(cast.analyst).get("/teams/web/triage/"))
    assert "Max Orlov stands in" in page
    assert "Set the rota" not in page
    assert browser(cast.analyst).post("/teams/web/triage/", {**turn, "starts_on": str(today)}).status_code == 403
    absence = Absence.objects.get()
    assert browser(cast.sre).post(f"/profile/absences/{absence.pk}/end/", {"version": "1"}).status_code == 403
    assert irina.post(f"/profile/absences/{absence.pk}/end/", {"version": "1"}).status_code == 302
    assert Absence.objects.get().ended_at is not None


def test_only_who_triages_now_has_the_inbox_among_their_places(cast: Cast) -> None:
    assert 'href="/triage/"' not in browser(cast.sre).get("/requests/").content.decode()
    assert browser(cast.sre).get("/triage/").status_code == 403
    leave(cast.platform_lead, cast.sre)
    assert 'href="/triage/"' in browser(cast.sre).get("/requests/").content.decode()


def test_the_api_notes_absences_and_sets_the_rota(cast: Cast) -> None:
    irina, max_ = Caller(cast.platform_lead), Caller(cast.sre)
    ask = make_ask(cast, "One")
    today = clock.now().date()
    assert max_.post(f"/api/v1/requests/{ask.key}/accept/").status_code == 403
    body = {"starts_on": str(today), "ends_on": str(today), "deputy": cast.sre.email}
    made = irina.post("/api/v1/absences/", body)
    assert made.status_code == 201
    number = made.json()["id"]
    assert max_.get("/api/v1/absences/").json()["results"][0]["deputy"]["email"] == cast.sre.email
    assert max_.post(f"/api/v1/requests/{ask.key}/accept/").status_code == 200
    assert irina.post(f"/api/v1/absences/{number}/end/").json()["ended_at"]
    rota = irina.post("/api/v1/teams/web/rota/", {"people": [cast.sre.email], "starts_on": str(today)})
    assert rota.json()["people"] == [cast.sre.pk]
    assert max_.get("/api/v1/teams/web/rota/").json()["team"]["key"] == "web"
    assert max_.post("/api/v1/teams/web/rota/", {"people": [], "starts_on": str(today)}).status_code == 403
