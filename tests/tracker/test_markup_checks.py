"""Structured data of sample pages: pasted it is read at once, fetched it waits in a row; what was found stays."""

import codecs
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from tests.callers import Caller
from tests.makers import NOON, Cast
from tests.tracker.test_evidence import make_ask
from tracker.history.models import Entry
from tracker.intake.actions import carry_markup_check, carry_markup_checks, check_markup, withdraw_request
from tracker.intake.actions.markup import MOST_TRIES, _keep_found, _unread
from tracker.intake.markup.models import MarkupCheck
from tracker.intake.models import WorkRequest
from tracker.kernel import clock
from tracker.kernel.errors import Invalid, NotAllowed, Refused, WrongState
from tracker.people.models import User

GOOD = {"@type": "Product", "name": "Shoe", "offers": {"price": 10, "priceCurrency": "EUR"}}
PAGES: dict[str, Any] = {
    "/p/good": GOOD,
    "/p/poor": {"@type": "Product", "name": "Shoe"},
    "/p/other": {"@type": "Organization", "name": "Lumen", "url": "https://lumen.example"},
    "/p/broken": None,
}


ODD = {
    "/p/hex": (b"<meta charset=hex>", "text/html"),
    "/p/zlib": (b"<p>", "text/html; charset=zlib"),
    "/p/idna": (b"<p>", "text/html; charset=idna"),
    "/p/later": (b"<p>more", "text/html; charset=breaks_later"),
    "/p/nul": (b"<p>", "image/p\x00ng\x1b[1m\xe9"),
}


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path in ODD:
            return self.answer(200, *ODD[self.path])
        node = PAGES.get(self.path, "")
        text = "{\n1" if node is None else json.dumps(node)
        body = f'<script type="application/ld+json">{text}</script>'.encode()
        return self.answer(404 if node == "" else 200, body, "text/html")

    def answer(self, status: int, body: bytes, media_type: str) -> None:
        self.send_response(status)
        self.send_header("content-type", media_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads it."""


@pytest.fixture
def shop(settings: Any) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    settings.FETCH_ALLOWED = [("127.0.0.1", server.server_port)]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def asks_kind(cast: Cast) -> None:
    cast.type.fields = [
        {"key": "schema_type", "kind": "text", "stage": "", "label": {"en": "Kind of markup", "ru": "Вид разметки"}}
    ]
    cast.type.save()


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(cast: Cast, ask: WorkRequest, who: User | None = None) -> str:
    return " ".join(browser(who or cast.seo_lead).get(f"/requests/{ask.key}/").content.decode().split())


def test_five_samples_are_fetched_and_the_page_says_what_each_lacks(cast: Cast, asks_kind: None, shop: str) -> None:
    urls = [f"{shop}{path}" for path in (*PAGES, "/p/gone", "/p/sixth")]
    ask = make_ask(cast, example_urls=urls, answers={"schema_type": "Product"})
    assert "Nobody has looked yet at what the example pages hold." in page_of(cast, ask)
    pressed = browser(cast.seo_lead).post(f"/requests/{ask.key}/markup/", {"wanted": "Product"})
    assert pressed.headers["Location"] == f"/requests/{ask.key}/"
    assert "5 pages are being looked at." in page_of(cast, ask)
    assert carry_markup_checks(at=clock.now()) == 1
    page = page_of(cast, ask)
    assert "1 of 5 URLs hold a valid Product." in page
    for said in (
        f"{shop}/p/good: Product, valid",
        f"{shop}/p/poor: Product without offers / review / aggregateRating",
        f"{shop}/p/other: no Product, only Organization",
        f"{shop}/p/broken: no Product; a block of JSON-LD cannot be read on at its line 2",
        f"{shop}/p/gone: answered with status 404",
    ):
        assert said in page
    check = MarkupCheck.objects.get()
    assert [one["url"] for one in check.found] == urls[:5]
    assert [entry.verb for entry in Entry.objects.filter(subject="markup-check").order_by("version")] == [
        "check_markup",
        "finish_markup_check",
    ]


def test_what_is_pasted_is_read_at_once_and_nothing_of_it_is_shown_as_html(cast: Cast, asks_kind: None) -> None:
    ask = make_ask(cast)
    node = {**GOOD, "name": "<img src=x onerror=alert(1)>"}
    browser(cast.seo_lead).post(f"/requests/{ask.key}/markup/", {"wanted": "Product", "pasted": json.dumps(node)})
    page = page_of(cast, ask)
    assert "What was pasted holds a valid Product." in page
    assert "onerror" not in page
    odd = {"@type": "Product", "offers": {"@type": "<script>alert(1)</script>"}}
    browser(cast.seo_lead).post(f"/requests/{ask.key}/markup/", {"wanted": "Product", "pasted": json.dumps(odd)})
    assert "What was pasted holds no valid Product." in page_of(cast, ask)
    assert "alert(1)" not in page_of(cast, ask)


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("our shoes", "This is neither JSON-LD nor HTML"),
        ("[" * 600_000, "at most 500000"),
    ],
)
def test_what_cannot_be_read_is_told_and_stays_in_the_form(cast: Cast, asks_kind: None, pasted: str, said: str) -> None:
    ask = make_ask(cast)
    answer = browser(cast.seo_lead).post(f"/requests/{ask.key}/markup/", {"wanted": "", "pasted": pasted})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert pasted[:1000] in answer.content.decode()
    assert not MarkupCheck.objects.exists()


def test_deep_and_broken_json_has_a_clear_answer(cast: Cast) -> None:
    ask = make_ask(cast)
    check = check_markup(actor=cast.seo_lead.viewer(), at=NOON, ask=ask, pasted="[" * 100_000)
    assert (check.found[0]["items"], check.found[0]["broken"]) == ([], [1])


def test_two_who_press_at_once_have_one_check(cast: Cast, shop: str) -> None:
    ask = make_ask(cast, example_urls=[f"{shop}/p/good"])
    first = check_markup(actor=cast.seo_lead.viewer(), at=NOON, ask=ask)
    with pytest.raises(Refused, match="already"):
        check_markup(actor=cast.analyst.viewer(), at=NOON, ask=ask)
    with pytest.raises(IntegrityError), transaction.atomic():
        MarkupCheck.objects.create(ask=ask, asked_by=cast.analyst, asked_at=NOON)
    assert carry_markup_check(check=first.pk)
    assert not carry_markup_check(check=first.pk)
    check_markup(actor=cast.analyst.viewer(), at=NOON, ask=ask)


def test_a_check_whose_worker_was_killed_is_taken_up_when_its_lease_is_over(cast: Cast, shop: str) -> None:
    ask = make_ask(cast, example_urls=[f"{shop}/p/good"])
    check = check_markup(actor=cast.seo_lead.viewer(), at=NOON, ask=ask)
    now = clock.now()
    MarkupCheck.objects.update(leased_until=now + timedelta(seconds=60))
    assert carry_markup_checks(at=now) == 0
    MarkupCheck.objects.update(leased_until=now - timedelta(seconds=1))
    assert carry_markup_checks(at=now) == 1
    check.refresh_from_db()
    assert check.found[0]["items"] == [{"type": "Product", "missing": []}]


def test_pages_that_name_no_encoding_and_no_type_that_there_is_are_done_with_at_once(cast: Cast, shop: str) -> None:
    ask = make_ask(cast, example_urls=[f"{shop}{path}" for path in (*ODD, "/p/good") if path != "/p/later"])
    check = check_markup(actor=cast.seo_lead.viewer(), at=NOON, ask=ask)
    assert carry_markup_checks(at=clock.now()) == 1
    check.refresh_from_db()
    assert [(one["fault"], one["detail"]) for one in check.found] == [
        *[("", "")] * 3,
        ("not_a_page", "image/png[1m"),
        ("", ""),
    ]
    assert check.found[-1]["items"]


def breaks_later(name: str) -> codecs.CodecInfo | None:
    def decode(given: Any, _errors: str = "strict") -> tuple[str, int]:
        if len(given) > 1:
            raise RuntimeError("this reads nothing")
        return "", len(given)

    return codecs.CodecInfo(codecs.ascii_encode, decode, name=name) if name == "breaks_later" else None


def test_a_page_that_breaks_its_reader_is_told_to_be_broken_and_the_others_are_read(cast: Cast, shop: str) -> None:
    ask = make_ask(cast, example_urls=[f"{shop}/p/later", f"{shop}/p/good"])
    check = check_markup(actor=cast.seo_lead.viewer(), at=NOON, ask=ask)
    codecs.register(breaks_later)
    try:
        assert carry_markup_check(check=check.pk)
    finally:
        codecs.unregister(breaks_later)
    check.refresh_from_db()
    assert [one["fault"] for one in check.found] == ["broken", ""]


def test_what_kills_its_worker_is_told_to_be_broken_after_three_tries(cast: Cast, asks_kind: None, shop: str) -> None:
    ask = make_ask(cast, example_urls=[f"{shop}/p/good", f"{shop}/p/poor"])
    check = check_markup(actor=cast.seo_lead.viewer(), at=NOON, ask=ask)
    MarkupCheck.objects.update(tries=MOST_TRIES, leased_until=clock.now() - timedelta(seconds=1))
    assert carry_markup_checks(at=clock.now()) == 1
    check.refresh_from_db()
    assert [one["fault"] for one in check.found] == ["broken", "broken"]
    assert "the answer broke off or could not be unpacked" in page_of(cast, ask)
    again = check_markup(actor=cast.seo_lead.viewer(), at=NOON, ask=ask)
    assert carry_markup_check(check=again.pk)
    again.refresh_from_db()
    assert (again.tries, again.found[0]["fault"]) == (1, "")


def test_each_worker_that_takes_a_check_is_counted_before_it_looks(cast: Cast, shop: str) -> None:
    ask = make_ask(cast, example_urls=[f"{shop}/p/good"])
    check = check_markup(actor=cast.seo_lead.viewer(), at=NOON, ask=ask)
    forbid_finishing(check)
    for tries in (1, 2):
        MarkupCheck.objects.update(leased_until=None)
        assert carry_markup_checks(at=clock.now()) == 0
        check.refresh_from_db()
        assert (check.tries, check.done_at) == (tries, None)


def test_what_goes_wrong_with_one_check_does_not_hold_up_the_next(
    cast: Cast, shop: str, caplog: pytest.LogCaptureFixture
) -> None:
    checks = [
        check_markup(actor=cast.seo_lead.viewer(), at=NOON, ask=make_ask(cast, example_urls=[f"{shop}/p/good"]))
        for _number in range(2)
    ]
    forbid_finishing(checks[0])
    assert carry_markup_checks(at=clock.now()) == 1
    assert list(MarkupCheck.objects.exclude(done_at=None)) == [checks[1]]
    assert f"The markup check {checks[0].pk} failed" in caplog.text


def forbid_finishing(check: MarkupCheck) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION forbid() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not this one'; END $$;"
            "CREATE TRIGGER forbid BEFORE UPDATE ON tracker_markupcheck FOR EACH ROW"
            f" WHEN (new.id = {check.pk} AND new.done_at IS NOT NULL) EXECUTE FUNCTION forbid()"
        )


@pytest.mark.parametrize("detail", ["\x00", "\ud800"])
def test_what_the_database_cannot_hold_is_told_to_be_broken(cast: Cast, shop: str, detail: str) -> None:
    ask = make_ask(cast, example_urls=[f"{shop}/p/good"])
    check = check_markup(actor=cast.seo_lead.viewer(), at=NOON, ask=ask)
    assert _keep_found(check, [_unread(ask.example_urls[0], "not_a_page", detail)], at=NOON)
    check.refresh_from_db()
    assert check.found == [_unread(ask.example_urls[0], "broken")]


def test_an_inner_address_among_the_samples_is_not_asked(cast: Cast, asks_kind: None) -> None:
    ask = make_ask(cast, example_urls=["http://169.254.169.254/latest/meta-data/"])
    check = check_markup(actor=cast.seo_lead.viewer(), at=NOON, ask=ask, wanted="Product")
    carry_markup_check(check=check.pk)
    assert "not asked: only public addresses, written as usual, are" in page_of(cast, ask)
    assert "0 of 1 URL" in page_of(cast, ask)


def test_who_may_not_and_what_is_closed_are_refused(cast: Cast) -> None:
    ask = make_ask(cast)
    with pytest.raises(NotAllowed):
        check_markup(actor=cast.admin.viewer(), at=NOON, ask=ask)
    with pytest.raises(Invalid):
        check_markup(actor=cast.seo_lead.viewer(), at=NOON, ask=ask, wanted="Recipe")
    withdraw_request(actor=cast.seo_lead.viewer(), at=NOON, ask=ask)
    with pytest.raises(WrongState):
        check_markup(actor=cast.seo_lead.viewer(), at=NOON, ask=ask)


def test_a_request_about_something_else_has_no_such_card(cast: Cast) -> None:
    assert "Structured data</h2>" not in page_of(cast, make_ask(cast))


def test_the_api_asks_for_a_check_and_shows_what_was_found(cast: Cast, shop: str) -> None:
    ask = make_ask(cast, example_urls=[f"{shop}/p/poor"])
    call, url = Caller(cast.analyst), f"/api/v1/requests/{ask.key}/markup-checks/"
    made = call.post(url, {"wanted": "Product"}, once="k")
    assert (made.status_code, made.json()["done_at"]) == (201, None)
    assert call.post(url, {"wanted": "Product"}, once="k").json() == made.json()
    carry_markup_check(check=made.json()["id"])
    (found,) = call.get(url).json()["results"]
    assert found["found"][0]["items"] == [{"type": "Product", "missing": ["offers / review / aggregateRating"]}]
    pasted = call.post(url, {"pasted": json.dumps(GOOD)})
    assert pasted.json()["found"][0]["items"] == [{"type": "Product", "missing": []}]
    assert call.post(url, {"wanted": "Recipe"}).status_code == 400
