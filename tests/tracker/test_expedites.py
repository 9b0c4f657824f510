"""Expedite: one at a time, two people of two sides, the clock on the wall; counted, and never for long unsigned."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from tests.callers import Caller
from tests.makers import NOON, Cast, make_user
from tests.tracker.test_request_verbs import assert_history_is_complete, make_ask
from tracker.intake.actions import (
    answer_expedite,
    confirm_expedite,
    explain_expedite,
    fix_expedite,
    lapse_expedites,
    may_confirm_expedite,
    refuse_expedite,
    restrict_request,
    start_expedite,
    withdraw_expedite,
    withdraw_request,
)
from tracker.intake.expedites import Expedite
from tracker.intake.models import WorkRequest
from tracker.intake.states import ExpediteState
from tracker.kernel.errors import Invalid, NotAllowed, Refused, Stale, WrongState
from tracker.notices.actions import mail_notices
from tracker.notices.models import MailChoice, Notice, Pace
from tracker.people.access import Role
from tracker.people.models import Firm, Level, Side, User
from tracker.promises.actions import ensure_policies, fire_due
from tracker.promises.models import Deed, Kind, Promise

FRIDAY = datetime(2027, 2, 5, 18, 20, tzinfo=UTC)
"""After office hours, before a weekend."""
WHY = "The product pages say noindex since five; clicks fall by the hour."


@pytest.fixture
def ask(cast: Cast) -> WorkRequest:
    ensure_policies(at=NOON)
    return make_ask(cast)


def fresh(row: Expedite) -> Expedite:
    return Expedite.objects.select_related("ask", "owner__team").get(pk=row.pk)


def start(cast: Cast, ask: WorkRequest, by: User | None = None, **more: Any) -> Expedite:
    given = {"at": FRIDAY, "reason": WHY, "owner": cast.sre, **more}
    return fresh(start_expedite(actor=(by or cast.seo_lead).viewer(), ask=WorkRequest.objects.get(pk=ask.pk), **given))


def running(kind: Kind) -> Promise:
    return Promise.objects.running().get(kind=kind)


def runs(kind: Kind) -> bool:
    return Promise.objects.running().filter(kind=kind).exists()


def test_the_clocks_of_the_owner_run_by_the_wall_from_the_start_on(cast: Cast, ask: WorkRequest) -> None:
    start(cast, ask)
    answer, fix, confirm = running(Kind.EXPEDITE), running(Kind.FIX), running(Kind.CONFIRM)
    assert (answer.holder, answer.due_at) == (cast.sre, FRIDAY + timedelta(minutes=30))
    assert (fix.holder, fix.due_at) == (cast.sre, FRIDAY + timedelta(hours=4))
    assert fix.instants[:2] == [FRIDAY + timedelta(hours=2), FRIDAY + timedelta(hours=3)]
    assert (confirm.holder, confirm.due_at.date()) == (cast.platform_lead, FRIDAY.date() + timedelta(days=3))
    assert_history_is_complete()


def test_an_answer_that_does_not_come_is_broken_after_half_an_hour_on_a_friday_evening(
    cast: Cast, ask: WorkRequest
) -> None:
    start(cast, ask)
    fire_due(at=FRIDAY + timedelta(minutes=29))
    owned = Promise.objects.broken().filter(holder=cast.sre)
    assert not owned.exists()
    fire_due(at=FRIDAY + timedelta(minutes=31))
    assert [one.kind for one in owned] == [Kind.EXPEDITE]
    assert Notice.objects.filter(user=cast.platform_lead, kind=f"promise_{Deed.BREACH}").exists()


def test_the_second_is_of_the_other_side_and_somebody_else(cast: Cast, ask: WorkRequest) -> None:
    row = start(cast, ask)
    for own_side in (cast.seo_lead, cast.analyst, cast.cmo):
        with pytest.raises(NotAllowed):
            confirm_expedite(actor=own_side.viewer(), at=FRIDAY, expedite=row)
    confirm_expedite(actor=cast.sre.viewer(), at=FRIDAY, expedite=row)
    found = fresh(row)
    assert (found.state, found.confirmed_by) == (ExpediteState.CONFIRMED, cast.sre)
    assert not runs(Kind.CONFIRM)
    with pytest.raises(WrongState):
        confirm_expedite(actor=cast.cto.viewer(), at=FRIDAY, expedite=found)
    assert_history_is_complete()


def test_a_chief_stands_on_the_side_of_the_role_whatever_their_team(cast: Cast, ask: WorkRequest) -> None:
    User.objects.filter(pk__in=[cast.cmo.pk, cast.cto.pk]).update(team=None)
    cmo, cto = User.objects.get(pk=cast.cmo.pk), User.objects.get(pk=cast.cto.pk)
    row = start(cast, ask, by=cmo)
    assert (row.side, running(Kind.CONFIRM).holder) == (Side.MARKETING, cast.platform_lead)
    for own_side in (cast.seo_lead, cast.analyst):
        with pytest.raises(NotAllowed):
            confirm_expedite(actor=own_side.viewer(), at=FRIDAY, expedite=row)
    confirm_expedite(actor=cto.viewer(), at=FRIDAY, expedite=row)
    fix_expedite(actor=cast.sre.viewer(), at=FRIDAY, expedite=fresh(row))
    own = start(cast, ask, by=cast.seo_lead)
    with pytest.raises(NotAllowed):
        confirm_expedite(actor=cmo.viewer(), at=FRIDAY, expedite=own)


def test_who_is_in_no_team_is_another_side_for_nobody_but_the_mediator_for_both(cast: Cast, ask: WorkRequest) -> None:
    loose = make_user("Lena Moss", "lena@lumen.example", [Role.ENGINEER])
    row = start(cast, ask)
    assert not may_confirm_expedite(loose.viewer(), row)
    with pytest.raises(NotAllowed):
        confirm_expedite(actor=loose.viewer(), at=FRIDAY, expedite=row)
    with pytest.raises(NotAllowed):
        refuse_expedite(actor=loose.viewer(), at=FRIDAY, expedite=row, reason="It is none.")
    assert may_confirm_expedite(cast.coo.viewer(), row)
    confirm_expedite(actor=cast.coo.viewer(), at=FRIDAY, expedite=row)


def test_it_is_started_by_somebody_of_a_side_or_by_the_mediator(cast: Cast, ask: WorkRequest) -> None:
    User.objects.filter(pk=cast.seo_lead.pk).update(team=None)
    with pytest.raises(Refused) as caught:
        start(cast, ask, by=User.objects.get(pk=cast.seo_lead.pk))
    assert caught.value.code == "no_side"
    row = start(cast, ask, by=cast.coo)
    confirm_expedite(actor=cast.analyst.viewer(), at=FRIDAY, expedite=row)


def test_where_no_lead_of_the_other_side_is_near_its_chief_is_asked_also_without_a_team(
    cast: Cast, ask: WorkRequest
) -> None:
    User.objects.filter(pk__in=[cast.cmo.pk, cast.cto.pk]).update(team=None)
    User.objects.filter(pk=cast.seo_lead.pk).update(roles=[Role.MARKETER])
    start(cast, ask, by=User.objects.get(pk=cast.cto.pk))
    assert running(Kind.CONFIRM).holder == cast.cmo


def test_it_fixed_in_time_keeps_both_promises_and_its_lesson_may_come_later(cast: Cast, ask: WorkRequest) -> None:
    row, owner = start(cast, ask), cast.sre.viewer()
    answer_expedite(actor=owner, at=FRIDAY + timedelta(minutes=12), expedite=row, answer="Rolling back.")
    fix_expedite(actor=owner, at=FRIDAY + timedelta(minutes=105), expedite=fresh(row))
    confirm_expedite(actor=cast.platform_lead.viewer(), at=FRIDAY + timedelta(days=2), expedite=fresh(row))
    explain_expedite(
        actor=owner, at=FRIDAY + timedelta(days=3), expedite=fresh(row), cause="A config merge.", lesson="Check it."
    )
    found = fresh(row)
    assert (found.state, found.cause, found.lesson) == (ExpediteState.FIXED, "A config merge.", "Check it.")
    assert found.ended_at == FRIDAY + timedelta(minutes=105)
    kept = Promise.objects.filter(kind__in=[Kind.CONFIRM, Kind.EXPEDITE, Kind.FIX])
    assert {(one.kind, one.state) for one in kept} == {(kind, "kept") for kind in ("confirm", "expedite", "fix")}
    assert_history_is_complete()


def test_a_second_one_is_refused_with_which_runs_whose_it_is_and_since_when(cast: Cast, ask: WorkRequest) -> None:
    start(cast, ask)
    other = make_ask(cast)
    with pytest.raises(Refused) as caught:
        start(cast, other)
    assert caught.value.code == "expedite_runs"
    for word in (ask.key, "Max Orlov", "18:20"):
        assert word in str(caught.value)
    assert Expedite.objects.count() == 1


def test_a_second_one_is_not_told_of_what_it_may_not_see(cast: Cast, ask: WorkRequest) -> None:
    restrict_request(actor=cast.seo_lead.viewer(), at=FRIDAY, ask=ask)
    start(cast, ask)
    other = make_ask(cast, by=cast.content_lead)
    with pytest.raises(Refused) as caught:
        start(cast, other, by=cast.content_lead)
    assert caught.value.code == "expedite_runs"
    assert ask.key not in str(caught.value)
    assert "request" not in caught.value.facts


def test_once_it_is_fixed_the_next_one_may_start(cast: Cast, ask: WorkRequest) -> None:
    row = start(cast, ask)
    fix_expedite(actor=cast.sre.viewer(), at=FRIDAY + timedelta(hours=1), expedite=row)
    start(cast, make_ask(cast), at=FRIDAY + timedelta(hours=2))
    assert Expedite.objects.count() == 2


def test_what_nobody_confirms_lapses_once_and_both_are_told(cast: Cast, ask: WorkRequest) -> None:
    row = start(cast, ask)
    assert lapse_expedites(at=row.confirm_by - timedelta(minutes=1)) == 0
    assert (lapse_expedites(at=row.confirm_by), lapse_expedites(at=row.confirm_by)) == (1, 0)
    found = fresh(row)
    assert (found.state, found.ended_at) == (ExpediteState.LAPSED, row.confirm_by)
    assert not Promise.objects.running().filter(kind__in=[Kind.CONFIRM, Kind.EXPEDITE, Kind.FIX]).exists()
    told = set(Notice.objects.filter(kind="expedite_lapsed").values_list("user__name", flat=True))
    assert {"Timur Rakhimov", "Irina Lind", "Max Orlov"} <= told
    assert_history_is_complete()


def test_what_is_fixed_and_not_confirmed_stays_fixed_and_is_counted_as_unsigned(cast: Cast, ask: WorkRequest) -> None:
    row = start(cast, ask)
    fix_expedite(actor=cast.sre.viewer(), at=FRIDAY + timedelta(hours=1), expedite=row, cause="A config merge.")
    assert (lapse_expedites(at=row.confirm_by), lapse_expedites(at=row.confirm_by)) == (1, 0)
    found = fresh(row)
    assert (found.state, found.lapsed_at, found.ended_at) == (
        ExpediteState.FIXED,
        row.confirm_by,
        FRIDAY + timedelta(hours=1),
    )
    with pytest.raises(WrongState):
        confirm_expedite(actor=cast.cto.viewer(), at=row.confirm_by, expedite=found)


def test_it_ends_with_its_request(cast: Cast, ask: WorkRequest) -> None:
    row = start(cast, ask)
    withdraw_request(actor=cast.seo_lead.viewer(), at=FRIDAY, ask=WorkRequest.objects.get(pk=ask.pk))
    assert lapse_expedites(at=FRIDAY) == 1
    assert fresh(row).state == ExpediteState.WITHDRAWN
    assert not runs(Kind.FIX)


def test_it_is_refused_by_the_other_side_and_taken_back_by_who_started_it(cast: Cast, ask: WorkRequest) -> None:
    row = start(cast, ask)
    with pytest.raises(Invalid):
        refuse_expedite(actor=cast.cto.viewer(), at=FRIDAY, expedite=row, reason=" ")
    with pytest.raises(NotAllowed):
        withdraw_expedite(actor=cast.cmo.viewer(), at=FRIDAY, expedite=row, reason="It is none.")
    refuse_expedite(actor=cast.cto.viewer(), at=FRIDAY, expedite=row, reason="It is a test page.")
    again = start(cast, ask)
    withdraw_expedite(actor=cast.seo_lead.viewer(), at=FRIDAY, expedite=again, reason="It was a test page.")
    assert [fresh(one).state for one in (row, again)] == [ExpediteState.REFUSED, ExpediteState.WITHDRAWN]
    assert not Promise.objects.running().filter(kind=Kind.FIX).exists()
    assert_history_is_complete()


def test_its_owner_alone_answers_and_fixes_and_those_above(cast: Cast, ask: WorkRequest) -> None:
    row = start(cast, ask)
    for stranger in (cast.seo_lead, cast.frontend_lead, cast.cmo, cast.coo):
        with pytest.raises(NotAllowed):
            fix_expedite(actor=stranger.viewer(), at=FRIDAY, expedite=row)
    answer_expedite(actor=cast.platform_lead.viewer(), at=FRIDAY, expedite=row, answer="On it.")
    with pytest.raises(WrongState):
        answer_expedite(actor=cast.sre.viewer(), at=FRIDAY, expedite=fresh(row), answer="On it.")
    with pytest.raises(Stale):
        fix_expedite(actor=cast.sre.viewer(), at=FRIDAY, expedite=fresh(row), expected=1)


@pytest.mark.parametrize(
    "who, may",
    [
        ("seo_lead", True),
        ("platform_lead", True),
        ("cmo", True),
        ("content_lead", False),
        ("sre", False),
        ("admin", False),
    ],
)
def test_it_is_started_by_who_asks_their_leads_and_the_chiefs(
    cast: Cast, ask: WorkRequest, who: str, may: bool
) -> None:
    if may:
        assert start(cast, ask, by=getattr(cast, who)).running
        return
    with pytest.raises(NotAllowed):
        start(cast, ask, by=getattr(cast, who))


def test_its_owner_stands_on_the_side_of_technology(cast: Cast, ask: WorkRequest) -> None:
    for wrong in (cast.analyst, cast.coo, cast.admin):
        with pytest.raises(Invalid):
            start(cast, ask, owner=wrong)
    with pytest.raises(Invalid):
        start(cast, ask, reason="  ")


def test_without_clocks_it_lapses_all_the_same(cast: Cast, ask: WorkRequest) -> None:
    Firm.objects.update(level=Level.START)
    row = start(cast, ask)
    assert not Promise.objects.running().filter(kind=Kind.FIX).exists()
    assert lapse_expedites(at=row.confirm_by) == 1


def test_word_of_it_is_mailed_at_once_also_to_who_wants_one_mail_a_day(cast: Cast, ask: WorkRequest) -> None:
    MailChoice.objects.create(user=cast.sre, turn=Pace.DAILY, news=Pace.NEVER)
    MailChoice.objects.create(user=cast.cmo, turn=Pace.NEVER, news=Pace.NEVER)
    mail_notices(at=FRIDAY - timedelta(hours=1))
    mail.outbox.clear()
    start(cast, ask)
    mail_notices(at=FRIDAY)
    told = {letter.to[0]: letter for letter in mail.outbox}
    assert {"sre@lumen.example", "cmo@lumen.example", "platform-lead@lumen.example", "cto@lumen.example"} <= set(told)
    assert "Emergency" in told["sre@lumen.example"].subject
    assert "Confirm it by 8 February" in told["platform-lead@lumen.example"].body
    assert "seo-lead@lumen.example" not in told


def test_the_api_starts_confirms_and_fixes_it(cast: Cast, ask: WorkRequest) -> None:
    seo, sre = Caller(cast.seo_lead), Caller(cast.sre)
    made = seo.post(f"/api/v1/requests/{ask.key}/expedite/", {"reason": WHY, "owner": "sre@lumen.example"})
    assert made.status_code == 201, made.json()
    number = made.json()["id"]
    assert made.json()["state"] == "started"
    assert seo.post(f"/api/v1/expedites/{number}/confirm/", {}).status_code == 403
    assert sre.post(f"/api/v1/expedites/{number}/confirm/", {}).json()["state"] == "confirmed"
    assert sre.post(f"/api/v1/expedites/{number}/answer/", {"answer": "On it."}).status_code == 200
    fixed = sre.post(f"/api/v1/expedites/{number}/fix/", {"cause": "A config merge.", "lesson": "Check it."})
    assert (fixed.json()["state"], fixed.json()["lesson"]) == ("fixed", "Check it.")
    listed = Caller(cast.coo).get("/api/v1/expedites/?running=false").json()["results"]
    assert [one["id"] for one in listed] == [number]
