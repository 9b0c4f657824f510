"""The list of requests by its address: groups, columns and saved views."""

import csv
import io
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.callers import Caller
from tests.forms import send_form, text_of
from tests.ledger import counted
from tests.makers import NOON, Cast, make_user
from tracker.history.audit import holes
from tracker.history.models import Entry
from tracker.intake.models import WorkRequest
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.people.actions import change_view, delete_view, save_view
from tracker.people.models import SavedView, User

USUAL = ("Key", "Title", "State", "Area", "Requester", "Alone", "Changed")
STATES = ("filed", "needs_information", "accepted")


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def make_requests(cast: Cast, count: int = 120) -> None:
    people, areas = (cast.seo_lead, cast.analyst), (cast.product_pages, cast.search)
    WorkRequest.objects.bulk_create(
        WorkRequest(
            type=cast.type,
            title=f"Title {number % 7}",
            state=STATES[number % 3],
            question="Which?" if number % 3 == 1 else "",
            delivery="waiting" if number % 3 == 2 else "",
            requester=people[number % 2],
            area=areas[number % 2] if number % 5 else None,
            team=cast.web if number % 5 else None,
            filed_at=NOON,
            created_at=NOON,
            updated_at=NOON + timedelta(minutes=number % 5),
        )
        for number in range(count)
    )


def read(who: Client, query: str) -> str:
    return who.get(f"/requests/?{query}", follow=True).content.decode()


def next_of(page: str) -> str:
    found = re.search(r'rel="next" href="\?([^"]+)"', page)
    return found[1].replace("&amp;", "&") if found else ""


def groups_on(page: str) -> list[tuple[str, int]]:
    found = re.findall(r'<th scope="rowgroup"[^>]*>(.*?) <span class="count">(\d+)</span>', page)
    return [(label, int(count)) for label, count in found]


def keys_on(page: str) -> list[str]:
    return re.findall(r'<td class="soft">(R-\d+)</td>', page)


def columns_on(page: str) -> list[str]:
    """From the key on: what stands before it is no column of the list."""
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', page, re.DOTALL)
    told = [re.sub("<[^>]+>", "", head).strip() for head in heads]
    return told[told.index("Key") :]


@pytest.mark.parametrize("group", ["state", "delivery", "type", "team", "area", "requester"])
@pytest.mark.parametrize("sort", ["-key", "title", "-changed", "filed"])
def test_groups_run_through_the_pages_and_show_each_request_once(cast: Cast, group: str, sort: str) -> None:
    make_requests(cast)
    lead, query = browser(cast.seo_lead), f"group={group}&sort={sort}"
    seen: list[str] = []
    heads: list[tuple[str, int]] = []
    while query:
        page = read(lead, query)
        seen += keys_on(page)
        heads += [head for head in groups_on(page) if not heads or head != heads[-1]]
        query = next_of(page)
    assert len(seen) == len(set(seen)) == 120
    assert len(heads) == len(set(heads)), "a group came twice"
    assert sum(count for _label, count in heads) == 120


def test_a_heading_counts_its_whole_group_in_the_order_of_its_states(cast: Cast) -> None:
    make_requests(cast)
    lead = browser(cast.seo_lead)
    page = read(lead, "group=state")
    assert groups_on(page) == [("filed", 40), ("needs information", 40)]
    assert groups_on(read(lead, next_of(page)))[0] == ("needs information", 40)
    assert groups_on(read(lead, "group=team&state=filed")) == [("No team", 8), ("Web", 32)]


def test_headings_cost_one_statement_however_many_groups_there_are(cast: Cast) -> None:
    make_requests(cast)
    lead = browser(cast.seo_lead)
    read(lead, "")
    with counted() as plain:
        read(lead, "")
    with counted() as few:
        read(lead, "group=requester")
    for number in range(30):
        person = make_user(f"Person {number}", f"p{number}@lumen.example", [], cast.seo)
        WorkRequest.objects.filter(pk=WorkRequest.objects.order_by("pk")[number].pk).update(requester=person)
    with counted() as many:
        read(lead, "group=requester")
    assert len(many) == len(few) == len(plain) + 1


@pytest.mark.parametrize(
    "after", ["zz", "1~2", "1~x~y~z", "1~2~%2500~4", "9" * 30, "~~~", "1~99999999999999999999~a~b", "1~2~a~b"]
)
def test_a_place_that_cannot_be_read_is_the_first_page(cast: Cast, after: str) -> None:
    make_requests(cast, 3)
    for query in (f"after={after}", f"group=team&after={after}", f"group=team&sort=changed&after={after}"):
        assert browser(cast.seo_lead).get(f"/requests/?{query}").status_code == 200


def test_the_chosen_columns_are_shown_and_stand_in_the_file(cast: Cast) -> None:
    make_requests(cast, 4)
    lead = browser(cast.seo_lead)
    assert columns_on(read(lead, "")) == list(USUAL)
    chosen = "columns=age&columns=team&columns=state&sort=title&group=requester"
    assert columns_on(read(lead, chosen)) == ["Key", "Title", "State", "Team", "Age, days"]
    assert columns_on(read(lead, "columns=age,team")) == ["Key", "Title", "Team", "Age, days"]
    answer: Any = lead.get(f"/requests/?{chosen}&as=csv")
    text = b"".join(answer.streaming_content).decode()[1:]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert list(rows[0]) == ["Key", "Title", "State", "Team", "Age, days"]
    assert [row["Key"] for row in rows] == keys_on(read(lead, chosen)), "in the order of the page"
    assert {row["State"] for row in rows} == {"filed", "needs information", "below the line"}, "as the page says it"
    answer = lead.get("/requests/?columns=delivery,state,age&as=json")
    told = json.loads(b"".join(answer.streaming_content))
    assert list(told[0]) == ["key", "title", "state", "delivery", "age"]
    assert {(row["state"], row["delivery"]) for row in told} == {
        ("filed", ""),
        ("needs_information", ""),
        ("accepted", "waiting"),
    }
    assert isinstance(told[0]["age"], int)


def test_groups_and_columns_stay_while_the_list_is_narrowed_without_javascript(cast: Cast) -> None:
    make_requests(cast, 4)
    lead = browser(cast.seo_lead)
    first = lead.get("/requests/?group=team&columns=age&dialog=columns")
    narrowed = send_form(lead, first, "/requests/", state="filed")
    assert groups_on(narrowed.content.decode())
    assert columns_on(narrowed.content.decode())[-1] == "Age, days"
    chosen = lead.get("/requests/?state=filed&group=team&dialog=columns").content.decode()
    assert '<dialog id="columns" class="dialog" aria-labelledby="columns-title" open' in chosen
    assert '<input type="hidden" name="state" value="filed">' in chosen


def test_what_an_address_asks_for_and_is_not_there_is_said_and_the_list_opens(cast: Cast) -> None:
    make_requests(cast, 3)
    page = text_of(browser(cast.seo_lead).get("/requests/?area=gone&group=colour&columns=age,price&sort=evil"))
    for told in ("Area “gone”", "Grouping “colour”", "Column “price”", "Order “evil”"):
        assert f"{told} is not there any more: the list is shown without it." in page
    assert "Title 0" in page
    assert "Select a valid choice" not in page


def holes_of_views() -> list[str]:
    return [told for told in holes() if told.startswith("view")]


def keep(user: User, name: str = "Waiting", query: str = "state=filed&group=team", **more: Any) -> SavedView:
    return save_view(actor=user.viewer(), at=NOON, name=name, query=query, **more)


def test_what_is_shown_is_saved_under_a_name_and_opened_again(cast: Cast) -> None:
    make_requests(cast, 6)
    lead = browser(cast.seo_lead)
    page = lead.get("/requests/?state=filed&group=team&columns=age&after=9999~9999")
    new = re.search(r'href="(/views/new/\?of=[^"]+)"', page.content.decode())
    assert new
    saved = send_form(lead, lead.get(new[1].replace("&amp;", "&")), "/views/new/", name="Mornings")
    view = SavedView.objects.get()
    assert (view.name, view.query, view.owner) == ("Mornings", "state=filed&group=team&columns=age", cast.seo_lead)
    assert "The view “Mornings” is saved." in text_of(saved)
    opened = lead.get(f"/requests/?view={view.pk}", follow=True)
    assert opened.redirect_chain == [(f"/requests/?view={view.pk}&state=filed&group=team&columns=age", 302)]
    assert 'aria-current="page">Mornings</a>' in opened.content.decode()
    assert columns_on(opened.content.decode())[-1] == "Age, days"
    assert "Mornings" not in read(browser(cast.cto), ""), "private"
    assert not holes_of_views()


def test_a_shared_view_is_for_everybody_and_changed_by_its_owner_or_an_administrator(cast: Cast) -> None:
    view = keep(cast.seo_lead, shared=True)
    assert "Waiting" in read(browser(cast.cto), "")
    for path in ("edit", "replace", "delete"):
        assert browser(cast.cto).post(f"/views/{view.pk}/{path}/", {"name": "x"}).status_code == 403
    assert "Name and sharing" not in read(browser(cast.cto), f"view={view.pk}")
    admin = browser(cast.admin)
    page = admin.get(f"/views/{view.pk}/edit/")
    assert 'name="is_default"' not in page.content.decode(), "what opens first its owner decides"
    send_form(admin, page, f"/views/{view.pk}/edit/", name="Triage of Web")
    view.refresh_from_db()
    assert (view.name, view.shared, view.version) == ("Triage of Web", True, 2)
    send_form(admin, admin.get("/views/"), f"/views/{view.pk}/delete/")
    assert "Triage of Web" not in read(browser(cast.seo_lead), "")
    assert "This view is not there any more" in read(browser(cast.seo_lead), f"view={view.pk}&state=filed")
    assert [entry.verb for entry in Entry.objects.filter(subject="view").order_by("version")] == [
        "save_view",
        "change_view",
        "delete_view",
    ]


def test_a_private_view_of_somebody_else_is_not_there_not_even_for_an_administrator(cast: Cast) -> None:
    view = keep(cast.seo_lead)
    for user in (cast.admin, cast.cto):
        assert browser(user).get(f"/views/{view.pk}/edit/").status_code == 404
        assert "Waiting" not in text_of(browser(user).get("/views/"))
    with pytest.raises(NotAllowed):
        change_view(actor=cast.cto.viewer(), at=NOON, view=view, expected=1, changes={"name": "Mine"})


def test_a_view_takes_over_what_is_shown_unless_somebody_changed_it_first(cast: Cast) -> None:
    view, lead = keep(cast.seo_lead), browser(cast.seo_lead)
    assert "from now on" not in read(lead, f"view={view.pk}"), "nothing to replace"
    page = lead.get(f"/requests/?view={view.pk}&group=team&state=filed&columns=age")
    assert "Show this under “Waiting” from now on" in text_of(page)
    shown = "group=team&state=filed&columns=age"
    send_form(lead, page, f"/views/{view.pk}/replace/", query=shown)
    view.refresh_from_db()
    assert (view.query, view.version) == (shown, 2)
    late = text_of(send_form(lead, page, f"/views/{view.pk}/replace/", query="state=parked", idempotency="2"))
    assert "Somebody changed this before you." in late
    view.refresh_from_db()
    assert view.query == shown
    with pytest.raises(Stale):
        change_view(actor=cast.seo_lead.viewer(), at=NOON, view=view, expected=1, changes={"name": "Late"})


def test_ones_default_opens_first_and_everything_is_one_click_away(cast: Cast) -> None:
    make_requests(cast, 6)
    lead = browser(cast.seo_lead)
    first, second = keep(cast.seo_lead, "First", is_default=True), keep(cast.seo_lead, "Second", "state=parked")
    opened = lead.get("/requests/", follow=True)
    assert opened.redirect_chain == [(f"/requests/?view={first.pk}&state=filed&group=team", 302)]
    assert 'href="?view=all"' in opened.content.decode()
    assert len(keys_on(read(lead, "view=all"))) == 6
    changes = {"is_default": True}
    change_view(actor=cast.seo_lead.viewer(), at=NOON, view=second, expected=1, changes=changes)
    first.refresh_from_db()
    assert (first.is_default, first.version, second.is_default) == (False, 2, True)
    assert not browser(cast.cto).get("/requests/", follow=True).redirect_chain
    assert not holes_of_views()


def test_a_default_without_filters_opens_without_going_in_circles(cast: Cast) -> None:
    view = keep(cast.seo_lead, "All", "", is_default=True)
    opened = browser(cast.seo_lead).get("/requests/", follow=True)
    assert opened.redirect_chain == [(f"/requests/?view={view.pk}", 302)]
    assert opened.status_code == 200


def test_a_view_with_a_filter_that_is_gone_says_so_where_it_is_listed_and_opened(cast: Cast) -> None:
    make_requests(cast, 3)
    keep(cast.seo_lead, "Basket", "area=basket&state=filed")
    lead = browser(cast.seo_lead)
    told = "Area “basket” is not there any more: the list is shown without it."
    listed = text_of(lead.get("/views/"))
    assert told in listed
    assert "State: filed" in listed
    view = SavedView.objects.get()
    assert told in text_of(lead.get(f"/requests/?view={view.pk}", follow=True))


def test_two_views_of_one_owner_have_two_names_and_an_address_has_its_length(cast: Cast) -> None:
    keep(cast.seo_lead)
    keep(cast.cto)
    with pytest.raises(Invalid) as taken:
        keep(cast.seo_lead, "waiting")
    assert list(taken.value.fields) == ["name"]
    with pytest.raises(Invalid):
        keep(cast.seo_lead, "Long", "q=" + "x" * 3000)
    with pytest.raises(Invalid):
        keep(cast.seo_lead, "Nul", "q=%00")
    view = SavedView.objects.get(owner=cast.seo_lead)
    delete_view(actor=cast.seo_lead.viewer(), at=NOON, view=view, expected=1)
    assert keep(cast.seo_lead).query == "state=filed&group=team"


def test_programs_save_change_and_delete_views(cast: Cast) -> None:
    call, other = Caller(cast.seo_lead), Caller(cast.cto)
    made = call.post("/api/v1/views/", {"name": "Waiting", "query": "?state=filed&after=4~4", "shared": True})
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["query"], told["default"], told["owner"]["id"]) == ("state=filed", False, cast.seo_lead.pk)
    path = f"/api/v1/views/{told['id']}/"
    assert [row["name"] for row in other.get("/api/v1/views/?shared=true").json()["results"]] == ["Waiting"]
    assert other.patch(path, {"name": "Mine"}, match=1).status_code == 403
    changed = call.patch(path, {"default": True, "shared": False}, match=1).json()
    assert (changed["default"], changed["shared"], changed["version"]) == (True, False, 2)
    assert other.get(path).status_code == 404
    assert call.patch(path, {"name": "Late"}, match=1).status_code == 412
    assert call.post(f"{path}delete/", match=2).json() == {"id": told["id"], "deleted": True}
    assert call.get(path).status_code == 404
    assert call.get("/api/v1/views/").json()["results"] == []
