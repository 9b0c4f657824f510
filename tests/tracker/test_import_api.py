"""Imports over the API alone: the file, its columns, what counts, the dry run row by row, the run, groups of tickets."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.callers import Answer, Caller
from tests.makers import NOON, Cast
from tests.tracker.test_old_tickets import old_list
from tracker.intake.actions import ensure_request_types
from tracker.intake.models import WorkRequest
from tracker.integrations import actions
from tracker.integrations.jira_csv.reader import MAX_BYTES
from tracker.integrations.models import ImportRun, OldTicket
from tracker.people.models import User
from tracker.projects.models import Project

FIXTURES = Path(__file__).parents[1] / "fixtures"
OVERVIEW = (FIXTURES / "findings" / "issues_overview.csv").read_bytes()
GITHUB = (FIXTURES / "findings" / "github_issues.json").read_bytes()
SPANISH = (FIXTURES / "jira" / "spanish.csv").read_bytes()
RUNS = "/api/v1/imports/"
GROUPS = "/api/v1/old-ticket-groups/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def types(cast: Cast) -> None:
    ensure_request_types(at=NOON)


def send(call: Caller, content: bytes, what: str = "findings", once: str = "", **more: Any) -> Answer:
    form = {"file": SimpleUploadedFile("report.csv", content), "what": what, "source": "crawl", **more}
    return call.client.post(RUNS, form, headers={"Idempotency-Key": once} if once else {})


def sent(call: Caller, content: bytes, what: str = "findings", **more: Any) -> dict[str, Any]:
    return told(send(call, content, what, **more), 201)


def told(answer: Answer, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    found: dict[str, Any] = answer.json()
    return found


def step(call: Caller, run: dict[str, Any], name: str, **body: Any) -> dict[str, Any]:
    return told(call.post(f"{RUNS}{run['id']}/{name}/", body, match=run["version"]))


def carried(call: Caller, run: dict[str, Any]) -> dict[str, Any]:
    assert step(call, run, "start")["state"] == "queued"
    actions.carry_import(run=run["id"])
    return told(call.get(f"{RUNS}{run['id']}/"))


def rows(call: Caller, run: dict[str, Any], show: str = "all") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = ""
    while cursor is not None:
        page = told(call.get(f"{RUNS}{run['id']}/rows/", data={"show": show, **({"cursor": cursor} if cursor else {})}))
        found += page["results"]
        cursor = page["next"]
    return found


def brought(user: User, content: bytes) -> Caller:
    """Old tickets that have come in."""
    call = Caller(user)
    carried(call, sent(call, content, "tickets", source="github"))
    return call


def groups(call: Caller, state: str = "open") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = ""
    while cursor is not None:
        page = told(call.get(GROUPS, data={"state": state, **({"cursor": cursor} if cursor else {})}))
        found += page["results"]
        cursor = page["next"]
    return found


# Findings


def test_findings_are_imported_from_the_file_to_the_drafts(cast: Cast) -> None:
    call = Caller(cast.seo_lead, ["read", "write"])
    run = sent(call, OVERVIEW)
    assert (run["state"], run["missing"], run["survey"]["rows"], run["counts"]["new"]) == ("planned", [], 26, 26)
    weighed = step(call, run, "threshold", urls=100, share="0.05", priority="medium", area="search")
    assert (weighed["counts"]["new"], weighed["counts"]["below"]) == (17, 9)
    assert weighed["mapping"] == {"urls": 100, "share": "0.050", "priority": "medium", "area": "search"}
    below = rows(call, run, "below")
    assert len(below) == 9
    assert {row["reason"] for row in below} <= {
        "its priority is below the threshold",
        "it touches fewer URLs than the threshold",
        "its share of all URLs is below the threshold",
    }
    assert not WorkRequest.objects.exists()
    done = carried(call, weighed)
    assert (done["state"], done["counts"]["written"], done["rows_done"]) == ("done", 17, done["rows_total"])
    new = {row["title"]: row for row in rows(call, run, "new")}
    ask = WorkRequest.objects.get(title="H1: Missing")
    assert (ask.state, ask.requester) == ("draft", cast.seo_lead)
    assert new["H1: Missing"]["request"] == ask.key
    again = sent(call, OVERVIEW)
    assert (again["counts"]["new"], again["counts"]["exists"]) == (0, 17)


def test_only_what_is_given_of_a_threshold_changes(cast: Cast) -> None:
    call = Caller(cast.seo_lead)
    run = step(call, sent(call, OVERVIEW), "threshold", urls=100, area="search")
    run = step(call, run, "threshold", priority="medium")
    assert run["mapping"] == {"urls": 100, "share": "0", "priority": "medium", "area": "search"}
    assert step(call, run, "threshold", area=None)["mapping"]["area"] is None


def test_columns_that_nobody_knows_are_named_and_chosen_once(cast: Cast) -> None:
    call = Caller(cast.seo_lead)
    content = (FIXTURES / "findings" / "unknown_headers.csv").read_bytes()
    run = sent(call, content)
    assert (run["state"], run["missing"]) == ("uploaded", ["issue"])
    for columns in ({"urls": 2}, {"issue": 0, "nonsense": 1}, {"issue": 9}):
        assert call.post(f"{RUNS}{run['id']}/columns/", {"columns": columns}).status_code == 400
    assert call.post(f"{RUNS}{run['id']}/threshold/", {"urls": 1}).json()["facts"] == {"missing": ["issue"]}
    columns = {"issue": 0, "template": 1, "urls": 2, "priority": 3}
    chosen = step(call, run, "columns", columns=columns)
    assert (chosen["state"], chosen["columns"], chosen["counts"]["new"]) == ("planned", columns, 2)
    assert sent(call, content)["state"] == "planned", "the next file with these headers is read in the same way"


# Projects


def test_projects_are_imported_by_their_team_alone(cast: Cast) -> None:
    call = Caller(cast.cto)
    run = sent(call, SPANISH, "projects", source="jira")
    assert (run["state"], run["missing"], run["mapping"]["kind"]) == ("uploaded", [], "epic")
    planned = step(call, run, "mapping", team="web")
    assert (planned["state"], planned["team"]["key"]) == ("planned", "web")
    new = rows(call, run, "new")
    assert len(new) == planned["counts"]["new"] > 0
    assert all(row["stage"] and row["project"] is None for row in new)
    assert len(rows(call, run)) == planned["counts"]["rows"]
    done = carried(call, planned)
    assert done["state"] == "done"
    assert set(Project.objects.values_list("title", flat=True)) >= {row["title"] for row in new}
    assert all(row["project"] for row in rows(call, run, "new"))
    again = step(call, sent(call, SPANISH, "projects", source="jira"), "mapping")
    assert (again["team"]["key"], again["counts"]["new"]) == ("web", 0)


def test_a_person_says_which_number_is_the_day(cast: Cast) -> None:
    call = Caller(cast.cto)
    content = (FIXTURES / "jira" / "dates_unclear.csv").read_bytes()
    run = step(call, sent(call, content, "projects"), "mapping", team="web")
    other = "month_first" if run["counts"]["date_order"] == "day_first" else "day_first"
    chosen = step(call, run, "mapping", date_order=other)
    assert (chosen["counts"]["date_order"], chosen["mapping"]["date_order"]) == (other, other)
    assert chosen["mapping"]["types"] == run["mapping"]["types"]


def test_a_mapping_that_counts_nothing_is_refused(cast: Cast) -> None:
    call = Caller(cast.cto)
    run = sent(call, SPANISH, "projects")
    for body, name in (
        ({"team": "nobody"}, "team"),
        ({"team": "web", "types": []}, "types"),
        ({"team": "web", "types": ["Epicc"]}, "types"),
        ({"team": "web", "kind": "label"}, "labels"),
        ({"team": "web", "kind": "dream"}, "kind"),
        ({"team": "web", "stages": {"Abierto": "someday"}}, "stages"),
    ):
        refused = told(call.post(f"{RUNS}{run['id']}/mapping/", body), 400)
        assert refused["errors"][0]["attr"].startswith(name), refused
    assert ImportRun.objects.get().version == run["version"]
    his = sent(Caller(cast.cmo), SPANISH, "projects")
    refused = told(Caller(cast.cmo).post(f"{RUNS}{his['id']}/mapping/", {}), 400)
    assert refused["errors"][0] == {"code": "invalid", "detail": "Say whose projects they are.", "attr": "team"}


def test_a_status_is_mapped_and_the_others_stay(cast: Cast) -> None:
    call = Caller(cast.cto)
    run = sent(call, SPANISH, "projects")
    status, before = next(iter(run["mapping"]["stages"].items()))
    other = "proposed" if before != "proposed" else "planned"
    mapped = step(call, run, "mapping", team="web", stages={status: other, "Elsewhere": "skip"})
    assert mapped["mapping"]["stages"] == {**run["mapping"]["stages"], status: other, "Elsewhere": "skip"}
    unsaid = step(call, mapped, "mapping", stages={"Elsewhere": ""})
    assert "Elsewhere" not in unsaid["mapping"]["stages"]


def test_the_columns_of_a_jira_export_are_chosen(cast: Cast) -> None:
    call = Caller(cast.cto)
    run = sent(call, b"Aaa;Bbb;Ccc\nNew checkout;X1;Epic\nA story;X2;Story\n", "projects")
    assert run["missing"] == ["key"]
    refused = told(call.post(f"{RUNS}{run['id']}/mapping/", {"team": "web"}), 400)
    assert refused["facts"] == {"missing": ["key"]}
    assert call.post(f"{RUNS}{run['id']}/columns/", {"columns": {"summary": 0}}).status_code == 400
    chosen = step(call, run, "columns", columns={"key": 1, "summary": 0, "issue_type": 2})
    assert (chosen["missing"], chosen["state"]) == ([], "uploaded")
    assert step(call, chosen, "mapping", team="web")["counts"]["new"] == 1


# Old tickets


def test_old_tickets_come_in_and_are_decided_group_by_group(cast: Cast) -> None:
    call = Caller(cast.seo_lead)
    run = sent(call, old_list(1_400, pulls=20), "tickets", source="github")
    assert (run["counts"]["new"], run["counts"]["skipped"]) == (1_400, 20)
    skipped = rows(call, run, "skipped")
    assert {row["reason"] for row in skipped} == {"it is a pull request, not an issue"}
    assert len(rows(call, run)) == 1_420
    carried(call, run)
    found = groups(call)
    assert len(found) == 120
    assert [one["tickets"] for one in found] == sorted((one["tickets"] for one in found), reverse=True)
    numbers = [one["number"] for one in found]
    declined = told(call.post(f"{GROUPS}decline/", {"numbers": numbers[:85], "reason": "superseded"}))
    assert (declined["groups"], declined["tickets"]) == (85, sum(one["tickets"] for one in found[:85]))
    kept = told(call.post(f"{GROUPS}keep/", {"numbers": numbers[85:]}))
    assert (kept["groups"], len(kept["requests"])) == (35, 35)
    assert groups(call) == []
    assert {one["reason"] for one in groups(call, "declined")} == {"superseded"}
    assert {one["request"] for one in groups(call, "kept")} == set(kept["requests"])
    reopened = told(call.post(f"{GROUPS}reopen/", {"numbers": numbers[:1]}))
    assert (reopened["groups"], [one["number"] for one in groups(call)]) == (1, numbers[:1])


def test_closed_tickets_are_left_out_where_that_is_chosen(cast: Cast) -> None:
    call = Caller(cast.seo_lead)
    run = sent(call, GITHUB, "tickets", source="github")
    assert run["counts"]["new"] == 3
    chosen = step(call, run, "choose", closed=False)
    assert chosen["counts"]["new"] == 2
    chosen = step(call, chosen, "choose", date_order="month_first")
    assert chosen["mapping"] == {"closed": False, "date_order": "month_first"}


def test_a_group_shows_its_tickets(cast: Cast) -> None:
    call = brought(cast.seo_lead, old_list(1_400))
    first = groups(call)[0]
    assert told(call.get(f"{GROUPS}{first['number']}/")) == first
    tickets: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = told(call.get(f"{GROUPS}{first['number']}/tickets/", data={"cursor": cursor} if cursor else {}))
        tickets += page["results"]
        cursor = page["next"]
    assert len({one["id"] for one in tickets}) == first["tickets"]
    assert tickets[0]["title"] == first["example"]


def test_a_preview_says_what_is_refused_and_why_and_does_nothing(cast: Cast) -> None:
    call = brought(cast.seo_lead, GITHUB)
    gone, left = (one["number"] for one in groups(call)[:2])
    told(call.post(f"{GROUPS}decline/", {"numbers": [gone], "reason": "old"}))
    body = {"numbers": [gone, left, 999_999]}
    for name, more in (("decline", {"reason": "old"}), ("keep", {})):
        seen = told(call.post(f"{GROUPS}{name}/?preview=1", body | more, once="a"))
        assert (seen["preview"], seen["groups"], seen["requests"]) == (True, 1, [])
        assert seen["refused"] == [
            {"number": gone, "detail": "Somebody decided about this group before you."},
            {"number": 999_999, "detail": "There is no such group."},
        ]
    assert told(call.post(f"{GROUPS}reopen/?preview=1", body))["refused"][0]["detail"] == "It is not declined."
    assert [one["number"] for one in groups(call)] == [left]
    assert not WorkRequest.objects.exists()
    done = told(call.post(f"{GROUPS}keep/", body, once="a"))
    assert (done["preview"], done["groups"], len(done["refused"])) == (False, 1, 2)
    assert call.post(f"{GROUPS}keep/", {"numbers": [gone]}).status_code == 409
    assert call.post(f"{GROUPS}keep/", {"numbers": [999_999]}).status_code == 404


def test_a_decision_is_taken_once_and_needs_a_reason(cast: Cast) -> None:
    call = brought(cast.seo_lead, GITHUB)
    body = {"numbers": [groups(call)[0]["number"]], "reason": "superseded"}
    assert call.post(f"{GROUPS}decline/", body | {"reason": " "}).status_code == 400
    assert call.post(f"{GROUPS}decline/", {"numbers": [], "reason": "old"}).status_code == 400
    assert call.post(f"{GROUPS}decline/", {"numbers": [1] * 201, "reason": "old"}).status_code == 400
    first = call.post(f"{GROUPS}decline/", body, once="k")
    again = call.post(f"{GROUPS}decline/", body, once="k")
    assert (again.content, again.headers["Idempotency-Replayed"]) == (first.content, "true")
    assert OldTicket.objects.filter(outcome="declined").values("version").distinct().get() == {"version": 2}


# What is refused


@pytest.mark.parametrize(
    "what, name, words",
    [
        ("projects", "picture.csv", "text file"),
        ("findings", "login_page.csv", "web page"),
        ("tickets", "header_only.csv", "no rows"),
        ("projects", "empty.csv", "empty"),
    ],
)
def test_a_wrong_file_is_refused_with_what_to_do(cast: Cast, what: str, name: str, words: str) -> None:
    refused = told(send(Caller(cast.cto), (FIXTURES / "jira" / name).read_bytes(), what), 400)
    assert (refused["errors"][0]["code"], refused["errors"][0]["attr"]) == ("unreadable", "file")
    assert words in refused["errors"][0]["detail"]
    assert refused["facts"]["reason"]
    assert not ImportRun.objects.exists()


def test_a_huge_file_is_refused_by_its_size(cast: Cast) -> None:
    refused = told(send(Caller(cast.cto), b"a,b\n" + b"1,2\n" * (10 * 1024 * 1024), "projects"), 400)
    assert (refused["facts"]["reason"], refused["facts"]["limit"]) == ("too_large", MAX_BYTES)
    assert "41 MB" in refused["errors"][0]["detail"]


def test_what_is_no_upload_is_refused(cast: Cast) -> None:
    call = Caller(cast.cto)
    assert call.post(RUNS, {}).status_code == 400
    assert call.client.post(RUNS, {"what": "projects", "source": "jira"}).status_code == 400
    assert send(call, SPANISH, "dreams").status_code == 400
    assert send(call, SPANISH, "projects", source="no slug").status_code == 400
    assert send(call, SPANISH, "projects", surprise="1").status_code == 400
    two = [SimpleUploadedFile("a.csv", SPANISH), SimpleUploadedFile("b.csv", SPANISH)]
    assert send(call, SPANISH, "projects", file=two).status_code == 400
    half = b'--b\r\nContent-Disposition: form-data; name="what"\r\n'
    client = Client(
        raise_request_exception=False, headers={"Authorization": call.client.defaults["HTTP_AUTHORIZATION"]}
    )
    broken = client.post(RUNS, half, content_type="multipart/form-data; boundary=b")
    assert (broken.status_code, broken.headers["Content-Type"]) == (400, "application/json")
    assert not ImportRun.objects.exists()


def test_the_same_call_uploads_once(cast: Cast) -> None:
    call = Caller(cast.seo_lead)
    first, again = (send(call, OVERVIEW, once="crawl-7") for _time in range(2))
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    other = send(call, GITHUB, "tickets", once="crawl-7")
    assert (other.status_code, other.json()["errors"][0]["code"]) == (409, "key_reused")
    assert ImportRun.objects.count() == 1


def test_an_import_starts_once_and_nobody_overwrites_a_step(cast: Cast) -> None:
    call = Caller(cast.seo_lead)
    run = sent(call, OVERVIEW)
    weighed = step(call, run, "threshold", urls=100)
    place = f"{RUNS}{run['id']}/"
    assert call.post(f"{place}threshold/", {"urls": 1}, match=run["version"]).status_code == 412
    assert call.post(f"{place}start/", {}, match=run["version"]).status_code == 412
    step(call, weighed, "start")
    assert told(call.post(f"{place}start/"), 409)["errors"][0]["code"] == "wrong_state"
    assert call.post(f"{place}threshold/", {"urls": 1}).status_code == 409


def test_a_step_of_another_kind_is_refused(cast: Cast) -> None:
    call = Caller(cast.seo_lead)
    run = sent(call, OVERVIEW)
    for name in ("mapping", "choose"):
        refused = told(call.post(f"{RUNS}{run['id']}/{name}/", {}), 409)
        assert (refused["errors"][0]["code"], refused["facts"]) == ("wrong_kind", {"what": "findings"})


def test_why_it_stopped_is_said_in_words(cast: Cast) -> None:
    call = Caller(cast.seo_lead)
    run = sent(call, OVERVIEW)
    step(call, run, "start")
    cast.seo_lead.is_active = False
    cast.seo_lead.save()
    actions.carry_import(run=run["id"])
    cast.seo_lead.is_active = True
    cast.seo_lead.save()
    failed = told(call.get(f"{RUNS}{run['id']}/"))
    assert (failed["state"], failed["error"]) == ("failed", "not_allowed")
    assert "may no longer" in failed["error_text"]


# Who


def test_a_stranger_learns_nothing_of_an_import(cast: Cast) -> None:
    run = sent(Caller(cast.seo_lead), OVERVIEW)
    for who in (cast.analyst, cast.cto, cast.coo, cast.sre):
        call = Caller(who)
        for name in ("", "rows/"):
            assert call.get(f"{RUNS}{run['id']}/{name}").status_code == 404
        for name, body in (("columns", {"columns": {"issue": 0}}), ("threshold", {}), ("start", {})):
            assert call.post(f"{RUNS}{run['id']}/{name}/", body).status_code == 404
        assert told(call.get(RUNS))["results"] == []
    assert Client().get(RUNS).status_code == 401
    assert Caller(cast.cto).get(f"{RUNS}{10**30}/").status_code == 404


def test_old_tickets_are_for_those_who_decide_about_them(cast: Cast) -> None:
    number = groups(brought(cast.seo_lead, GITHUB))[0]["number"]
    call = Caller(cast.analyst)
    for path in (GROUPS, f"{GROUPS}{number}/", f"{GROUPS}{number}/tickets/"):
        assert call.get(path).status_code == 403
    assert call.post(f"{GROUPS}keep/?preview=1", {"numbers": [number]}).status_code == 403
    assert send(call, GITHUB, "tickets").status_code == 403
    for path in (f"{GROUPS}{10**30}/", f"{GROUPS}999999/tickets/"):
        assert Caller(cast.cto).get(path).status_code == 404


def test_a_token_that_reads_sees_imports_and_decides_nothing(cast: Cast) -> None:
    brought(cast.seo_lead, GITHUB)
    run = sent(Caller(cast.seo_lead), OVERVIEW)
    reader, writer = Caller(cast.seo_lead, ["read"]), Caller(cast.seo_lead, ["read", "write"])
    assert [one["id"] for one in told(reader.get(RUNS, data={"what": "findings"}))["results"]] == [run["id"]]
    assert len(rows(reader, run)) == 26
    numbers = [one["number"] for one in groups(reader)]
    assert reader.post(f"{RUNS}{run['id']}/start/").status_code == 403
    assert writer.post(f"{GROUPS}keep/", {"numbers": numbers}).status_code == 403
    assert Caller(cast.seo_lead, ["manage"]).post(f"{GROUPS}keep/", {"numbers": numbers}).status_code == 403
    assert send(writer, SPANISH, "projects").status_code == 403


def test_the_list_is_filtered_paged_and_answered_304_while_nothing_changes(cast: Cast) -> None:
    call = Caller(cast.cto)
    first, second = (sent(call, SPANISH, "projects", source=source) for source in ("jira", "old-jira"))
    page = told(call.get(RUNS, data={"limit": "1"}))
    assert [one["id"] for one in page["results"]] == [second["id"]]
    assert [one["id"] for one in told(call.get(RUNS, data={"cursor": page["next"]}))["results"]] == [first["id"]]
    assert [one["id"] for one in told(call.get(RUNS, data={"source": "jira"}))["results"]] == [first["id"]]
    listed = call.get(RUNS)
    seen = {"If-None-Match": listed.headers["ETag"]}
    assert call.client.get(RUNS, headers=seen).status_code == 304
    step(call, first, "mapping", team="web")
    assert call.client.get(RUNS, headers=seen).status_code == 200


def test_a_page_of_rows_that_means_nothing_is_refused(cast: Cast) -> None:
    call = Caller(cast.cto)
    run = sent(call, SPANISH, "projects")
    place = f"{RUNS}{run['id']}/rows/"
    for query in ("show=below", "show=x", "cursor=x", "cursor=%00", "cursor=LTE", "surprise=1", "cursor=" + "9" * 99):
        assert call.get(f"{place}?{query}").status_code == 400, query
    for query in ("state=x", "cursor=MQ", "surprise=1"):
        assert call.get(f"{GROUPS}?{query}").status_code == 400, query
