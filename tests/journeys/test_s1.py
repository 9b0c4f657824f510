"""S1, steps 1–3: fourteen requests out of one crawl, by Timur with plain forms."""

from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.forms import heading_of, send_form, text_of
from tests.lumen import OnLumenMarket, find_person, sign_in
from tracker.intake.actions import file_request
from tracker.intake.models import RequestType, WorkRequest
from tracker.integrations import actions
from tracker.integrations.models import ImportRun
from tracker.kernel import clock
from tracker.sites.models import Area

OVERVIEW = (Path(__file__).parents[1] / "fixtures" / "findings" / "issues_overview.csv").read_bytes()
THERE_ALREADY = ("Hreflang: missing return links", "Directives: noindex", "Pagination: sequence error")


class FindingsOfOneCrawlTests(OnLumenMarket):
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
