"""What becomes of a tracker's export: every row accounted for, nothing guessed in silence, nothing but Unreadable."""

import csv
import dataclasses
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.integrations.jira_csv import reader
from tracker.integrations.jira_csv.dates import DateOrder, guess_order, read_date
from tracker.integrations.jira_csv.errors import CODES, Unreadable
from tracker.integrations.jira_csv.issues import Doubt, read_seconds
from tracker.integrations.jira_csv.mapping import KINDS, Mapping, mapping_from_values, suggest_mapping, survey_table
from tracker.integrations.jira_csv.plan import Line, Plan, derive_stage, plan_projects
from tracker.integrations.jira_csv.reader import Table, read_table
from tracker.integrations.jira_csv.vocabulary import Field, Stage

FIXTURES = Path(__file__).parents[1] / "fixtures" / "jira"
SAMPLE = Path(__file__).parents[2].parent / "shared" / "samples" / "jira" / "jira_cloud_es_export_anonymised.csv"
SHOWN_DAY_FIRST = DateOrder("day_first", "shown")


def fixture_table(name: str) -> Table:
    return read_table((FIXTURES / name).read_bytes())


def suggested_plan(name: str) -> Plan:
    table = fixture_table(name)
    return plan_projects(table, suggest_mapping(table))


def refusal(data: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read_table(data)
    assert caught.value.code in CODES
    return caught.value


def line_of(plan: Plan, row: int) -> Line:
    return next(line for line in plan.lines if line.row == row)


def written(header: list[str], rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


# The real export


@pytest.fixture(scope="module")
def sample() -> Table:
    if not SAMPLE.exists():
        pytest.skip(f"the real export is not beside the repository: {SAMPLE.name}")
    return read_table(SAMPLE.read_bytes())


def test_the_real_export_is_read_whole(sample: Table) -> None:
    assert (sample.rows_total, len(sample.header), sample.delimiter, sample.encoding.name) == (106, 358, ",", "utf-8")
    assert not sample.cut
    assert sample.ragged == ()
    places = sample.columns.places
    assert places["labels"] == (25, 26, 27)
    assert places["parent_key"] == (356,)
    assert places["rank"] == (256,)
    assert set(places["start"]) >= {310, 311, 312}
    assert sample.columns.guessed == ()
    assert len(sample.columns.unknown) + sum(map(len, places.values())) == 358


def test_the_real_export_holds_one_epic_with_its_21_issues(sample: Table) -> None:
    mapping = suggest_mapping(sample)
    assert mapping == Mapping(
        kind="epic", types=frozenset({"Epic"}), stages={"Tareas por hacer": "planned", "En curso": "running"}
    )
    plan = plan_projects(sample, mapping)
    assert [line.row for line in plan.lines] == list(range(2, 108))
    assert (plan.counts.projects, plan.counts.links, plan.counts.skipped, plan.counts.unclear) == (1, 21, 0, 84)
    assert plan.counts.reasons == {"parent_not_in_file": 84}
    (epic,) = plan.projects
    assert (epic.external_id, epic.row, epic.stage) == ("DEMO-2", 106, "planned")
    assert (epic.issues_total, epic.issues_done, epic.weeks) == (21, 0, None)
    assert (epic.starts_on, epic.ends_on) == (date(2025, 11, 6), date(2025, 11, 19))
    assert epic.labels == ("Infraestructura", "MMS")
    assert epic.doubts == ()


def test_parents_outside_the_real_export_are_offered_and_taken_only_when_asked_for(sample: Table) -> None:
    mapping = suggest_mapping(sample)
    offered = {absent.external_id: absent.rows for absent in plan_projects(sample, mapping).absent}
    assert offered == {
        "DEMO-10": 57,
        "DEMO-15": 20,
        "DEMO-20": 3,
        "DEMO-25": 1,
        "DEMO-38": 1,
        "DEMO-51": 1,
        "DEMO-57": 1,
    }
    plan = plan_projects(sample, dataclasses.replace(mapping, absent_parents=True))
    assert (plan.counts.projects, plan.counts.links, plan.counts.unclear) == (8, 105, 0)
    assert [project.external_id for project in plan.projects][:3] == ["DEMO-2", "DEMO-10", "DEMO-15"]
    assert sum(project.issues_total for project in plan.projects) == 105


def test_the_real_export_as_one_tracker_project_or_by_label(sample: Table) -> None:
    mapping = suggest_mapping(sample)
    whole = plan_projects(sample, dataclasses.replace(mapping, kind="tracker_project"))
    assert [(p.external_id, p.owner_name, p.issues_total) for p in whole.projects] == [("DEMO", "Usuario 1", 106)]
    by_label = plan_projects(
        sample, dataclasses.replace(mapping, kind="label", labels=frozenset({"MMS", "Integraciones"}))
    )
    assert {p.external_id: p.issues_total for p in by_label.projects} == {"label/MMS": 28, "label/Integraciones": 11}
    assert (by_label.counts.links, by_label.counts.skipped) == (29, 77)


def test_planning_twice_gives_the_same_plan(sample: Table) -> None:
    mapping = suggest_mapping(sample)
    assert plan_projects(sample, mapping) == plan_projects(read_table(sample.data), mapping)


# Rows and projects


def test_spanish_epics_come_in_tracker_order_with_issues_as_links() -> None:
    plan = suggested_plan("spanish.csv")
    assert [project.external_id for project in plan.projects] == ["TIENDA-4", "TIENDA-1", "TIENDA-5"]
    payment, catalogue, _unranked = plan.projects
    assert payment.weeks == 2.0
    assert (payment.owner_name, payment.owner_email) == ("Usuario 3", "")
    assert catalogue.owner_email == "ana@tienda.example"
    assert catalogue.labels == ("catalogo", "seo", "velocidad")
    assert catalogue.starts_on == date(2025, 11, 6)
    assert (catalogue.issues_total, catalogue.issues_done) == (2, 1)
    assert catalogue.source_rows == (2, 3, 4)
    assert [link.title for link in catalogue.links] == ["Ficha de producto", "Tabla de tallas con dos líneas"]


def test_an_unknown_status_is_planned_and_said_to_be_unclear() -> None:
    plan = suggested_plan("spanish.csv")
    parked = plan.projects[-1]
    assert parked.stage == "planned"
    assert parked.doubts == (Doubt("status_unknown", "En la nevera", "planned"),)
    assert plan.unknown_statuses == {"En la nevera": 1}
    assert line_of(plan, 6).outcome == "project"
    assert plan.counts.doubtful == 1


def test_rows_of_no_project_are_reported_with_the_reason() -> None:
    plan = suggested_plan("spanish.csv")
    assert (line_of(plan, 7).outcome, line_of(plan, 7).reason) == ("skipped", "no_project")
    assert line_of(plan, 8) == Line(8, "TIENDA-7", "unclear", "parent_not_in_file", "TIENDA-90")
    assert plan.counts.rows == 7


def test_unread_columns_are_listed_and_kept_in_the_raw_row() -> None:
    table = fixture_table("spanish.csv")
    assert (16, "Campo personalizado (Color favorito)") in table.columns.unknown
    ((number, raw),) = table.raw_rows(frozenset({2}))
    assert number == 2
    assert [value for name, value in raw if name == "Etiquetas"] == ["catalogo", "seo", "velocidad"]
    assert ("Campo personalizado (Color favorito)", "verde") in raw


def test_a_russian_utf16_file_with_semicolons_is_read() -> None:
    table = fixture_table("russian_utf16.csv")
    assert (table.encoding.name, table.delimiter) == ("utf-16-le", ";")
    mapping = suggest_mapping(table)
    assert mapping.stages == {"В работе": "running", "Готово": "launched", "К выполнению": "planned"}
    by_epic = plan_projects(table, mapping)
    assert [(p.title, p.stage, p.ends_on) for p in by_epic.projects] == [("Каталог", "running", date(2025, 12, 31))]
    by_version = plan_projects(table, dataclasses.replace(mapping, kind="milestone"))
    assert {p.external_id: (p.issues_done, p.issues_total) for p in by_version.projects} == {
        "САЙТ/version/1.0": (1, 2),
        "САЙТ/version/2.0": (1, 2),
    }
    assert line_of(by_version, 3).targets == ("САЙТ/version/1.0", "САЙТ/version/2.0")


def test_a_legacy_encoding_is_guessed_and_said_to_be_guessed() -> None:
    table = fixture_table("legacy_cp1251.csv")
    assert table.encoding.guessed
    assert [project.title for project in plan_projects(table, suggest_mapping(table)).projects] == [
        "Каталог товаров и фильтры",
        "Поиск по сайту и подсказки",
    ]
    chosen = read_table(table.data, encoding="CP1251")
    assert (chosen.encoding.name, chosen.header[0]) == ("cp1251", "Тема")


def test_a_file_cut_in_its_last_row_loses_that_row_only() -> None:
    table = fixture_table("cut.csv")
    assert table.cut
    plan = plan_projects(table, suggest_mapping(table))
    assert (line_of(plan, 4).outcome, line_of(plan, 4).reason) == ("unclear", "row_cut")
    assert (plan.counts.projects, plan.counts.links) == (1, 1)


def test_a_cut_row_is_seen_without_quotes_too() -> None:
    assert read_table(b"Summary,Issue key,Status\nA,X-1,Done\nB,X-2").cut
    assert not read_table(b"Summary,Issue key,Status\nA,X-1,Done\nB,X-2,Done").cut


def test_the_later_of_two_rows_with_one_key_is_a_duplicate() -> None:
    plan = suggested_plan("duplicate_key.csv")
    assert line_of(plan, 4) == Line(4, "SHOP-1", "skipped", "duplicate_key", "2")
    assert plan.projects[0].title == "Shop"
    assert line_of(plan, 5).reason == "empty_row"
    assert (line_of(plan, 6).outcome, line_of(plan, 6).reason) == ("unclear", "key_missing")


def test_formulas_and_markup_are_just_text() -> None:
    plan = suggested_plan("hostile.csv")
    assert [project.title for project in plan.projects] == [
        '=HYPERLINK("http://evil.example","Open")',
        "<img src=x onerror=alert(1)>",
        "-1+1|cmd",
    ]
    assert [project.owner_email for project in plan.projects] == ["", "", "ana@shop.example"]


def test_a_status_to_skip_leaves_the_project_and_its_issues_out() -> None:
    table = fixture_table("duplicate_key.csv")
    mapping = dataclasses.replace(suggest_mapping(table), stages={"in progress": "skip", "To Do": "planned"})
    plan = plan_projects(table, mapping)
    assert plan.projects == ()
    assert (line_of(plan, 2).reason, line_of(plan, 3).reason) == ("status_skipped", "project_skipped")


def test_what_was_closed_undone_is_dropped() -> None:
    header = ["Summary", "Issue key", "Issue Type", "Status", "Resolution", "Parent key"]
    rows = [
        ["Shop", "S-1", "Epic", "Done", "Won't Do", ""],
        ["Cart", "S-2", "Epic", "Done", "Done", ""],
        ["Old", "S-3", "Story", "Done", "Duplicate", "S-2"],
    ]
    table = read_table(written(header, rows))
    plan = plan_projects(table, suggest_mapping(table))
    assert [project.stage for project in plan.projects] == ["dropped", "launched"]
    assert plan.projects[1].issues_total == 0


def test_parents_in_a_circle_are_reported() -> None:
    rows = [["A", "S-1", "Story", "Done", "S-2"], ["B", "S-2", "Story", "Done", "S-1"]]
    table = read_table(written(["Summary", "Issue key", "Issue Type", "Status", "Parent key"], rows))
    plan = plan_projects(table, Mapping(kind="epic", types=frozenset({"Epic"})))
    assert [line.reason for line in plan.lines] == ["parent_loop", "parent_loop"]


def test_a_parent_given_by_number_is_found_by_its_number() -> None:
    header = ["Summary", "Issue key", "Issue id", "Issue Type", "Status", "Parent"]
    rows = [["Shop", "S-1", "100", "Epic", "Done", ""], ["Cart", "S-2", "101", "Story", "Done", "100"]]
    table = read_table(written(header, rows))
    assert line_of(plan_projects(table, suggest_mapping(table)), 3).targets == ("S-1",)


def test_work_is_never_estimated_by_half_of_its_issues() -> None:
    header = ["Summary", "Issue key", "Issue Type", "Status", "Parent key", "Remaining Estimate"]
    epic = ["Shop", "S-1", "Epic", "To Do", "", ""]
    one, two = ["A", "S-2", "Story", "To Do", "S-1", "144000"], ["B", "S-3", "Story", "To Do", "S-1", ""]

    def weeks(*rows: list[str]) -> float | None:
        table = read_table(written(header, [epic, *rows]))
        return plan_projects(table, suggest_mapping(table)).projects[0].weeks

    assert weeks(one) == 1.0
    assert weeks(one, two) is None
    assert weeks(one, [*two[:3], "Done", *two[4:]]) == 1.0


def test_an_estimate_of_zero_is_no_estimate() -> None:
    header = ["Summary", "Issue key", "Issue Type", "Status", "Original estimate"]
    table = read_table(written(header, [["Shop", "S-1", "Epic", "To Do", "0"], ["Cart", "S-2", "Epic", "To Do", "??"]]))
    shop, cart = plan_projects(table, suggest_mapping(table)).projects
    assert shop.weeks is None
    assert shop.doubts == ()
    assert cart.doubts == (Doubt("estimate_unreadable", "??"),)


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([], "planned"),
        (["dropped", "dropped"], "dropped"),
        (["launched", "dropped"], "launched"),
        (["launched", "planned"], "running"),
        (["running", "proposed"], "running"),
        (["proposed", "planned"], "planned"),
        (["proposed"], "proposed"),
    ],
)
def test_a_project_of_issues_stands_where_its_issues_stand(parts: list[Stage], whole: Stage) -> None:
    assert derive_stage(parts) == whole


def test_seconds_are_read_as_exports_write_them() -> None:
    assert read_seconds("28800") == 28800
    assert read_seconds("28800.0") == 28800
    assert read_seconds("1w 2d") == 144_000 + 57_600
    assert read_seconds("soon") is None


def test_a_mapping_survives_being_kept_as_plain_values() -> None:
    mapping = Mapping("label", frozenset({"seo"}), frozenset({"Epic"}), {"Open": "skip"}, "proposed", True)
    assert mapping_from_values(mapping.as_values()) == mapping
    with pytest.raises(ValueError, match="kind"):
        mapping_from_values({"kind": "board"})
    with pytest.raises(ValueError, match="stages"):
        mapping_from_values({"kind": "epic", "stages": {"Open": "won"}})


# Columns


def test_names_in_no_known_language_are_recognised_by_their_content() -> None:
    table = fixture_table("unknown_language.csv")
    assert set(table.columns.guessed) == {"key", "parent_key", "rank", "issue_type", "summary"}
    plan = plan_projects(table, suggest_mapping(table))
    assert (plan.counts.projects, plan.counts.links) == (1, 3)
    assert plan.projects[0].doubts == (Doubt("status_missing", read="planned"),)


def test_a_chosen_column_wins_over_its_name() -> None:
    data = (FIXTURES / "unknown_language.csv").read_bytes()
    table = read_table(data, chosen={"status": 3})
    assert table.columns.how["status"] == "chosen"
    assert survey_table(table).statuses == {"Kesken": 1, "To Do": 3}
    for choice in ({"status": 99}, {"mood": 1}, {"status": -1}):
        with pytest.raises(Unreadable, match="column_unknown"):
            read_table(data, chosen=choice)


def test_a_custom_field_cannot_pass_for_a_system_column() -> None:
    table = read_table(b"Custom field (Status),Custom field (Summary),Summary,Issue key,Status\nx,y,Shop,S-1,Done\n")
    assert table.columns.places["status"] == (4,)
    assert table.columns.places["summary"] == (2,)


@pytest.mark.parametrize(
    "header",
    [
        "Summary,Issue key,Issue Type,Status,Parent key,Fix Version/s,Due date",
        "Resumen,Clave de incidencia,Tipo de Incidencia,Estado,Clave principal,Versiones de corrección,Fecha de vencimiento",
        "Zusammenfassung,Vorgangsschlüssel,Vorgangstyp,Status,Übergeordneter Schlüssel,Lösungsversionen,Fälligkeitsdatum",
        "Résumé,Clé de ticket,Type de ticket,État,Clé parente,Versions corrigées,Date d'échéance",
        "Тема,Код задачи,Тип задачи,Статус,Ключ родителя,Исправить в версиях,Срок исполнения",
        "Resumo,Chave do item,Tipo de item,Status,Chave pai,Versões corrigidas,Data limite",
        "Riepilogo,Chiave ticket,Tipo ticket,Stato,Chiave padre,Versioni di correzione,Data di scadenza",
    ],
)
def test_headers_are_understood_in_seven_languages(header: str) -> None:
    table = read_table((header + "\nShop,S-1,Epic,Done,S-2,1.0,2025-12-01\n").encode())
    expected: tuple[Field, ...] = ("summary", "key", "issue_type", "status", "parent_key", "fix_versions", "due")
    assert {field: table.columns.places[field] for field in expected} == {
        field: (index,) for index, field in enumerate(expected)
    }
    assert set(table.columns.how.values()) == {"name"}


def test_a_table_without_keys_asks_for_the_columns() -> None:
    table = read_table(b"a,b\n1,2\n")
    assert table.columns.missing == ("key", "summary")
    with pytest.raises(Unreadable, match="columns_missing"):
        plan_projects(table, suggest_mapping(table))


# Dates


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("10/nov/25 4:51 PM", date(2025, 11, 10)),
        ("06/nov/25", date(2025, 11, 6)),
        ("14/Jul/25 3:42 PM", date(2025, 7, 14)),
        ("2025-11-10", date(2025, 11, 10)),
        ("2016-03-03T13:40:01.000+0000", date(2016, 3, 3)),
        ("10.11.2025 16:51", date(2025, 11, 10)),
        ("10 ноя. 2025 г.", date(2025, 11, 10)),
        ("10/нояб./25", date(2025, 11, 10)),
        ("10. Dez. 2025", date(2025, 12, 10)),
        ("10/août/25 16:51", date(2025, 8, 10)),
        ("10 de novembro de 2025", date(2025, 11, 10)),
        ("Nov 10, 2025, 4:51 PM", date(2025, 11, 10)),
        ("Sun Apr 20 2025 10:17:06 GMT+0000 (GMT)", date(2025, 4, 20)),
    ],
)
def test_a_date_that_names_its_month_is_clear(text: str, day: date) -> None:
    found = read_date(text, DateOrder("day_first", "none"))
    assert (found.value, found.unclear) == (day, False)


def test_one_number_above_twelve_decides_for_the_whole_file() -> None:
    plan = suggested_plan("dates_month_first.csv")
    assert plan.date_order == DateOrder("month_first", "shown")
    assert plan.projects[0].ends_on == date(2025, 7, 4)
    assert plan.projects[0].doubts == ()


def test_a_date_that_could_be_read_two_ways_is_shown_not_guessed_in_silence() -> None:
    plan = suggested_plan("dates_unclear.csv")
    one, two, three = plan.projects
    assert one.starts_on == date(2025, 4, 3)
    assert one.doubts == (
        Doubt("date_unclear", "03/04/25", "2025-04-03"),
        Doubt("date_unclear", "05/06/25", "2025-06-05"),
    )
    assert two.doubts == ()
    assert (three.ends_on, three.doubts) == (None, (Doubt("date_unreadable", "soon"),))
    assert line_of(plan, 2).doubts == one.doubts


def test_both_orders_in_one_file_leave_the_rest_unclear() -> None:
    order = guess_order(["31/01/2025", "01/31/2025", "02/03/2025"])
    assert order.because == "conflict"
    assert read_date("02/03/2025", order).unclear
    assert read_date("01/31/2025", order).value == date(2025, 1, 31)


def test_days_that_do_not_exist_are_unreadable() -> None:
    assert read_date("31/02/2025", SHOWN_DAY_FIRST).value is None
    assert read_date("45/nov/25", SHOWN_DAY_FIRST).value is None


# Wrong, huge and half files


@pytest.mark.parametrize(
    ("name", "code"),
    [("picture.csv", "binary"), ("login_page.csv", "html"), ("empty.csv", "empty"), ("header_only.csv", "no_rows")],
)
def test_a_wrong_file_is_named_for_what_it_is(name: str, code: str) -> None:
    assert refusal((FIXTURES / name).read_bytes()).code == code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK\x03\x04 a workbook", "spreadsheet"),
        (b'<?xml version="1.0"?><rss/>', "xml"),
        (b'{"issues": []}', "json"),
        (b"just a line of prose\nand another\n", "not_a_table"),
        (b"\xff\xfe", "empty"),
        (b"\n\n \n", "empty"),
        (bytes(range(256)) * 4, "binary"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, code: str) -> None:
    assert refusal(data).code == code


def test_limits_are_refused_with_the_limit() -> None:
    head = b"Summary,Issue key\n"
    assert refusal(head + b"x" * reader.MAX_BYTES).params["limit"] == reader.MAX_BYTES
    assert refusal(head + b"a,b\n" * (reader.MAX_ROWS + 1)).code == "too_many_rows"
    assert refusal(b"a" + b",b" * reader.MAX_COLUMNS + b"\n").code == "too_many_columns"
    assert refusal(head + b"a" + b",b" * reader.MAX_COLUMNS + b"\n").code == "too_many_columns"
    assert refusal(head + b'"' + b"a\n" * (reader.MAX_CELL // 2 + 1) + b'",b\n').code == "cell_too_large"
    assert refusal(head + b"a,b" * (reader.MAX_LINE // 2)).code == "line_too_long"


def test_exactly_the_limit_is_read() -> None:
    data = b"Summary,Issue key\n" + b"a,b\n" * (reader.MAX_ROWS - 1) + b"a," + b"b" * reader.MAX_CELL
    assert read_table(data).rows_total == reader.MAX_ROWS


def test_stray_bytes_do_not_spoil_a_file() -> None:
    rows = "".join(f"Café número {n},S-{n},Épica,Hecho\n" for n in range(20)).encode()
    table = read_table(b"Summary,Issue key,Issue Type,Status\n" + rows + b"Caf\xe9\0,S-99,Epic,Done\n")
    assert (table.encoding.name, table.encoding.broken, table.nul_bytes) == ("utf-8", True, True)
    assert plan_projects(table, Mapping("epic", types=frozenset({"Epic"}))).projects[0].title == "Caf\ufffd"


def test_tabs_a_mark_and_the_hint_of_a_spreadsheet_are_understood() -> None:
    assert read_table(b"\xef\xbb\xbfSummary\tIssue key\r\nShop, new\tS-1\r\n").columns.places == {
        "summary": (0,),
        "key": (1,),
    }
    table = read_table(b"sep=;\nSummary;Issue key\nShop, new;S-1\n")
    assert (table.delimiter, table.header, table.rows_total) == (";", ("Summary", "Issue key"), 1)


HEADERS = "Summary,Issue key,Issue Type,Status,Parent key,Labels,Labels,Due date,Original estimate,Rank\n"
CELLS = st.sampled_from(
    [
        "",
        "S-1",
        "S-2",
        "S-3",
        "Epic",
        "Story",
        "Done",
        "01/02/25",
        "2025-01-01",
        "99999999999",
        '"',
        '"a\nb"',
        "\0",
        "é",
        "=1",
    ]
)


def plan_every_way(data: bytes) -> None:
    """Only Unreadable may come out of reading; what was read can be planned in every way there is."""
    try:
        table = read_table(data)
    except Unreadable:
        return
    mapping = dataclasses.replace(suggest_mapping(table), labels=frozenset(survey_table(table).labels))
    if table.columns.missing:
        return
    for kind in KINDS:
        for absent in (False, True):
            plan = plan_projects(table, dataclasses.replace(mapping, kind=kind, absent_parents=absent))
            assert [line.row for line in plan.lines] == [row.number for row in table.rows()]
            linked = {line.row for line in plan.lines if line.outcome in ("project", "link")}
            assert linked == {row for project in plan.projects for row in project.source_rows}


@settings(max_examples=3 * settings().max_examples, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    plan_every_way(data)
    plan_every_way(HEADERS.encode() + data)


@settings(max_examples=2 * settings().max_examples, deadline=None)
@given(st.lists(st.lists(CELLS, max_size=12), max_size=12), st.sampled_from(["utf-8", "utf-16", "utf-8-sig", "utf-32"]))
def test_every_row_has_one_line_and_every_link_its_project(rows: list[list[str]], encoding: str) -> None:
    text = HEADERS + "\n".join(",".join(cells) for cells in rows)
    plan_every_way(text.encode(encoding))


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=3000))
def test_a_file_may_end_anywhere(length: int) -> None:
    for name in ("spanish.csv", "russian_utf16.csv"):
        plan_every_way((FIXTURES / name).read_bytes()[:length])
