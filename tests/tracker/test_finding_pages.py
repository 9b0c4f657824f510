"""Importing findings and old tickets as plain forms: file, dry run with its threshold, report, groups."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.forms import heading_of, send_form, text_of
from tests.makers import NOON, Cast
from tests.tracker.test_import_pages import signed_in_as
from tracker.intake.actions import ensure_request_types
from tracker.intake.models import WorkRequest
from tracker.integrations import actions
from tracker.integrations.models import ImportRun, OldTicket

FIXTURES = Path(__file__).parents[1] / "fixtures" / "findings"
OVERVIEW = (FIXTURES / "issues_overview.csv").read_bytes()
GITHUB = (FIXTURES / "github_issues.json").read_bytes()


@pytest.fixture
def timur(cast: Cast) -> Client:
    ensure_request_types(at=NOON)
    return signed_in_as(cast.seo_lead)


def send_file(client: Client, content: bytes, what: str = "findings", source: str = "crawl") -> Any:
    file = SimpleUploadedFile("issues.csv", content)
    return client.post(f"/imports/{what}/", {"file": file, "source": source}, follow=True)


def only_run() -> ImportRun:
    return ImportRun.objects.get()


def test_the_wizard_walks_from_the_file_to_the_drafts(timur: Client) -> None:
    assert "Import findings" in text_of(timur.get("/imports/"))
    page = send_file(timur, OVERVIEW)
    assert heading_of(page) == "Dry run: 26 drafts, 0 below the threshold, 0 there already"
    run = only_run()
    weighed = send_form(timur, page, f"/imports/{run.pk}/anew/", urls="100", share="0.05", priority="medium")
    assert heading_of(weighed) == "Dry run: 17 drafts, 9 below the threshold, 0 there already"
    below = text_of(timur.get(f"/imports/{run.pk}/?show=below"))
    assert "its priority is below the threshold" in below
    assert not WorkRequest.objects.exists()
    started = send_form(timur, weighed, f"/imports/{run.pk}/start/")
    assert "waits for a worker" in heading_of(started)
    actions.carry_import(run=run.pk)
    report = timur.get(f"/imports/{run.pk}/")
    assert heading_of(report) == "17 drafts were written"
    ask = WorkRequest.objects.get(title="H1: Missing")
    assert f"/requests/{ask.key}/" in report.content.decode()
    assert "H1: Missing" in text_of(timur.get("/requests/?state=draft"))


def test_a_threshold_that_cannot_be_meant_is_answered_in_the_form(timur: Client) -> None:
    page = send_file(timur, OVERVIEW)
    run = only_run()
    refused = send_form(timur, page, f"/imports/{run.pk}/anew/", share="140")
    assert refused.status_code == 422
    stale = timur.post(
        f"/imports/{run.pk}/anew/", {"urls": "1", "share": "0", "priority": "none", "version": "1"}, follow=True
    )
    assert stale.status_code == 409


def test_headers_nobody_knows_are_asked_for_once(timur: Client) -> None:
    content = (FIXTURES / "unknown_headers.csv").read_bytes()
    page = send_file(timur, content)
    assert heading_of(page) == "Which column holds what?"
    run = only_run()
    assert timur.post(f"/imports/{run.pk}/columns/", {"urls": "2", "version": run.version}).status_code == 422
    chosen = send_form(timur, page, f"/imports/{run.pk}/columns/", issue="0", template="1", urls="2", priority="3")
    assert heading_of(chosen) == "Dry run: 2 drafts, 0 below the threshold, 0 there already"
    assert heading_of(send_file(timur, content)).startswith("Dry run")


def test_what_a_cell_says_is_shown_as_text(timur: Client) -> None:
    page = send_file(timur, (FIXTURES / "hostile.csv").read_bytes())
    html = page.content.decode()
    assert "<script>alert(1)</script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    run = only_run()
    send_form(timur, page, f"/imports/{run.pk}/start/")
    actions.carry_import(run=run.pk)
    ask = WorkRequest.objects.get(title__startswith="<script>")
    shown = timur.get(f"/requests/{ask.key}/").content.decode()
    assert "<script>alert(1)" not in shown
    assert "onerror=alert(1)>" not in re.sub(r"&lt;.*?&gt;", "", shown)
    listed = timur.get("/requests/?state=draft&as=csv")
    exported = b"".join(listed).decode()
    assert "'=cmd|" in exported
    assert "\n=cmd" not in exported
    assert ",=cmd" not in exported


def test_a_file_over_the_limit_is_refused_with_the_limit(timur: Client) -> None:
    page = send_file(timur, b"x" * (100 * 1024 * 1024))
    assert page.status_code == 422
    assert "100 MB; 32 MB fit" in text_of(page)
    assert not ImportRun.objects.exists()


def test_findings_of_others_are_nobodys_business(cast: Cast, timur: Client) -> None:
    send_file(timur, OVERVIEW)
    run = only_run()
    for user in (cast.cmo, cast.analyst, cast.admin):
        client = signed_in_as(user)
        assert client.get(f"/imports/{run.pk}/").status_code == 404
        assert client.post(f"/imports/{run.pk}/start/", {"version": run.version}).status_code == 404
    assert signed_in_as(cast.analyst).get("/imports/findings/").status_code == 200
    assert signed_in_as(cast.analyst).get("/imports/tickets/").status_code == 403
    assert signed_in_as(cast.admin).get("/imports/findings/").status_code == 403


def test_old_tickets_are_imported_and_decided_group_by_group(timur: Client) -> None:
    assert "No old tickets have come in yet" in text_of(timur.get("/tickets/"))
    page = send_file(timur, GITHUB, "tickets", "github")
    assert heading_of(page) == "Dry run: 3 old tickets, 0 there already, 1 skipped"
    run = only_run()
    weighed = send_form(timur, page, f"/imports/{run.pk}/anew/", closed="")
    assert heading_of(weighed) == "Dry run: 2 old tickets, 0 there already, 2 skipped"
    page = send_form(timur, weighed, f"/imports/{run.pk}/anew/", closed="on")
    assert "it is a pull request, not an issue" in text_of(timur.get(f"/imports/{run.pk}/?show=skipped"))
    send_form(timur, page, f"/imports/{run.pk}/start/")
    actions.carry_import(run=run.pk)
    listed = timur.get("/tickets/")
    assert heading_of(listed) == "2 groups of old tickets wait for a decision (3 in all)"
    assert "Canonical addresses: Product page" in text_of(listed)
    first, second = re.findall(r'name="pick" value="(\d+)"', listed.content.decode())
    preview = timur.get("/tickets/decide/", {"do": "decline", "pick": [second]})
    assert heading_of(preview) == "Decline 1 group of old tickets (1 in all)"
    assert timur.post("/tickets/decide/", {"do": "decline", "pick": [second], "reason": ""}).status_code == 422
    declined = send_form(timur, preview, "/tickets/decide/", reason="superseded")
    assert "1 group is declined." in text_of(declined)
    kept = send_form(timur, timur.get("/tickets/decide/", {"do": "keep", "pick": [first]}), "/tickets/decide/")
    assert "1 draft of yours was written." in text_of(kept)
    ask = WorkRequest.objects.get()
    assert ask.key in text_of(timur.get("/tickets/?show=kept"))
    group = timur.get(f"/tickets/{first}/")
    assert "lumen/shop#7" in text_of(group)
    gone = timur.post("/tickets/decide/", {"do": "decline", "pick": [first], "reason": "late"})
    assert gone.status_code == 422
    back = timur.get("/tickets/?show=declined")
    assert "superseded" in text_of(back)
    send_form(timur, back, f"/tickets/{second}/reopen/")
    assert OldTicket.objects.filter(outcome="").count() == 1
