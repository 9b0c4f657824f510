"""What people write at length: Markdown that is safe to show, a preview, and colleagues who are named in a comment."""

import pytest

from tests.makers import NOON, Cast
from tests.tracker.test_request_pages import browser, make_ask
from tracker.intake.actions import add_comment
from tracker.intake.models import WorkRequest
from tracker.notices.models import Notice
from tracker.templatetags.prose import prose


def test_paragraphs_lists_emphasis_and_tables_are_shown_as_meant() -> None:
    shown = prose("First **bold**\nsecond\n\n- one\n- two\n\n|a|b|\n|-|-|\n|1|2|")
    assert "<strong>bold</strong><br>" in shown
    assert shown.count("<li>") == 2
    assert "<td>2</td>" in shown
    assert not prose("  ")


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "![x](https://elsewhere.example/spy.gif)",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        '<https://x.example/"onmouseover=alert(1)>',
    ],
)
def test_what_is_written_never_runs_and_fetches_nothing(hostile: str) -> None:
    shown = prose(hostile)
    for tag in ("<script", "<img", 'href="javascript', 'href="data', '"onmouseover', "<iframe"):
        assert tag not in shown


def test_links_open_without_a_trace_of_where_one_came_from() -> None:
    shown = prose("see https://lumen.example/p?a=1&b=2")
    assert 'href="https://lumen.example/p?a=1&amp;b=2" rel="noopener noreferrer nofollow"' in shown


def test_a_preview_shows_the_named_field_and_keeps_nothing(cast: Cast) -> None:
    client = browser(cast.seo_lead)
    answer = client.post("/preview/?of=why", {"why": "**soon**", "title": "x"})
    assert answer.content == b'<div class="prose"><p><strong>soon</strong></p>\n</div>'
    assert client.post("/preview/?of=why", {"why": " "}).content == b"Nothing is written yet."
    assert client.post("/preview/?of=other", {"why": "x"}).status_code == 404
    assert client.post("/preview/?of=why", {"why": "x" * 20_001}).status_code == 404


def test_the_requester_hears_of_a_comment_and_whoever_is_named_in_it(cast: Cast) -> None:
    ask = make_ask(cast)
    text = f"@{cast.cto.name.upper()} and @{cast.cmo.name}: what do you think? Not {cast.coo.name}."
    add_comment(actor=cast.sre.viewer(), at=NOON, ask=ask, text=text)
    told = {(one.user, one.kind) for one in Notice.objects.filter(kind__startswith="comment_")}
    assert told == {
        (ask.requester, "comment_added"),
        (cast.cto, "comment_mention"),
        (cast.cmo, "comment_mention"),
    }
    page = browser(cast.cto).get("/notices/").content.decode()
    assert f"{cast.sre.name} mentions you in {ask.key}" in page
    assert f'href="/requests/{ask.key}/#story"' in page


def test_nobody_is_told_of_what_they_may_not_read(cast: Cast) -> None:
    ask = make_ask(cast)
    named = f"@{cast.cmo.name} @{cast.platform_lead.name} @{cast.analyst.name}"
    add_comment(actor=cast.sre.viewer(), at=NOON, ask=ask, text=named, internal=True)
    assert {one.user for one in Notice.objects.filter(kind="comment_mention")} == {cast.platform_lead}
    Notice.objects.all().delete()
    WorkRequest.objects.filter(pk=ask.pk).update(restricted=True, parties=[])
    ask.refresh_from_db()
    add_comment(actor=cast.coo.viewer(), at=NOON, ask=ask, text=named)
    assert cast.analyst not in {one.user for one in Notice.objects.filter(kind="comment_mention")}


def test_who_names_themselves_or_is_gone_is_not_told(cast: Cast) -> None:
    ask = make_ask(cast)
    type(cast.cmo).objects.filter(pk=cast.cmo.pk).update(is_active=False)
    add_comment(actor=cast.seo_lead.viewer(), at=NOON, ask=ask, text=f"@{cast.seo_lead.name} @{cast.cmo.name}")
    assert not Notice.objects.filter(kind__startswith="comment_").exists()


def test_names_are_offered_after_an_at_sign(cast: Cast) -> None:
    found = browser(cast.sre).get("/people/mentions/", {"q": cast.cto.name[:4].lower()}).json()["names"]
    assert cast.cto.name in found
