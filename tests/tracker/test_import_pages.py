"""The import wizard as plain forms: file, mapping, dry run, progress, report."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.ledger import counted
from tests.makers import Cast
from tracker.integrations import actions
from tracker.integrations.models import ImportRun, PlannedRow, RunState
from tracker.people.models import User
from tracker.projects.models import Project

FIXTURES = Path(__file__).parents[1] / "fixtures" / "jira"
SPANISH = (FIXTURES / "spanish.csv").read_bytes()


def signed_in_as(user: User) -> Client:
    client = Client()
    client.force_login(user, "tracker.web.backend.Backend")
    return client


@pytest.fixture
def cto(cast: Cast) -> Client:
    return signed_in_as(cast.cto)


def send_file(client: Client, content: bytes = SPANISH, name: str = "jira.csv") -> Any:
    return client.post("/imports/new/", {"file": SimpleUploadedFile(name, content), "source": "jira"})


def send_mapping(client: Client, run: ImportRun, **changed: object) -> Any:
    page = client.get(f"/imports/{run.pk}/mapping/").content.decode()
    stages = dict.fromkeys(re.findall(r'name="(stage_\d+)"', page), "planned")
    values = {"kind": "epic", "types": ["Epic"], "team": "web", "default_stage": "planned", "version": run.version}
    return client.post(f"/imports/{run.pk}/mapping/", values | stages | changed)


def only_run() -> ImportRun:
    return ImportRun.objects.get()


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_the_wizard_walks_from_the_file_to_the_report(cast: Cast, cto: Client) -> None:
    assert "Nothing has been imported yet" in text_of(cto.get("/imports/"))
    assert cto.get("/imports/new/").status_code == 200
    sent = send_file(cto)
    run = only_run()
    assert (sent.status_code, sent.headers["Location"]) == (302, f"/imports/{run.pk}/mapping/")
    mapping = text_of(cto.get(f"/imports/{run.pk}/mapping/"))
    assert "7 rows: what in them is a project?" in mapping
    assert "En la nevera · 1 row" in mapping
    assert send_mapping(cto, run).status_code == 302
    dry = text_of(cto.get(f"/imports/{run.pk}/"))
    assert "Dry run: 3 projects new, 0 changed, 0 unchanged" in dry
    assert "Nuevo catálogo" in dry
    assert not Project.objects.exists()
    run.refresh_from_db()
    started = cto.post(f"/imports/{run.pk}/start/", {"version": run.version})
    assert started.status_code == 302
    waiting = text_of(cto.get(f"/imports/{run.pk}/"))
    assert 'hx-trigger="every 1s"' in waiting
    assert "Refresh" in waiting
    actions.carry_import(run=run.pk)
    report = text_of(cto.get(f"/imports/{run.pk}/"))
    assert "Imported: 3 projects new" in report
    assert "TIENDA-90 is not in the file" in text_of(cto.get(f"/imports/{run.pk}/?show=unclear"))
    assert "jira.csv" in text_of(cto.get("/imports/"))


def test_a_second_import_remembers_the_first_and_says_that_nothing_is_left(cast: Cast, cto: Client) -> None:
    send_file(cto)
    first = only_run()
    send_mapping(cto, first, stage_0="running")
    first.refresh_from_db()
    assert "Import now" in text_of(cto.get(f"/imports/{first.pk}/"))
    cto.post(f"/imports/{first.pk}/start/", {"version": first.version})
    actions.carry_import(run=first.pk)
    send_file(cto)
    first.refresh_from_db()
    second = ImportRun.objects.latest("pk")
    assert (second.team, second.mapping) == (cast.web, first.mapping)
    send_mapping(cto, second, stage_0="running")
    again = text_of(cto.get(f"/imports/{second.pk}/"))
    assert "Nothing is left to import." in again
    assert "Import now" not in again
    assert "adds and changes" not in again


def test_progress_is_a_part_that_sends_the_browser_on_when_the_work_is_done(cast: Cast, cto: Client) -> None:
    send_file(cto)
    run = only_run()
    send_mapping(cto, run)
    run.refresh_from_db()
    cto.post(f"/imports/{run.pk}/start/", {"version": run.version})
    htmx = {"HX-Request": "true"}
    part = cto.get(f"/imports/{run.pk}/progress/", headers=htmx)
    assert "<progress" in text_of(part)
    assert "<html" not in text_of(part)
    assert cto.get(f"/imports/{run.pk}/progress/").status_code == 302
    actions.carry_import(run=run.pk)
    done = cto.get(f"/imports/{run.pk}/progress/", headers=htmx)
    assert done.headers["HX-Redirect"] == f"/imports/{run.pk}/"


@pytest.mark.parametrize(
    "content, words",
    [
        (b"", "empty"),
        (b"PK\x03\x04 a spreadsheet", "Save it as CSV"),
        (b"<!doctype html><html><body>Sign in</body></html>", "web page"),
        (b"x" * (32 * 1024 * 1024 + 1), "33 MB; 32 MB fit"),
    ],
    ids=["empty", "spreadsheet", "sign-in page", "over 32 MB"],
)
def test_a_wrong_file_is_answered_in_the_form(cast: Cast, cto: Client, content: bytes, words: str) -> None:
    refused = send_file(cto, content)
    assert refused.status_code == 422
    assert words in text_of(refused)
    assert not ImportRun.objects.exists()


def test_a_header_nobody_knows_asks_for_columns_first(cast: Cast, cto: Client) -> None:
    send_file(cto, b"Aa,Bb,Cc\nOne,X1,Epic\nTwo,X2,Epic\n")
    run = only_run()
    asked = cto.get(f"/imports/{run.pk}/mapping/")
    assert asked.headers["Location"] == f"/imports/{run.pk}/columns/"
    assert "Which column holds what?" in text_of(cto.get(f"/imports/{run.pk}/columns/"))
    assert cto.post(f"/imports/{run.pk}/columns/", {"key": "1", "version": run.version}).status_code == 422
    chosen = {"key": "1", "summary": "0", "issue_type": "2", "version": run.version}
    assert cto.post(f"/imports/{run.pk}/columns/", chosen).status_code == 302
    assert cto.get(f"/imports/{run.pk}/mapping/").status_code == 200


def test_unclear_dates_are_shown_with_the_guess_and_decided_by_a_click(cast: Cast, cto: Client) -> None:
    send_file(cto, (FIXTURES / "dates_unclear.csv").read_bytes())
    run = only_run()
    send_mapping(cto, run)
    assert "2 dates can be read in two ways." in text_of(cto.get(f"/imports/{run.pk}/"))
    assert "date 03/04/25 was read as 2025-04-03" in text_of(cto.get(f"/imports/{run.pk}/?show=doubtful"))
    run.refresh_from_db()
    cto.post(f"/imports/{run.pk}/dates/", {"date_order": "month_first", "version": run.version})
    assert "can be read in two ways" not in text_of(cto.get(f"/imports/{run.pk}/"))


def test_the_mapping_says_what_is_missing_and_keeps_what_was_typed(cast: Cast, cto: Client) -> None:
    send_file(cto)
    run = only_run()
    refused = send_mapping(cto, run, kind="label", team="")
    assert refused.status_code == 422
    assert "Choose at least one label." in text_of(refused)
    assert only_run().state == RunState.UPLOADED
    stale = send_mapping(cto, run, version=run.version + 7)
    assert stale.status_code == 409
    assert "Save over it" in text_of(stale)


def test_two_people_start_one_run_and_one_of_them_is_told(cast: Cast, cto: Client) -> None:
    send_file(cto)
    run = only_run()
    send_mapping(cto, run)
    run.refresh_from_db()
    coo = signed_in_as(cast.coo)
    cto.post(f"/imports/{run.pk}/start/", {"version": run.version})
    late = coo.post(f"/imports/{run.pk}/start/", {"version": run.version}, follow=True)
    assert "cannot be done now" in text_of(late) or "Somebody changed this" in text_of(late)
    run.refresh_from_db()
    assert (run.state, run.started_by_id) == (RunState.QUEUED, cast.cto.pk)


def test_the_same_upload_sent_twice_is_one_import(cast: Cast, cto: Client) -> None:
    for _twice in range(2):
        values = {"file": SimpleUploadedFile("jira.csv", SPANISH), "source": "jira", "idempotency": "k-1"}
        answer = cto.post("/imports/new/", values)
        assert answer.headers["Location"] == f"/imports/{only_run().pk}/mapping/"


def test_whoever_may_not_import_sees_nothing_of_it(cast: Cast, cto: Client, stranger: Client) -> None:
    send_file(cto)
    run = only_run()
    analyst = signed_in_as(cast.analyst)
    assert run.filename not in analyst.get("/imports/").content.decode()
    assert send_file(analyst).status_code == 403
    content_lead = signed_in_as(cast.content_lead)
    for path in ("", "mapping/", "columns/", "progress/"):
        assert analyst.get(f"/imports/{run.pk}/{path}").status_code == 404
        assert content_lead.get(f"/imports/{run.pk}/{path}").status_code == 404
        assert stranger.get(f"/imports/{run.pk}/{path}").status_code == 302
    assert analyst.post(f"/imports/{run.pk}/start/").status_code == 404
    assert cto.get("/imports/99999999999/").status_code == 404


def test_the_report_comes_in_pages_at_a_constant_price(cast: Cast, cto: Client) -> None:
    rows = b"".join(b"Project %d,P-%d,Epic,To Do\n" % (number, number) for number in range(250))
    send_file(cto, b"Summary,Issue key,Issue Type,Status\n" + rows)
    run = only_run()
    send_mapping(cto, run)
    first = text_of(cto.get(f"/imports/{run.pk}/?show=new"))
    assert first.count("<tr") == 101
    assert "show=new&amp;after=99" in first
    last = text_of(cto.get(f"/imports/{run.pk}/?show=new&after=199"))
    assert last.count("<tr") == 51
    assert "after=" not in last
    with counted() as many:
        cto.get(f"/imports/{run.pk}/?show=all")
    PlannedRow.objects.filter(run=run, number__gt=3).delete()
    with counted() as few:
        cto.get(f"/imports/{run.pk}/?show=all")
    assert len(many) == len(few)


def test_nothing_of_a_hostile_file_reaches_the_page_as_markup(cast: Cast, cto: Client) -> None:
    send_file(cto, (FIXTURES / "hostile.csv").read_bytes(), name="<b>x</b>.csv")
    run = only_run()
    send_mapping(cto, run)
    page = text_of(cto.get(f"/imports/{run.pk}/"))
    assert "<img src=x" not in page
    assert "<b>x</b>" not in page
