"""Lists as files: what the filters show, whole, and nothing that runs in a spreadsheet."""

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client

from tests.ledger import counted
from tests.makers import NOON, Cast
from tests.tracker.portfolio import Portfolio, make_portfolio
from tracker.intake.models import WorkRequest
from tracker.people.models import User


def read(person: User, path: str) -> Any:
    client = Client()
    client.force_login(person)
    return client.get(path)


def body(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


def rows_of(answer: Any) -> list[dict[str, str]]:
    text = body(answer)
    assert text.startswith("\ufeff"), "without it a spreadsheet reads Cyrillic as Latin"
    return list(csv.DictReader(io.StringIO(text[1:])))


def make_requests(cast: Cast, count: int, **more: Any) -> None:
    given = {"type": cast.type, "requester": cast.seo_lead, "state": "filed", "filed_at": NOON, "area": cast.search}
    given |= {"created_at": NOON, "updated_at": NOON, "team": cast.web, **more}
    WorkRequest.objects.bulk_create([WorkRequest(title=f"Request {number}", **given) for number in range(count)])


def test_the_file_holds_every_page_of_what_the_filters_show(cast: Cast) -> None:
    make_requests(cast, 120)
    make_requests(cast, 3, state="parked", review_on=NOON.date())
    answer = read(cast.seo_lead, "/requests/?state=filed&sort=title&as=csv&after=4~Request")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="requests-')
    rows = rows_of(answer)
    assert len(rows) == 120
    assert [row["Title"] for row in rows] == sorted(row["Title"] for row in rows)
    assert rows[0]["State"] == "filed"
    assert rows[0]["Area"] == cast.search.name
    told = json.loads(body(read(cast.seo_lead, "/requests/?state=parked&as=json")))
    assert [row["state"] for row in told] == ["parked"] * 3
    assert json.loads(body(read(cast.seo_lead, "/requests/?state=declined&as=json"))) == []


@pytest.mark.parametrize("title", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_what_a_spreadsheet_would_run_stays_text(cast: Cast, title: str) -> None:
    make_requests(cast, 1)
    WorkRequest.objects.update(title=title)
    assert rows_of(read(cast.seo_lead, "/requests/?as=csv"))[0]["Title"] == f"'{title}"
    assert json.loads(body(read(cast.seo_lead, "/requests/?as=json")))[0]["title"] == title


def test_the_head_of_the_file_speaks_the_readers_language(cast: Cast) -> None:
    make_requests(cast, 1)
    User.objects.filter(pk=cast.seo_lead.pk).update(language="ru")
    row = rows_of(read(cast.seo_lead, "/requests/?as=csv"))[0]
    assert row["Название"] == "Request 0"
    assert row["Состояние"] == "подано"


def test_nobody_exports_what_they_may_not_see(cast: Cast) -> None:
    make_requests(cast, 1, restricted=True)
    for kind in ("csv", "json"):
        assert "Request 0" not in body(read(cast.analyst, f"/requests/?as={kind}"))
        assert "Request 0" in body(read(cast.cmo, f"/requests/?as={kind}"))


def test_projects_and_backlog_items_are_exported_as_they_are_listed(cast: Cast) -> None:
    web: Portfolio = make_portfolio(cast)
    item = web.propose()
    rows = rows_of(read(cast.cto, "/projects/?line=above&as=csv"))
    assert len(rows) == web.count_above()
    assert {row["Above the line"] for row in rows} == {"True"}
    assert float(rows[1]["Effort, weeks"]) == 14
    told = json.loads(body(read(cast.cto, "/backlog/?as=json")))
    assert [row["key"] for row in told] == [item.key]
    assert told[0]["added_weeks"] == 1.5


def test_a_file_costs_no_statement_more_for_more_rows(cast: Cast) -> None:
    make_requests(cast, 10)
    with counted() as few:
        body(read(cast.seo_lead, "/requests/?as=csv"))
    make_requests(cast, 200)
    with counted() as many:
        body(read(cast.seo_lead, "/requests/?as=csv"))
    assert len(many) == len(few)


def test_an_unknown_format_is_the_page(cast: Cast) -> None:
    assert "text/html" in read(cast.seo_lead, "/requests/?as=xlsx").headers["Content-Type"]
