"""Freezes: kept by who keeps sites, told where a deadline lies in one."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from tests.callers import Caller
from tests.makers import NOON, Cast
from tests.tracker.test_evidence import findings_of, make_ask
from tracker.history.models import Entry
from tracker.intake.actions import edit_request
from tracker.intake.models import WorkRequest
from tracker.kernel.errors import Invalid, NotAllowed, Stale, WrongState
from tracker.people.models import User
from tracker.sites.actions import add_freeze, edit_freeze, end_freeze
from tracker.sites.models import Freeze
from tracker.sites.rules import Window, freeze_around

FIRST, LAST = date(2027, 11, 23), date(2028, 1, 4)
INSIDE = date(2027, 11, 27)
SAID = (
    "27 November {year} lies in the freeze “Peak season” of lumen.example (23 November {year} – 4 January {next}): "
    "what is not live by 22 November {year} waits until 5 January {next}."
)


def make_freeze(cast: Cast, **more: Any) -> Freeze:
    given = {"site": cast.site, "reason": "Peak season", "starts_on": FIRST, "ends_on": LAST}
    return add_freeze(actor=cast.admin.viewer(), at=NOON, **{**given, **more})


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def ask_for(cast: Cast, day: date = INSIDE, **more: Any) -> WorkRequest:
    return make_ask(cast, deadline_on=day, deadline_reason="The sale begins", **more)


@pytest.mark.parametrize(
    ("day", "around"),
    [
        (date(2027, 11, 22), None),
        (date(2027, 11, 23), (FIRST, LAST)),
        (date(2028, 1, 4), (FIRST, LAST)),
        (date(2028, 1, 5), None),
        (date(2028, 3, 3), (date(2028, 3, 1), date(2028, 3, 10))),
        (date(2028, 3, 10), (date(2028, 3, 1), date(2028, 3, 10))),
    ],
)
def test_freezes_that_touch_are_one(day: date, around: tuple[date, date] | None) -> None:
    march = [Window(date(2028, 3, 6), date(2028, 3, 10)), Window(date(2028, 3, 1), date(2028, 3, 5))]
    assert freeze_around(day, [Window(FIRST, LAST), *march]) == around


def test_a_deadline_in_a_freeze_is_told_on_the_page_and_in_the_api_and_hinders_nothing(cast: Cast) -> None:
    make_freeze(cast)
    ask = ask_for(cast)
    page = browser(cast.analyst).get(f"/requests/{ask.key}/").content.decode()
    assert SAID.format(year=2027, next=2028) in page
    assert findings_of(cast, ask) == [
        {
            "code": "frozen_deadline",
            "field": "deadline_on",
            "value": "2027-11-27",
            "facts": {
                "reason": "Peak season",
                "of": "lumen.example",
                "starts_on": "2027-11-23",
                "ends_on": "2028-01-04",
                "last_day_before": "2027-11-22",
                "first_day_after": "2028-01-05",
            },
        }
    ]
    assert findings_of(cast, ask_for(cast, date(2028, 1, 5))) == []


def test_a_freeze_of_the_team_counts_and_one_of_another_does_not(cast: Cast) -> None:
    make_freeze(cast, site=None, team=cast.mobile)
    ask = ask_for(cast)
    assert findings_of(cast, ask) == []
    make_freeze(cast, site=None, team=cast.web)
    assert [one["facts"]["of"] for one in findings_of(cast, ask)] == ["Web"]


def test_a_freeze_that_was_ended_holds_nothing_back_and_is_not_ended_twice(cast: Cast) -> None:
    freeze = make_freeze(cast)
    ask = ask_for(cast)
    end_freeze(actor=cast.cto.viewer(), at=NOON, freeze=freeze)
    assert findings_of(cast, ask) == []
    with pytest.raises(WrongState):
        end_freeze(actor=cast.cto.viewer(), at=NOON, freeze=freeze)
    with pytest.raises(WrongState):
        edit_freeze(actor=cast.cto.viewer(), at=NOON, freeze=freeze, expected=2, changes={"reason": "x"})
    assert Entry.objects.filter(subject="freeze", subject_id=freeze.pk).count() == freeze.version == 2


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reason": "  "}, "reason"),
        ({"ends_on": date(2027, 11, 22)}, "ends_on"),
        ({"ends_on": date(2028, 11, 23)}, "ends_on"),
        ({"starts_on": date(2027, 1, 1), "ends_on": date(2027, 1, 31)}, "ends_on"),
        ({"site": None}, "site"),
    ],
)
def test_a_freeze_that_makes_no_sense_is_refused_at_its_field(cast: Cast, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        make_freeze(cast, **wrong)
    assert field in refused.value.fields
    assert not Freeze.objects.exists()


def test_the_database_keeps_no_freeze_of_both_or_of_nothing(cast: Cast) -> None:
    for of in ({}, {"site": cast.site, "team": cast.web}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Freeze.objects.create(reason="x", starts_on=FIRST, ends_on=LAST, **of)


def test_a_lead_keeps_no_freezes_and_a_latecomer_is_told(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        add_freeze(
            actor=cast.platform_lead.viewer(), at=NOON, site=cast.site, reason="x", starts_on=FIRST, ends_on=LAST
        )
    freeze = make_freeze(cast)
    changes = {"ends_on": date(2028, 1, 9)}
    edit_freeze(actor=cast.cmo.viewer(), at=NOON, freeze=freeze, expected=1, changes=changes)
    with pytest.raises(Stale):
        edit_freeze(actor=cast.cto.viewer(), at=NOON, freeze=freeze, expected=1, changes=changes)


def test_the_administrator_adds_changes_and_ends_a_freeze_in_the_browser(cast: Cast) -> None:
    admin = browser(cast.admin)
    given = {"of": "site:shop", "reason": "Peak season", "starts_on": "2031-11-23", "ends_on": "2032-01-04"}
    assert admin.post("/freezes/new/", given).headers["Location"] == "/freezes/"
    freeze = Freeze.objects.get()
    page = browser(cast.analyst).get("/freezes/").content.decode()
    assert "lumen.example: nothing goes live from 23 November 2031" in page
    assert "/freezes/new/" not in page
    changed = {**given, "ends_on": "2032-01-09", "version": "1"}
    assert admin.post(f"/freezes/{freeze.pk}/edit/", changed).status_code == 302
    wrong = admin.post(f"/freezes/{freeze.pk}/edit/", {**changed, "ends_on": "2031-01-09", "version": "2"})
    assert (wrong.status_code, 'id="id_ends_on-error"' in wrong.content.decode()) == (422, True)
    admin.post(f"/freezes/{freeze.pk}/end/", {"version": "2"})
    assert "No freeze ahead" in admin.get("/freezes/").content.decode()
    assert browser(cast.platform_lead).post("/freezes/new/", given).status_code == 403


def test_the_api_adds_changes_and_ends_a_freeze(cast: Cast) -> None:
    call = Caller(cast.cto)
    given = {"team": "web", "reason": "Move of the servers", "starts_on": "2031-11-23", "ends_on": "2031-11-30"}
    made = call.post("/api/v1/freezes/", given, once="k")
    assert made.status_code == 201, made.content
    assert call.post("/api/v1/freezes/", given, once="k").json() == made.json()
    url = f"/api/v1/freezes/{made.json()['id']}/"
    assert made.json()["team"] == {"key": "web", "name": "Web"}
    assert call.patch(url, {"ends_on": "2031-12-01"}, match=1).json()["ends_on"] == "2031-12-01"
    assert call.patch(url, {"ends_on": "2031-12-02"}, match=1).status_code == 412
    assert call.post(f"{url}end/").json()["ended_at"]
    assert [one["reason"] for one in call.get("/api/v1/freezes/?team=web").json()["results"]] == ["Move of the servers"]


def test_a_deadline_that_comes_later_needs_its_reason_as_well(cast: Cast) -> None:
    ask = make_ask(cast)
    lead = cast.seo_lead.viewer()
    with pytest.raises(Invalid) as refused:
        edit_request(actor=lead, at=NOON, ask=ask, expected=1, changes={"deadline_on": INSIDE})
    assert list(refused.value.fields) == ["deadline_reason"]
    given = {"deadline_on": INSIDE, "deadline_reason": "The sale begins"}
    edit_request(actor=lead, at=NOON, ask=ask, expected=1, changes=given)
    assert ask.deadline_on == INSIDE
