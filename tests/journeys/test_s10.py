"""S10: Friday evening, noindex on twelve category templates: an emergency by two people, with plain forms."""

from datetime import timedelta

from django.core import mail

from tests.forms import heading_of, send_form, text_of
from tests.journeys.test_s2 import assert_history_complete
from tests.lumen import OnLumenMarket, call_as, find_person, sign_in
from tracker.intake.actions import file_request
from tracker.intake.expedites import Expedite
from tracker.intake.models import RequestType, WorkRequest
from tracker.kernel import clock
from tracker.notices.actions import mail_notices
from tracker.promises.models import Kind, Promise
from tracker.sites.models import Area

WHY = "Twelve category templates say noindex; clicks fall by the hour."
CAUSE = "A merge of the configuration took the staging file along."
LESSON = "Five templates are checked for is-crawlable on every release."


class FridayEveningTests(OnLumenMarket):
    def setUp(self) -> None:
        """Dina sees the clicks fall and files it."""
        area = Area.objects.filter(team__key="web").exclude(pattern="").order_by("pk").first()
        assert area is not None
        self.ask = file_request(
            actor=find_person("analyst").viewer(),
            at=clock.now(),
            type=RequestType.objects.get(key="bug"),
            title="Category pages say noindex",
            area=area,
            example_urls=[f"https://www.lumen.example{area.pattern.replace('*', '7')}"],
            why=WHY,
            answers={"expected": "They say index."},
        )
        self.url = f"/requests/{self.ask.key}/"

    def start(self) -> Expedite:
        """Timur starts it; Max is on call."""
        seo = sign_in("seo-lead")
        page = seo.get(f"{self.url}expedite/")
        assert "It would be the first this quarter." in text_of(page)
        self.started = send_form(seo, page, f"{self.url}expedite/", reason=WHY, owner=str(find_person("sre").pk))
        return Expedite.objects.get()

    def test_an_emergency_is_started_confirmed_answered_fixed_and_explained(self) -> None:
        row = self.start()
        assert "Max Orlov is told" in text_of(self.started)
        minutes = {one.kind: one.due_at - row.started_at for one in Promise.objects.running().filter(holder=row.owner)}
        assert minutes[Kind.EXPEDITE] == timedelta(minutes=30)
        assert minutes[Kind.FIX] == timedelta(hours=4)
        mail_notices(at=clock.now())
        told = {letter.to[0] for letter in mail.outbox if self.ask.key in f"{letter.subject} {letter.body}"}
        assert {"sre@lumen.example", "platform-lead@lumen.example", "cto@lumen.example", "cmo@lumen.example"} <= told

        for role in ("coo", "cmo", "frontend-lead"):
            assert f"{self.ask.key} Category pages say noindex. Max Orlov owns it." in text_of(
                sign_in(role).get("/line/")
            )
        assert "Ответственный ещё не ответил." in text_of(sign_in("content-lead").get("/line/"))
        sre = sign_in("sre")
        home = text_of(sre.get("/"))
        assert f"{self.ask.key} Category pages say noindex is an emergency, and it is yours" in home

        send_form(sre, sre.get(self.url), f"/expedites/{row.pk}/confirm/")
        send_form(sre, sre.get(self.url), f"/expedites/{row.pk}/answer/", answer="The old file goes back.")
        fixed = send_form(sre, sre.get(self.url), f"/expedites/{row.pk}/fix/")
        assert "The emergency is over." in text_of(fixed)
        row.refresh_from_db()
        assert (row.state, row.confirmed_by) == ("fixed", find_person("sre"))
        assert (
            not Promise.objects.running()
            .filter(source__endswith=f":{row.pk}", matter=f"request:{self.ask.pk}")
            .exists()
        )
        assert "owns it" not in text_of(sign_in("coo").get("/line/"))

        assert "say what caused it" in text_of(sre.get("/line/"))
        page = send_form(sre, sre.get(self.url), f"/expedites/{row.pk}/explain/", cause=CAUSE, lesson=LESSON)
        assert CAUSE in text_of(page)
        seen = text_of(sign_in("seo-lead").get(self.url))
        for word in (CAUSE, LESSON, "made it an emergency, owned by Max Orlov", "confirmed the emergency"):
            assert word in seen
        assert "Emergencies this quarter" in (limbo := text_of(sign_in("coo").get("/limbo/")))
        assert LESSON in limbo
        counted = call_as("coo").get("/api/v1/expedites/").json()["results"]
        assert [(one["request"], one["lesson"]) for one in counted] == [(self.ask.key, LESSON)]
        assert_history_complete()

    def test_it_is_no_side_door_a_second_one_waits_and_is_told_why(self) -> None:
        self.start()
        other = WorkRequest.objects.filter(requester=find_person("seo-lead"), state="accepted", delivery="waiting")[0]
        seo = sign_in("seo-lead")
        page = seo.get(f"/requests/{other.key}/expedite/")
        refused = send_form(
            seo, page, f"/requests/{other.key}/expedite/", reason="By Friday.", owner=str(find_person("sre").pk)
        )
        for told in (text_of(page), text_of(refused)):
            assert f"One emergency at a time: {self.ask.key} Category pages say noindex" in told
            assert "Max Orlov owns it" in told
        assert "1 was started this quarter" in text_of(page)
        assert Expedite.objects.count() == 1

    def test_the_other_side_may_refuse_it_and_its_own_side_does_not_confirm(self) -> None:
        row = self.start()
        assert sign_in("cmo").post(f"/expedites/{row.pk}/confirm/").status_code == 403
        cto = sign_in("cto")
        refused = send_form(cto, cto.get(self.url), f"/expedites/{row.pk}/refuse/", reason="It is the test site.")
        assert "It is the test site." in text_of(refused)
        row.refresh_from_db()
        assert (row.state, row.ended_at is None) == ("refused", False)

    def test_who_needs_something_soon_finds_the_ways_by_name(self) -> None:
        ask = WorkRequest.objects.filter(requester=find_person("seo-lead"), state="accepted", delivery="waiting")[0]
        page = text_of(sign_in("seo-lead").get(f"/requests/{ask.key}/"))
        for word in ("Which way fits", "Embed", "Outrank", "Expedite", "loses by the hour"):
            assert word in page
        assert heading_of(sign_in("seo-lead").get(f"/requests/{ask.key}/expedite/")) == f"Expedite {ask.key}"
