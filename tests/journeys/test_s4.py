"""S4, to the counter-proposal: a campaign page in nine working days, with plain forms."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from tests.forms import Page, heading_of, send_form, text_of
from tests.lumen import OnLumenMarket, find_person, sign_in
from tracker.backlog.models import BacklogItem
from tracker.history.models import Entry
from tracker.intake.actions import file_request
from tracker.intake.models import RequestType, WorkRequest
from tracker.kernel import clock
from tracker.kernel.ranks import key_between
from tracker.launches.models import Check
from tracker.people.models import User
from tracker.projects.models import Project
from tracker.promises.models import Kind, Promise
from tracker.sites.models import Area

WHY = "The TV spot is booked for 180,000 €."
OFFER = "A CMS block instead of code: header, video and the offer."
CHECKS = "The page is indexable.\nThe block shows the offer."


def working_days_from(start: date, days: int) -> date:
    """So many working days after, before where `days` is below 0."""
    step, left, on = (1 if days > 0 else -1), abs(days), start
    while left:
        on += timedelta(days=step)
        left -= on.weekday() < 5
    return on


class CampaignPageTests(OnLumenMarket):
    def setUp(self) -> None:
        """Thirty went live, each 23 working days after it was filed; Olga files a page on an area that no project has."""
        self.now = clock.now()
        User.objects.filter(pk=find_person("content-lead").pk).update(language="en")
        monday = self.now - timedelta(days=self.now.weekday())
        self.ship_thirty(monday)
        pages = Area.objects.get(key="landing-pages")
        area = Area.objects.create(
            site=pages.site, key="spring", name="Campaign pages", pattern="/spring/*", team=pages.team
        )
        self.ask = file_request(
            actor=find_person("content-lead").viewer(),
            at=self.now,
            type=RequestType.objects.get(key="landing-page"),
            title="Spring page for the TV spot",
            area=area,
            example_urls=["https://www.lumen.example/spring/tv"],
            why="Whoever sees the spot looks for the page.",
            kpi="Orders of the spring campaign",
            baseline=Decimal(2100),
            target=Decimal(3000),
            measure_on=(self.now + timedelta(days=60)).date(),
            confidence="guess",
            acceptance_tests=["The page is live before the spot."],
            how_to_test="Open it.",
            answers={"campaign": "Spring", "live_on": "2027-03-12", "campaign_budget": "0", "content_owner": "Olga"},
        )
        self.url = f"/requests/{self.ask.key}/"

    def ship_thirty(self, live_at: datetime) -> None:
        pattern = BacklogItem.objects.filter(shipped_at__isnull=False).select_related("ask")[0]
        ask, rank = pattern.ask, None
        filed = live_at.date()
        back = (filed - working_days_from(filed, -23)).days
        for _number in range(30):
            ask.pk, ask.filed_at, ask.split_number, ask.split_from_id = None, live_at - timedelta(days=back), None, None
            ask._state.adding = True
            ask.save()
            rank = key_between(
                rank or BacklogItem.objects.filter(project=pattern.project).order_by("-rank")[0].rank, None
            )
            pattern.pk, pattern.ask, pattern.rank, pattern.shipped_at = None, ask, rank, live_at
            pattern._state.adding = True
            pattern.save()

    def test_a_hard_date_is_flagged_and_a_smaller_thing_is_agreed_on(self) -> None:
        olga = sign_in("content-lead")
        deadline = working_days_from(self.now.date(), 9)
        edited = send_form(
            olga, olga.get(f"{self.url}edit/"), f"{self.url}edit/", deadline_on=str(deadline), deadline_reason=WHY
        )
        flag = "9 working days are left; from filing to live it usually takes 23 (median of the last 30)."
        assert flag in text_of(edited)
        assert "No project above the line works on the same pages and has time left." in text_of(edited)
        irina = sign_in("platform-lead")
        assert flag in text_of(irina.get(f"/triage/?key={self.ask.key}"))

        host = Project.objects.get(key="P-09")
        asked = olga.get(f"{self.url}embed/")
        proposed = send_form(
            olga, asked, f"{self.url}embed/", host="P-09", added_weeks="2", note="Only the header is new."
        )
        item = BacklogItem.objects.get(ask=self.ask)
        assert (item.state, item.project) == ("proposed", host)
        assert self.ask.key in heading_of(proposed)

        self.offer_a_block(item)
        self.compare_and_accept(item)

    def offer_a_block(self, item: BacklogItem) -> None:
        """Pavel names the running CMS upkeep instead."""
        pavel = sign_in("cto")
        answer = text_of(pavel.get(f"/backlog/{item.key}/answer/"))
        for third in ("Accept it", "Refuse it", "Offer something else"):
            assert third in answer
        ready = working_days_from(self.now.date(), 6)
        page = pavel.get(f"/backlog/{item.key}/counter/")
        given = {"offer": OFFER, "added_weeks": "0.5", "host": "P-18", "ready_on": str(ready), "checks": CHECKS}
        offered = send_form(pavel, page, f"/backlog/{item.key}/counter/", **given)
        assert "Your offer is with Olga Petrova" in text_of(offered)
        assert Promise.objects.running().get(kind=Kind.REPLY, source__startswith=item.key).holder == find_person(
            "content-lead"
        )

    def compare_and_accept(self, item: BacklogItem) -> None:
        olga = sign_in("content-lead")
        assert f"{self.ask.key} {self.ask.title}: P-09 offers something else" in text_of(olga.get("/"))
        page: Page = olga.get(f"/backlog/{item.key}/")
        told = text_of(page)
        assert heading_of(page).startswith(f"P-09 offers something else for {self.ask.key}: 0.5")
        for word in ("As proposed", "As offered", OFFER, "P-18 CMS upkeep", "The page is indexable."):
            assert word in told
        agreed = send_form(olga, page, f"/backlog/{item.key}/accept-counter/")
        assert "P-18 carries" in heading_of(agreed)
        item.refresh_from_db()
        assert (item.state, item.project.key, item.added_weeks) == ("agreed", "P-18", Decimal("0.5"))
        assert item.delivery_owner == find_person("platform-lead")
        assert [one.text for one in Check.objects.filter(source=item.key).order_by("position")] == CHECKS.split("\n")
        ask = WorkRequest.objects.get(pk=self.ask.pk)
        assert (ask.state, ask.delivery) == ("accepted", "scheduled")
        verbs = Entry.objects.filter(subject="backlog-item", subject_id=item.pk).order_by("version")
        assert list(verbs.values_list("verb", flat=True)) == ["propose", "counter", "accept_counter"]
