"""Limbo: what nobody decided and is past due, by team, oldest first, with whose turn it is."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from tests.callers import Caller
from tests.makers import NOON, Cast
from tests.tracker.cases import DAY, Court, another_request, make_court
from tracker.escalations.actions import raise_aged
from tracker.escalations.models import Escalation
from tracker.escalations.queries import docket_of, limbo_list, limbo_weeks
from tracker.history.audit import holes
from tracker.intake.actions import accept_request, restrict_request
from tracker.intake.models import WorkRequest
from tracker.kernel import clock
from tracker.promises.actions import Owed, fire_due, settle_promises
from tracker.promises.models import Promise

LATE = NOON + 30 * DAY
MINUTE = timedelta(minutes=1)


@pytest.fixture
def court(cast: Cast) -> Court:
    return make_court(cast)


def owe(court: Court, ask: WorkRequest, kind: str = "decision", at: datetime = NOON) -> Promise:
    facts = {"key": ask.key, "title": ask.title, "url": f"/requests/{ask.key}/"}
    owed = Owed(kind=kind, source=f"{ask.key}:{kind}", matter=f"request:{ask.pk}", facts=facts, team=court.cast.web.pk)
    settle_promises(actor_key="system", at=at, owed=[owed])
    return Promise.objects.get(source=owed.source)


def test_what_is_past_due_is_listed_oldest_first_with_whose_turn_it_is(court: Court) -> None:
    older = another_request(court, filed_at=NOON - 80 * DAY)
    for ask in (court.ask, older):
        owe(court, ask)
    assert not limbo_list(court.cast.coo.viewer(), NOON + DAY).rows
    limbo = limbo_list(court.cast.coo.viewer(), LATE)
    [team] = limbo.teams
    assert [row.key for row in team.rows] == [older.key, court.ask.key]
    assert (team.name, team.rows[0].holder, team.rows[0].side, team.rows[0].days) == (
        "Web",
        "Irina Lind",
        "technology",
        110,
    )
    assert limbo.median == 110


def test_what_is_decided_leaves_and_counts_as_in_time_or_late(court: Court) -> None:
    in_time, late, waiting = court.ask, another_request(court), another_request(court)
    for ask in (in_time, late, waiting):
        court_promise = owe(court, ask)
    lead = court.cast.platform_lead
    accept_request(**court.by(lead, NOON + DAY), ask=court.load_ask(in_time))
    court.break_promise(court_promise)
    accept_request(**court.by(lead, LATE), ask=court.load_ask(late))
    [team] = limbo_list(court.cast.coo.viewer(), LATE).teams
    assert [row.key for row in team.rows] == [waiting.key]
    assert (team.in_time, team.of, team.percent) == (1, 3, 33)


def test_the_trend_counts_what_was_past_due_at_the_end_of_each_week(court: Court) -> None:
    decided, waiting = court.ask, another_request(court)
    for ask in (decided, waiting):
        owe(court, ask)
    accept_request(**court.by(court.cast.platform_lead, NOON + 24 * DAY), ask=court.load_ask(decided))
    weeks = limbo_weeks(court.cast.coo.viewer(), NOON + 35 * DAY)
    assert len(weeks) == 13
    known = {(then - NOON).days: count for then, count in weeks}
    assert (known[0], known[7], known[21], known[28], known[35]) == (0, 0, 2, 1, 1)
    assert known[35] == len(limbo_list(court.cast.coo.viewer(), NOON + 35 * DAY).rows)


def test_the_trend_counts_nothing_that_the_viewer_may_not_see(court: Court) -> None:
    owe(court, court.ask)
    restrict_request(**court.by(court.cast.seo_lead), ask=court.load_ask())
    assert limbo_weeks(court.cast.coo.viewer(), LATE)[-1][1] == 1
    assert limbo_weeks(court.cast.analyst.viewer(), LATE)[-1][1] == 0


def test_restricted_requests_are_neither_listed_nor_counted_for_others(court: Court) -> None:
    owe(court, court.ask)
    restrict_request(**court.by(court.cast.seo_lead), ask=court.load_ask())
    court.break_promise(Promise.objects.get(), to_docket=True)
    assert limbo_list(court.cast.analyst.viewer(), LATE).teams == []
    assert len(limbo_list(court.cast.coo.viewer(), LATE).rows) == 1
    assert docket_of(court.cast.analyst.viewer(), LATE).lines == []
    assert len(docket_of(court.cast.coo.viewer(), LATE).lines) == 1


def test_the_docket_lists_cases_first_and_says_who_waited_for_whom(court: Court) -> None:
    lines = [another_request(court) for _number in range(2)]
    for ask in lines:
        court.break_promise(owe(court, ask), to_docket=True)
    case = court.taken(court.raised())
    docket = docket_of(court.cast.coo.viewer(), LATE)
    assert [row.case.pk for row in docket.cases] == [case.pk]
    assert [row.case.ask for row in docket.lines] == lines
    assert docket.lines[0].technology > 10
    assert docket.lines[0].marketing == 0
    assert docket.cases[0].due_at is not None
    assert docket.cases[0].spoken == 0
    assert not docket.cases[0].own
    assert docket_of(court.cast.seo_lead.viewer(), LATE).cases[0].own


def to_coo_at(court: Court, at: datetime) -> datetime | None:
    [row] = limbo_list(court.cast.coo.viewer(), at).rows
    return row.to_coo_at


def test_every_row_says_when_it_goes_to_the_coo_by_itself(court: Court) -> None:
    promise = owe(court, court.ask)
    told = [to_coo_at(court, promise.due_at + MINUTE)]
    fire_due(at=promise.due_at)
    told.append(to_coo_at(court, promise.due_at + MINUTE))
    promise.refresh_from_db()
    fire_due(at=promise.next_at or NOON)
    promise.refresh_from_db()
    told.append(to_coo_at(court, promise.due_at + MINUTE))
    assert promise.next_at
    assert told == [promise.next_at] * 3, "late, broken, and with the chiefs"
    fire_due(at=promise.next_at - MINUTE)
    assert not Escalation.objects.exists(), "not before"
    fire_due(at=promise.next_at)
    line = Escalation.objects.get()
    [row] = limbo_list(court.cast.coo.viewer(), LATE).rows
    assert (row.to_coo_at, row.case) == (None, line.key)


def test_a_row_goes_to_the_coo_after_90_days_where_its_clock_ends_later(court: Court) -> None:
    WorkRequest.objects.filter(pk=court.ask.pk).update(filed_at=NOON - 70 * DAY)
    promise = owe(court, court.ask)
    Promise.objects.update(waits=[*promise.waits[:-1], 60 * 8 * 60])
    aged = NOON + 20 * DAY
    assert to_coo_at(court, promise.due_at + MINUTE) == aged
    raise_aged(at=aged - MINUTE)
    assert not Escalation.objects.exists(), "not before"
    raise_aged(at=aged)
    [row] = limbo_list(court.cast.coo.viewer(), LATE).rows
    assert (row.to_coo_at, row.case) == (None, Escalation.objects.get().key)


def test_limbo_is_a_page_for_everybody_and_a_resource(court: Court, client: Client) -> None:
    owe(court, court.ask, at=clock.now() - 40 * DAY)
    WorkRequest.objects.filter(pk=court.ask.pk).update(filed_at=clock.now() - 41 * DAY)
    client.force_login(court.cast.analyst)
    page = client.get("/limbo/").content.decode()
    assert "1 request is past due without a decision" in page
    assert "It has waited 41 days." in page
    assert "Marketing owes 0 of the answers, IT 1." in page
    assert court.ask.key in page
    assert "Irina Lind" in page
    assert "goes to the COO: " in page
    told = Caller(court.cast.analyst).get("/api/v1/limbo/").json()
    assert told["teams"][0]["requests"][0]["key"] == court.ask.key
    assert told["teams"][0]["decided_in_time"] == {"in_time": 0, "of": 0}
    assert not [hole for hole in holes() if hole.startswith("promise")]
