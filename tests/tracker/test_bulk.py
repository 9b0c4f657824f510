"""Several requests at once: the preview says what is refused and why, the button does the rest, Undo takes it back."""

import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.test import Client

from tests.forms import Fields, Forms
from tests.ledger import counted
from tests.makers import NOON, Cast
from tests.tracker.portfolio import make_portfolio, make_request
from tracker.backlog.models import BacklogItem
from tracker.history.models import Entry
from tracker.intake.actions import (
    MOST_TOGETHER,
    ask_question,
    decline_request,
    file_request,
    park_request,
    restrict_request,
)
from tracker.intake.models import WorkRequest
from tracker.intake.states import State
from tracker.kernel import clock
from tracker.people.models import User
from tracker.projects.models import Project
from tracker.promises.actions import Owed, ensure_policies, fire_due, settle_promises
from tracker.promises.models import Promise
from tracker.web.undo import undo_by

ACT, UNDO = "/requests/selected/", "/requests/selected/undo/"
SPRING = date(2099, 4, 1)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def make_asks(cast: Cast, count: int) -> list[WorkRequest]:
    return [
        file_request(
            actor=cast.analyst.viewer(),
            at=NOON + timedelta(minutes=number),
            type=cast.type,
            title=f"Stars {number}",
            area=cast.product_pages,
            example_urls=["https://lumen.example/p/1"],
            why="Because.",
        )
        for number in range(count)
    ]


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def form_to(answer: Any, action: str) -> Fields:
    """What the form with this address would send; fails where the page has none."""
    found = [fields for address, _method, fields in Forms(answer.content.decode()).found if address == action]
    assert found, f"no form to {action}"
    return found[0]


def preview(client: Client, verb: str, asks: list[WorkRequest], **more: str) -> Any:
    return client.get(ACT, {"do": verb, "pick": [ask.key for ask in asks], **more})


def states(asks: list[WorkRequest]) -> list[str]:
    held = dict(WorkRequest.objects.values_list("pk", "state"))
    return [held[ask.pk] for ask in asks]


def keys_by_rank() -> list[str]:
    return list(Project.objects.order_by("rank").values_list("key", flat=True))


def lead(cast: Cast) -> dict[str, Any]:
    return {"actor": cast.platform_lead.viewer(), "at": NOON + timedelta(hours=1)}


def test_the_list_offers_boxes_and_what_the_viewer_may_do(cast: Cast) -> None:
    make_asks(cast, 2)
    for user, offered in (
        (cast.platform_lead, {"accept", "decline", "park", "return", "move", "withdraw", "acknowledge"}),
        (cast.analyst, {"move", "withdraw", "acknowledge"}),
        (cast.admin, set()),
    ):
        page = text_of(browser(user).get("/requests/"))
        assert set(re.findall(r'name="do" value="(\w+)"', page)) == offered
        assert page.count('name="pick"') == (2 if offered else 0)
    assert text_of(browser(cast.platform_lead).get("/triage/")).count('name="pick"') == 2


def test_the_preview_says_who_is_left_out_and_why_and_changes_nothing(cast: Cast) -> None:
    first, second, third = asks = make_asks(cast, 3)
    decline_request(**lead(cast), ask=second, reason="Twice.")
    before = Entry.objects.count()
    page = text_of(preview(browser(cast.platform_lead), "decline", asks))
    assert "Decline: 2 of 3 can be done" in page
    assert "That cannot be done now: it is declined." in page
    assert "Do it for 2, leave out 1" in page
    page = text_of(preview(browser(cast.analyst), "withdraw", asks))
    assert "Withdraw: 2 of 3 can be done" in page
    page = text_of(preview(browser(cast.seo_lead), "decline", [first, third]))
    assert "You may not triage here. It is for: Lead, CTO." in page
    assert "Do it for" not in page
    assert Entry.objects.count() == before


def test_one_reason_declines_them_all_and_the_answer_tells_who_was_left_out(cast: Cast) -> None:
    asks = make_asks(cast, 3)
    decline_request(**lead(cast), ask=asks[1], reason="Twice.")
    irina = browser(cast.platform_lead)
    fields = form_to(preview(irina, "decline", asks, back="/requests/?state=filed"), ACT)
    answer = irina.post(ACT, {**fields, "reason": "Superseded."})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/requests/?state=filed"
    assert states(asks) == [State.DECLINED] * 3
    page = text_of(irina.get(answer.headers["Location"]))
    assert "2 requests are declined." in page
    assert f"Left out: {asks[1].key}. That cannot be done now: it is declined." in page
    assert UNDO not in page
    reasons = Entry.objects.filter(verb="decline_request").values_list("reason", flat=True)
    assert sorted(reasons) == ["Superseded.", "Superseded.", "Twice."]


def test_who_changes_one_meanwhile_is_not_overwritten(cast: Cast) -> None:
    asks = make_asks(cast, 3)
    irina = browser(cast.platform_lead)
    fields = form_to(preview(irina, "park", asks), ACT)
    ask_question(actor=cast.cto.viewer(), at=NOON, ask=WorkRequest.objects.get(pk=asks[0].pk), question="Which?")
    answer = irina.post(ACT, {**fields, "review_on": str(SPRING), "reason": ""})
    assert states(asks) == [State.NEEDS_INFORMATION, State.PARKED, State.PARKED]
    page = text_of(irina.get(answer.headers["Location"]))
    assert "2 requests are parked." in page
    assert f"Left out: {asks[0].key}. Meanwhile: Pavel Sorokin asked." in page


def test_where_all_changed_the_preview_comes_back_with_what_was_typed(cast: Cast) -> None:
    asks = make_asks(cast, 2)
    irina = browser(cast.platform_lead)
    fields = form_to(preview(irina, "decline", asks), ACT)
    for ask in asks:
        restrict_request(actor=cast.cto.viewer(), at=NOON, ask=WorkRequest.objects.get(pk=ask.pk))
    answer = irina.post(ACT, {**fields, "reason": "Superseded by the relaunch."})
    assert answer.status_code == 409
    assert "Nothing was done" in text_of(answer)
    assert "Superseded by the relaunch." in text_of(answer)
    assert states(asks) == [State.FILED] * 2
    assert irina.post(ACT, form_to(answer, ACT)).status_code == 302
    assert states(asks) == [State.DECLINED] * 2


def test_what_is_typed_wrong_comes_back_and_nothing_is_done(cast: Cast) -> None:
    asks = make_asks(cast, 2)
    irina = browser(cast.platform_lead)
    fields = form_to(preview(irina, "park", asks), ACT)
    for wrong, told in (("2020-01-01", "still to come"), ("", "park-review_on")):
        answer = irina.post(ACT, {**fields, "review_on": wrong})
        assert answer.status_code == 422
        assert told in text_of(answer)
    assert states(asks) == [State.FILED] * 2


def test_a_parked_lot_is_brought_back_by_undo_once(cast: Cast) -> None:
    asks = make_asks(cast, 3)
    ask_question(**lead(cast), ask=asks[0], question="Which?")
    irina = browser(cast.platform_lead)
    fields = form_to(preview(irina, "park", asks), ACT)
    answer = irina.post(ACT, {**fields, "review_on": str(SPRING)})
    page = irina.get(answer.headers["Location"])
    assert "3 requests are parked. Undo is there for 2 of them." in text_of(page)
    undo = form_to(page, UNDO)
    assert irina.post(UNDO, undo).status_code == 302
    assert irina.post(UNDO, undo).status_code == 302
    assert states(asks) == [State.PARKED, State.FILED, State.FILED]
    told = text_of(irina.get("/requests/"))
    assert "2 requests are back in triage." in told
    assert UNDO not in told
    assert Entry.objects.filter(verb="return_request").count() == 2


def test_undo_after_somebody_elses_change_is_refused(cast: Cast) -> None:
    (ask,) = make_asks(cast, 1)
    irina = browser(cast.platform_lead)
    irina.post(f"/requests/{ask.key}/park/", {"review_on": str(SPRING), "version": "1"})
    undo = form_to(irina.get(f"/requests/{ask.key}/"), UNDO)
    restrict_request(actor=cast.cto.viewer(), at=NOON, ask=WorkRequest.objects.get(pk=ask.pk))
    irina.post(UNDO, undo)
    assert states([ask]) == [State.PARKED]
    page = text_of(irina.get(f"/requests/{ask.key}/"))
    assert "It cannot be undone any more." in page
    assert browser(cast.seo_lead).post(UNDO, {**undo, "idempotency": "another"}).status_code in (403, 404)


def test_back_in_triage_and_parked_again_keeps_the_day_and_the_reason(cast: Cast) -> None:
    (ask,) = make_asks(cast, 1)
    park_request(**lead(cast), ask=ask, review_on=SPRING, reason="After the freeze: we'll see & talk.")
    irina = browser(cast.platform_lead)
    assert "Back to triage" in text_of(irina.get(f"/requests/{ask.key}/"))
    irina.post(f"/requests/{ask.key}/return/", {"version": "2"})
    assert states([ask]) == [State.FILED]
    irina.post(UNDO, form_to(irina.get(f"/requests/{ask.key}/"), UNDO))
    now = WorkRequest.objects.get()
    assert (now.state, now.review_on, now.decision_reason) == (
        State.PARKED,
        SPRING,
        "After the freeze: we'll see & talk.",
    )


def test_requests_move_to_the_team_of_another_area_and_back(cast: Cast) -> None:
    cast.search.team = cast.mobile
    cast.search.save()
    asks = make_asks(cast, 2)
    dina = browser(cast.analyst)
    fields = form_to(preview(dina, "move", asks), ACT)
    answer = dina.post(ACT, {**fields, "area": "product-pages"})
    assert answer.status_code == 422
    assert "It is in this area already." in text_of(answer)
    dina.post(ACT, {**fields, "area": "search"})
    assert set(WorkRequest.objects.values_list("area__key", "team__key")) == {("search", "mobile")}
    page = dina.get("/requests/")
    assert "2 requests are moved." in text_of(page)
    dina.post(UNDO, form_to(page, UNDO))
    assert set(WorkRequest.objects.values_list("area__key", "team__key")) == {("product-pages", "web")}


def test_one_request_moved_on_its_own_page_is_moved_back(cast: Cast) -> None:
    (ask,) = make_asks(cast, 1)
    dina, address = browser(cast.analyst), f"/requests/{ask.key}/edit/"
    fields = form_to(dina.get(address), address)
    assert dina.post(address, {**fields, "area": "search"}).status_code == 302
    page = dina.get(f"/requests/{ask.key}/")
    assert WorkRequest.objects.get().area == cast.search
    dina.post(UNDO, form_to(page, UNDO))
    assert WorkRequest.objects.get().area == cast.product_pages
    fields = form_to(dina.get(address), address)
    dina.post(address, {**fields, "area": "search", "title": "Something else as well"})
    assert UNDO not in text_of(dina.get(f"/requests/{ask.key}/"))


def test_an_item_goes_back_to_its_place_in_the_project(cast: Cast) -> None:
    web = make_portfolio(cast)
    items = [web.agree(web.propose("0.5", ask=make_request(cast, title=f"Part {one}"))) for one in range(3)]
    assert len(items) == 3
    order = list(BacklogItem.objects.order_by("rank").values_list("key", flat=True))
    last = BacklogItem.objects.get(key=order[-1])
    kenji, address = browser(cast.frontend_lead), f"/backlog/{last.key}/move/"
    where = kenji.post(address, {"after": "", "version": str(last.version)}).headers["Location"]
    assert BacklogItem.objects.order_by("rank")[0] == last
    kenji.post(address, form_to(kenji.get(where), address))
    assert list(BacklogItem.objects.order_by("rank").values_list("key", flat=True)) == order


def owe_late(ask: WorkRequest) -> None:
    """The team of the area should have answered long ago."""
    owed = Owed(kind="triage", source=f"{ask.key}:triage", matter=f"request:{ask.pk}", team=ask.team_id)
    Promise.objects.filter(source=owed.source).delete()
    settle_promises(actor_key="system", at=clock.now() - timedelta(days=10), owed=[owed])
    fire_due(at=Promise.objects.get(source=owed.source).due_at)


def test_late_answers_are_promised_anew_by_whoever_owes_them_each_once(cast: Cast) -> None:
    ensure_policies(at=clock.now())
    asks = make_asks(cast, 3)
    for ask in asks[:2]:
        owe_late(ask)
    irina, until = browser(cast.platform_lead), (clock.now() + timedelta(days=3)).date()
    page = preview(irina, "acknowledge", asks)
    assert "Say when the answer comes: 2 of 3 can be done" in text_of(page)
    assert "You owe no late answer about it." in text_of(page)
    fields = form_to(page, ACT)
    wrong = irina.post(ACT, {**fields, "until": str(until + timedelta(days=60))})
    assert (wrong.status_code, "within the next two weeks" in text_of(wrong)) == (422, True)
    answer = irina.post(ACT, {**fields, "until": str(until)})
    assert "The late answers to 2 requests have a new date" in text_of(irina.get(answer.headers["Location"]))
    late = Promise.objects.broken()
    assert {(one.due_at.date(), one.acknowledged_at is not None) for one in late} == {(until, True)}
    assert "It was put off once already" in text_of(preview(irina, "acknowledge", asks))
    assert "Say when the answer comes: 0 of 3 can be done" in text_of(preview(browser(cast.sre), "acknowledge", asks))


def test_nobody_learns_of_what_they_may_not_see(cast: Cast) -> None:
    first, second = make_asks(cast, 2)
    restrict_request(actor=cast.analyst.viewer(), at=NOON, ask=second)
    client = browser(cast.content_lead)
    page = text_of(preview(client, "withdraw", [first, second]))
    assert second.title not in page
    assert "1 of them is not there." in page
    client.post(ACT, {"do": "withdraw", "seen": [f"{second.key}:2"], "left": [second.key]})
    assert states([second]) == [State.FILED]


def test_at_most_a_hundred_at_once(cast: Cast) -> None:
    asks = make_asks(cast, 1)
    irina = browser(cast.platform_lead)
    keys = [asks[0].key, *(f"R-{number}" for number in range(900_000, 900_000 + MOST_TOGETHER))]
    page = text_of(irina.get(ACT, {"do": "accept", "pick": keys}))
    assert "At most 100 requests at once: 1 more stays as it is." in page
    answer = irina.post(ACT, {"do": "accept", "seen": [f"{key}:1" for key in keys]})
    assert answer.status_code == 400
    assert states(asks) == [State.FILED]


def test_what_no_page_of_ours_sends_is_refused(cast: Cast) -> None:
    asks = make_asks(cast, 1)
    irina = browser(cast.platform_lead)
    assert irina.get(ACT, {"do": "explode"}).status_code == 404
    assert irina.post(ACT, {"do": "accept", "seen": ["R-1"]}).status_code == 400
    assert irina.post(UNDO, {"do": "decline", "seen": [f"{asks[0].key}:1"]}).status_code == 404
    assert irina.post(UNDO, {"do": "park", "seen": [f"{asks[0].key}:1"]}).status_code == 400
    assert "Nothing is selected" in text_of(irina.get(ACT))
    away = form_to(preview(irina, "accept", asks, back="//evil.example/"), ACT)
    assert irina.post(ACT, away).headers["Location"] == "/requests/"
    assert browser(cast.admin).get(ACT, {"do": "accept"}).status_code == 403


def test_the_preview_costs_the_same_for_many(cast: Cast) -> None:
    asks = make_asks(cast, 12)
    irina = browser(cast.platform_lead)
    preview(irina, "park", asks[:1])
    for verb in ("park", "acknowledge"):
        with counted() as few:
            preview(irina, verb, asks[:1])
        with counted() as many:
            preview(irina, verb, asks)
        assert len(few) == len(many)


def test_a_move_in_the_rank_is_undone_to_the_former_place(cast: Cast) -> None:
    make_portfolio(cast)
    order = keys_by_rank()
    pavel = browser(cast.cto)
    last, first = Project.objects.get(key=order[3]), order[0]
    move = {"after": first, "version": str(last.version), "team": "web", "period": cast.period.key}
    where = pavel.post(f"/projects/{last.key}/move/", move).headers["Location"]
    assert keys_by_rank()[:4] == [first, last.key, *order[1:3]]
    page = pavel.get(where)
    undo = form_to(page, f"/projects/{last.key}/move/")
    assert "<span>Undo</span>" in text_of(page)
    pavel.post(f"/projects/{last.key}/move/", undo)
    assert keys_by_rank() == order
    assert "<span>Undo</span>" not in text_of(pavel.get(where))


def test_an_undo_of_a_move_after_another_move_is_refused(cast: Cast) -> None:
    make_portfolio(cast)
    order = keys_by_rank()
    pavel, moved = browser(cast.cto), Project.objects.get(key=order[2])
    address = f"/projects/{moved.key}/move/"
    where = pavel.post(address, {"after": "", "version": str(moved.version), "team": "web"}).headers["Location"]
    undo = form_to(pavel.get(where), address)
    moved.refresh_from_db()
    pavel.post(address, {"after": order[0], "version": str(moved.version), "team": "web"})
    pavel.get(where)
    now = keys_by_rank()
    pavel.post(address, undo)
    assert keys_by_rank() == now
    assert "meanwhile" in text_of(pavel.get(where))


def test_an_undo_address_is_read_as_it_was_written() -> None:
    address = undo_by("/x/", {"seen": ["R-1:2", "R-2:3"], "reason": "a & b=c"}, row="row-1")
    parts = urlsplit(address)
    assert parts.fragment == "row-1"
    assert parse_qsl(parts.query) == [("seen", "R-1:2"), ("seen", "R-2:3"), ("reason", "a & b=c")]
