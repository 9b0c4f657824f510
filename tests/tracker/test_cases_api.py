"""Cases over the API: the whole way from raised to ruled, once and in the right version."""

import pytest

from tests.callers import Caller
from tests.makers import Cast
from tests.tracker.cases import DAY, LATER, SENTENCE, Court, another_request, make_court
from tracker.backlog.models import BacklogItem
from tracker.escalations.models import Escalation, Ruling
from tracker.kernel import clock
from tracker.projects.models import Period, Project
from tracker.promises.actions import Owed, settle_promises
from tracker.promises.models import Promise

CASES = "/api/v1/escalations/"
RULE = {"kind": "compromise", "sentence": SENTENCE, "due_on": LATER.isoformat()}


@pytest.fixture
def court(cast: Cast) -> Court:
    made = make_court(cast)
    Period.objects.update(starts_on="2026-01-05", ends_on="2099-03-31")
    Project.objects.update(ends_on="2099-03-31")
    made.at = clock.now()
    return made


@pytest.fixture
def timur(court: Court) -> Caller:
    return Caller(court.cast.seo_lead)


@pytest.fixture
def pavel(court: Court) -> Caller:
    return Caller(court.cast.cto)


@pytest.fixture
def marta(court: Court) -> Caller:
    return Caller(court.cast.coo)


def raise_by(caller: Caller, court: Court, **more: object) -> str:
    body = {"request": court.ask.key, "reason": "risk", "wanted": "May crawlers read the shop?", **more}
    made = caller.post(CASES, body)
    assert made.status_code == 201, made.content
    key: str = made.json()["key"]
    return key


def test_a_ruling_is_promised_by_a_day_of_its_own(court: Court, timur: Caller, marta: Caller) -> None:
    key = raise_by(timur, court)
    passed = marta.post(f"{CASES}{key}/take-up/", {"until": "2020-01-01"})
    assert passed.status_code == 400, passed.content
    late = marta.post(f"{CASES}{key}/take-up/", {"until": "2099-01-01"})
    assert late.status_code == 400
    assert "At the latest on" in late.json()["errors"][0]["detail"]
    assert not Promise.objects.filter(source=f"{key}:ruling").exists()
    assert marta.post(f"{CASES}{key}/take-up/").status_code == 200


def test_the_whole_way_from_raised_to_ruled(court: Court, timur: Caller, pavel: Caller, marta: Caller) -> None:
    key = raise_by(timur, court, options=["A", "B"], tried="We asked.")
    assert marta.post(f"{CASES}{key}/take-up/", match=1).json()["taken_by"]["name"] == "Marta Keller"
    said = {"text": "Lift it in stages.", "accepts": ["grant", "compromise"]}
    assert timur.post(f"{CASES}{key}/positions/", said, match=2).status_code == 200
    assert pavel.get(f"{CASES}{key}/positions/").json()["results"] == []
    assert len(marta.get(f"{CASES}{key}/positions/").json()["results"]) == 1
    pavel.post(f"{CASES}{key}/positions/", {"text": "Keep it.", "accepts": ["compromise"]})
    assert [one["side"] for one in pavel.get(f"{CASES}{key}/positions/").json()["results"]] == [
        "marketing",
        "technology",
    ]
    effects = [{"effect": "embed", "project": court.web.host.key, "weeks": "1.5"}]
    conditions = [{"text": "A stop rule.", "owner": "sre@lumen.example", "due_on": LATER.isoformat()}]
    ruled = marta.post(f"{CASES}{key}/rule/", {**RULE, "effects": effects, "conditions": conditions}, once="k1")
    assert ruled.status_code == 200, ruled.content
    again = marta.post(f"{CASES}{key}/rule/", {**RULE, "effects": effects, "conditions": conditions}, once="k1")
    assert again.headers["Idempotency-Replayed"] == "true"
    case = ruled.json()
    assert (case["state"], case["rulings"][0]["sentence"]) == ("ruled", SENTENCE)
    assert case["rulings"][0]["effects"][0]["result"]["item"] == BacklogItem.objects.get().key
    [condition] = timur.get("/api/v1/conditions/?state=open").json()["results"]
    assert (condition["case"], condition["owner"]["name"]) == (key, "Max Orlov")
    met = Caller(court.cast.sre).post(f"/api/v1/conditions/{condition['id']}/meet/", {"note": "seen"}, match=1)
    assert met.json()["state"] == "met"
    [ruling] = timur.get(f"/api/v1/rulings/?case={key}").json()["results"]
    assert ruling["kind"] == "compromise"
    assert len(timur.get(f"/api/v1/history/?subject=escalation&key={key}").json()["results"]) == 6


def test_the_sides_settle(court: Court, timur: Caller, pavel: Caller) -> None:
    key = raise_by(timur, court)
    offer = {"sentence": "In stages.", "due_on": LATER.isoformat()}
    assert timur.post(f"{CASES}{key}/settle/", offer).json()["proposal_side"] == "marketing"
    assert timur.post(f"{CASES}{key}/settle/").json()["errors"][0]["code"] == "own_proposal"
    settled = pavel.post(f"{CASES}{key}/settle/").json()
    assert (settled["state"], settled["rulings"][0]["kind"]) == ("settled", "settlement")


def test_nobody_else_rules_and_nobody_on_their_own_case(court: Court, timur: Caller, pavel: Caller) -> None:
    key = raise_by(timur, court)
    for caller in (timur, pavel, Caller(court.cast.cmo), Caller(court.cast.admin)):
        assert caller.post(f"{CASES}{key}/rule/", RULE).status_code == 403
        assert caller.post(f"{CASES}{key}/take-up/").status_code == 403
    coo = court.cast.coo
    own = court.raised(ask=another_request(court, parties=[coo.pk]))
    refused = Caller(coo).post(f"{CASES}{own.key}/rule/", RULE)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, "own_case")
    assert not Ruling.objects.exists()


def test_send_back_withdraw_and_take_up_a_request(court: Court, timur: Caller, marta: Caller) -> None:
    key = raise_by(timur, court)
    assert marta.post(f"{CASES}{key}/send-back/", {"sentence": "Ask Irina."}).json()["state"] == "sent_back"
    key = raise_by(timur, court)
    assert marta.post(f"{CASES}{key}/withdraw/").status_code == 403
    assert timur.post(f"{CASES}{key}/withdraw/", {"reason": "We talked."}).json()["state"] == "withdrawn"
    taken = marta.post(f"/api/v1/requests/{court.ask.key}/take-up/")
    assert (taken.status_code, taken.json()["origin"]) == (201, "own_act")


def test_an_older_version_is_refused(court: Court, timur: Caller, marta: Caller) -> None:
    key = raise_by(timur, court)
    for verb, body in (("take-up", {}), ("rule", RULE), ("send-back", {"sentence": "No."})):
        assert marta.post(f"{CASES}{key}/{verb}/", body, match=9).status_code == 412, verb
    for verb, body in (("positions", {"text": "Yes."}), ("settle", {}), ("withdraw", {})):
        assert timur.post(f"{CASES}{key}/{verb}/", body, match=9).status_code == 412, verb
    assert Escalation.objects.get().version == 1


def test_wrong_bodies_are_named(court: Court, timur: Caller, marta: Caller) -> None:
    assert timur.post(CASES, {"request": court.ask.key, "reason": "weather", "wanted": "?"}).status_code == 400
    assert timur.post(CASES, {"request": "R-9999", "reason": "risk", "wanted": "?"}).status_code == 400
    key = raise_by(timur, court)
    second = timur.post(CASES, {"request": court.ask.key, "reason": "risk", "wanted": "?"})
    assert (second.status_code, second.json()["facts"]["case"]) == (409, key)
    for effects in ([{"effect": "fire"}], [{"effect": "embed", "project": "P-9999"}], [{"effect": "reserve_capacity"}]):
        answer = marta.post(f"{CASES}{key}/rule/", {**RULE, "effects": effects})
        assert answer.status_code in (400, 404), effects
    assert marta.post(f"{CASES}{key}/rule/", {**RULE, "due_on": "2020-01-01"}).status_code == 400
    assert Escalation.objects.get().state == "open"


def test_a_late_answer_is_promised_anew(court: Court, timur: Caller) -> None:
    ask = court.ask
    owed = Owed(kind="triage", source=f"{ask.key}:triage", matter=f"request:{ask.pk}", team=court.cast.web.pk)
    settle_promises(actor_key="system", at=clock.now() - 10 * DAY, owed=[owed])
    court.break_promise(Promise.objects.get())
    until = (clock.now() + 3 * DAY).date().isoformat()
    url = f"/api/v1/requests/{ask.key}/acknowledge/"
    assert timur.post(url, {"until": until}).status_code == 403
    irina = Caller(court.cast.platform_lead)
    assert irina.post(url, {"until": until}, match=99).status_code == 412
    assert irina.post(url, {"until": until}).json() == {"until": until}
    assert irina.post(url, {"until": until}).json()["errors"][0]["code"] == "acknowledged"
