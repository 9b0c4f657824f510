"""Search by key and by words; nobody finds what they may not see."""

import re
from datetime import date

from django.test import Client

from tests.ledger import counted
from tests.lumen import OnLumenMarket, find_person, sign_in
from tracker.backlog.models import BacklogItem
from tracker.escalations.models import Escalation, Ruling, RulingKind
from tracker.intake.models import WorkRequest
from tracker.kernel import clock
from tracker.web.search import read_key


def hits(client: Client, text: str) -> list[str]:
    answer = client.get("/search/", {"q": text}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return re.findall(r'href="/(?:requests|projects|backlog|cases)/([A-Z]-\d+[a-z]?)/"', answer.content.decode())


def test_a_key_is_read_as_people_write_it() -> None:
    assert read_key("p6") == ("P", "P-06")
    assert read_key("P-006") == ("P", "P-06")
    assert read_key("r 41b") == ("R", "R-41b")
    assert read_key("I12") == ("I", "I-12")
    assert read_key("e 3") == ("E", "E-3")
    assert read_key("product 6") == ("", "")


class SearchTests(OnLumenMarket):
    def test_keys_and_words_lead_to_the_record(self) -> None:
        client = sign_in("analyst")
        assert hits(client, "p-6") == ["P-06"]
        assert hits(client, "R41") == ["R-41"]
        item = BacklogItem.objects.get(ask__key="R-61")
        assert hits(client, f"i{item.pk}") == [item.key]
        assert hits(client, "locator") == ["P-24"]
        assert hits(client, "data 48,000 PRODUCT") == ["R-41"]
        assert "P-11" in hits(client, "search")
        assert hits(client, "web-2070")[0].startswith("I-")

    def test_words_are_found_at_their_beginning_and_not_in_the_middle(self) -> None:
        WorkRequest.objects.filter(key="R-30").update(title="Preview of the offers")
        WorkRequest.objects.filter(key="R-43").update(title="Two reviews of a page")
        client = sign_in("analyst")
        found = hits(client, "review")
        assert "R-43" in found
        assert "R-30" not in found
        assert "R-30" in hits(client, "PREV")
        assert "R-30" not in client.get("/requests/", {"q": "review"}).content.decode()

    def test_ten_of_a_kind_at_most(self) -> None:
        found = hits(sign_in("analyst"), "page")
        assert 0 < len([key for key in found if key.startswith("R-")]) <= 10

    def test_a_restricted_request_is_not_found_by_others(self) -> None:
        WorkRequest.objects.filter(key="R-30").update(restricted=True)
        assert hits(sign_in("content-lead"), "half a second") == []
        assert hits(sign_in("seo-lead"), "half a second")[0] == "R-30"

    def test_hostile_words_are_only_words(self) -> None:
        client = sign_in("analyst")
        for text in ("%", "_", "\\", "(((", "'; drop table", "[a-", "\x00", "я" * 300, "*"):
            assert client.get("/search/", {"q": text}).status_code == 200
        assert "&lt;b&gt;" in client.get("/search/", {"q": "<b>"}).content.decode()

    def test_a_case_is_found_by_its_key_and_by_what_is_asked(self) -> None:
        case = Escalation.objects.get(ask__key="R-52")
        client = sign_in("coo")
        for text in (case.key, case.key.replace("-", " ").lower(), case.wanted.upper()):
            assert case.key in hits(client, text), text

    def test_a_case_of_a_restricted_request_is_found_by_those_tied_to_it_alone(self) -> None:
        case = Escalation.objects.get(ask__key="R-52")
        WorkRequest.objects.filter(pk=case.ask_id).update(restricted=True, parties=[])
        assert case.ask.requester == find_person("seo-lead")
        for text in (case.key, case.wanted, case.ask.title):
            assert hits(sign_in("content-lead"), text) == [], text
            assert case.key in hits(sign_in("seo-lead"), text), text

    def test_a_case_is_found_by_what_was_ruled(self) -> None:
        case = Escalation.objects.get(ask__key="R-52")
        Ruling.objects.create(
            escalation=case,
            kind=RulingKind.GRANT,
            sentence="Zibbel pages come first.",
            due_on=date(2099, 1, 1),
            ruled_by=find_person("coo"),
            ruled_at=clock.now(),
        )
        assert hits(sign_in("analyst"), "first ZIBBEL") == [case.key]
        WorkRequest.objects.filter(pk=case.ask_id).update(restricted=True, parties=[])
        assert hits(sign_in("content-lead"), "first ZIBBEL") == []

    def test_one_statement_for_each_kind_beside_the_frame(self) -> None:
        client = sign_in("analyst")
        with counted() as count:
            client.get("/search/", {"q": "page"}, headers={"HX-Request": "true"})
        asked = [sql for sql in count.statements if "django_session" not in sql]
        assert len(asked) <= 1 + 5

    def test_the_page_without_a_question_asks_for_one(self) -> None:
        assert "<h1>Search</h1>" in sign_in("analyst").get("/search/").content.decode()
