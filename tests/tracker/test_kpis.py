"""KPIs: one list of what is measured; a request that names one of them is linked to it."""

from typing import Any

import pytest
from django.test import Client

from tests.callers import Caller
from tests.makers import NOON, Cast
from tests.tracker.test_evidence import make_ask
from tracker.intake.actions import edit_request
from tracker.kernel.errors import Invalid, NotAllowed, Stale, WrongState
from tracker.measures.actions import add_kpi, edit_kpi, restore_kpi, retire_kpi
from tracker.measures.models import Kpi
from tracker.people.models import User


def make_kpi(cast: Cast, name: str = "Rich-result clicks", **more: Any) -> Kpi:
    return add_kpi(actor=cast.admin.viewer(), at=NOON, name=name, **more)


def browser(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_a_known_kpi_is_linked_in_its_own_spelling_and_any_other_stays_as_it_is_said(cast: Cast) -> None:
    kpi = make_kpi(cast, unit="clicks")
    ask = make_ask(cast, kpi="rich-result  CLICKS", target=200)
    assert (ask.measure_id, ask.kpi) == (kpi.pk, "Rich-result clicks")
    assert "200 clicks" in browser(cast.analyst).get(f"/requests/{ask.key}/").content.decode()
    edit_request(actor=cast.seo_lead.viewer(), at=NOON, ask=ask, expected=1, changes={"kpi": "Something of ours"})
    assert (ask.measure_id, ask.kpi) == (None, "Something of ours")


def test_a_retired_kpi_is_not_offered_and_stays_where_it_was(cast: Cast) -> None:
    kpi, ask = make_kpi(cast), make_ask(cast)
    client = browser(cast.seo_lead)
    assert '<option value="Rich-result clicks">' in client.get(f"/requests/{ask.key}/edit/").content.decode()
    with_it = make_ask(cast, kpi="Rich-result clicks")
    retire_kpi(actor=cast.cto.viewer(), at=NOON, kpi=kpi)
    assert "Rich-result clicks" not in client.get(f"/requests/{ask.key}/edit/").content.decode()
    assert make_ask(cast, kpi="Rich-result clicks").measure_id is None
    with_it.refresh_from_db()
    assert with_it.measure_id == kpi.pk
    with pytest.raises(WrongState):
        retire_kpi(actor=cast.cto.viewer(), at=NOON, kpi=kpi)
    restore_kpi(actor=cast.cto.viewer(), at=NOON, kpi=kpi)
    with pytest.raises(WrongState):
        restore_kpi(actor=cast.cto.viewer(), at=NOON, kpi=kpi)


def test_each_name_is_there_once_and_not_blank(cast: Cast) -> None:
    make_kpi(cast)
    for name in ("rich-result clicks", "  Rich-result   clicks ", " "):
        with pytest.raises(Invalid) as refused:
            make_kpi(cast, name)
        assert list(refused.value.fields) == ["name"]


def test_who_does_not_keep_the_forms_keeps_no_kpis_and_a_latecomer_is_told(cast: Cast) -> None:
    kpi = make_kpi(cast)
    with pytest.raises(NotAllowed):
        add_kpi(actor=cast.seo_lead.viewer(), at=NOON, name="Mine")
    edit_kpi(actor=cast.cmo.viewer(), at=NOON, kpi=kpi, expected=1, changes={"unit": "clicks"})
    with pytest.raises(Stale):
        edit_kpi(actor=cast.cto.viewer(), at=NOON, kpi=kpi, expected=1, changes={"unit": "visits"})


def test_a_kpi_is_added_renamed_and_retired_in_the_browser(cast: Cast) -> None:
    admin = browser(cast.admin)
    given = {"name": "LCP of product pages", "unit": "ms", "better": "down", "side": "technology", "source": "CrUX"}
    assert admin.post("/kpis/new/", given).headers["Location"] == "/kpis/"
    kpi = Kpi.objects.get()
    assert (kpi.unit, kpi.better, kpi.side) == ("ms", "down", "technology")
    assert admin.post("/kpis/new/", given).status_code == 422
    admin.post(f"/kpis/{kpi.pk}/edit/", {**given, "name": "LCP of products", "version": "1"})
    page = browser(cast.analyst).get("/kpis/").content.decode()
    assert "1 KPI is offered" in page
    assert "LCP of products" in page
    assert "/kpis/new/" not in page
    admin.post(f"/kpis/{kpi.pk}/retire/", {"version": "2"})
    assert "0 KPIs are offered" in admin.get("/kpis/").content.decode()
    admin.post(f"/kpis/{kpi.pk}/restore/", {"version": "3"})
    assert Kpi.objects.get().retired_at is None


def test_the_api_keeps_kpis(cast: Cast) -> None:
    call = Caller(cast.cmo)
    made = call.post("/api/v1/kpis/", {"name": "Clicks", "unit": "clicks", "side": "marketing"}, once="k")
    assert made.status_code == 201, made.content
    url = f"/api/v1/kpis/{made.json()['id']}/"
    assert call.patch(url, {"name": "Clicks a month"}, match=1).json()["name"] == "Clicks a month"
    assert call.post(f"{url}retire/").json()["retired_at"]
    assert [one["name"] for one in call.get("/api/v1/kpis/?retired=true").json()["results"]] == ["Clicks a month"]
    assert call.post(f"{url}restore/").json()["retired_at"] is None
    assert call.post("/api/v1/kpis/", {"name": "CLICKS A MONTH"}).status_code == 400
