"""S12: bringing the past along. A list of issues with pull requests in it, then 1,400 tickets decided in groups."""

import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.forms import heading_of, send_form, text_of
from tests.lumen import OnLumenMarket, find_person, sign_in
from tests.tracker.test_old_tickets import old_list
from tracker.intake.models import WorkRequest
from tracker.integrations import actions
from tracker.integrations.models import ImportRun, OldTicket


class BringingThePastAlongTests(OnLumenMarket):
    def send(self, client: Client, content: bytes) -> Any:
        file = SimpleUploadedFile("issues.json", content)
        return client.post("/imports/tickets/", {"file": file, "source": "github"}, follow=True)

    def bring(self, client: Client, content: bytes) -> Any:
        page = self.send(client, content)
        run = ImportRun.objects.latest("pk")
        send_form(client, page, f"/imports/{run.pk}/start/")
        actions.carry_import(run=run.pk)
        return client.get(f"/imports/{run.pk}/")

    def test_pull_requests_are_no_tickets_and_a_second_run_changes_nothing(self) -> None:
        seo, content = sign_in("seo-lead"), old_list(262, pulls=217)
        assert heading_of(self.send(seo, content)) == "Dry run: 262 old tickets, 0 there already, 217 skipped"
        assert heading_of(self.bring(seo, content)) == "262 old tickets came in"
        assert heading_of(self.send(seo, content)) == "Dry run: 0 old tickets, 262 there already, 217 skipped"
        assert OldTicket.objects.count() == 262

    def test_1400_tickets_are_groups_of_which_85_are_declined_and_the_rest_kept(self) -> None:
        seo = sign_in("seo-lead")
        before = WorkRequest.objects.count()
        self.bring(seo, old_list(1_400))
        listed = seo.get("/tickets/")
        found = re.match(r"(\d+) groups of old tickets wait for a decision \(1400 in all\)", heading_of(listed))
        assert found, heading_of(listed)
        groups = int(found[1])
        assert 115 <= groups <= 125
        picks = re.findall(r'name="pick" value="(\d+)"', listed.content.decode())
        preview = seo.get("/tickets/decide/", {"do": "decline", "pick": picks[:85]})
        assert heading_of(preview).startswith("Decline 85 groups of old tickets")
        declined = send_form(seo, preview, "/tickets/decide/", reason="superseded")
        assert "85 groups are declined." in text_of(declined)
        rest = re.findall(r'name="pick" value="(\d+)"', declined.content.decode())
        assert len(rest) == groups - 85
        kept = send_form(seo, seo.get("/tickets/decide/", {"do": "keep", "pick": rest}), "/tickets/decide/")
        assert heading_of(kept) == "No old ticket waits for a decision"
        assert WorkRequest.objects.count() == before + groups - 85
        assert not OldTicket.objects.filter(outcome="").exists()

    def test_what_was_decided_stays_so_when_the_same_past_comes_along_again(self) -> None:
        seo, content = sign_in("seo-lead"), old_list(1_400)
        self.bring(seo, content)
        for step, count, reason in (("decline", 85, {"reason": "superseded"}), ("keep", 100, {})):
            picks = re.findall(r'name="pick" value="(\d+)"', seo.get("/tickets/").content.decode())
            page = seo.get("/tickets/decide/", {"do": step, "pick": picks[:count]})
            send_form(seo, page, "/tickets/decide/", **reason)
        kept = WorkRequest.objects.filter(requester=find_person("seo-lead"), state="draft").count()
        assert heading_of(self.send(seo, content)) == "Dry run: 0 old tickets, 1400 there already, 0 skipped"
        assert heading_of(seo.get("/tickets/")) == "No old ticket waits for a decision"
        assert WorkRequest.objects.filter(requester=find_person("seo-lead"), state="draft").count() == kept
        declined = OldTicket.objects.filter(outcome="declined")
        assert declined.exists()
        assert {one.reason for one in declined} == {"superseded"}

    def test_a_kept_group_is_completed_and_filed_like_any_draft(self) -> None:
        seo = sign_in("seo-lead")
        self.bring(seo, old_list(1_400))
        pick = re.findall(r'name="pick" value="(\d+)"', seo.get("/tickets/").content.decode())[0]
        before = set(WorkRequest.objects.values_list("pk", flat=True))
        send_form(seo, seo.get("/tickets/decide/", {"do": "keep", "pick": [pick]}), "/tickets/decide/")
        (draft,) = WorkRequest.objects.exclude(pk__in=before)
        url = f"/requests/{draft.key}/edit/"
        given = {"area": draft.area.key if draft.area else "product-pages", "why": "Asked for again and again."}
        examples = "https://www.lumen.example/p/lamp-4711"
        asked = [one for one in draft.type.fields if one["stage"] == "filing"]
        own = {one["key"]: "other" if one["kind"] == "choice" else "As it is." for one in asked}
        send_form(seo, seo.get(url), url, file="1", example_urls=examples, **given, **own)
        draft.refresh_from_db()
        assert (draft.state, draft.requester) == ("filed", find_person("seo-lead"))
