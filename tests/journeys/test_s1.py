"""S1: fourteen requests out of one crawl, filed by Timur, sorted by Irina, with plain forms."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.forms import Page, heading_of, send_form, text_of
from tests.journeys.test_s2 import assert_history_complete
from tests.lumen import OnLumenMarket, find_person, sign_in
from tracker.intake.actions import file_request
from tracker.intake.models import RequestType, WorkRequest
from tracker.integrations import actions
from tracker.integrations.models import ImportRun
from tracker.kernel import clock
from tracker.promises.models import Kind, Promise
from tracker.sites.models import Area

OVERVIEW = (Path(__file__).parents[1] / "fixtures" / "findings" / "issues_overview.csv").read_bytes()
THERE_ALREADY = ("Hreflang: missing return links", "Directives: noindex", "Pagination: sequence error")


class OnFindings(OnLumenMarket):
    def setUp(self) -> None:
        """Three of them were asked for before, by somebody else, in the areas that the file means."""
        kind = RequestType.objects.get(key="crawl-indexing")
        for title in THERE_ALREADY:
            path = "/p/7" if title.startswith("Hreflang") else "/search?q=7"
            area = next(one for one in Area.objects.order_by("pk") if one.name == self.area_names()[path[:2]])
            file_request(
                actor=find_person("analyst").viewer(),
                at=clock.now(),
                type=kind,
                title=title,
                area=area,
                example_urls=[f"https://www.lumen.example{path}"],
                why="Pages are lost.",
                answers={"trouble": "other"},
            )

    def area_names(self) -> dict[str, str]:
        """What the demo company calls its product pages and its search, by how their addresses begin."""
        by_start = {area.pattern[:2]: area.name for area in Area.objects.exclude(pattern="").order_by("-pk")}
        return {start: by_start[start] for start in ("/p", "/s")}

    def upload(self) -> ImportRun:
        seo = sign_in("seo-lead")
        file = SimpleUploadedFile("issues_overview_report.csv", self.of_this_company(OVERVIEW))
        page = seo.post("/imports/findings/", {"file": file, "source": "screaming-frog"}, follow=True)
        self.run_ = ImportRun.objects.latest("pk")
        self.page = send_form(seo, page, f"/imports/{self.run_.pk}/anew/", urls="100", share="0.05", priority="medium")
        return self.run_

    def of_this_company(self, content: bytes) -> bytes:
        names = self.area_names()
        return content.replace(b'"Product page"', f'"{names["/p"]}"'.encode()).replace(
            b'"Search"', f'"{names["/s"]}"'.encode()
        )


class FindingsOfOneCrawlTests(OnFindings):
    def test_26_rows_are_14_new_9_below_his_threshold_and_3_that_exist(self) -> None:
        run = self.upload()
        assert heading_of(self.page) == "Dry run: 14 drafts, 9 below the threshold, 3 there already"
        there = text_of(sign_in("seo-lead").get(f"/imports/{run.pk}/?show=exists"))
        for title in THERE_ALREADY:
            assert WorkRequest.objects.get(title=title).key in there
        assert not WorkRequest.objects.filter(
            state="draft", requester=find_person("seo-lead"), title__contains=": "
        ).exists()

    def test_nine_of_the_drafts_are_completed_and_filed_and_five_say_what_is_missing(self) -> None:
        run = self.upload()
        seo = sign_in("seo-lead")
        send_form(seo, self.page, f"/imports/{run.pk}/start/")
        actions.carry_import(run=run.pk)
        drafts = list(WorkRequest.objects.filter(state="draft", findings__run=run).order_by("title"))
        assert len(drafts) == 14
        for draft in drafts:
            assert len(draft.example_urls) == 5
            for word in ("URLs:", "Share of all URLs:", "Priority:"):
                assert word in draft.why
            assert draft.area is not None
        again = seo.post(
            "/imports/findings/",
            {
                "file": SimpleUploadedFile("again.csv", self.of_this_company(OVERVIEW)),
                "source": "screaming-frog",
            },
            follow=True,
        )
        assert heading_of(again) == "Dry run: 0 drafts, 9 below the threshold, 17 there already"
        page = seo.get(f"/requests/{drafts[0].key}/")
        assert "issues_overview_report.csv" in text_of(page)


EFFECT = {
    "kpi": "Organic clicks a month",
    "baseline": "41200",
    "target": "46144",
    "confidence": "guess",
    "value_per_week": "900",
}
QUESTION = "On which templates?"


class TriageOfTheFindingsTests(OnFindings):
    """Steps 4–6: nine are completed and filed; Irina accepts six, merges one and asks about two."""

    def setUp(self) -> None:
        """A Tuesday morning, so that the clocks of both sides run."""
        super().setUp()
        self.shift_to(self.next_tuesday())
        self.addCleanup(clock.shift, timedelta(0))
        run = self.upload()
        self.seo, self.irina = sign_in("seo-lead"), sign_in("platform-lead")
        send_form(self.seo, self.page, f"/imports/{run.pk}/start/")
        actions.carry_import(run=run.pk)
        self.drafts = WorkRequest.objects.filter(findings__run=run).order_by("title").select_related("type")

    def next_tuesday(self) -> datetime:
        now = datetime.now(UTC)
        return (now + timedelta(days=(1 - now.weekday()) % 7 or 7)).replace(hour=10, minute=0, second=0)

    def shift_to(self, at: datetime) -> None:
        clock.shift(at - datetime.now(UTC))

    def complete_and_file(self, draft: WorkRequest) -> None:
        url = f"/requests/{draft.key}/edit/"
        own = {"today": "As the crawl says."} if draft.type.key == "improvement" else {}
        measured = str((clock.now() + timedelta(days=90)).date())
        send_form(self.seo, self.seo.get(url), url, file="1", measure_on=measured, **EFFECT, **own)

    def file_nine(self) -> list[WorkRequest]:
        ready = [one for one in self.drafts if one.type.key == "crawl-indexing"]
        ready += [one for one in self.drafts if one.type.key == "improvement"][:5]
        for draft in ready:
            self.complete_and_file(draft)
        return ready

    def triage(self, ask: WorkRequest, name: str, **values: str) -> Page:
        """As Irina does: the request is open in her inbox, and its answer is a plain form there."""
        inbox = self.irina.get(f"/triage/?key={ask.key}")
        return send_form(self.irina, inbox, f"/requests/{ask.key}/{name}/", **values)

    def test_nine_are_filed_and_irina_answers_each_with_one_form(self) -> None:
        filed = self.file_nine()
        states = {one.key: one.state for one in WorkRequest.objects.filter(pk__in=[one.pk for one in self.drafts])}
        assert sorted(states.values()) == ["draft"] * 5 + ["filed"] * 9
        for key, state in states.items():
            if state == "draft":
                assert "Missing before filing" in text_of(self.seo.get(f"/requests/{key}/"))
        for ask in filed:
            owed = Promise.objects.running().get(kind=Kind.TRIAGE, matter=f"request:{ask.pk}")
            assert (owed.holder, owed.due_at.date()) == (
                find_person("platform-lead"),
                clock.now().date() + timedelta(3),
            )

        accepted, (merged, into), asked = filed[:6], (filed[6], filed[0]), filed[7:]
        for ask in accepted:
            self.triage(ask, "accept", weeks="2")
        self.triage(merged, "merge", into=into.key)
        for ask in asked:
            self.triage(ask, "ask", question=QUESTION)
        found = WorkRequest.objects.filter(pk__in=[one.pk for one in filed]).values_list("state", flat=True)
        assert sorted(found) == ["accepted"] * 6 + ["merged"] + ["needs_information"] * 2

        page = text_of(self.seo.get(f"/requests/{accepted[0].key}/"))
        assert "Effort alone 2 w" in page
        assert re.search(r"at place \d+ of Web|Below the line by \d+ place", page), "its score gives it a place"
        assert_history_complete()

    def test_an_answer_starts_the_clock_of_it_again_and_his_own_waiting_is_counted_apart(self) -> None:
        ask = self.file_nine()[0]
        started = clock.now()
        self.shift_to(started + timedelta(days=1))
        self.triage(ask, "ask", question=QUESTION)
        assert not Promise.objects.running().filter(kind=Kind.DECISION, matter=f"request:{ask.pk}").exists()
        home = text_of(self.seo.get("/"))
        assert QUESTION in home
        self.shift_to(started + timedelta(days=3))
        url = f"/requests/{ask.key}/"
        send_form(self.seo, self.seo.get(url), f"{url}answer/", answer="On the product template alone.")
        ask.refresh_from_db()
        assert ask.state == "filed"
        decision = Promise.objects.running().get(kind=Kind.DECISION, matter=f"request:{ask.pk}")
        assert decision.follows is not None
        assert decision.minutes < decision.follows.minutes, "IT goes on with what was left"
        for reader in (self.seo, self.irina):
            page = text_of(reader.get(url))
            assert "of 3 working days so far: 2 with marketing, 1 with technology" in page
            assert "On the product template alone." in page
