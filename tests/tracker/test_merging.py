"""Two people edit one record: what only one of them changed is kept, what both changed is asked about."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.http import QueryDict
from django.test import Client, RequestFactory

from tests.forms import Page, send_form, text_of
from tests.makers import NOON, Cast
from tests.tracker.test_project_verbs import fill
from tests.tracker.test_request_pages import browser, make_ask
from tracker.intake.actions import accept_request, edit_request
from tracker.intake.models import WorkRequest
from tracker.people.actions import edit_person
from tracker.people.models import User
from tracker.projects.actions import edit_project
from tracker.projects.models import Project
from tracker.promises.actions import copy_calendar, edit_policy, ensure_policies, set_calendar
from tracker.promises.models import Policy, WorkCalendar
from tracker.sites.actions import edit_area, edit_site
from tracker.web.forms.fields import LinesField
from tracker.web.forms.merging import Merge


def edited(user: User, ask: WorkRequest, **changes: Any) -> None:
    ask.refresh_from_db()
    edit_request(actor=user.viewer(), at=NOON, ask=ask, expected=ask.version, changes=changes)


def renewed(user: User, project: Project, **changes: Any) -> None:
    project.refresh_from_db()
    edit_project(actor=user.viewer(), at=NOON, project=project, expected=project.version, changes=changes)


def both_retitle(cast: Cast) -> tuple[WorkRequest, Page]:
    """The CMO was first; what the SEO lead is shown then."""
    ask = make_ask(cast)
    url = f"/requests/{ask.key}/edit/"
    seo = browser(cast.seo_lead)
    form = seo.get(url)
    edited(cast.cmo, ask, title="By the CMO", kpi="Clicks")
    return ask, send_form(seo, form, url, title="By the SEO lead", why="Mine")


def test_what_two_people_changed_apart_is_saved_at_once_and_told(cast: Cast) -> None:
    ask = make_ask(cast)
    url = f"/requests/{ask.key}/edit/"
    seo = browser(cast.seo_lead)
    form = seo.get(url)
    edited(cast.cmo, ask, title="By the CMO", target=Decimal("46100"))
    after = send_form(seo, form, url, why="What the SEO lead says")
    ask.refresh_from_db()
    assert (ask.title, ask.why, ask.target) == ("By the CMO", "What the SEO lead says", Decimal("46100"))
    assert "Meanwhile: Anna Belova changed: title, target. That is kept beside what you changed." in text_of(after)


def test_what_both_changed_is_shown_side_by_side_and_nothing_is_saved(cast: Cast) -> None:
    ask, page = both_retitle(cast)
    assert page.status_code == 409
    text = text_of(page)
    assert "Changed by both of you: Title. Choose what stays, then save." in text
    assert "Anna Belova changed it to By the CMO" in text
    assert 'value="By the SEO lead"' in page.content.decode()
    assert page.content.decode().count('name="keep-') == 2
    assert 'value="Clicks"' in page.content.decode()
    assert "Save over it" not in text
    ask.refresh_from_db()
    assert (ask.title, ask.version) == ("By the CMO", 2)


@pytest.mark.parametrize(("keep", "title"), [("mine", "By the SEO lead"), ("theirs", "By the CMO")])
def test_the_choice_between_both_is_saved_with_everything_else(cast: Cast, keep: str, title: str) -> None:
    ask, page = both_retitle(cast)
    send_form(browser(cast.seo_lead), page, f"/requests/{ask.key}/edit/", **{"keep-title": keep})
    ask.refresh_from_db()
    assert (ask.title, ask.why, ask.kpi) == (title, "Mine", "Clicks")


def test_a_third_value_meanwhile_is_asked_about_again(cast: Cast) -> None:
    ask, page = both_retitle(cast)
    edited(cast.cmo, ask, title="By the CMO, again")
    again = send_form(browser(cast.seo_lead), page, f"/requests/{ask.key}/edit/")
    assert again.status_code == 409
    assert "Anna Belova changed it to By the CMO, again" in text_of(again)


def test_the_same_change_by_both_is_no_clash(cast: Cast) -> None:
    ask = make_ask(cast)
    url = f"/requests/{ask.key}/edit/"
    seo = browser(cast.seo_lead)
    form = seo.get(url)
    edited(cast.cmo, ask, title="The same words")
    assert send_form(seo, form, url, title="The same words", kpi="Clicks").status_code == 200
    ask.refresh_from_db()
    assert (ask.title, ask.kpi) == ("The same words", "Clicks")


def test_what_can_no_longer_be_changed_is_said_before_anything_is_saved(cast: Cast) -> None:
    ask = make_ask(cast)
    url = f"/requests/{ask.key}/edit/"
    seo = browser(cast.seo_lead)
    form = seo.get(url)
    accept_request(actor=cast.cto.viewer(), at=NOON, ask=ask)
    refused = send_form(seo, form, url, area="search", why="Mine")
    assert refused.status_code == 409
    assert "Part of what you changed can no longer be changed here." in text_of(refused)
    ask.refresh_from_db()
    assert ask.why != "Mine"
    send_form(seo, refused, url)
    ask.refresh_from_db()
    assert ask.why == "Mine"


def test_owners_and_areas_of_a_project_are_merged_as_well(cast: Cast) -> None:
    (project,) = fill(cast, {"web": "10"})
    url = f"/projects/{project.key}/edit/"
    lead = browser(cast.frontend_lead)
    form = lead.get(url)
    renewed(cast.cto, project, owner=cast.frontend_lead, areas=[cast.product_pages])
    send_form(lead, form, url, title="Store locator", starts_on="2027-02-01")
    project.refresh_from_db()
    assert (project.title, project.owner, str(project.starts_on)) == ("Store locator", cast.frontend_lead, "2027-02-01")
    assert [area.key for area in project.areas.all()] == ["product-pages"]


def test_a_person_that_both_chose_is_shown_by_name(cast: Cast) -> None:
    (project,) = fill(cast, {"web": "10"})
    url = f"/projects/{project.key}/edit/"
    cto = browser(cast.cto)
    form = cto.get(url)
    renewed(cast.frontend_lead, project, owner=cast.platform_lead)
    clash = send_form(cto, form, url, owner=cast.cto.pk)
    assert clash.status_code == 409
    assert f"{cast.frontend_lead.name} changed it to {cast.platform_lead.name}" in text_of(clash)


def policy_of_triage(cast: Cast) -> tuple[Any, str, Callable[..., None]]:
    ensure_policies(at=NOON)
    return Policy.objects.get(kind="triage"), "/policies/triage/edit/", edit_policy


def hours_of_web(cast: Cast) -> tuple[Any, str, Callable[..., None]]:
    copy_calendar(actor=cast.cto.viewer(), at=NOON, team=cast.web)
    return WorkCalendar.objects.get(team=cast.web), "/calendars/teams/web/", set_calendar


Found = Callable[[Cast], tuple[Any, str, Callable[..., None]]]
EDITED: dict[str, tuple[Found, tuple[str, Any, str], tuple[str, Any]]] = {
    "policy": (policy_of_triage, ("docket_after", Decimal(7), "7"), ("chiefs_after", Decimal(3))),
    "calendar": (hours_of_web, ("zone", "Asia/Almaty", "Asia/Almaty"), ("country", "DE")),
    "person": (
        lambda cast: (cast.sre, f"/people/{cast.sre.pk}/edit/", edit_person),
        ("title", "Site reliability", "Site reliability"),
        ("name", "Nina A."),
    ),
    "site": (
        lambda cast: (cast.site, "/sites/shop/edit/", edit_site),
        ("name", "The shop", "The shop"),
        ("url", "https://lumen.example/shop"),
    ),
    "area": (
        lambda cast: (cast.product_pages, "/areas/product-pages/edit/", edit_area),
        ("url_count", 52_000, "52000"),
        ("components", ["product", "price"]),
    ),
}
"""By record, as its verb calls it: how it is found, with its page and its verb; what is typed there; and what somebody else changes first."""


def edit_beside(cast: Cast, record: str) -> tuple[Any, Client, Page, str]:
    """The record, and a form that was shown before the CTO changed it."""
    find, _mine, (name, theirs) = EDITED[record]
    row, url, edit = find(cast)
    User.objects.filter(pk__in=[cast.admin.pk, cast.cto.pk]).update(roles=["admin", "cto"])
    client, cto = browser(cast.admin), User.objects.get(pk=cast.cto.pk)
    form = client.get(url)
    edit(actor=cto.viewer(), at=NOON, expected=row.version, changes={name: theirs}, **{record: row})
    return row, client, form, url


@pytest.mark.parametrize("record", EDITED)
def test_what_two_people_change_apart_in_any_record_is_merged(cast: Cast, record: str) -> None:
    row, client, form, url = edit_beside(cast, record)
    _find, (name, value, typed), (other, theirs) = EDITED[record]
    answer = send_form(client, form, url, **{name: typed})
    row.refresh_from_db()
    assert (getattr(row, name), getattr(row, other)) == (value, theirs)
    assert "That is kept beside what you changed." in text_of(answer)


@pytest.mark.parametrize("record", EDITED)
def test_what_both_change_in_any_record_is_asked_about(cast: Cast, record: str) -> None:
    row, client, form, url = edit_beside(cast, record)
    _find, (name, value, typed), _others = EDITED[record]
    before = getattr(row, name)
    other = {"policy": "9", "calendar": "Asia/Tokyo", "person": "Edge", "site": "Shop!", "area": "9"}[record]
    first = client.get(url)
    send_form(client, first, url, **{name: other})
    clash = send_form(client, form, url, **{name: typed})
    assert clash.status_code == 409
    assert "Changed by both of you" in text_of(clash)
    row.refresh_from_db()
    assert getattr(row, name) not in (before, value)
    assert client.get(url, {"since": "1"}).content.decode().startswith("Meanwhile: ")


def test_whoever_writes_can_ask_what_others_did_since(cast: Cast) -> None:
    ask = make_ask(cast)
    edited(cast.cmo, ask, title="By the CMO")
    seo = browser(cast.seo_lead)
    url = f"/requests/{ask.key}/edit/"
    assert seo.get(url, {"since": "1"}).content.decode() == "Meanwhile: Anna Belova changed: title."
    for since in ("2", "0", "-1", "many", ""):
        assert seo.get(url, {"since": since}).content == b""
    assert browser(cast.frontend_lead).get(url, {"since": "1"}).status_code in (403, 404)


def test_a_base_that_makes_no_sense_is_as_stale_as_its_version(cast: Cast) -> None:
    ask = make_ask(cast)
    edited(cast.cmo, ask, title="By the CMO")
    given = {"version": "1", "title": "Mine", "type": "structured-data", "area": "product-pages"}
    for base in ("", "[]", "{", "7", "x" * 30_000):
        answer = browser(cast.seo_lead).post(f"/requests/{ask.key}/edit/", {**given, "based_on": base})
        assert answer.status_code == 409
    ask.refresh_from_db()
    assert ask.title == "By the CMO"


class Kinds(forms.Form):
    """One of each kind of field, to be shown and sent back untouched."""

    words = forms.CharField(required=False)
    lines = LinesField(required=False)
    weeks = forms.DecimalField(required=False)
    on = forms.DateField(required=False)
    yes = forms.BooleanField(required=False)
    kinds = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], required=False)


def test_every_kind_of_field_sent_back_untouched_counts_as_untouched(cast: Cast) -> None:
    (project,) = fill(cast, {"web": "10"})
    held = {"words": " a\nb ", "lines": ["x", "y"], "weeks": Decimal("12.50"), "on": NOON.date(), "yes": True}
    base = Merge(Kinds(initial={**held, "kinds": ["b", "a"]}), project).based_on
    sent = QueryDict(mutable=True)
    sent.update({"words": "a\r\nb", "lines": "x\r\ny", "weeks": "12.5", "on": NOON.date().isoformat(), "yes": "on"})
    sent.setlist("kinds", ["a", "b"])
    sent.update({"based_on": base, "version": str(project.version)})
    now: dict[str, Any] = {"words": "", "lines": [], "weeks": None, "on": None, "yes": False, "kinds": []}
    form = Kinds(sent, initial=now)
    merge = Merge(form, project)
    merge.read(RequestFactory().post("/", sent.dict()))
    assert not merge.clashes
    assert form.is_valid()
    assert form.cleaned_data == now
