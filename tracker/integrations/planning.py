"""The dry run: reads a file by its mapping and writes what would become of every row. Nothing else is written."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from tracker.integrations.jira_csv.dates import Order
from tracker.integrations.jira_csv.issues import Doubt
from tracker.integrations.jira_csv.mapping import mapping_from_values, suggest_mapping, survey_table
from tracker.integrations.jira_csv.plan import Candidate, Plan, plan_projects
from tracker.integrations.jira_csv.reader import Table, read_table
from tracker.integrations.matching import Known, read_known
from tracker.integrations.models import ImportRun, PlannedProject, PlannedRow
from tracker.integrations.weighing import weigh_projects
from tracker.people.access import Viewer

SHOWN_WORDS = 300
LONGEST = 200
SET = 500
MANY_ROWS = 1_000
ROW_COLUMNS = "run_id, number, external_id, title, outcome, reason, what, targets, doubts, status, done"
COUNTED = (
    *("projects", "new", "changed", "unchanged", "refused", "kept", "links_changed", "unestimated"),
    *("owners_unknown", "owners_found", "to_write"),
)
COUNT_LINKS = """
UPDATE tracker_plannedproject p SET links_changed = n.count
FROM (
    SELECT p.id, count(*) FROM tracker_plannedproject p CROSS JOIN unnest(p.members) m (number)
    JOIN tracker_plannedrow r ON r.run_id = %(run)s AND r.number = m.number
    LEFT JOIN tracker_link l ON l.source = %(source)s AND l.external_id = r.external_id AND l.issue
         AND l.project_id = p.project_id
    WHERE p.run_id = %(run)s AND (l.id IS NULL OR l.title <> r.title OR l.done <> r.done)
    GROUP BY p.id
) n WHERE p.id = n.id
"""


def survey_file(table: Table) -> dict[str, Any]:
    """What the wizard shows of a file, as plain values; longer lists are cut, the most used words first."""
    columns = table.columns
    facts: dict[str, Any] = {
        "rows": table.rows_total,
        "header": list(table.header),
        "missing": list(columns.missing),
        "guessed": {field: columns.places[field][0] for field in columns.guessed},
        "encoding": table.encoding.name,
        "encoding_guessed": table.encoding.guessed or table.encoding.broken,
        "cut": table.cut,
        "ragged": len(table.ragged),
    }
    if columns.missing:
        return facts
    survey = survey_table(table)
    words = {
        "types": survey.types,
        "statuses": survey.statuses,
        "labels": survey.labels,
        "milestones": survey.milestones,
        "tracker_projects": survey.tracker_projects,
    }
    facts |= {name: dict(list(counted.items())[:SHOWN_WORDS]) for name, counted in words.items()}
    facts["suggested"] = suggest_mapping(table, survey).as_values()
    return facts


def plan_run(run: ImportRun, content: bytes, *, viewer: Viewer, at: datetime) -> dict[str, Any]:
    """Writes the planned projects and rows of the run anew; the counts of the report. Raises Unreadable."""
    table = read_table(content, chosen=run.columns)
    order: Order | None = run.mapping.get("date_order") or None
    plan = plan_projects(table, mapping_from_values(run.mapping), order)
    PlannedRow.objects.filter(run=run).delete()
    PlannedProject.objects.filter(run=run).delete()
    _write_rows(run, plan)
    _write_projects(run, table, plan, viewer, at)
    with connection.cursor() as cursor:
        # Without fresh statistics the database takes a new run for an empty one and reads all rows for each batch.
        if plan.counts.rows > MANY_ROWS:
            cursor.execute("ANALYZE tracker_plannedrow, tracker_plannedproject, tracker_link")
        cursor.execute(COUNT_LINKS, {"source": run.source, "run": run.pk})
    return _count(run, plan)


def _write_rows(run: ImportRun, plan: Plan) -> None:
    titles: dict[int, tuple[str, str, bool]] = {}
    for project in plan.projects:
        if project.row is not None:
            titles[project.row] = (project.title, "", False)
        for link in project.links:
            titles[link.row] = (link.title, link.status[:LONGEST], link.done)
    with connection.cursor() as cursor, cursor.copy(f"COPY tracker_plannedrow ({ROW_COLUMNS}) FROM STDIN") as copy:
        for line in plan.lines:
            title, status, done = titles.get(line.row, ("", "", False))
            doubts = orjson.dumps([_as_list(doubt) for doubt in line.doubts]).decode()
            what = line.what[:LONGEST]
            copy.write_row(
                (
                    *(run.pk, line.row, line.external_id, title, line.outcome, line.reason, what),
                    *(list(line.targets), doubts, status, done),
                )
            )


def _write_projects(run: ImportRun, table: Table, plan: Plan, viewer: Viewer, at: datetime) -> None:
    known = read_known()
    raws = dict(table.raw_rows(frozenset(one.row for one in plan.projects if one.row is not None)))
    planned = (_plan_one(run, place, one, known, raws.get(one.row or 0, [])) for place, one in enumerate(plan.projects))
    for some in _in_sets(planned):
        for weighed in weigh_projects(run, some, viewer=viewer, at=at, lock=False):
            weighed.note()
        PlannedProject.objects.bulk_create(some)


def _plan_one(
    run: ImportRun, place: int, one: Candidate, known: Known, raw: Sequence[tuple[str, str]]
) -> PlannedProject:
    owner = known.find_owner(one.owner_name, one.owner_email)
    doubts = list(one.doubts)
    if owner is None and one.owner_name:
        doubts.append(Doubt("owner_unknown", one.owner_name))
    return PlannedProject(
        run=run,
        place=place,
        external_id=one.external_id,
        row=one.row,
        values={
            "title": one.title,
            "stage": one.stage,
            "owner": owner,
            "starts_on": one.starts_on and one.starts_on.isoformat(),
            "ends_on": one.ends_on and one.ends_on.isoformat(),
            "areas": known.find_areas((*one.components, *one.labels)),
            "weeks": None if one.weeks is None else f"{one.weeks:.2f}",
            "issues_total": one.issues_total,
            "issues_done": one.issues_done,
        },
        raw=[list(cell) for cell in raw],
        members=[link.row for link in one.links],
        doubts=[_as_list(doubt) for doubt in doubts],
    )


def _as_list(doubt: Doubt) -> list[str]:
    return [doubt.code, doubt.what[:LONGEST], doubt.read[:LONGEST]]


def _in_sets(planned: Iterator[PlannedProject]) -> Iterator[list[PlannedProject]]:
    some: list[PlannedProject] = []
    for one in planned:
        some.append(one)
        if len(some) == SET:
            yield some
            some = []
    if some:
        yield some


def _count(run: ImportRun, plan: Plan) -> dict[str, Any]:
    statuses: Mapping[str, int] = plan.unknown_statuses
    return count_projects(run) | {
        "rows": plan.counts.rows,
        "links": plan.counts.links,
        "skipped": plan.counts.skipped,
        "unclear": plan.counts.unclear,
        "doubtful": plan.counts.doubtful,
        "dates_unclear": plan.counts.doubts.get("date_unclear", 0),
        "date_order": plan.date_order.order,
        "absent": len(plan.absent),
        "unknown_statuses": dict(list(statuses.items())[:SHOWN_WORDS]),
    }


def count_projects(run: ImportRun) -> dict[str, Any]:
    """What becomes of the projects, as far as it is known now (one statement)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE outcome = 'new'), count(*) FILTER (WHERE outcome = 'changed'),"
            " count(*) FILTER (WHERE outcome = 'unchanged'), count(*) FILTER (WHERE outcome = 'refused'),"
            " count(*) FILTER (WHERE kept <> '{}'), coalesce(sum(links_changed), 0),"
            " count(*) FILTER (WHERE values->>'weeks' IS NULL),"
            " count(*) FILTER (WHERE doubts @> '[[\"owner_unknown\"]]'),"
            " count(*) FILTER (WHERE values->>'owner' IS NOT NULL),"
            " coalesce(sum(1 + cardinality(members)), 0)"
            " FROM tracker_plannedproject WHERE run_id = %s",
            [run.pk],
        )
        return dict(zip(COUNTED, map(int, cursor.fetchone()), strict=True))
