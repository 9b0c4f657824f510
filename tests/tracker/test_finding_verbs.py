"""Findings of an audit: the dry run tells the truth, the run drafts what it promised, and never the same thing twice."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from tests.makers import NOON, Cast
from tracker.history.models import Entry
from tracker.intake.actions import draft_request, ensure_request_types, file_request
from tracker.intake.models import RequestType, WorkRequest
from tracker.integrations import actions, drafting, uploads
from tracker.integrations.findings.threshold import Threshold
from tracker.integrations.models import ColumnMemory, Finding, ImportRun, PlannedRequest, RunState
from tracker.kernel.errors import Invalid, NotAllowed
from tracker.people.models import User

FIXTURES = Path(__file__).parents[1] / "fixtures" / "findings"
OVERVIEW = (FIXTURES / "issues_overview.csv").read_bytes()
HIS = Threshold(urls=100, share=Decimal("0.05"), priority="medium")


@pytest.fixture
def types(cast: Cast) -> None:
    ensure_request_types(at=NOON)


def planned(user: User, content: bytes = OVERVIEW, threshold: Threshold | None = None, **more: Any) -> ImportRun:
    viewer = user.viewer()
    run = uploads.upload_findings(
        actor=viewer, at=NOON, source="crawl", filename="issues_overview_report.csv", content=content
    )
    if threshold or more:
        uploads.set_threshold(
            actor=viewer,
            at=NOON,
            run=run,
            expected=run.version,
            threshold=threshold or Threshold(),
            area=more.get("area"),
        )
    actions.plan_import(actor=viewer, at=NOON, run=run)
    return run


def carried(run: ImportRun) -> ImportRun:
    actions.run_import(actor=run.started_by.viewer(), at=NOON, run=run, ring=False)
    actions.carry_import(run=run.pk)
    run.refresh_from_db()
    return run


def told(run: ImportRun, *names: str) -> tuple[int, ...]:
    return tuple(run.counts[name] for name in names)


def picture() -> list[Any]:
    """Everything that an import writes, without the numbers of rows and runs."""
    asks = WorkRequest.objects.order_by("title", "area__key").values_list(
        "title", "area__key", "type__key", "why", "example_urls", "answers", "version", "state", "requester__email"
    )
    findings = Finding.objects.order_by("external_id").values_list("external_id", "ask__title")
    entries = Entry.objects.filter(subject="request").order_by("changes__title__1", "version")
    return [list(asks), list(findings), list(entries.values_list("verb", "version", "changes__title__1", "actor"))]


# What comes in


@pytest.mark.usefixtures("types")
def test_each_row_becomes_a_draft_with_what_the_audit_says_of_it(cast: Cast) -> None:
    run = carried(planned(cast.seo_lead))
    assert told(run, "rows", "new", "written", "below") == (26, 26, 26, 0)
    ask = WorkRequest.objects.get(title="Structured Data: Validation Errors")
    assert (ask.state, ask.requester, ask.area, ask.team) == ("draft", cast.seo_lead, cast.product_pages, cast.web)
    assert ask.type.key == "structured-data"
    assert ask.example_urls == [f"https://lumen.example/p/{number}" for number in range(1, 6)]
    for words in ("URLs: 48000", "Share of all URLs: 31.2 %", "Priority: high", "issues_overview_report.csv, row 4"):
        assert words in ask.why
    assert "How one would mend it." in ask.why
    canonical = WorkRequest.objects.get(title="Canonicals: Canonicalised")
    assert canonical.type.key == "crawl-indexing"
    assert canonical.area == cast.product_pages, "the template was written as the pattern of the area"
    assert canonical.answers == {"trouble": "canonical", "pages_affected": 2210, "seen_in": ["crawl"]}
    assert Finding.objects.get(ask=ask).external_id == "product page|structured data: validation errors"


@pytest.mark.usefixtures("types")
def test_a_draft_has_the_history_of_any_other_draft(cast: Cast) -> None:
    carried(planned(cast.seo_lead))
    ask = WorkRequest.objects.get(title="H1: Missing")
    entry = Entry.objects.get(subject="request", subject_id=ask.pk)
    assert (entry.verb, entry.actor, entry.version) == ("draft_request", cast.seo_lead.key, ask.version)
    assert entry.changes["title"] == [None, "H1: Missing"]
    written = draft_request(actor=cast.seo_lead.viewer(), at=NOON, type=ask.type, title="By hand", area=ask.area)
    by_hand = Entry.objects.get(subject="request", subject_id=written.pk)
    assert set(by_hand.changes) <= set(entry.changes)


@pytest.mark.usefixtures("types")
def test_twenty_six_rows_are_fourteen_new_nine_below_and_three_that_exist(cast: Cast) -> None:
    kind = RequestType.objects.get(key="crawl-indexing")
    given: dict[str, Any] = {
        "type": kind,
        "example_urls": ["https://lumen.example/search"],
        "why": "Lost",
        "answers": {"trouble": "other"},
    }
    viewer = cast.analyst.viewer()
    file_request(actor=viewer, at=NOON, title="Directives noindex", area=cast.search, **given)
    file_request(actor=viewer, at=NOON, title="pagination, sequence errors", area=cast.search, **given)
    lines = OVERVIEW.splitlines(keepends=True)
    carried(planned(cast.seo_lead, lines[0] + lines[15]))
    run = planned(cast.seo_lead, threshold=HIS)
    assert told(run, "rows", "new", "below", "exists", "unclear") == (26, 14, 9, 3, 0)
    reasons = PlannedRequest.objects.filter(run=run, outcome="exists").order_by("number")
    assert [(one.reason, one.title, one.ask is not None) for one in reasons] == [
        ("imported", "Hreflang: Missing Return Links", True),
        ("same_title", "Directives: Noindex", True),
        ("same_title", "Pagination: Sequence Error", True),
    ]
    carried(run)
    assert WorkRequest.objects.filter(requester=cast.seo_lead, state="draft").count() == 14 + 1


@pytest.mark.usefixtures("types")
def test_a_threshold_is_changed_and_the_same_file_weighed_anew(cast: Cast) -> None:
    run = planned(cast.seo_lead, threshold=Threshold(urls=10_000))
    assert told(run, "new", "below") == (7, 19)
    uploads.set_threshold(
        actor=cast.seo_lead.viewer(), at=NOON, run=run, expected=run.version, threshold=Threshold(), area=None
    )
    actions.plan_import(actor=cast.seo_lead.viewer(), at=NOON, run=run)
    assert told(run, "new", "below") == (26, 0)
    assert not WorkRequest.objects.exists()
    again = planned(cast.seo_lead)
    assert again.mapping == run.mapping, "the next file is weighed by what this person said last"


@pytest.mark.usefixtures("types")
def test_the_same_title_in_another_area_is_another_finding(cast: Cast) -> None:
    kind = RequestType.objects.get(key="improvement")
    draft_request(actor=cast.seo_lead.viewer(), at=NOON, type=kind, title="H1: Missing", area=cast.product_pages)
    run = planned(cast.seo_lead)
    assert told(run, "exists") == (0,)
    draft_request(actor=cast.seo_lead.viewer(), at=NOON, type=kind, title="H1 missing", area=cast.search)
    assert told(planned(cast.seo_lead), "exists") == (1,)


@pytest.mark.usefixtures("types")
def test_somebody_elses_draft_says_nothing(cast: Cast) -> None:
    kind = RequestType.objects.get(key="improvement")
    draft_request(actor=cast.analyst.viewer(), at=NOON, type=kind, title="H1: Missing", area=cast.search)
    assert told(planned(cast.seo_lead), "exists") == (0,)


@pytest.mark.usefixtures("types")
def test_rows_that_name_no_area_take_the_one_that_was_chosen(cast: Cast) -> None:
    hints = (FIXTURES / "hints.csv").read_bytes()
    run = carried(planned(cast.seo_lead, hints, Threshold(urls=10, priority="low"), area=cast.search))
    assert told(run, "new", "below") == (2, 1)
    ask = WorkRequest.objects.get(title="Title tag length too short")
    assert (ask.area, ask.team) == (cast.search, cast.web)


@pytest.mark.usefixtures("types")
def test_utf_16_with_semicolons_and_decimal_commas_is_read(cast: Cast) -> None:
    cast.seo_lead.language = "ru"
    cast.seo_lead.save()
    run = carried(planned(cast.seo_lead, (FIXTURES / "russian_utf16.csv").read_bytes()))
    assert told(run, "new") == (2,)
    ask = WorkRequest.objects.get(title="Дубли тайтлов")
    assert (ask.area, len(ask.example_urls)) == (cast.product_pages, 2)
    assert "48000" in ask.why
    assert "60.64" in ask.why
    assert 'Одинаковые "тайтлы";\nво всех карточках' in ask.why
    assert WorkRequest.objects.get(title="Битые ссылки").type.key == "bug"


# Columns that nobody knows


@pytest.mark.usefixtures("types")
def test_columns_that_were_chosen_once_are_remembered_by_their_headers(cast: Cast) -> None:
    content = (FIXTURES / "unknown_headers.csv").read_bytes()
    viewer = cast.seo_lead.viewer()
    run = uploads.upload_findings(actor=viewer, at=NOON, source="audit", filename="audit.csv", content=content)
    assert not run.file.survey["known"]
    columns = {"issue": 0, "template": 1, "urls": 2, "priority": 3}
    uploads.choose_finding_columns(actor=viewer, at=NOON, run=run, expected=run.version, columns=columns)
    actions.plan_import(actor=viewer, at=NOON, run=run)
    assert told(run, "new", "unclear") == (2, 0)
    assert PlannedRequest.objects.get(run=run, number=2).values["area"] == cast.search.pk
    assert ColumnMemory.objects.count() == 1
    colleague = uploads.upload_findings(
        actor=cast.content_lead.viewer(), at=NOON, source="audit", filename="b.csv", content=content.upper()
    )
    assert colleague.file.survey["known"]
    assert colleague.columns == columns


def test_a_choice_without_the_issue_is_refused(cast: Cast) -> None:
    content = (FIXTURES / "unknown_headers.csv").read_bytes()
    viewer = cast.seo_lead.viewer()
    run = uploads.upload_findings(actor=viewer, at=NOON, source="audit", filename="audit.csv", content=content)
    for columns in ({"urls": 2}, {"issue": 0, "nonsense": 1}, {"issue": 9}):
        with pytest.raises(Invalid):
            uploads.choose_finding_columns(actor=viewer, at=NOON, run=run, expected=run.version, columns=columns)
    actions.plan_import(actor=viewer, at=NOON, run=run)
    assert (run.state, run.error) == (RunState.FAILED, "issue_column_missing")


# Again, killed, at once


@pytest.mark.usefixtures("types")
def test_a_second_import_drafts_nothing(cast: Cast) -> None:
    carried(planned(cast.seo_lead))
    before = picture()
    again = planned(cast.seo_lead)
    assert told(again, "new", "exists") == (0, 26)
    carried(again)
    assert picture() == before
    assert told(planned(cast.analyst), "new", "exists") == (0, 26), "a colleague's import is known too"


class Killed(BaseException):
    """The process is gone: nothing of ours may catch it."""


def kill_at(number: int) -> Callable[..., Any]:
    seen = 0

    def execute(run: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        nonlocal seen
        seen += 1
        if seen == number:
            raise Killed
        return run(sql, params, many, context)

    return execute


def kill_everywhere(cast: Cast) -> int:
    """Kills a run at each of its statements in turn and starts it again; at how many it was killed."""
    with transaction.atomic():
        carried(planned(cast.seo_lead, threshold=HIS))
        wanted = picture()
        transaction.set_rollback(True)
    run = planned(cast.seo_lead, threshold=HIS)
    actions.run_import(actor=cast.seo_lead.viewer(), at=NOON, run=run, ring=False)
    kills, survived = 0, False
    while not survived:
        with transaction.atomic():
            try:
                with connection.execute_wrapper(kill_at(kills + 1)):
                    actions.carry_import(run=run.pk)
                survived = True
            except Killed:
                kills += 1
            actions.carry_import(run=run.pk)
            run.refresh_from_db()
            assert (run.state, run.rows_done) == (RunState.DONE, run.rows_total), f"killed at {kills}"
            assert picture() == wanted, f"killed at statement {kills}"
            transaction.set_rollback(True)
    return kills


@pytest.mark.usefixtures("types")
def test_a_run_killed_anywhere_and_started_again_ends_as_if_it_ran_once(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafting, "BATCH_FINDINGS", 10)
    assert kill_everywhere(cast) >= 20


@pytest.mark.faults
@pytest.mark.usefixtures("types")
def test_a_run_killed_at_a_hundred_points_ends_as_if_it_ran_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafting, "BATCH_FINDINGS", 2)
    assert kill_everywhere(cast) >= 100


@pytest.mark.usefixtures("types")
def test_two_imports_of_one_file_at_once_draft_each_finding_once(cast: Cast) -> None:
    first, second = planned(cast.seo_lead), planned(cast.analyst)
    carried(first)
    carried(second)
    assert told(second, "new", "exists") == (0, 26)
    assert WorkRequest.objects.count() == 26


@pytest.mark.usefixtures("types")
def test_one_poisoned_row_stays_out_and_the_others_come_in(cast: Cast) -> None:
    run = planned(cast.seo_lead)
    one = PlannedRequest.objects.get(run=run, title="H1: Missing")
    PlannedRequest.objects.filter(pk=one.pk).update(title=" ")
    carried(run)
    assert told(run, "new", "unclear", "written") == (25, 1, 25)
    one.refresh_from_db()
    assert (one.outcome, one.reason, one.ask) == ("unclear", "not_written", None)


@pytest.mark.usefixtures("types")
def test_who_left_meanwhile_does_not_carry_on(cast: Cast) -> None:
    run = planned(cast.analyst)
    actions.run_import(actor=cast.analyst.viewer(), at=NOON, run=run, ring=False)
    User.objects.filter(pk=cast.analyst.pk).update(is_active=False)
    actions.carry_import(run=run.pk)
    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.FAILED, "not_allowed")
    assert not WorkRequest.objects.exists()


# Powers


def test_findings_are_for_who_may_file_requests_and_each_sees_their_own(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        planned(cast.admin)
    run = planned_without_types(cast.analyst)
    for user in (cast.seo_lead, cast.cmo, cast.admin):
        assert not ImportRun.objects.visible_to(user.viewer()).filter(pk=run.pk).exists()
        with pytest.raises(NotAllowed):
            actions.plan_import(actor=user.viewer(), at=NOON, run=run)
    assert ImportRun.objects.visible_to(cast.analyst.viewer()).filter(pk=run.pk).exists()


def planned_without_types(user: User) -> ImportRun:
    return uploads.upload_findings(actor=user.viewer(), at=NOON, source="crawl", filename="a.csv", content=OVERVIEW)


# Hostile files


@pytest.mark.usefixtures("types")
def test_cells_that_mean_harm_come_in_as_text(cast: Cast) -> None:
    run = carried(planned(cast.seo_lead, (FIXTURES / "hostile.csv").read_bytes()))
    rows = {one.number: one for one in PlannedRequest.objects.filter(run=run)}
    assert [(number, one.outcome, one.reason) for number, one in sorted(rows.items())] == [
        (2, "new", ""),
        (3, "new", ""),
        (4, "new", ""),
        (5, "unclear", "issue_missing"),
        (6, "skipped", "duplicate_finding"),
        (7, "new", ""),
        (8, "unclear", "row_cut"),
    ]
    formula = WorkRequest.objects.get(title__startswith="=cmd")
    assert formula.example_urls == ["https://lumen.example/search?q=1"]
    assert WorkRequest.objects.filter(title="<script>alert(1)</script><b>bold</b>").exists()
    nul = WorkRequest.objects.get(title="Nultitle")
    assert [doubt[0] for doubt in rows[4].doubts] == ["urls_unreadable", "share_unreadable", "priority_unknown"]
    assert "text" in nul.why
    assert len(WorkRequest.objects.get(title__startswith="xxx").title) == 200


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"PK\x03\x04" + b"\0" * 22 + b"\x0a\x00\x00\x00bomb00.csv" + b"\0" * 50, "archive"),
        (b"PK\x03\x04" + b"\0" * 22 + b"\x13\x00\x00\x00[Content_Types].xml" + b"\0" * 50, "spreadsheet"),
        (b"\x1f\x8b\x08\x00bomb", "archive"),
        (b"a,b\n" * 3 + b"\x00\x01\x02\x03\x04\x05\x06\x07" * 400, "binary"),
        (b"Issue,URLs\n", "no_rows"),
        (b"Issue,URLs\n" + b"Same,1\n" * 200_000, "too_many_rows"),
        (b"Issue,URLs\n" + b"a" * (9 * 1024 * 1024), "line_too_long"),
        (b"x" * (100 * 1024 * 1024), "too_large"),
    ],
    ids=["empty", "zip", "xlsx", "gzip", "binary", "no rows", "200,000 rows", "endless line", "100 MB"],
)
def test_a_file_that_cannot_be_taken_is_answered_with_what_to_do(cast: Cast, content: bytes, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        uploads.upload_findings(
            actor=cast.seo_lead.viewer(), at=NOON, source="crawl", filename="a.csv", content=content
        )
    assert refused.value.facts["reason"] == reason
    assert not ImportRun.objects.exists()
