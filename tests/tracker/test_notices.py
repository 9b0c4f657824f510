"""Word to people: told once, to whom it concerns, in their language."""

import re
from datetime import timedelta

from tests.callers import Caller
from tests.makers import NOON, Cast
from tests.tracker.portfolio import make_portfolio
from tracker.notices.actions import Telling, mark_read, tell
from tracker.notices.models import Notice
from tracker.notices.reactions import AUDIENCE
from tracker.notices.texts import KINDS, TURNS, say
from tracker.people.models import User

FACTS = {"request": "R-41", "title": "Structured data"}


def word(person: User | None = None, source: str = "R-41:accept", **more: object) -> Telling:
    kind = str(more.pop("kind", "request_accepted"))
    team = more.pop("leads_of", None)
    leads_of = team if isinstance(team, int) else None
    return Telling(kind, FACTS, "/requests/R-41/", source, user=person.pk if person else None, leads_of=leads_of)


def test_what_was_told_once_is_not_told_again(cast: Cast) -> None:
    for _turn in range(2):
        tell(at=NOON, tellings=[word(cast.seo_lead), word(cast.seo_lead), word(cast.cmo)])
    assert Notice.objects.count() == 2


def test_the_leads_of_a_team_hear_it_but_not_who_did_it_nor_who_has_left(cast: Cast) -> None:
    tell(at=NOON, tellings=[word(leads_of=cast.web.pk)], actor=0)
    assert Notice.objects.get().user == cast.platform_lead
    User.objects.filter(pk=cast.cmo.pk).update(is_active=False)
    tell(at=NOON, tellings=[word(cast.cmo, "a"), word(cast.seo_lead, "b")], actor=cast.seo_lead.pk)
    assert Notice.objects.count() == 1


def test_reading_marks_only_what_is_mine(cast: Cast) -> None:
    tell(at=NOON, tellings=[word(cast.cmo), word(cast.seo_lead)])
    later = NOON + timedelta(hours=1)
    assert mark_read(actor=cast.seo_lead.viewer(), at=later) == 1
    others = Notice.objects.get(user=cast.cmo)
    assert mark_read(actor=cast.seo_lead.viewer(), at=later, notices=[others.pk]) == 0
    assert mark_read(actor=cast.cmo.viewer(), at=later, notices=[others.pk]) == 1


def test_every_kind_has_words_whose_places_are_known() -> None:
    known = {"item", "request", "title", "project", "project_title", "weeks", "conditions", "reason", "outcome"}
    known |= {"key", "person", "promise", "due", "holder", "case", "wanted", "sentence", "condition"}
    known |= {"starts_on", "ends_on"}
    known |= {"offer", "owner", "starts_on", "ends_on"}
    for kind, words in KINDS.items():
        assert set(re.findall(r"%\((\w+)\)s", str(words.what))) <= known, kind
        assert str(words.why)
        assert set(re.findall(r"%\((\w+)\)s", str(words.then))) <= {*known, "until"}, kind
        assert str(words.then)
    assert set(KINDS) >= TURNS
    assert {f"item_{what}" for what in AUDIENCE} <= set(KINDS)
    assert say("gone", {"a": 1}).what == "1"


def test_nobody_hears_of_what_they_did_themselves(cast: Cast) -> None:
    web = make_portfolio(cast)
    web.propose()
    told = Notice.objects.values_list("user", "kind")
    assert list(told) == [(cast.frontend_lead.pk, "item_proposed")]


def test_the_api_tells_what_the_page_tells_and_marks_it_read(cast: Cast) -> None:
    tell(at=NOON, tellings=[word(cast.seo_lead, f"s{number}") for number in range(3)] + [word(cast.cmo)])
    call = Caller(cast.seo_lead)
    page = call.get("/api/v1/notices/?limit=2").json()
    assert [one["what"] for one in page["results"]] == ["R-41 Structured data is accepted."] * 2
    assert page["results"][0]["why"] == "You filed the request."
    assert page["results"][0]["your_turn"] is False
    rest = call.get(f"/api/v1/notices/?limit=2&cursor={page['next']}").json()
    assert (len(rest["results"]), rest["next"]) == (1, None)
    theirs = Notice.objects.get(user=cast.cmo).pk
    assert call.post("/api/v1/notices/read/", {"ids": [page["results"][0]["id"], theirs]}).json() == {"read": 1}
    assert len(call.get("/api/v1/notices/?unread=true").json()["results"]) == 2
    assert call.post("/api/v1/notices/read/", {}).json() == {"read": 2}
    assert call.post("/api/v1/notices/read/", {"ids": ["x"]}).status_code == 400
    assert Notice.objects.get(pk=theirs).read_at is None
