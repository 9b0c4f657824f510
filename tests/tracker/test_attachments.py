"""Files of requests: whatever somebody sends is kept safely, goes out safely, and to those alone who may see it."""

import io
import os
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from tests.callers import Caller
from tests.forms import send_form, text_of
from tests.makers import NOON, Cast
from tracker.history.audit import holes
from tracker.intake.actions import (
    add_attachments,
    add_comment,
    draft_request,
    edit_request,
    file_request,
    remove_attachment,
    restrict_request,
    sweep_files,
)
from tracker.intake.files import (
    KEPT_FOR,
    MEBIBYTE,
    MOST_BYTES,
    MOST_FILES,
    Held,
    hold_file,
    mark_of,
    place_of,
    read_mark,
)
from tracker.intake.models import Attachment, Comment, WorkRequest
from tracker.kernel import clock
from tracker.kernel.errors import Invalid, NotAllowed, Refused
from tracker.people.demo import remove_demo
from tracker.people.models import Firm, User
from tracker.web.uploads import KEPT_OF_FILE

LATER = NOON + timedelta(hours=1)
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
FILED = {"type": "structured-data", "title": "Prices", "area": "product-pages", "why": "Clicks"}
FILED |= {"example_urls": "https://lumen.example/p/1"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.FILES = tmp_path / "files"
    return tmp_path / "files"


def make_ask(cast: Cast, **more: Any) -> WorkRequest:
    made = file_request(
        actor=cast.seo_lead.viewer(),
        at=NOON,
        type=cast.type,
        title="Prices in results",
        area=cast.product_pages,
        example_urls=["https://lumen.example/p/1"],
        why="Clicks",
        **more,
    )
    return WorkRequest.objects.select_related("type", "form", "area", "team").get(pk=made.pk)


def held(content: bytes = b"one,two\n1,2\n", name: str = "numbers.csv", field: str = "") -> Held:
    kept = hold_file(name, len(content), [content])
    return Held(kept.name, kept.media_type, kept.size, kept.digest, field)


def attach(cast: Cast, ask: WorkRequest, *files: Held, by: User | None = None) -> Attachment:
    return add_attachments(actor=(by or cast.seo_lead).viewer(), at=LATER, ask=ask, files=files or [held()])[0]


def sign_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def sent(content: bytes = b"one,two\n1,2\n", name: str = "numbers.csv", kind: str = "text/csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, kind)


def url_of(row: Attachment) -> str:
    return f"/requests/{row.ask.key}/files/{row.pk}/"


def stored(folder: Path) -> list[Path]:
    return [place for place in folder.rglob("*") if place.is_file()]


def age(folder: Path) -> None:
    for place in stored(folder):
        old = (clock.now() - KEPT_FOR - timedelta(days=1)).timestamp()
        os.utime(place, (old, old))


def body_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_comment_comes_with_files_that_are_saved_as_they_were_sent(cast: Cast) -> None:
    ask, irina = make_ask(cast), sign_in(cast.platform_lead)
    form = {"text": "See the numbers", "files": [sent(), sent(PNG, "screen.png", "text/html")]}
    assert irina.post(f"/requests/{ask.key}/comment/", form).status_code == 302
    rows = Attachment.objects.order_by("id")
    assert [(row.name, row.media_type) for row in rows] == [("numbers.csv", "text/csv"), ("screen.png", "image/png")]
    page = irina.get(f"/requests/{ask.key}/")
    assert f'href="{url_of(rows[0])}"' in page.content.decode()
    assert body_of(irina.get(url_of(rows[0]))) == b"one,two\n1,2\n"
    assert holes() == [] or not any("attachment" in one or "comment" in one for one in holes())


@pytest.mark.parametrize(
    "content, name, kind",
    [
        (SVG, "logo.svg", "text/plain; charset=utf-8"),
        (b"<!doctype html><script>alert(1)</script>", "page.html", "text/plain; charset=utf-8"),
        (b"<?xml version='1.0'?><x/>", "feed.csv", "text/plain; charset=utf-8"),
        (b"MZ\x90\x00\x03\x00", "report.pdf", "application/octet-stream"),
        (b'{"a": 1}', "data.json", "application/json"),
    ],
)
def test_a_file_goes_out_to_be_saved_and_is_never_opened_here(cast: Cast, content: bytes, name: str, kind: str) -> None:
    row = attach(cast, make_ask(cast), held(content, name))
    answer = sign_in(cast.cto).get(url_of(row))
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert body_of(answer) == content


@pytest.mark.parametrize("size", [1, 4095, 4096, 65_536, 65_537, MEBIBYTE + 1, 5 * MEBIBYTE])
def test_every_size_goes_out_in_pieces_and_whole(cast: Cast, size: int) -> None:
    content = os.urandom(size)
    row = attach(cast, make_ask(cast), held(content, "bytes.bin"))
    answer: Any = sign_in(cast.cto).get(url_of(row))
    assert answer.streaming
    assert answer.headers["Content-Length"] == str(size)
    pieces = list(answer.streaming_content)
    assert b"".join(pieces) == content
    assert max(map(len, pieces)) <= 65_536


def test_only_who_may_see_the_request_gets_its_files(cast: Cast) -> None:
    ask = make_ask(cast)
    row = attach(cast, ask)
    restrict_request(actor=cast.seo_lead.viewer(), at=LATER, ask=ask)
    assert Client().get(url_of(row)).status_code == 302
    assert sign_in(cast.sre).get(url_of(row)).status_code == 404
    assert sign_in(cast.cto).get(url_of(row)).status_code == 200
    other = make_ask(cast)
    assert sign_in(cast.cto).get(f"/requests/{other.key}/files/{row.pk}/").status_code == 404
    assert sign_in(cast.cto).get(f"/requests/{other.key}/files/{10**30}/").status_code == 404


def test_the_files_of_an_internal_note_stay_on_its_side(cast: Cast) -> None:
    ask = make_ask(cast)
    files = [held(b"secret plan", "plan.txt")]
    add_comment(actor=cast.sre.viewer(), at=LATER, ask=ask, text="For us", internal=True, files=files)
    row = Attachment.objects.get()
    assert sign_in(cast.platform_lead).get(url_of(row)).status_code == 200
    assert sign_in(cast.seo_lead).get(url_of(row)).status_code == 404
    assert "plan.txt" not in text_of(sign_in(cast.seo_lead).get(f"/requests/{ask.key}/"))
    assert "plan.txt" in text_of(sign_in(cast.platform_lead).get(f"/requests/{ask.key}/"))
    told = Caller(cast.seo_lead).get(f"/api/v1/requests/{ask.key}/attachments/").json()["results"]
    assert told == []


class Endless:
    """Sends so many bytes without ever holding them."""

    def __init__(self, head: bytes, size: int, tail: bytes) -> None:
        self.head, self.left, self.tail = io.BytesIO(head), size, io.BytesIO(tail)
        self.longest = 0

    def read(self, count: int = -1) -> bytes:
        assert count > 0, "somebody wants all of it at once"
        self.longest = max(self.longest, count)
        piece = self.head.read(count)
        if piece:
            return piece
        take = min(count, self.left)
        self.left -= take
        return b"x" * take if take else self.tail.read(count)

    def readline(self, count: int = -1) -> bytes:
        raise AssertionError("nobody reads a body by its lines")


def test_a_hundred_megabytes_are_refused_in_the_readers_language_and_never_held_in_memory(
    cast: Cast, folder: Path, settings: Any, tmp_path: Path
) -> None:
    temporary = tmp_path / "incoming"
    temporary.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(temporary)
    cast.seo_lead.language = "ru"
    cast.seo_lead.save()
    size = 100 * MEBIBYTE
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="huge.csv"\r\n\r\n'
    tail = b"\r\n--b--\r\n"
    stream = Endless(head, size, tail)
    environ: dict[str, Any] = {
        "CONTENT_TYPE": "multipart/form-data; boundary=b",
        "CONTENT_LENGTH": str(len(head) + size + len(tail)),
        "wsgi.input": stream,
    }
    answer = sign_in(cast.seo_lead).generic("POST", "/files/", **environ)
    assert answer.status_code == 422
    assert "huge.csv" in answer.json()["error"]
    assert re.search("[а-я]", answer.json()["error"])
    assert stream.left == 0
    assert stream.longest <= MEBIBYTE
    assert stored(folder) == []
    assert sum(place.stat().st_size for place in temporary.iterdir()) <= KEPT_OF_FILE


def test_the_largest_file_comes_in_and_one_byte_more_does_not(cast: Cast, folder: Path) -> None:
    piece = b"x" * MEBIBYTE
    assert hold_file("most.txt", None, [piece] * 20).size == MOST_BYTES
    with pytest.raises(Invalid, match=r"more\.txt is larger than 20 MB"):
        hold_file("more.txt", None, [piece] * 20 + [b"x"])
    assert len(stored(folder)) == 1


def test_what_did_not_arrive_whole_is_refused(folder: Path) -> None:
    with pytest.raises(Invalid, match="did not arrive whole"):
        hold_file("half.csv", 10, [b"12345"])
    assert stored(folder) == []


def test_a_zip_bomb_is_kept_as_it_is_and_never_unpacked(cast: Cast, folder: Path) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("zeros", b"\0" * (50 * MEBIBYTE))
    row = attach(cast, make_ask(cast), held(bomb.getvalue(), "bomb.zip"))
    assert row.media_type == "application/zip"
    assert [place.stat().st_size for place in stored(folder)] == [len(bomb.getvalue())]
    assert len(bomb.getvalue()) < MEBIBYTE


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\passwd", "/etc/passwd", "\u202epasswd", "pass\x00wd"])
def test_no_name_leads_out_of_the_folder_or_deceives(cast: Cast, folder: Path, name: str) -> None:
    row = attach(cast, make_ask(cast), held(b"root:x", name))
    assert row.name == "passwd"
    assert all(re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{62}", str(one.relative_to(folder))) for one in stored(folder))
    assert (folder.stat().st_mode & 0o777) == 0o700


def test_the_same_bytes_are_kept_once_and_go_when_nothing_needs_them(cast: Cast, folder: Path) -> None:
    ask = make_ask(cast)
    first, second = attach(cast, ask), attach(cast, ask, held(name="again.csv"))
    assert len(stored(folder)) == 1
    age(folder)
    remove_attachment(actor=cast.seo_lead.viewer(), at=LATER, attachment=first)
    assert sweep_files(at=clock.now()) == 0
    remove_attachment(actor=cast.seo_lead.viewer(), at=LATER, attachment=second)
    assert sweep_files(at=clock.now()) == 1
    assert stored(folder) == []
    assert Attachment.objects.count() == 2
    assert sign_in(cast.cto).get(url_of(first)).status_code == 404


def test_bytes_that_just_came_wait_for_their_row(folder: Path) -> None:
    held()
    assert sweep_files(at=clock.now()) == 0
    age(folder)
    assert sweep_files(at=clock.now()) == 1


def test_a_form_that_is_refused_keeps_its_files(cast: Cast) -> None:
    timur = sign_in(cast.seo_lead)
    page = timur.post("/requests/new/", {**FILED, "title": "", "files": [sent()]})
    assert page.status_code == 422
    assert "numbers.csv" in text_of(page)
    done = send_form(timur, page, "/requests/new/", title="Prices")
    assert done.status_code == 200
    row = Attachment.objects.get()
    assert (row.name, row.ask.title, row.added_by) == ("numbers.csv", "Prices", cast.seo_lead)


def test_a_comment_without_words_keeps_its_files_until_there_are_some(cast: Cast) -> None:
    ask, timur = make_ask(cast), sign_in(cast.seo_lead)
    path = f"/requests/{ask.key}/comment/"
    page = timur.post(path, {"text": " ", "files": [sent()]})
    assert page.status_code == 422
    send_form(timur, page, path, text="There")
    assert Attachment.objects.get().comment == Comment.objects.get()


def test_one_file_that_is_refused_does_not_lose_the_others(cast: Cast) -> None:
    ask, timur = make_ask(cast), sign_in(cast.seo_lead)
    path = f"/requests/{ask.key}/comment/"
    page = timur.post(path, {"text": "Both", "files": [sent(), sent(b"", "empty.txt")]})
    assert page.status_code == 422
    assert "empty.txt is empty" in text_of(page)
    send_form(timur, page, path)
    assert [row.name for row in Attachment.objects.all()] == ["numbers.csv"]


def test_a_mark_is_good_for_the_bytes_it_was_given_for_and_for_a_day(cast: Cast, folder: Path) -> None:
    mark = mark_of(held())
    kept = read_mark(mark)
    assert kept is not None
    assert kept.name == "numbers.csv"
    assert read_mark(mark[:-2] + "xx") is None
    assert read_mark("") is None
    place_of(kept.digest).unlink()
    assert read_mark(mark) is None
    ask = make_ask(cast)
    page = sign_in(cast.seo_lead).post(f"/requests/{ask.key}/comment/", {"text": "x", "held-files": [mark]})
    assert page.status_code == 422
    assert "choose it again" in text_of(page)


def test_no_row_is_written_for_bytes_that_went_meanwhile(cast: Cast) -> None:
    ask, one = make_ask(cast), held()
    place_of(one.digest).unlink()
    with pytest.raises(Invalid, match="no longer here"):
        attach(cast, ask, one)


def test_what_is_dropped_is_held_until_its_form_is_sent(cast: Cast) -> None:
    ask, timur = make_ask(cast), sign_in(cast.seo_lead)
    told = timur.post("/files/", {"file": sent(PNG, "screen.png")}).json()
    assert (told["name"], told["size"]) == ("screen.png", len(PNG))
    assert not Attachment.objects.exists()
    timur.post(f"/requests/{ask.key}/comment/", {"text": "Look", "held-files": [told["mark"]]})
    assert Attachment.objects.get().name == "screen.png"
    assert sign_in(cast.admin).post("/files/", {"file": sent()}).status_code == 403
    assert timur.post("/files/", {}).status_code == 422


def test_so_many_files_at_once_and_no_more(cast: Cast) -> None:
    ask = make_ask(cast)
    many = [held(str(number).encode(), f"{number}.txt") for number in range(MOST_FILES + 1)]
    with pytest.raises(Invalid, match="At most 10 files"):
        add_attachments(actor=cast.seo_lead.viewer(), at=LATER, ask=ask, files=many)
    form = {"text": "All", "files": [sent(str(number).encode(), f"{number}.txt") for number in range(MOST_FILES + 1)]}
    assert sign_in(cast.seo_lead).post(f"/requests/{ask.key}/comment/", form).status_code == 422
    assert not Attachment.objects.exists()


def test_a_request_holds_two_hundred_megabytes(cast: Cast) -> None:
    ask = make_ask(cast)
    attach(cast, ask)
    Attachment.objects.update(size=200 * MEBIBYTE)
    with pytest.raises(Invalid, match="200 MB together"):
        attach(cast, ask, held(b"more", "more.txt"))


def test_a_file_is_removed_by_whoever_added_it_and_by_triage(cast: Cast) -> None:
    ask = make_ask(cast)
    row = attach(cast, ask)
    for person in (cast.content_lead, cast.sre, cast.cmo):
        with pytest.raises(NotAllowed):
            remove_attachment(actor=person.viewer(), at=LATER, attachment=row)
    remove_attachment(actor=cast.platform_lead.viewer(), at=LATER, attachment=row)
    with pytest.raises(Refused, match="removed already"):
        remove_attachment(actor=cast.platform_lead.viewer(), at=LATER, attachment=row)
    page = text_of(sign_in(cast.seo_lead).get(f"/requests/{ask.key}/"))
    assert "Irina Lind removed numbers.csv" in page


def test_a_file_is_removed_from_the_page(cast: Cast) -> None:
    ask, timur = make_ask(cast), sign_in(cast.seo_lead)
    row = attach(cast, ask)
    done = send_form(timur, timur.get(f"/requests/{ask.key}/"), f"{url_of(row)}remove/")
    assert "numbers.csv is removed" in text_of(done)
    row.refresh_from_db()
    assert row.removed_at is not None


@pytest.fixture
def asks_for_file(cast: Cast) -> Callable[[str], None]:
    def put(stage: str) -> None:
        cast.type.fields = [{"key": "redirects", "kind": "file", "stage": stage, "label": {"en": "Redirect map"}}]
        cast.type.save()

    return put


def test_a_question_for_a_file_is_answered_by_a_file(cast: Cast, asks_for_file: Callable[[str], None]) -> None:
    asks_for_file("filing")
    timur = sign_in(cast.seo_lead)
    lacking = timur.post("/requests/new/", FILED)
    assert lacking.status_code == 422
    assert "Redirect map" in text_of(lacking)
    timur.post("/requests/new/", {**FILED, "redirects": sent(name="map.csv")})
    ask = WorkRequest.objects.get()
    row = Attachment.objects.get()
    assert (ask.answers, row.field, row.name) == ({"redirects": "map.csv"}, "redirects", "map.csv")
    with pytest.raises(Refused, match="put another one in its place"):
        remove_attachment(actor=cast.seo_lead.viewer(), at=LATER, attachment=row)
    path = f"/requests/{ask.key}/edit/"
    page = timur.get(path)
    assert "map.csv is there" in text_of(page)
    send_form(timur, page, path, redirects=sent(b"new", "newer.csv"))
    ask.refresh_from_db()
    assert ask.answers == {"redirects": "newer.csv"}
    assert [one.name for one in Attachment.objects.living()] == ["newer.csv"]
    assert "put another file in the place of map.csv" in text_of(timur.get(f"/requests/{ask.key}/"))


def test_a_name_alone_answers_no_question_for_a_file(cast: Cast, asks_for_file: Callable[[str], None]) -> None:
    asks_for_file("")
    ask = make_ask(cast)
    changes = {"answers": {"redirects": "map.csv"}}
    with pytest.raises(Invalid, match="name alone"):
        edit_request(actor=cast.seo_lead.viewer(), at=LATER, ask=ask, expected=None, changes=changes)
    one = held(field="redirects")
    edit_request(actor=cast.seo_lead.viewer(), at=LATER, ask=ask, expected=None, changes={}, files=[one])
    row = Attachment.objects.select_related("ask__type", "ask__form").get()
    remove_attachment(actor=cast.seo_lead.viewer(), at=LATER, attachment=row)
    ask.refresh_from_db()
    assert ask.answers == {}


def test_a_draft_keeps_its_files_and_is_filed_with_them(cast: Cast) -> None:
    viewer = cast.seo_lead.viewer()
    draft = draft_request(actor=viewer, at=NOON, type=cast.type, title="Later", files=[held()])
    assert sign_in(cast.cto).get(url_of(Attachment.objects.get())).status_code == 404
    assert draft.attachments.count() == 1


def test_an_answer_to_a_question_comes_with_files(cast: Cast) -> None:
    ask, irina, timur = make_ask(cast), sign_in(cast.platform_lead), sign_in(cast.seo_lead)
    irina.post(f"/requests/{ask.key}/ask/", {"question": "Which pages?", "version": ask.version})
    page = timur.get(f"/requests/{ask.key}/")
    send_form(timur, page, f"/requests/{ask.key}/answer/", answer="These", files=[sent()])
    assert Attachment.objects.get().name == "numbers.csv"


def test_what_a_refused_verb_was_given_leaves_no_row(cast: Cast) -> None:
    ask = make_ask(cast)
    with pytest.raises(Invalid), transaction.atomic():
        add_comment(actor=cast.sre.viewer(), at=LATER, ask=ask, text=" ", files=[held()])
    assert not Attachment.objects.exists()


def test_lost_bytes_are_told_and_break_nothing(cast: Cast) -> None:
    row = attach(cast, make_ask(cast))
    place_of(row.digest).unlink()
    assert sign_in(cast.cto).get(url_of(row)).status_code == 404


def test_with_the_demo_its_files_go_too(cast: Cast, folder: Path) -> None:
    attach(cast, make_ask(cast))
    Firm.objects.update(demo=True)
    User.objects.create(name="Real", email="real@firm.test", roles=["admin"])
    remove_demo(actor=User.objects.get(name="Real").viewer(), at=LATER)
    age(folder)
    assert sweep_files(at=clock.now()) == 1
