"""S3: the crawler block, from the escalation to the ruling with its condition in words, by people with plain forms."""

from datetime import timedelta

from tests.forms import heading_of, send_form, text_of
from tests.journeys.test_s2 import assert_history_complete
from tests.lumen import OnLumenMarket, find_person, sign_in
from tracker.escalations.models import Escalation
from tracker.intake.models import WorkRequest
from tracker.kernel import clock
from tracker.promises.models import Kind, Promise

SENTENCE = "Crawlers are let in by stages, as measured load allows."
RISK = "p95 +10 % is acceptable, lost orders are not"


class CrawlerBlockTests(OnLumenMarket):
    def setUp(self) -> None:
        self.case = Escalation.objects.get(ask__key="R-52")
        self.url = f"/cases/{self.case.key}/"

    def test_the_coo_sees_both_sides_and_rules_with_one_sentence_and_one_date(self) -> None:
        coo = sign_in("coo")
        docket = coo.get("/docket/")
        assert "3 cases" in heading_of(docket)
        assert self.url in docket.content.decode()
        page = coo.get(self.url)
        told = text_of(page)
        assert "not crawled in 90 days" in told
        assert "The processors are at 72 %" in told
        assert "both would accept" in told
        day = (clock.now() + timedelta(weeks=8)).date()
        ruled = send_form(
            coo,
            page,
            f"{self.url}rule/",
            kind="compromise",
            sentence=SENTENCE,
            due_on=day.isoformat(),
            accepted_risk=RISK,
            condition="A stop rule: any breach on two days goes one stage back.",
            condition_owner=str(find_person("sre").pk),
            condition_due_on=day.isoformat(),
        )
        assert ruled.status_code == 200
        for word in (SENTENCE, RISK, "A stop rule"):
            assert word in text_of(ruled)
        self.case.refresh_from_db()
        assert self.case.state == "ruled"
        owed = Promise.objects.running().get(kind=Kind.CONDITION)
        assert owed.holder == find_person("sre")
        for role in ("seo-lead", "cto"):
            assert SENTENCE in text_of(sign_in(role).get(self.url))
        assert_history_complete()

    def test_those_who_are_part_of_it_do_not_rule(self) -> None:
        for role in ("cto", "cmo", "seo-lead", "platform-lead", "admin"):
            sent = sign_in(role).post(f"{self.url}rule/", {"kind": "grant", "sentence": "Yes.", "due_on": "2027-03-01"})
            assert sent.status_code in (403, 404), role
        self.case.refresh_from_db()
        assert self.case.state == "open"

    def test_a_marketer_raises_a_case_of_their_own_and_the_coo_takes_it_up(self) -> None:
        seo = sign_in("seo-lead")
        page = seo.get("/requests/R-43/escalate/")
        send_form(
            seo,
            page,
            "/requests/R-43/escalate/",
            wanted="Is it done this quarter?",
            reason="priority",
            options="Embed it\nPark it",
        )
        case = Escalation.objects.live().get(ask=WorkRequest.objects.get(key="R-43"))
        coo = sign_in("coo")
        taken = send_form(coo, coo.get(f"/cases/{case.key}/"), f"/cases/{case.key}/take-up/")
        assert "Is it done this quarter?" in text_of(taken)
        case.refresh_from_db()
        assert case.taken_by == find_person("coo")
        assert (
            Promise.objects.running().filter(kind=Kind.RULING, holder=case.taken_by, source__contains=case.key).exists()
        )
