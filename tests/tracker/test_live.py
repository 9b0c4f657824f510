"""Whether a page that is open has changed: one statement says so."""

from django.test import Client

from tests.ledger import counted
from tests.makers import NOON, Cast
from tracker.sites.actions import edit_area


def test_the_answer_changes_with_the_records_it_was_asked_about_and_no_others(cast: Cast) -> None:
    timur = Client()
    timur.force_login(cast.seo_lead)
    first = timur.get("/live/?of=area.site")
    assert (first.status_code, first.content) == (204, b"")
    known = {"If-None-Match": first.headers["ETag"]}
    with counted() as asked:
        assert timur.get("/live/?of=area.site", headers=known).status_code == 304
    assert len([sql for sql in asked.statements if "tracker_entry" in sql]) == 1
    other = timur.get("/live/?of=request")
    area = cast.search
    edit_area(actor=cast.cto.viewer(), at=NOON, area=area, expected=area.version, changes={"url_count": 7})
    changed = timur.get("/live/?of=area.site", headers=known)
    assert changed.status_code == 204
    assert changed.headers["ETag"] != first.headers["ETag"]
    assert timur.get("/live/?of=request", headers={"If-None-Match": other.headers["ETag"]}).status_code == 304


def test_a_page_carries_the_stamp_it_was_shown_with(cast: Cast) -> None:
    timur = Client()
    timur.force_login(cast.seo_lead)
    tag = timur.get("/live/?of=request").headers["ETag"].strip('"')
    assert f'data-stamp="&quot;{tag}&quot;"' in timur.get("/requests/").content.decode()


def test_strangers_and_nonsense_are_told_nothing(cast: Cast) -> None:
    assert Client().get("/live/?of=request").status_code == 302
    timur = Client()
    timur.force_login(cast.seo_lead)
    for wrong in ("", "%", "request;", "a." * 40, "REQUEST"):
        assert timur.get("/live/", {"of": wrong}).status_code == 404
