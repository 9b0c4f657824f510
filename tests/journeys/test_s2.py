"""S2: the request that dies unless embedded, told over HTTP by people with plain forms, and by tokens over the API."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps

from tests.forms import Page, heading_of, send_form, text_of
from tests.lumen import OnLumenMarket, call_as, sign_in
from tracker.backlog.models import BacklogItem
from tracker.history.models import Entry
from tracker.intake.models import Delivery, WorkRequest
from tracker.intake.states import State
from tracker.kernel import clock
from tracker.kernel.models import Versioned
from tracker.launches.models import Check
from tracker.people.models import Token
from tracker.projects.models import Blocker, Crossing, Effort, Period, Project

CONDITION = "price and stock only, reviews in Q2"
REST = "Product structured data: reviews"


@contextmanager
def two_weeks_later() -> Iterator[None]:
    clock.shift(timedelta(weeks=2))
    try:
        yield
    finally:
        clock.shift(timedelta(0))


def next_quarter() -> date:
    return Period.objects.get().ends_on + timedelta(days=1)


def web_list() -> list[tuple[str, Decimal, bool]]:
    rows = Effort.objects.filter(team__key="web").order_by("project__rank").select_related("project")
    return [(effort.project.key, effort.claim, effort.project.above) for effort in rows]


def everything_stored() -> dict[str, list[object]]:
    models = apps.get_app_config("tracker").get_models()
    kept = [model for model in models if model.__name__ not in ("IdempotentCall",)]
    return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in kept}


def assert_history_complete() -> None:
    for model in apps.get_app_config("tracker").get_models():
        if issubclass(model, Versioned) and model is not Token:  # the tests' own tokens are made without a verb
            for pk, version in model._base_manager.values_list("pk", "version"):
                entries = Entry.objects.filter(subject=model.subject, subject_id=pk)
                assert entries.count() == version, (model.__name__, pk)


def read(answer: Page, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    found: dict[str, Any] = json.loads(answer.content)
    return found


class EmbeddedRequestTests(OnLumenMarket):
    def test_with_plain_forms(self) -> None:
        self.the_page_says_it_plainly()
        item = self.timur_proposes()
        self.kenji_accepts_on_a_condition(item)
        self.assert_the_line_holds(item)
        with two_weeks_later():
            self.pavel_is_warned_and_moves_something_else(item)
        assert_history_complete()

    def the_page_says_it_plainly(self) -> None:
        page = text_of(sign_in("seo-lead").get("/requests/R-41/"))
        assert "Below the line by 8 places" in page
        assert "will not be done this quarter" in page
        assert "P-06 could carry it for 1.5" in page
        assert page.index("P-06 Product page rewrite") < page.index("P-11 Search service split")
        assert "Embed: saves 4.5 w" in page
        assert "At rank 19 in Web it would push below:" in page
        assert "Returns portal" in page

    def timur_proposes(self) -> BacklogItem:
        timur = sign_in("seo-lead")
        page = timur.get("/requests/R-41/")
        told = send_form(timur, page, "/requests/R-41/embed/", added_weeks="1.5", note="The template is open anyway")
        assert told.status_code == 200
        assert "P-06 is asked to carry R-41" in text_of(told)
        item = BacklogItem.objects.get(ask__key="R-41")
        assert (item.state, item.project.key) == ("proposed", "P-06")
        assert cumulated_at(19) == Decimal("109.5")
        return item

    def kenji_accepts_on_a_condition(self, item: BacklogItem) -> None:
        kenji = sign_in("frontend-lead")
        assert f"R-41 {item.ask.title} wants to join P-06" in text_of(kenji.get("/"))
        address = f"/backlog/{item.key}/answer/"
        form = kenji.get(address)
        assert "P-06 grows from 14 to 15.5 weeks." in text_of(form)
        said = {"conditions": CONDITION, "rest_title": REST, "review_on": next_quarter(), "answer": "agree"}
        done = send_form(kenji, form, address, **said)
        assert done.status_code == 200
        assert "Valid items ≥ 95 %" in text_of(done)

    def assert_the_line_holds(self, item: BacklogItem) -> None:
        item.refresh_from_db()
        rest = WorkRequest.objects.get(key="R-41b")
        assert (item.state, item.conditions, item.added_weeks) == ("agreed", CONDITION, Decimal("1.5"))
        assert (rest.state, rest.title, rest.review_on) == (State.PARKED, REST, next_quarter())
        assert WorkRequest.objects.get(key="R-41").delivery == Delivery.SCHEDULED
        assert {key: claim for key, claim, _above in web_list()}["P-06"] == Decimal("15.5")
        assert cumulated_at(19) == Decimal("111.0")
        assert sum(above for _key, _claim, above in web_list()) == 19
        checks = Check.objects.filter(project__key="P-06", source=item.key)
        assert checks.count() == 3
        assert checks.filter(text__startswith="Valid items ≥ 95 %").exists()
        assert Blocker.objects.get(source=item.key).project.key == "P-06"
        line = text_of(sign_in("cto").get("/line/?team=web"))
        assert "R-41 +1.5" in line
        assert "Web: 19 of 38 projects are above the line" in line
        assert "R-41" in text_of(sign_in("frontend-lead").get("/projects/P-06/"))

    def pavel_is_warned_and_moves_something_else(self, item: BacklogItem) -> None:
        pavel = sign_in("cto")
        line = pavel.get("/line/?team=web&move=P-06")
        before = everything_stored()
        warning = send_form(pavel, line, "/projects/P-06/move/", after="P-24")
        assert warning.status_code == 409
        assert heading_of(warning) == "This would orphan 1 embedded item"
        assert "R-41" in text_of(warning)
        assert "Timur Rakhimov" in text_of(warning)
        assert "Kenji Sato" in text_of(warning)
        assert everything_stored() == before
        done = send_form(pavel, pavel.get("/line/?team=web&move=P-31"), "/projects/P-31/move/", after="P-24")
        assert done.status_code == 200
        item.refresh_from_db()
        assert item.orphaned_at is None
        fallen = Crossing.objects.filter(project__key="P-31").latest("at")
        assert (fallen.rose, fallen.cause) == (False, "moved")
        assert Project.objects.get(key="P-06").above
        story = list(Entry.objects.filter(subject="request", subject_id=41).order_by("version").values_list("verb"))
        assert ("split_request",) in story

    def test_with_tokens(self) -> None:
        timur, kenji, pavel = call_as("seo-lead"), call_as("frontend-lead"), call_as("cto")
        hosts = read(timur.get("/api/v1/requests/R-41/hosts/"))["results"]
        assert [host["key"] for host in hosts][:2] == ["P-06", "P-11"]
        body = {"host": "P-06", "added_weeks": 1.5}
        item = read(timur.post("/api/v1/requests/R-41/embed/", body, once="s2"), 201)
        assert read(timur.post("/api/v1/requests/R-41/embed/", body, once="s2"), 201)["key"] == item["key"]
        address = f"/api/v1/backlog-items/{item['key']}/"
        rest = {"title": REST, "review_on": next_quarter().isoformat()}
        answer = {"answer": "agree", "conditions": CONDITION, "split_rest": rest}
        assert timur.post(f"{address}answer/", answer).status_code == 403
        agreed = read(kenji.post(f"{address}answer/", answer, match=int(str(item["version"]))))
        assert (agreed["state"], len(agreed["checks"])) == ("agreed", 3)
        parked = read(timur.get("/api/v1/requests/R-41b/"))
        assert (parked["state"], parked["review_on"]) == ("parked", next_quarter().isoformat())
        line = read(pavel.get("/api/v1/line/?team=web"))
        assert line["teams"][0]["left"] == 1.5
        assert cumulated_at(19) == Decimal("111.0")
        with two_weeks_later():
            before = everything_stored()
            refused = pavel.post("/api/v1/projects/P-06/move/", {"after": "P-24"})
            told = read(refused, 409)
            assert told["errors"][0]["code"] == "would_orphan"
            assert told["facts"]["items"][0]["item"] == item["key"]
            assert everything_stored() == before
            assert read(pavel.post("/api/v1/projects/P-31/move/", {"after": "P-24"}))["above"] is False
        entries = read(timur.get("/api/v1/history/?subject=request&key=R-41"))["results"]
        assert entries
        assert_history_complete()


def cumulated_at(rank: int) -> Decimal:
    return sum((claim for _key, claim, _above in web_list()[:rank]), Decimal(0))
