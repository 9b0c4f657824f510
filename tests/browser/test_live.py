"""What others change appears by itself, and takes neither the focus nor what is being typed."""

from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import expect

from tests.browser.live import InChromium
from tests.lumen import find_person
from tracker.intake.actions import edit_request
from tracker.intake.models import WorkRequest
from tracker.kernel import clock
from tracker.projects.actions import move_project
from tracker.projects.models import Project

pytestmark = pytest.mark.browser
TWO_BEATS = 5_000
"""Milliseconds: what changes is asked for every two seconds, and the page is fetched anew."""


class LiveTests(InChromium):
    def test_a_project_that_somebody_else_moves_moves_on_an_open_line(self) -> None:
        page = self.open(self.enter("seo-lead"), "/line/?team=web&all=1")
        page.locator("#row-P-03").focus()
        place = page.locator("#row-P-18 .rank").inner_text()
        page.evaluate("scrollTo(0, 200)")
        move_up("P-18")
        expect(page.locator("#row-P-18 .rank")).not_to_have_text(place, timeout=TWO_BEATS)
        expect(page.locator("#row-P-03")).to_be_focused()
        assert page.evaluate("scrollY") == 200

    def test_a_page_that_nobody_changes_is_asked_for_but_not_fetched_anew(self) -> None:
        page = self.enter("seo-lead")
        fetched: list[str] = []
        page.on("request", lambda asked: fetched.append(asked.url) if "HX-Request" in str(asked.headers) else None)
        self.open(page, "/requests/")
        for _beat in range(2):
            with page.expect_response(lambda told: "/live/" in told.url) as told:
                pass
            assert told.value.status == 304
        assert not [url for url in fetched if "/requests/" in url]

    def test_what_is_typed_stays_and_its_writer_is_told(self) -> None:
        request = WorkRequest.objects.filter(state="filed").order_by("id").first()
        assert request is not None
        page = self.open(self.enter("seo-lead"), f"/requests/{request.key}/")
        page.locator("main textarea:visible").last.fill("The text that must stay.")
        page.locator("h1").click()
        edit_title(request)
        expect(page.locator("#flash")).to_contain_text("Somebody changed what this page shows", timeout=TWO_BEATS)
        expect(page.locator("main textarea:visible").last).to_have_value("The text that must stay.")


def edit_title(request: WorkRequest) -> None:
    actor, changes = find_person("seo-lead").viewer(), {"title": f"{request.title}, at once"}
    request.refresh_from_db()
    edit_request(actor=actor, at=clock.now(), ask=request, expected=request.version, changes=changes)


def move_up(key: str) -> None:
    with transaction.atomic():
        project = Project.objects.get(key=key)
        first = Project.objects.order_by("rank").exclude(pk=project.pk).first()
        given: dict[str, Any] = {"after": first, "orphans_accepted": True}
        move_project(
            actor=find_person("cto").viewer(), at=clock.now(), project=project, expected=project.version, **given
        )
