"""Promises: opened, kept, handed over, broken; the sweep that fires what is due, once."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from tests.ledger import counted
from tests.makers import NOON, Cast
from tracker.history.audit import broken_seals, holes
from tracker.intake.actions import file_request
from tracker.notices.models import Notice
from tracker.people.models import Firm, Level
from tracker.promises.actions import Owed, ensure_policies, fire_due, settle_promises
from tracker.promises.models import Firing, Kind, Promise
from tracker.promises.queries import audit_promises
from tracker.promises.states import PromiseState

DAY = timedelta(days=1)


@pytest.fixture
def clocks(cast: Cast) -> Cast:
    """The firm has clocks: level Company, the default policies, weekdays nine to six in UTC."""
    Firm.objects.update_or_create(pk=1, defaults={"name": "Lumen Market", "level": Level.COMPANY})
    ensure_policies(at=NOON)
    return cast


def owe(
    cast: Cast, source: str = "R-41:triage", kind: str = Kind.TRIAGE, at: datetime = NOON, **more: object
) -> Promise:
    facts = {"key": "R-41", "title": "Structured data", "url": "/requests/R-41/"}
    given = {"team": cast.web.pk, **more}
    owed = Owed(kind=kind, source=source, matter="request:41", facts=facts, **given)  # type: ignore[arg-type]
    settle_promises(actor_key="user:1", at=at, owed=[owed])
    return Promise.objects.get(source=source, state=PromiseState.RUNNING)


def fired(promise: Promise) -> list[str]:
    return list(Firing.objects.filter(promise=promise).order_by("step").values_list("deed", flat=True))


def promise_holes() -> list[str]:
    """The makers write no history of the cast."""
    return [hole for hole in holes() if hole.startswith(("promise", "policy", "calendar"))]


def test_the_lead_of_the_team_owes_the_first_answer_in_three_working_days(clocks: Cast) -> None:
    promise = owe(clocks)
    assert promise.holder == clocks.platform_lead
    assert promise.side == "technology"
    assert promise.due_at > NOON + 2 * DAY
    assert promise.deeds == ["remind", "remind", "breach", "chiefs", "docket"]
    assert promise.next_at == promise.instants[0]


def test_nothing_fires_early_and_each_step_once(clocks: Cast) -> None:
    promise = owe(clocks)
    instants = [instant for instant in promise.instants if instant is not None]
    assert fire_due(at=instants[0] - timedelta(seconds=1)) == 0
    seen: list[str] = []
    for instant in instants:
        assert fire_due(at=instant) == 1
        assert fire_due(at=instant) == 0
        seen = fired(promise)
    assert seen == ["remind", "remind", "breach"]
    promise.refresh_from_db()
    assert promise.breached_at == promise.due_at
    assert not promise_holes()
    assert not broken_seals()


def test_a_breach_climbs_to_the_chiefs_and_then_to_the_docket(clocks: Cast) -> None:
    promise = owe(clocks)
    fire_due(at=promise.due_at)
    for deed, person in (("chiefs", clocks.cto), ("docket", clocks.coo)):
        promise.refresh_from_db()
        assert promise.next_at is not None
        fire_due(at=promise.next_at)
        assert fired(promise)[-1] == deed
        assert Notice.objects.filter(user=person, kind=f"promise_{deed}").count() == 1
    promise.refresh_from_db()
    assert promise.next_at is None
    assert promise.state == PromiseState.RUNNING


def test_late_is_late_and_not_a_storm(clocks: Cast) -> None:
    promise = owe(clocks)
    late = promise.due_at + 30 * DAY
    assert fire_due(at=late) == 1
    assert fired(promise) == ["breach"]
    promise.refresh_from_db()
    assert promise.next_at is not None
    assert promise.next_at > late, "the chiefs are asked a day after the lead was told"


def test_one_sweep_does_each_its_own_step(clocks: Cast) -> None:
    """The reminder of one, the breach of another and what another asks the chiefs are due together."""
    asked, broken = owe(clocks, "R-1:triage"), owe(clocks, "R-2:triage", at=NOON + timedelta(hours=3))
    reminded = owe(clocks, "R-3:reply", Kind.REPLY, at=NOON + DAY, team=clocks.seo.pk)
    fire_due(at=asked.due_at)
    at = Promise.objects.get(pk=asked.pk).next_at
    assert at is not None
    assert fire_due(at=at) == 3
    for promise, done in ((asked, "chiefs"), (broken, "breach"), (reminded, "remind")):
        promise.refresh_from_db()
        assert fired(promise)[-1] == done
        assert promise.next_at is not None
        assert promise.next_at > at
    assert reminded.next_at == reminded.instants[reminded.step]
    assert not promise_holes()
    assert not broken_seals()


def test_a_lead_who_is_not_tied_to_a_restricted_request_hears_of_its_key_alone(clocks: Cast) -> None:
    ask = file_request(
        actor=clocks.analyst.viewer(),
        at=NOON,
        type=clocks.type,
        title="Structured data",
        area=clocks.product_pages,
        example_urls=["https://lumen.example/p/1"],
        why="It costs us clicks.",
        restricted=True,
    )
    promise = owe(clocks, holder=clocks.sre.pk)
    Promise.objects.filter(pk=promise.pk).update(matter=f"request:{ask.pk}")
    fire_due(at=promise.due_at)
    told = dict(Notice.objects.filter(source__startswith=f"promise:{promise.pk}:").values_list("user", "facts__title"))
    assert told == {clocks.sre.pk: "Structured data", clocks.platform_lead.pk: ""}


def test_a_kept_promise_fires_no_more(clocks: Cast) -> None:
    promise = owe(clocks)
    settle_promises(actor_key="user:1", at=NOON + DAY, ended={promise.source: PromiseState.KEPT})
    assert fire_due(at=promise.due_at + 30 * DAY) == 0
    promise.refresh_from_db()
    assert (promise.state, promise.ended_at, promise.next_at) == ("kept", NOON + DAY, None)


def test_what_was_handed_over_goes_on_with_what_was_left(clocks: Cast) -> None:
    first = owe(clocks, "R-41:decision", Kind.DECISION)
    asked = NOON + DAY
    reply = Owed(kind=Kind.REPLY, source="R-41:reply", matter="request:41", holder=clocks.seo_lead.pk)
    settle_promises(actor_key="user:1", at=asked, ended={"R-41:decision": PromiseState.HANDED}, owed=[reply])
    assert Promise.objects.running().get().holder == clocks.seo_lead
    answered = asked + 2 * DAY
    again = Owed(kind=Kind.DECISION, source="R-41:decision", matter="request:41", team=clocks.web.pk, resumes=True)
    settle_promises(actor_key="user:2", at=answered, ended={"R-41:reply": PromiseState.KEPT}, owed=[again])
    second = Promise.objects.running().get()
    assert second.follows == first
    assert 0 < second.minutes < first.minutes
    assert not promise_holes()


def test_a_deadline_that_is_nearer_shrinks_the_clock(clocks: Cast) -> None:
    near = NOON + DAY
    assert owe(clocks, until=near).due_at == near
    assert owe(clocks, "R-42:triage", until=NOON + 300 * DAY).due_at < NOON + 10 * DAY


def test_at_level_start_no_clock_runs(clocks: Cast) -> None:
    Firm.objects.update(level=Level.START)
    settle_promises(
        actor_key="user:1", at=NOON, owed=[Owed(kind=Kind.TRIAGE, source="x", matter="request:1", team=clocks.web.pk)]
    )
    assert not Promise.objects.exists()


def test_a_poison_row_is_left_behind_and_the_others_go_on(clocks: Cast) -> None:
    promises = [owe(clocks, f"R-{number}:triage") for number in range(20)]
    bad = promises[7]
    Promise.objects.filter(pk=bad.pk).update(facts=["not", "an", "object"])
    Firing.objects.create(promise=bad, step=2, deed="breach", at=NOON, due_at=NOON)
    assert fire_due(at=bad.due_at, limit=5) == 19
    bad.refresh_from_db()
    assert bad.stuck
    assert Promise.objects.broken().count() == 19


@pytest.mark.django_db(transaction=True)
def test_a_hundred_clocks_fire_in_a_handful_of_statements(clocks: Cast) -> None:
    for number in range(100):
        owe(clocks, f"R-{number}:triage")
    due = Promise.objects.latest("id").due_at
    with counted() as seen:
        assert fire_due(at=due) == 100
    assert len(seen) <= 8


def test_the_sweep_leaves_its_time_and_the_audit_finds_nothing_missing(clocks: Cast) -> None:
    promise = owe(clocks)
    fire_due(at=promise.due_at)
    found = audit_promises(promise.due_at)
    assert (found.last_sweep, found.running, found.broken) == (promise.due_at, 1, 1)
    assert not found.faults


def test_the_audit_names_what_was_not_swept(clocks: Cast) -> None:
    promise = owe(clocks)
    found = audit_promises(promise.due_at + DAY)
    assert found.faults == {"overdue": 1}
    assert found.oldest == promise.next_at


def test_healthz_tells_while_nobody_sweeps(clocks: Cast, client: Client) -> None:
    assert client.get("/healthz").json()["status"] == "ok"
    promise = owe(clocks)
    Promise.objects.filter(pk=promise.pk).update(next_at=NOON - 3000 * DAY)
    told = client.get("/healthz")
    assert (told.status_code, told.json()["status"]) == (503, "late")
    assert told.json()["oldest_overdue"]
