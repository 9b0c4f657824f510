"""Request types are changed without code: their names, their order, their fields, and what then holds for whom."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.makers import NOON, Cast
from tests.tracker.test_request_pages import FILED, browser, text_of
from tracker.intake.actions import add_request_type, ensure_request_types
from tracker.intake.catalog import TAKEN_KEYS
from tracker.intake.models import RequestType, TypeForm, WorkRequest
from tracker.people.models import User
from tracker.web.forms.requests import RequestForm

FIELD = {
    "label_en": "Vendor",
    "label_ru": "Поставщик",
    "kind": "text",
    "stage": "filing",
    "help_en": "",
    "help_ru": "",
    "choices": "",
    "unit_en": "",
    "unit_ru": "",
    "least": "",
    "most": "",
    "key": "",
}


@pytest.fixture
def admin(cast: Cast) -> Client:
    ensure_request_types(at=NOON)
    return browser(cast.admin)


def kind_of(key: str) -> RequestType:
    return RequestType.objects.get(key=key)


def keys_of(key: str) -> list[str]:
    return [one["key"] for one in kind_of(key).fields]


def add(admin: Client, to: str, **given: str) -> Any:
    return admin.post(f"/types/{to}/fields/new/", FIELD | given)


def based_on(page: str) -> str:
    found = re.search(r'name="based_on" value="([^"]*)"', page)
    return found[1].replace("&quot;", '"') if found else ""


def test_a_new_type_gets_a_field_and_is_filed_with(cast: Cast, admin: Client) -> None:
    made = admin.post("/types/new/", {"name_en": "Vendor change", "name_ru": "Смена поставщика"})
    assert made.headers["Location"] == "/types/vendor-change/fields/new/"
    assert add(admin, "vendor-change").headers["Location"] == "/types/vendor-change/"
    page = text_of(admin.get("/types/vendor-change/"))
    assert "1 field of its own; filing asks for 1 of them." in page
    assert "added “Vendor”" in page
    seo = browser(cast.seo_lead)
    refused = seo.post("/requests/new/", {**FILED, "type": "vendor-change"})
    assert refused.status_code == 422
    filed = seo.post("/requests/new/", {**FILED, "type": "vendor-change", "vendor": "ACME"})
    assert filed.status_code == 302
    assert "ACME" in text_of(seo.get(filed.headers["Location"]))


def test_a_name_that_is_taken_is_refused_where_it_was_typed(admin: Client) -> None:
    page = admin.post("/types/new/", {"name_en": "Migration", "name_ru": ""})
    assert page.status_code == 422
    assert 'id="id_name_en-error"' in page.content.decode()


def test_what_is_filed_keeps_the_form_it_was_filed_with(cast: Cast, admin: Client) -> None:
    seo = browser(cast.seo_lead)
    seo.post("/requests/new/", {**FILED, "type": "performance", "metric": "LCP"})
    seo.post("/requests/new/", {"type": "performance", "title": "Later", "draft": "1"})
    filed, draft = WorkRequest.objects.order_by("id")
    assert admin.post("/types/performance/fields/metric/remove/", {"version": "1"}).status_code == 302
    add(admin, "performance", label_en="Percentile", stage="filing")
    filed.refresh_from_db()
    assert "Metric" in text_of(seo.get(f"/requests/{filed.key}/"))
    assert "LCP · largest paint" in text_of(seo.get(f"/requests/{filed.key}/"))
    assert "Percentile" not in text_of(seo.get(f"/requests/{filed.key}/edit/"))
    asked = text_of(seo.get(f"/requests/{draft.key}/edit/"))
    assert "Percentile" in asked
    assert "LCP · largest paint" not in asked
    assert [form.number for form in TypeForm.objects.filter(type__key="performance").order_by("number")] == [1, 2, 3]


def test_a_type_that_never_had_a_form_gives_its_old_one_to_what_was_filed(cast: Cast, admin: Client) -> None:
    browser(cast.seo_lead).post("/requests/new/", FILED)
    ask = WorkRequest.objects.get()
    assert ask.form is None
    add(admin, "structured-data")
    ask.refresh_from_db()
    assert ask.fields == []
    assert keys_of("structured-data") == ["vendor"]


def test_fields_move_up_and_down_and_the_ends_stay(admin: Client) -> None:
    before = keys_of("performance")
    move = "/types/performance/fields/{}/move/"
    admin.post(move.format(before[0]), {"way": "down"})
    assert keys_of("performance") == [before[1], before[0], *before[2:]]
    admin.post(move.format(before[1]), {"way": "up"})
    admin.post(move.format(before[-1]), {"way": "down"})
    assert keys_of("performance") == [before[1], before[0], *before[2:]]
    assert kind_of("performance").version == 2


def test_types_are_offered_in_their_order_and_the_retired_not_at_all(cast: Cast, admin: Client) -> None:
    def listed() -> list[str]:
        return re.findall(
            r'name="type" value="([a-z-]+)"', browser(cast.seo_lead).get("/requests/new/").content.decode()
        )

    first = listed()[0]
    admin.post(f"/types/{first}/move/", {"way": "down"})
    assert listed()[1] == first
    admin.post(f"/types/{first}/retire/", {})
    assert first not in listed()
    refused = browser(cast.seo_lead).post("/requests/new/", {**FILED, "type": first})
    assert refused.status_code == 422
    assert "Retired" in text_of(admin.get("/types/"))
    admin.post(f"/types/{first}/restore/", {})
    assert first in listed()


def test_the_last_type_is_not_retired(cast: Cast) -> None:
    page = browser(cast.admin).post(f"/types/{cast.type.key}/retire/", {}, follow=True)
    assert "It is the only type that is left" in text_of(page)
    assert kind_of(cast.type.key).retired_at is None


@pytest.mark.parametrize(
    "given, field, said",
    [
        ({"label_en": "Title"}, "label_en", "Every request has “title” already"),
        ({"key": "area"}, "key", "Every request has “area” already"),
        ({"key": "__proto__"}, "key", "small Latin letters"),
        ({"key": "Größe"}, "key", "small Latin letters"),
        ({"key": "metric"}, "key", "has a field with the key “metric” already"),
        ({"kind": "choice"}, "choices", "Name what may be chosen."),
        ({"kind": "choice", "choices": "a | A\nb | B\na | C"}, "choices", "“a” stands there twice."),
        ({"kind": "choices", "choices": "a | b | c | d"}, "choices", "is no choice"),
        ({"kind": "choice", "choices": "\n".join(f"v{n}" for n in range(1_000))}, "choices", "At most 200 choices."),
        ({"kind": "number", "least": "5", "most": "1"}, "most", "less than the least"),
        ({"label_en": "a\x00b"}, "label_en", "Null characters are not allowed."),
        ({"kind": "spell"}, "kind", "spell"),
        ({"stage": "birth"}, "stage", "birth"),
    ],
)
def test_bad_input_is_told_at_its_field(admin: Client, given: dict[str, str], field: str, said: str) -> None:
    answer = add(admin, "performance", **given)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_{field}-error"' in page
    assert said in text_of(answer)
    assert len(keys_of("performance")) == 4


def test_a_kind_stays_while_requests_hold_answers(cast: Cast, admin: Client) -> None:
    browser(cast.seo_lead).post("/requests/new/", {**FILED, "type": "performance", "metric": "LCP"})
    page = "/types/performance/fields/metric/edit/"
    given = FIELD | {"label_en": "Metric", "kind": "text", "version": "1"}
    del given["key"]
    refused = admin.post(page, given)
    assert refused.status_code == 422
    assert 'id="id_kind-error"' in refused.content.decode()
    assert "Requests hold answers to “metric” as one of several choices (1)" in text_of(refused)
    admin.post("/types/performance/fields/metric/remove/", {})
    again = add(admin, "performance", label_en="Metric", kind="number")
    assert again.status_code == 422
    assert "add a field with another key instead" in text_of(again)
    assert "metric" not in keys_of("performance")
    assert add(admin, "performance", label_en="Metric", kind="choice", choices="LCP\nINP").status_code == 302


def test_two_people_change_two_things_of_one_field_and_both_stay(cast: Cast, admin: Client) -> None:
    page = "/types/performance/fields/measured_with/edit/"
    shown = admin.get(page).content.decode()
    form = FIELD | {"label_en": "Measured with", "label_ru": "Чем измеряется", "stage": "embedding"}
    del form["key"]
    base = {"version": "1", "based_on": based_on(shown)}
    assert browser(cast.cto).post(page, form | base | {"label_en": "Read with"}).status_code == 302
    assert admin.post(page, form | base | {"help_en": "The tool."}).status_code == 302
    kept = kind_of("performance").fields[-1]
    assert (kept["label"]["en"], kept["help"]["en"]) == ("Read with", "The tool.")
    late = browser(cast.cmo).post(page, form | base | {"label_en": "Seen with"})
    assert late.status_code == 409
    assert "Changed by both of you" in text_of(late)


def test_html_in_a_label_and_in_a_choice_is_shown_as_it_is(cast: Cast, admin: Client) -> None:
    evil = "<script>alert(1)</script>"
    add(admin, "performance", label_en=evil, kind="choice", choices=f"x | {evil} | {evil}", key="evil")
    seo = browser(cast.seo_lead)
    for page in (
        admin.get("/types/performance/"),
        admin.get("/types/performance/fields/evil/edit/"),
        seo.get("/requests/new/?type=performance"),
        seo.get("/requests/?type=performance&columns=answers.evil"),
    ):
        assert page.status_code == 200
        assert evil not in page.content.decode()


def test_no_field_takes_a_name_of_the_form_of_every_request() -> None:
    assert set(RequestForm.base_fields) <= TAKEN_KEYS


def test_a_form_has_at_most_forty_fields(cast: Cast, admin: Client) -> None:
    fields = [{"key": f"f{n}", "kind": "text", "stage": "", "label": {"en": f"F{n}"}} for n in range(40)]
    add_request_type(actor=cast.admin.viewer(), at=NOON, name={"en": "Long"}, fields=fields)
    answer = add(admin, "long")
    assert answer.status_code == 422
    assert "At most 40 fields" in text_of(answer)


def test_only_those_with_the_power_see_the_pages(cast: Cast, admin: Client) -> None:
    for who, status in ((cast.cmo, 200), (cast.cto, 200), (cast.seo_lead, 403), (cast.coo, 403)):
        for path in ("/types/", "/types/new/", "/types/bug/", "/types/bug/edit/", "/types/bug/fields/new/"):
            assert browser(who).get(path).status_code == status
    assert admin.get("/types/nothing/").status_code == 404
    assert admin.get("/types/bug/fields/nothing/edit/").status_code == 404
    assert "Request types" in text_of(admin.get("/settings/"))


def test_a_russian_administrator_reads_labels_in_russian(cast: Cast, admin: Client) -> None:
    User.objects.filter(pk=cast.admin.pk).update(language="ru")
    page = text_of(browser(User.objects.get(pk=cast.admin.pk)).get("/types/experiment/"))
    assert "Длительность, недель" in page
