"""An import of another tracker's projects: the dry run tells the truth, a second run changes nothing, a kill neither."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from tests.makers import NOON, Cast
from tracker.history.models import Entry
from tracker.integrations import actions
from tracker.integrations.jira_csv.mapping import Kind, Mapping, mapping_from_values
from tracker.integrations.models import ImportRun, Link, PlannedProject, PlannedRow, RunState
from tracker.kernel.errors import Invalid, NotAllowed, Stale, WrongState
from tracker.people.access import Role, Viewer
from tracker.people.models import Team, User
from tracker.projects.actions import block_project, edit_project, set_effort
from tracker.projects.models import Effort, Project, Stage

FIXTURES = Path(__file__).parents[1] / "fixtures" / "jira"
SAMPLE = Path(__file__).parents[2].parent / "shared" / "samples" / "jira" / "jira_cloud_es_export_anonymised.csv"
SPANISH = (FIXTURES / "spanish.csv").read_bytes()


@pytest.fixture
def sample() -> bytes:
    if not SAMPLE.exists():
        pytest.skip(f"the real export is not beside the repository: {SAMPLE.name}")
    return SAMPLE.read_bytes()


def planned_run(user: User, team: Team, content: bytes = SPANISH, **mapping: Any) -> ImportRun:
    viewer = user.viewer()
    run = actions.upload_import(actor=viewer, at=NOON, source="jira", filename="jira.csv", content=content)
    order = mapping.pop("date_order", "")
    chosen: Mapping = mapping_from_values(run.mapping | mapping)
    actions.map_import(
        actor=viewer, at=NOON, run=run, expected=run.version, mapping=chosen, team=team, date_order=order
    )
    actions.plan_import(actor=viewer, at=NOON, run=run)
    return run


def finished_run(user: User, team: Team, content: bytes = SPANISH, **mapping: Any) -> ImportRun:
    run = planned_run(user, team, content, **mapping)
    actions.run_import(actor=user.viewer(), at=NOON, run=run, ring=False)
    actions.carry_import(run=run.pk)
    run.refresh_from_db()
    return run


def told(run: ImportRun, *names: str) -> tuple[int, ...]:
    return tuple(run.counts[name] for name in names)


def picture() -> list[Any]:
    """Everything that an import writes, without the numbers of rows and runs."""
    projects = list(
        Project.objects.order_by("rank").values_list(
            "title", "stage", "version", "owner__email", "starts_on", "ends_on", "issues_total", "issues_done", "above"
        )
    )
    links = list(
        Link.objects.order_by("external_id", "issue", "project__title").values_list(
            "external_id", "issue", "project__title", "title", "done"
        )
    )
    efforts = list(Effort.objects.order_by("project__rank").values_list("project__title", "weeks", "fits"))
    entries = list(
        Entry.objects.filter(subject="project").order_by("subject_id", "version").values_list("verb", "version")
    )
    return [projects, links, efforts, entries]


# What comes in


def test_the_projects_of_a_file_come_in_the_trackers_order_with_their_issues(cast: Cast) -> None:
    run = finished_run(cast.cto, cast.web)
    assert run.state == RunState.DONE
    assert told(run, "projects", "new", "links", "skipped", "unclear") == (3, 3, 2, 1, 1)
    titles = [project.title for project in Project.objects.order_by("rank")]
    assert titles == ["Pago en un paso", "Nuevo catálogo", "Sin rango"]
    catalogue = Project.objects.get(title="Nuevo catálogo")
    assert (catalogue.stage, catalogue.team, catalogue.starts_on) == (Stage.RUNNING, cast.web, date(2025, 11, 6))
    assert (catalogue.issues_total, catalogue.issues_done) == (2, 1)
    assert set(catalogue.links.filter(issue=True).values_list("external_id", "done")) == {
        ("TIENDA-2", True),
        ("TIENDA-3", False),
    }
    own = catalogue.links.get(issue=False)
    assert ["Campo personalizado (Color favorito)", "verde"] in own.raw["row"]


def test_only_what_the_tracker_estimated_has_an_effort(cast: Cast) -> None:
    finished_run(cast.cto, cast.web)
    efforts = Effort.objects.values_list("project__title", "team__key", "period__key", "weeks", "fits")
    assert list(efforts) == [("Pago en un paso", "web", "2027-Q1", Decimal("2.00"), True)]


def test_owners_are_found_by_e_mail_or_an_only_name_and_never_made_up(cast: Cast) -> None:
    text = (
        SPANISH.decode().replace("ana@tienda.example", "frontend-lead@lumen.example").replace("Usuario 3", "MAX orlov")
    )
    people = User.objects.count()
    run = finished_run(cast.cto, cast.web, text.encode())
    owners = dict(Project.objects.values_list("title", "owner__email"))
    assert owners == {
        "Pago en un paso": "sre@lumen.example",
        "Nuevo catálogo": "frontend-lead@lumen.example",
        "Sin rango": None,
    }
    assert told(run, "owners_found", "owners_unknown") == (2, 0)
    assert User.objects.count() == people


def test_an_owner_nobody_knows_is_left_empty_and_reported(cast: Cast) -> None:
    run = planned_run(cast.cto, cast.web)
    assert told(run, "owners_found", "owners_unknown") == (0, 2)
    planned = PlannedProject.objects.get(run=run, external_id="TIENDA-1")
    assert planned.values["owner"] is None
    assert ["owner_unknown", "ana@tienda.example", ""] in planned.doubts


def test_components_and_labels_say_which_areas_a_project_touches(cast: Cast) -> None:
    cast.search.components = ["Velocidad", "search-service"]
    cast.search.save()
    finished_run(cast.cto, cast.web)
    assert [area.key for area in Project.objects.get(title="Nuevo catálogo").areas.all()] == ["search"]


def test_every_row_of_the_file_stands_in_the_report_with_its_reason(cast: Cast) -> None:
    run = planned_run(cast.cto, cast.web)
    rows = PlannedRow.objects.filter(run=run).order_by("number")
    assert [(row.number, row.outcome, row.reason, row.what) for row in rows] == [
        (2, "project", "", ""),
        (3, "link", "", ""),
        (4, "link", "", ""),
        (5, "project", "", ""),
        (6, "project", "", ""),
        (7, "skipped", "no_project", ""),
        (8, "unclear", "parent_not_in_file", "TIENDA-90"),
    ]


# The dry run and the second run


def test_a_dry_run_writes_no_project_and_says_what_the_run_then_does(cast: Cast) -> None:
    run = planned_run(cast.cto, cast.web)
    assert run.state == RunState.PLANNED
    assert not Project.objects.exists()
    assert not Link.objects.exists()
    promised = told(run, "new", "changed", "unchanged", "refused", "links_changed")
    actions.run_import(actor=cast.cto.viewer(), at=NOON, run=run, ring=False)
    actions.carry_import(run=run.pk)
    run.refresh_from_db()
    assert told(run, "new", "changed", "unchanged", "refused", "links_changed") == promised == (3, 0, 0, 0, 2)


def test_a_second_import_changes_nothing(cast: Cast) -> None:
    finished_run(cast.cto, cast.web)
    before = picture()
    again = planned_run(cast.cto, cast.web)
    assert told(again, "new", "changed", "unchanged", "links_changed") == (0, 0, 3, 0)
    actions.run_import(actor=cast.cto.viewer(), at=NOON, run=again, ring=False)
    actions.carry_import(run=again.pk)
    assert picture() == before


def test_the_real_export_twice(cast: Cast, sample: bytes) -> None:
    first = finished_run(cast.cto, cast.web, sample)
    assert told(first, "projects", "new", "links", "unclear", "absent") == (1, 1, 21, 84, 7)
    assert first.counts["rows"] == 106
    before = picture()
    second = finished_run(cast.cto, cast.web, sample)
    assert told(second, "new", "changed", "unchanged", "links_changed") == (0, 0, 1, 0)
    assert picture() == before


def test_the_real_export_with_epics_that_are_named_but_not_in_the_file(cast: Cast, sample: bytes) -> None:
    run = finished_run(cast.cto, cast.web, sample, absent_parents=True)
    assert told(run, "projects", "new", "links", "unclear", "links_changed") == (8, 8, 105, 0, 105)
    assert (Project.objects.count(), Link.objects.filter(issue=True).count()) == (8, 105)
    before = picture()
    again = finished_run(cast.cto, cast.web, sample, absent_parents=True)
    assert told(again, "new", "changed", "unchanged", "links_changed") == (0, 0, 8, 0)
    assert picture() == before


@pytest.mark.parametrize("kind", ["tracker_project", "milestone", "label"])
def test_an_issue_of_several_projects_is_linked_to_each(cast: Cast, kind: Kind) -> None:
    content = (FIXTURES / "russian_utf16.csv").read_bytes()
    finished_run(cast.cto, cast.web, content, kind=kind, labels=["seo"])
    before = picture()
    finished_run(cast.cto, cast.web, content, kind=kind, labels=["seo"])
    assert picture() == before
    if kind == "milestone":
        assert Link.objects.filter(issue=True).values("external_id").count() == 4


# News from the tracker, and what people changed here


def test_news_of_the_tracker_come_in_with_one_entry(cast: Cast) -> None:
    finished_run(cast.cto, cast.web)
    news = SPANISH.decode().replace("Nuevo catálogo", "Catálogo 2").replace("14400", "14400")
    run = finished_run(cast.cto, cast.web, news.encode())
    assert told(run, "changed", "unchanged") == (1, 2)
    project = Project.objects.get(title="Catálogo 2")
    entry = Entry.objects.get(subject="project", subject_id=project.pk, version=project.version)
    assert entry.changes == {"title": ["Nuevo catálogo", "Catálogo 2"], "import": [None, run.pk]}
    assert project.version == Entry.objects.filter(subject="project", subject_id=project.pk).count() == 2


def test_what_people_changed_here_stays_and_is_reported(cast: Cast) -> None:
    finished_run(cast.cto, cast.web)
    project = Project.objects.get(title="Nuevo catálogo")
    edit_project(
        actor=cast.cto.viewer(), at=NOON, project=project, expected=project.version, changes={"title": "Catalogue"}
    )
    same = finished_run(cast.cto, cast.web)
    assert told(same, "changed", "kept") == (0, 0)
    news = SPANISH.decode().replace("Nuevo catálogo", "Catálogo 2").encode()
    for _again in range(2):
        run = finished_run(cast.cto, cast.web, news)
        assert told(run, "changed", "kept") == (0, 1)
        assert PlannedProject.objects.get(run=run, external_id="TIENDA-1").kept == {
            "title": ["Catalogue", "Catálogo 2"]
        }
    project.refresh_from_db()
    assert project.title == "Catalogue"


def test_an_effort_set_here_is_not_overwritten_and_one_from_the_tracker_follows_it(cast: Cast) -> None:
    finished_run(cast.cto, cast.web)
    news = SPANISH.decode().replace("288000", "432000").encode()
    run = finished_run(cast.cto, cast.web, news)
    assert told(run, "changed", "kept") == (1, 0)
    project = Project.objects.get(title="Pago en un paso")
    assert project.efforts.get().weeks == Decimal("3.00")
    set_effort(
        actor=cast.cto.viewer(),
        at=NOON,
        project=project,
        team=cast.web,
        period=cast.period,
        expected=None,
        weeks=Decimal("5"),
    )
    assert told(finished_run(cast.cto, cast.web), "changed", "kept") == (0, 1)
    assert project.efforts.get().weeks == Decimal("5.00")


def test_a_project_with_a_blocker_is_not_launched_by_an_import(cast: Cast) -> None:
    finished_run(cast.cto, cast.web)
    project = Project.objects.get(title="Nuevo catálogo")
    block_project(project=project, source="I-1", text="R-41 is open")
    news = (
        SPANISH.decode()
        .replace("TIENDA-1,100,Epic,En curso", "TIENDA-1,100,Epic,Finalizada")
        .replace("verde,En curso", "verde,Listo")
    )
    run = finished_run(cast.cto, cast.web, news.encode())
    assert PlannedProject.objects.get(run=run, external_id="TIENDA-1").kept == {"stage": ["running", "launched"]}
    project.refresh_from_db()
    assert project.stage == Stage.RUNNING
    project.blockers.all().delete()
    finished_run(cast.cto, cast.web, news.encode())
    project.refresh_from_db()
    assert project.stage == Stage.LAUNCHED


def test_an_issue_that_moved_to_another_epic_moves_its_link(cast: Cast) -> None:
    finished_run(cast.cto, cast.web)
    moved = SPANISH.decode().replace("Listo,100,TIENDA-1", "Listo,103,TIENDA-4").encode()
    finished_run(cast.cto, cast.web, moved)
    links = Link.objects.filter(issue=True).values_list("external_id", "project__title")
    assert set(links) == {("TIENDA-2", "Pago en un paso"), ("TIENDA-3", "Pago en un paso")}


def test_a_person_says_which_number_is_the_day(cast: Cast) -> None:
    content = (FIXTURES / "dates_unclear.csv").read_bytes()
    guessed = planned_run(cast.cto, cast.web, content)
    assert guessed.counts["dates_unclear"] == 2
    said = planned_run(cast.cto, cast.web, content, date_order="month_first")
    assert said.counts["dates_unclear"] == 0
    one = PlannedProject.objects.get(run=said, external_id="SHOP-1")
    assert one.values["starts_on"] == "2025-03-04"


# Kills, races and powers


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


def test_a_run_killed_anywhere_and_run_again_ends_the_same(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "BATCH_PROJECTS", 1)
    with transaction.atomic():
        finished_run(cast.cto, cast.web)
        wanted = picture()
        transaction.set_rollback(True)
    kills = 0
    run = planned_run(cast.cto, cast.web)
    actions.run_import(actor=cast.cto.viewer(), at=NOON, run=run, ring=False)
    while True:
        with transaction.atomic():
            try:
                with connection.execute_wrapper(kill_at(kills + 1)):
                    actions.carry_import(run=run.pk)
                survived = True
            except Killed:
                survived = False
            actions.carry_import(run=run.pk)
            run.refresh_from_db()
            assert (run.state, run.rows_done, run.rows_total) == (RunState.DONE, 5, 5), f"killed at {kills + 1}"
            assert picture() == wanted, f"killed at statement {kills + 1}"
            transaction.set_rollback(True)
        if survived:
            break
        kills += 1
    assert kills >= 30


def test_one_poisoned_project_stays_out_and_the_others_come_in(cast: Cast) -> None:
    run = planned_run(cast.cto, cast.web)
    one = PlannedProject.objects.get(run=run, external_id="TIENDA-4")
    PlannedProject.objects.filter(pk=one.pk).update(values=one.values | {"stage": "exploded"})
    actions.run_import(actor=cast.cto.viewer(), at=NOON, run=run, ring=False)
    actions.carry_import(run=run.pk)
    run.refresh_from_db()
    assert told(run, "new", "refused") == (2, 1)
    one.refresh_from_db()
    assert (one.outcome, one.reason) == ("refused", "not_written")


def test_of_two_people_who_start_one_run_one_is_told_so(cast: Cast) -> None:
    run = planned_run(cast.cto, cast.web)
    mine, yours = (ImportRun.objects.get(pk=run.pk) for _ in range(2))
    actions.run_import(actor=cast.cto.viewer(), at=NOON, run=mine, expected=mine.version, ring=False)
    with pytest.raises(Stale):
        actions.run_import(actor=cast.coo.viewer(), at=NOON, run=yours, expected=yours.version, ring=False)
    with pytest.raises(WrongState):
        actions.run_import(actor=cast.coo.viewer(), at=NOON, run=mine, ring=False)


def test_a_lead_imports_for_the_own_team_only_and_a_marketer_not_at_all(cast: Cast) -> None:
    run = planned_run(cast.platform_lead, cast.web)
    with pytest.raises(NotAllowed):
        planned_run(cast.platform_lead, cast.mobile)
    with pytest.raises(NotAllowed):
        planned_run(cast.analyst, cast.web)
    lead = cast.platform_lead.viewer()
    stranger = Viewer(id=cast.analyst.pk, roles=frozenset({Role.MARKETER}))
    assert ImportRun.objects.visible_to(lead).filter(pk=run.pk).exists()
    assert not ImportRun.objects.visible_to(stranger).exists()
    assert not ImportRun.objects.visible_to(cast.content_lead.viewer()).exists()


def test_a_lead_leaves_projects_of_other_teams_alone(cast: Cast) -> None:
    finished_run(cast.cto, cast.mobile)
    before = picture()
    news = SPANISH.decode().replace("Nuevo catálogo", "Mine now").encode()
    run = finished_run(cast.platform_lead, cast.web, news)
    assert told(run, "refused", "changed", "new") == (3, 0, 0)
    assert picture() == before


def test_a_run_whose_starter_lost_the_power_stops_and_says_so(cast: Cast) -> None:
    run = planned_run(cast.platform_lead, cast.web)
    actions.run_import(actor=cast.platform_lead.viewer(), at=NOON, run=run, ring=False)
    User.objects.filter(pk=cast.platform_lead.pk).update(roles=[Role.ENGINEER])
    actions.carry_import(run=run.pk)
    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.FAILED, "not_allowed")
    assert not Project.objects.exists()


def test_an_import_has_its_own_history(cast: Cast) -> None:
    run = finished_run(cast.cto, cast.web)
    verbs = Entry.objects.filter(subject="import", subject_id=run.pk).order_by("version").values_list("verb", flat=True)
    assert list(verbs) == [
        "upload_import",
        "map_import",
        "plan_import",
        "finish_plan",
        "run_import",
        "begin_import",
        "finish_import",
    ]
    assert run.version == len(verbs)


# Bad files


@pytest.mark.parametrize(
    "content, reason",
    [
        (b"", "empty"),
        (b"PK\x03\x04 a spreadsheet", "spreadsheet"),
        (b"<!doctype html><html><body>Sign in</body></html>", "html"),
        (b"Summary,Issue key\n", "no_rows"),
        (b",".join(b"c%d" % n for n in range(5_001)) + b"\n1,2\n", "too_many_columns"),
        (b"x" * (32 * 1024 * 1024 + 1), "too_large"),
    ],
    ids=["empty", "spreadsheet", "sign-in page", "no rows", "5,001 columns", "over 32 MB"],
)
def test_a_wrong_file_is_refused_with_what_to_do(cast: Cast, content: bytes, reason: str) -> None:
    with pytest.raises(Invalid) as caught:
        actions.upload_import(actor=cast.cto.viewer(), at=NOON, source="jira", filename="x", content=content)
    assert caught.value.facts["reason"] == reason
    assert str(caught.value).endswith(".")
    assert not ImportRun.objects.exists()


def test_a_file_cut_in_the_middle_of_a_row_loses_that_row_and_says_so(cast: Cast) -> None:
    run = planned_run(cast.cto, cast.web, (FIXTURES / "cut.csv").read_bytes())
    assert PlannedRow.objects.filter(run=run, reason="row_cut").count() == 1
    assert run.counts["new"] >= 1


def test_columns_nobody_knows_are_chosen_by_a_person(cast: Cast) -> None:
    content = b"Aa,Bb,Cc\nOne,X1,Epic\nTwo,X2,Epic\n"
    viewer = cast.cto.viewer()
    run = actions.upload_import(actor=viewer, at=NOON, source="jira", filename="odd.csv", content=content)
    assert set(run.file.survey["missing"]) == {"key", "summary"}
    columns = {"key": 1, "summary": 0, "issue_type": 2}
    actions.choose_import_columns(actor=viewer, at=NOON, run=run, expected=run.version, columns=columns)
    mapping = mapping_from_values(run.mapping)
    actions.map_import(actor=viewer, at=NOON, run=run, expected=run.version, mapping=mapping, team=cast.web)
    actions.plan_import(actor=viewer, at=NOON, run=run)
    assert run.counts["new"] == 2
