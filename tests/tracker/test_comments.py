"""Comments: whoever wrote one puts it better, what it said stays readable, and whoever is newly named hears of it."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.callers import Caller
from tests.forms import send_form, text_of
from tests.makers import NOON, Cast
from tracker.history.audit import holes
from tracker.intake.actions import (
    add_comment,
    contest_decision,
    decline_request,
    edit_comment,
    file_request,
    merge_request,
)
from tracker.intake.models import Attachment, Comment, Wording, WorkRequest
from tracker.kernel.errors import Invalid, NotAllowed, Stale
from tracker.notices.models import Notice
from tracker.people.models import User

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.FILES = tmp_path / "files"
    return tmp_path / "files"


def make_ask(cast: Cast, title: str = "Prices in results") -> WorkRequest:
    made = file_request(
        actor=cast.seo_lead.viewer(),
        at=NOON,
        type=cast.type,
        title=title,
        area=cast.product_pages,
        example_urls=["https://lumen.example/p/1"],
        why="Clicks",
    )
    return WorkRequest.objects.select_related("type", "form", "area", "team").get(pk=made.pk)


def write(cast: Cast, ask: WorkRequest, text: str = "First", by: User | None = None, **more: Any) -> Comment:
    made = add_comment(actor=(by or cast.sre).viewer(), at=NOON + HOUR, ask=ask, text=text, **more)
    return Comment.objects.select_related("ask").get(pk=made.pk)


def put_better(cast: Cast, comment: Comment, text: str, at: datetime = NOON + 2 * HOUR, **more: Any) -> None:
    edit_comment(actor=cast.sre.viewer(), at=at, comment=comment, text=text, **more)


def sign_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_what_a_comment_said_before_stays_readable(cast: Cast) -> None:
    ask = make_ask(cast)
    comment = write(cast, ask, "On monday")
    put_better(cast, comment, "On Tuesday")
    put_better(cast, comment, "On Wednesday", NOON + 3 * HOUR)
    earlier = list(Wording.objects.order_by("id").values_list("text", "at"))
    assert earlier == [("On monday", NOON + HOUR), ("On Tuesday", NOON + 2 * HOUR)]
    page = text_of(sign_in(cast.cto).get(f"/requests/{ask.key}/"))
    assert page.index("On Wednesday") < page.index("What it said before") < page.index("On monday")
    assert "edited" in page
    assert not [one for one in holes() if one.startswith("comment")]


def test_only_its_writer_edits_a_comment(cast: Cast) -> None:
    ask = make_ask(cast)
    comment = write(cast, ask)
    for person in (cast.platform_lead, cast.cto, cast.admin, cast.seo_lead):
        with pytest.raises(NotAllowed):
            edit_comment(actor=person.viewer(), at=NOON + HOUR, comment=comment, text="Mine")
        path = f"/requests/{ask.key}/comments/{comment.pk}/edit/"
        assert sign_in(person).get(path).status_code == 403
        assert sign_in(person).post(path, {"text": "Mine", "version": 1}).status_code == 403
    assert not Wording.objects.exists()


def test_an_older_version_of_a_comment_is_not_written_over(cast: Cast) -> None:
    comment = write(cast, make_ask(cast))
    put_better(cast, comment, "Second", expected=1)
    with pytest.raises(Stale):
        put_better(cast, comment, "Third", expected=1)
    with pytest.raises(Invalid):
        put_better(cast, comment, "  ", expected=2)
    put_better(cast, comment, "Second", expected=2)
    assert (comment.version, Wording.objects.count()) == (2, 1)


def test_a_comment_is_edited_in_its_place_on_a_page_without_scripts(cast: Cast) -> None:
    ask, max_ = make_ask(cast), sign_in(cast.sre)
    comment = write(cast, ask, "We begin on monday")
    page = max_.get(f"/requests/{ask.key}/")
    path = f"/requests/{ask.key}/comments/{comment.pk}/edit/"
    assert f'href="{path}#comment-{comment.pk}"' in page.content.decode()
    assert path not in sign_in(cast.cto).get(f"/requests/{ask.key}/").content.decode()
    form = max_.get(path)
    refused = send_form(max_, form, path, text=" ")
    assert refused.status_code == 422
    number = SimpleUploadedFile("plan.txt", b"Monday", "text/plain")
    done = send_form(max_, form, path, text="We begin on Monday", files=[number])
    assert "Your comment is saved" in text_of(done)
    assert "We begin on Monday" in text_of(done)
    assert Attachment.objects.get().comment == comment
    late = send_form(max_, form, path, text="We begin on Friday", idempotency="another")
    assert late.status_code == 409
    assert "We begin on Friday" in late.content.decode()


def test_whoever_is_newly_named_hears_of_it_and_nobody_twice(cast: Cast) -> None:
    comment = write(cast, make_ask(cast), "@Irina Lind look")
    Notice.objects.all().delete()
    put_better(cast, comment, "@Irina Lind and @Kenji Sato look")
    assert list(Notice.objects.values_list("user", "kind")) == [(cast.frontend_lead.pk, "comment_mention")]


def test_who_may_not_read_an_internal_note_hears_nothing_of_its_edit(cast: Cast) -> None:
    ask = make_ask(cast)
    comment = write(cast, ask, "Not before the freeze", internal=True)
    put_better(cast, comment, "Not before the freeze, @Timur Rakhimov")
    assert not Notice.objects.filter(user=cast.seo_lead, kind="comment_mention").exists()
    page = text_of(sign_in(cast.seo_lead).get(f"/requests/{ask.key}/"))
    assert "freeze" not in page
    assert sign_in(cast.seo_lead).get(f"/requests/{ask.key}/comments/{comment.pk}/edit/").status_code == 404
    told = Caller(cast.seo_lead).get(f"/api/v1/requests/{ask.key}/comments/{comment.pk}/")
    assert told.status_code == 404


def test_the_api_edits_a_comment_of_the_version_that_was_read(cast: Cast) -> None:
    ask, max_ = make_ask(cast), Caller(cast.sre)
    url = f"/api/v1/requests/{ask.key}/comments/"
    made = max_.post(url, {"text": "First"}).json()
    one = f"{url}{made['id']}/"
    assert max_.get(one).headers["ETag"] == '"1"'
    assert max_.patch(one, {"text": "Second"}).status_code == 428
    done = max_.patch(one, {"text": "Second"}, match=1)
    assert (done.status_code, done.headers["ETag"]) == (200, '"2"')
    assert [(word["text"]) for word in done.json()["earlier"]] == ["First"]
    assert max_.patch(one, {"text": "Third"}, match=1).status_code == 412
    assert Caller(cast.cto).patch(one, {"text": "Mine"}, match=2).status_code == 403
    assert max_.get(f"{url}{10**30}/").status_code == 404


def test_the_api_sends_files_in_and_out(cast: Cast) -> None:
    ask, timur = make_ask(cast), Caller(cast.seo_lead)
    url = f"/api/v1/requests/{ask.key}/attachments/"

    def send(name: str = "numbers.csv", **more: Any) -> Any:
        return timur.client.post(
            url, {"file": SimpleUploadedFile(name, b"1;2"), **more}, headers={"Idempotency-Key": "k"}
        )

    made = send()
    assert made.status_code == 201
    assert [(one["name"], one["media_type"], one["size"]) for one in made.json()["results"]] == [
        ("numbers.csv", "text/csv", 3)
    ]
    assert send().headers["Idempotency-Replayed"] == "true"
    assert send("other.csv").status_code == 409
    listed = timur.get(url).json()["results"]
    assert listed == made.json()["results"]
    one = f"{url}{listed[0]['id']}/"
    out: Any = Caller(cast.cto).get(one)
    assert (b"".join(out.streaming_content), out.headers["Content-Disposition"]) == (
        b"1;2",
        'attachment; filename="numbers.csv"',
    )
    assert Caller(cast.content_lead).post(f"{one}remove/").status_code == 403
    assert timur.post(f"{one}remove/").json()["results"] == []
    assert timur.get(one).status_code == 404


@pytest.mark.parametrize(
    "fields, status",
    [({}, 400), ({"name": "x"}, 400), ({"file": b"", "field_key": "nothing"}, 400), ({"file": b""}, 400)],
)
def test_the_api_says_what_is_wrong_with_what_was_sent(cast: Cast, fields: dict[str, Any], status: int) -> None:
    ask, timur = make_ask(cast), Caller(cast.seo_lead)
    body = {
        name: SimpleUploadedFile("x", value) if isinstance(value, bytes) else value for name, value in fields.items()
    }
    answer = timur.client.post(f"/api/v1/requests/{ask.key}/attachments/", body)
    assert answer.status_code == status
    assert timur.post(f"/api/v1/requests/{ask.key}/attachments/", {"file": "x"}).status_code == 400


def test_the_story_tells_everything_once_and_in_order(cast: Cast) -> None:
    ask, other = make_ask(cast), make_ask(cast, "Prices in search")
    irina, timur = cast.platform_lead.viewer(), cast.seo_lead.viewer()
    write(cast, other, "Said over there")
    merge_request(actor=irina, at=NOON + 2 * HOUR, ask=other, into=ask)
    ask.refresh_from_db()
    comment = write(cast, ask, "Said heer")
    put_better(cast, comment, "Said here", NOON + 3 * HOUR)
    same = NOON + 4 * HOUR
    decline_request(actor=irina, at=same, ask=ask, reason="It is there")
    contest_decision(actor=timur, at=same, ask=ask, reason="It is not")
    page = text_of(sign_in(cast.cto).get(f"/requests/{ask.key}/"))
    story = page[page.index("Story") :]
    told = ["filed it", "Said over there", "Said here", "merged another one into it", "declined it", "contested"]
    places = [story.index(one) for one in told]
    assert places == sorted(places)
    assert [story.count(one) for one in told[1:5]] == [1, 1, 1, 1]
