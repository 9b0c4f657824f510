"""Requests in the browser: filing in a minute, the list, one request, editing; nothing typed is ever lost."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from tests.makers import NOON, Cast
from tracker.history.models import Entry
from tracker.intake.actions import (
    accept_request,
    add_comment,
    ask_question,
    draft_request,
    edit_request,
    ensure_request_types,
    file_request,
    restrict_request,
)
from tracker.intake.catalog import TYPES
from tracker.intake.models import Comment, RequestType, WorkRequest
from tracker.intake.states import State
from tracker.kernel.errors import Invalid
from tracker.people.models import User
from tracker.projects.models import Project

FILED = {
    "type": "structured-data",
    "title": "Product structured data on all product pages",
    "area": "product-pages",
    "example_urls": "https://lumen.example/p/1\n\nhttps://lumen.example/p/2",
    "why": "Rich results show price and stock.",
}


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def make_ask(cast: Cast, by: User | None = None, **more: Any) -> WorkRequest:
    given = {
        "title": "Product structured data on all product pages",
        "area": cast.product_pages,
        "example_urls": ["https://lumen.example/p/1"],
        "why": "Rich results show price and stock.",
    }
    actor = (by or cast.seo_lead).viewer()
    return file_request(actor=actor, at=NOON, type=cast.type, **{**given, **more})


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def optional_in(page: str) -> set[str]:
    """The labels that say so."""
    return set(re.findall(r"<(?:label|legend)[^>]*>([^<]*?) <span class=\"optional\">", page))


def test_a_request_is_filed_with_a_plain_form_and_routed_by_its_area(cast: Cast) -> None:
    seo = browser(cast.seo_lead)
    assert seo.get("/requests/new/").status_code == 200
    answer = seo.post("/requests/new/", FILED)
    ask = WorkRequest.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/requests/{ask.key}/")
    assert (ask.state, ask.team, len(ask.example_urls)) == (State.FILED, cast.web, 2)
    page = text_of(seo.get(answer.headers["Location"]))
    assert f"{ask.key} is filed with Web." in page
    assert "Filed with Web; Irina Lind decides on it." in page


def test_a_share_above_a_hundred_and_a_text_too_long_are_refused_and_stay_as_they_were_typed(cast: Cast) -> None:
    brought = next(kind for kind in TYPES if kind["key"] == cast.type.key)
    RequestType.objects.filter(pk=cast.type.pk).update(fields=list(brought["fields"]))
    cast.type.refresh_from_db()
    seo = browser(cast.seo_lead)
    assert 'maxlength="20000"' not in seo.get("/requests/new/").content.decode()
    long = seo.post("/requests/new/", {**FILED, "schema_type": "Product", "why": "w" * 20_001})
    assert long.status_code == 422
    assert "w" * 20_001 in long.content.decode()
    assert "20001" in long.content.decode()
    ask = make_ask(cast, answers={"schema_type": "Product"})
    page = f"/requests/{ask.key}/edit/?stage=acceptance"
    assert seo.post(page, {"current_validity": "140", "version": "1"}).status_code == 422
    answer = seo.post(page, {"current_validity": "100", "template": "P", "version": "1"})
    assert answer.status_code == 302
    with pytest.raises(Invalid, match="100"):
        edit_request(
            actor=cast.seo_lead.viewer(),
            at=NOON,
            ask=WorkRequest.objects.get(),
            expected=None,
            changes={"answers": {"current_validity": 140}},
        )


def test_what_is_missing_is_said_and_what_was_typed_stays(cast: Cast) -> None:
    answer = browser(cast.seo_lead).post("/requests/new/", {**FILED, "why": "", "example_urls": "not an address"})
    page = text_of(answer)
    assert answer.status_code == 422
    assert "not an address" in page
    assert FILED["title"] in page
    assert "Web addresses begin with http" in page
    assert not WorkRequest.objects.exists()


def test_a_form_that_is_sent_twice_files_once(cast: Cast) -> None:
    seo = browser(cast.seo_lead)
    answers = [seo.post("/requests/new/", {**FILED, "idempotency": "once-1"}) for _number in range(2)]
    assert WorkRequest.objects.count() == 1
    assert answers[0].headers["Location"] == answers[1].headers["Location"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": "x" * 201},
        {"title": ""},
        {"title": "nul \x00 here"},
        {"why": "nul \x00 here"},
        {"example_urls": "https://a.example/\x00"},
        {"type": "unknown"},
        {"area": "unknown"},
        {"why": "x" * 20_001},
    ],
)
def test_a_wrong_field_is_refused_with_a_word(cast: Cast, wrong: dict[str, str]) -> None:
    answer = browser(cast.seo_lead).post("/requests/new/", {**FILED, **wrong})
    assert answer.status_code == 422
    assert not WorkRequest.objects.exists()


def test_a_title_is_shown_as_it_was_typed_and_never_run(cast: Cast) -> None:
    seo = browser(cast.seo_lead)
    seo.post("/requests/new/", {**FILED, "title": "<script>alert(1)</script> & more"})
    ask = WorkRequest.objects.get()
    for url in (f"/requests/{ask.key}/", "/requests/", f"/requests/{ask.key}/edit/"):
        page = seo.get(url).content.decode()
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_check_first_shows_what_is_similar_and_what_could_carry_it(cast: Cast) -> None:
    make_ask(cast, title="Product markup on product pages")
    secret = make_ask(cast, by=cast.content_lead, title="Product markup of the secret launch")
    restrict_request(actor=cast.content_lead.viewer(), at=NOON, ask=secret)
    project = Project.objects.create(
        title="Product page rewrite", rank="V", above=True, owner=cast.frontend_lead, created_at=NOON, updated_at=NOON
    )
    project.areas.add(cast.product_pages)
    analyst = browser(cast.analyst)
    page = text_of(analyst.post("/requests/new/", {**FILED, "title": "Product markup", "check": "1"}))
    assert "Product markup on product pages" in page
    assert "Product page rewrite" in page
    assert "secret launch" not in page
    assert WorkRequest.objects.count() == 2
    live = text_of(analyst.get("/requests/similar/", {"title": "product markup"}))
    assert "Product markup on product pages" in live
    assert "secret" not in live
    assert "Product page rewrite" in text_of(analyst.get("/requests/similar/", {"area": "product-pages"}))


def test_examples_outside_the_area_are_named_one_by_one_and_not_refused(cast: Cast) -> None:
    seo = browser(cast.seo_lead)
    wrong = {
        **FILED,
        "example_urls": "https://lumen.example/p/1\nhttps://lumen.example/blog/1\nhttps://other.example/p/2",
    }
    said = [
        "https://lumen.example/blog/1 is not in Product page (/p/*) of lumen.example.",
        "https://other.example/p/2 is not in Product page (/p/*) of lumen.example.",
    ]
    checked = text_of(seo.post("/requests/new/", {**wrong, "check": "1"}))
    assert all(one in checked for one in said)
    assert "lumen.example/p/1 is not" not in checked
    page = text_of(seo.post("/requests/new/", wrong, follow=True))
    assert WorkRequest.objects.get().state == State.FILED
    assert " ".join(said) in page
    assert all(f"<li>{one}</li>" in page for one in said)
    assert all(one in text_of(seo.get(f"/requests/{WorkRequest.objects.get().key}/edit/")) for one in said)


def test_the_questions_of_a_type_come_with_it(cast: Cast) -> None:
    ensure_request_types(at=NOON)
    seo = browser(cast.seo_lead)
    assert "Metric" in text_of(seo.get("/requests/questions/", {"type": "performance"}))
    assert "Campaign" in text_of(seo.get("/requests/new/", {"type": "landing-page"}))
    refused = seo.post("/requests/new/", {**FILED, "type": "performance"})
    assert refused.status_code == 422
    assert "Metric" in text_of(refused)
    filed = seo.post("/requests/new/", {**FILED, "type": "performance", "metric": "LCP"})
    assert filed.status_code == 302
    assert WorkRequest.objects.get().answers == {"metric": "LCP"}


def test_what_filing_needs_is_never_called_optional(cast: Cast) -> None:
    ensure_request_types(at=NOON)
    seo = browser(cast.seo_lead)
    assert optional_in(text_of(seo.get("/requests/new/?type=performance"))) == {"Files"}
    kind = RequestType.objects.get(key="performance")
    draft = draft_request(actor=cast.seo_lead.viewer(), at=NOON, type=kind, title="Later")
    labels = optional_in(text_of(seo.get(f"/requests/{draft.key}/edit/")))
    assert not labels & {"Title", "Area", "Example pages", "Why", "Metric"}
    assert {"KPI", "Deadline", "How to test"} <= labels
    lacking = optional_in(text_of(seo.get(f"/requests/{draft.key}/edit/?stage=acceptance")))
    assert lacking == {"Similar request", "Which case or data"}


def test_a_draft_is_kept_completed_and_filed_later(cast: Cast) -> None:
    analyst = browser(cast.analyst)
    kept = analyst.post("/requests/new/", {"type": "structured-data", "title": "Later", "draft": "1"})
    ask = WorkRequest.objects.get()
    url = kept.headers["Location"]
    assert ask.state == State.DRAFT
    assert browser(cast.cto).get(url).status_code == 404
    page = text_of(analyst.get(url))
    assert "to file it, it needs: area, example pages, why." in page
    answer = analyst.post(f"{url}edit/", {**FILED, "version": "1", "file": "1"})
    assert answer.status_code == 302, text_of(answer)
    ask.refresh_from_db()
    assert (ask.state, ask.title) == (State.FILED, FILED["title"])
    assert Entry.objects.filter(subject="request", subject_id=ask.pk).count() == ask.version


def test_who_may_not_know_of_a_request_finds_nothing(cast: Cast) -> None:
    ask = make_ask(cast)
    restrict_request(actor=cast.seo_lead.viewer(), at=NOON, ask=ask)
    outsider = browser(cast.content_lead)
    for path in ("", "edit/", "comment/", "accept/", "withdraw/"):
        assert outsider.get(f"/requests/{ask.key}/{path}").status_code == 404
        assert outsider.post(f"/requests/{ask.key}/{path}").status_code in (404, 405)
    assert ask.title not in text_of(outsider.get("/requests/"))
    assert ask.title in text_of(browser(cast.cto).get("/requests/"))
    assert outsider.get("/requests/R-%00/").status_code == 404


def test_a_stranger_is_sent_to_sign_in(cast: Cast, stranger: Client) -> None:
    ask = make_ask(cast)
    for path in ("/requests/", "/requests/new/", f"/requests/{ask.key}/", f"/requests/{ask.key}/edit/", "/triage/"):
        answer = stranger.get(path)
        assert answer.status_code == 302
        assert "login" in answer.headers["Location"]


def test_a_stale_edit_keeps_what_was_typed_and_can_be_saved_over(cast: Cast) -> None:
    ask = make_ask(cast)
    seo, cmo = browser(cast.seo_lead), browser(cast.cmo)
    given = {**FILED, "version": "1"}
    assert cmo.post(f"/requests/{ask.key}/edit/", {**given, "title": "By the CMO"}).status_code == 302
    late = seo.post(f"/requests/{ask.key}/edit/", {**given, "title": "By the SEO lead"})
    page = text_of(late)
    assert late.status_code == 409
    assert "By the SEO lead" in page
    assert "Save over it" in page
    assert re.search(r"Meanwhile: Anna Belova changed: [^.]*title", page)
    assert 'name="version" value="2"' in page
    assert (
        seo.post(f"/requests/{ask.key}/edit/", {**given, "title": "By the SEO lead", "version": "2"}).status_code == 302
    )
    assert WorkRequest.objects.get().title == "By the SEO lead"


def test_what_triage_fixed_is_refused_with_the_reason(cast: Cast) -> None:
    ask = make_ask(cast, kpi="Clicks", target=Decimal(12))
    accept_request(actor=cast.cto.viewer(), at=NOON, ask=ask)
    seo = browser(cast.seo_lead)
    given = {"title": "Better words", "why": "w", "example_urls": "https://lumen.example/p/1", "version": "2"}
    refused = seo.post(f"/requests/{ask.key}/edit/", {**given, "kpi": "Visits", "target": "12"})
    page = text_of(refused)
    assert refused.status_code == 422
    assert "Fixed since triage" in page
    assert "Better words" in page
    assert seo.post(f"/requests/{ask.key}/edit/", {**given, "kpi": "Clicks", "target": "12"}).status_code == 302
    assert WorkRequest.objects.get().title == "Better words"


def test_what_a_stage_lacks_is_filled_in_right_there(cast: Cast) -> None:
    ask = make_ask(cast)
    seo = browser(cast.seo_lead)
    page = text_of(seo.get(f"/requests/{ask.key}/"))
    assert "Missing for acceptance" in page
    assert "Missing before embedding" in page
    given = {"version": "1", "kpi": "Clicks", "baseline": "41200", "target": "46100", "measure_on": "2027-06-30"}
    answer = seo.post(f"/requests/{ask.key}/edit/?stage=acceptance", {**given, "confidence": "guess"})
    assert answer.status_code == 302
    page = text_of(seo.get(f"/requests/{ask.key}/"))
    assert "Missing for acceptance" not in page
    seo.post(
        f"/requests/{ask.key}/edit/?stage=embedding",
        {"version": "2", "acceptance_tests": "valid items above 95 %", "how_to_test": "Rich results test."},
    )
    page = text_of(seo.get(f"/requests/{ask.key}/"))
    assert "Missing before embedding" not in page
    assert WorkRequest.objects.get().acceptance_tests == ["valid items above 95 %"]


def test_a_question_is_answered_on_the_page(cast: Cast) -> None:
    ask = make_ask(cast)
    ask_question(actor=cast.platform_lead.viewer(), at=NOON, ask=ask, question="Which templates?")
    seo = browser(cast.seo_lead)
    page = text_of(seo.get(f"/requests/{ask.key}/"))
    assert "Irina Lind asked: Which templates?" in page
    assert "<strong>Timur Rakhimov</strong> <span>answers</span>" in page
    assert browser(cast.cmo).post(f"/requests/{ask.key}/answer/", {"answer": "All", "version": "2"}).status_code == 403
    assert seo.post(f"/requests/{ask.key}/answer/", {"answer": "These five", "version": "2"}).status_code == 302
    page = text_of(seo.get(f"/requests/{ask.key}/"))
    assert "These five" in page
    assert WorkRequest.objects.get().state == State.FILED


def test_comments_stand_in_the_story_and_internal_ones_stay_on_their_side(cast: Cast) -> None:
    ask = make_ask(cast)
    sre = browser(cast.sre)
    sre.post(f"/requests/{ask.key}/comment/", {"text": "Not <b>before</b> the freeze.", "internal": "on"})
    assert Comment.objects.get().internal_to == "technology"
    assert "Not &lt;b&gt;before" in text_of(sre.get(f"/requests/{ask.key}/"))
    assert "the freeze" not in text_of(browser(cast.analyst).get(f"/requests/{ask.key}/"))
    assert sre.post(f"/requests/{ask.key}/comment/", {"text": ""}).status_code == 422


def test_a_request_is_withdrawn_and_restricted_with_one_button(cast: Cast) -> None:
    ask = make_ask(cast)
    seo = browser(cast.seo_lead)
    seo.post(f"/requests/{ask.key}/restrict/", {"version": "1"})
    assert WorkRequest.objects.get().restricted
    seo.post(f"/requests/{ask.key}/open/", {"version": "2"})
    assert not WorkRequest.objects.get().restricted
    assert browser(cast.cmo).post(f"/requests/{ask.key}/withdraw/", {"version": "3"}).status_code == 403
    seo.post(f"/requests/{ask.key}/withdraw/", {"version": "3"})
    assert WorkRequest.objects.get().state == State.WITHDRAWN
    assert "Withdrawn by its requester." in text_of(seo.get(f"/requests/{ask.key}/"))


@pytest.mark.parametrize(
    "query, shown",
    [
        ("", {"Alpha", "Beta", "Gamma"}),
        ("mine=1", {"Alpha"}),
        ("state=accepted", {"Gamma"}),
        ("delivery=waiting", {"Gamma"}),
        ("area=search", {"Beta"}),
        ("team=web", {"Alpha", "Beta", "Gamma"}),
        ("team=mobile", set()),
        ("type=structured-data&q=gam", {"Gamma"}),
        ("q=%25", set()),
        ("state=nonsense", {"Alpha", "Beta", "Gamma"}),
        ("q=%00", {"Alpha", "Beta", "Gamma"}),
        ("after=zz&sort=evil", {"Alpha", "Beta", "Gamma"}),
    ],
)
def test_the_list_is_narrowed_by_its_address(cast: Cast, query: str, shown: set[str]) -> None:
    make_ask(cast, title="Alpha")
    make_ask(cast, by=cast.analyst, title="Beta", area=cast.search)
    gamma = make_ask(cast, by=cast.analyst, title="Gamma")
    accept_request(actor=cast.cto.viewer(), at=NOON, ask=gamma)
    page = text_of(browser(cast.seo_lead).get(f"/requests/?{query}"))
    assert {name for name in ("Alpha", "Beta", "Gamma") if f">{name}</a>" in page} == shown


@pytest.mark.parametrize("sort", ["key", "-key", "title", "-title", "changed", "-changed"])
def test_pages_of_the_list_show_each_request_once(cast: Cast, sort: str) -> None:
    WorkRequest.objects.bulk_create(
        WorkRequest(
            type=cast.type,
            title=f"Title {number % 7}",
            state=State.FILED,
            requester=cast.seo_lead,
            area=cast.search,
            team=cast.web,
            filed_at=NOON,
            created_at=NOON,
            updated_at=NOON + timedelta(minutes=number % 5),
        )
        for number in range(120)
    )
    seen: list[str] = []
    url, seo = f"/requests/?sort={sort}", browser(cast.seo_lead)
    for _page in range(3):
        page = seo.get(url).content.decode()
        seen += re.findall(r'<td class="soft">(R-\d+)</td>', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        url = f"/requests/{following[1]}".replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 120
    assert not url


def test_the_page_is_there_in_every_state_and_for_every_role(cast: Cast) -> None:
    ask = make_ask(cast)
    add_comment(actor=cast.cto.viewer(), at=NOON, ask=ask, text="Let us see.")
    draft = draft_request(actor=cast.analyst.viewer(), at=NOON, type=cast.type, title="Later")
    other = make_ask(cast)
    for state in State:
        if state == State.DRAFT:
            continue
        WorkRequest.objects.filter(pk=ask.pk).update(
            state=state,
            question="What?",
            asked_by=cast.cto,
            decision_reason="Because.",
            decided_by=cast.cto,
            review_on=NOON.date(),
            delivery="waiting" if state == State.ACCEPTED else "",
            merged_into=other if state == State.MERGED else None,
        )
        for user in (cast.seo_lead, cast.platform_lead, cast.cto, cast.cmo, cast.admin, cast.coo):
            assert browser(user).get(f"/requests/{ask.key}/").status_code == 200
    assert browser(cast.analyst).get(f"/requests/{draft.key}/").status_code == 200


def test_russian_readers_see_the_types_in_russian(cast: Cast) -> None:
    ensure_request_types(at=NOON)
    User.objects.filter(pk=cast.seo_lead.pk).update(language="ru")
    page = text_of(browser(User.objects.get(pk=cast.seo_lead.pk)).get("/requests/new/"))
    assert RequestType.objects.get(key="performance").name["ru"] in page


def test_a_form_of_more_than_a_mebibyte_is_refused_and_files_nothing(cast: Cast) -> None:
    seo = browser(cast.seo_lead)
    seo.raise_request_exception = False
    assert seo.post("/requests/new/", {**FILED, "why": "x" * 1_100_000}).status_code in (400, 413, 422)
    assert not WorkRequest.objects.exists()
