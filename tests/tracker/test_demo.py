"""The demo company: every number of the stories, asserted from the database."""

from datetime import timedelta
from decimal import Decimal

from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.models import F, Sum

from tests.ledger import counted
from tests.lumen import OnLumenMarket
from tracker.backlog.models import BacklogItem
from tracker.backlog.states import ItemState
from tracker.history.models import Entry
from tracker.intake.models import Delivery, WorkRequest
from tracker.intake.states import State
from tracker.kernel import clock
from tracker.kernel.models import Versioned
from tracker.people.models import Firm, Level, User
from tracker.projects.models import Capacity, Crossing, Effort, Period, Project
from tracker.projects.rules import Claim, cd3_score, draw_list, hypothetical_place, weeks_below

Row = tuple[str, str, float, bool, bool]


def list_of(team: str) -> list[Row]:
    """Key, title, claim, whether it fits here, whether it is above; in rank order."""
    rows = Effort.objects.filter(team__key=team).order_by("-project__pinned", "project__rank")
    return [
        (e.project.key, e.project.title, float(e.claim), e.fits, e.project.above)
        for e in rows.select_related("project")
    ]


def cumulated(rows: list[Row], count: int) -> float:
    return sum(row[2] for row in rows[:count])


def describe(item: BacklogItem) -> str:
    return f"{item.project.key} +{item.added_weeks} {item.state}"


class DemoTests(OnLumenMarket):
    def test_everybody_of_the_stories_is_there_and_the_firm_is_a_demo(self) -> None:
        firm = Firm.objects.get()
        assert (firm.name, firm.level, firm.demo) == ("Lumen Market", Level.COMPANY, True)
        roles = {
            user.email.partition("@")[0]: (user.name, sorted(user.roles), user.side) for user in User.objects.all()
        }
        assert len(roles) == 10
        assert roles["seo-lead"] == ("Timur Rakhimov", ["lead", "marketer"], "marketing")
        assert roles["platform-lead"] == ("Irina Lind", ["engineer", "lead"], "technology")
        assert roles["coo"] == ("Marta Keller", ["coo"], "")
        assert roles["admin"] == ("Vera Lang", ["admin"], "")
        assert {user.language for user in User.objects.filter(email__startswith="content")} == {"ru"}
        assert all(user.check_password("tandem-demo-2027") for user in User.objects.all())

    def test_today_lies_in_week_five_of_thirteen(self) -> None:
        period = Period.objects.get()
        today = clock.now().date()
        assert period.starts_on.weekday() == 0
        assert (today - period.starts_on).days // 7 + 1 in (5, 6)  # 6 only in the hours in which Berlin is a day ahead
        assert period.ends_on - period.starts_on == timedelta(weeks=13, days=-1)

    def test_web_asks_231_weeks_and_its_line_is_after_rank_19(self) -> None:
        web = list_of("web")
        assert len(web) == 38
        assert cumulated(web, 38) == 231
        assert cumulated(web, 19) == 109.5
        assert cumulated(web, 26) == 138
        assert [row[3] for row in web] == [True] * 19 + [False] * 19
        assert [row[4] for row in web] == [True] * 19 + [False] * 19
        capacity = Capacity.objects.get(team__key="web")
        assert [capacity.gross, capacity.reserve_percent, capacity.allowance] == [150, 25, 0]
        assert [row[:3] for row in web[:4]] == [
            ("P-02", "Checkout risk rules", 9),
            ("P-06", "Product page rewrite", 14),
            ("P-11", "Search service split", 12),
            ("P-03", "German shop migration", 31),
        ]
        assert [row[:3] for row in web[16:22]] == [
            ("P-14", "Consent banner rework", 2.5),
            ("P-29", "Image pipeline, AVIF", 2),
            ("P-17", "Returns portal", 7),
            ("P-24", "Store locator", 6),
            ("P-33", "Loyalty API", 5),
            ("P-35", "Gift cards", 3),
        ]
        pinned = Project.objects.get(pinned=True)
        assert (pinned.key, pinned.pin_approver and pinned.pin_approver.name) == ("P-02", "Pavel Sorokin")

    def test_mobile_is_the_bottleneck_of_six_and_two_weeks_of_data_are_reserved_behind_web(self) -> None:
        mobile = {row[0]: row for row in list_of("mobile")}
        assert len(mobile) == 11
        assert mobile["P-24"][2:4] == (4, False)
        assert sum(not row[3] for row in mobile.values()) == 6
        data = {row[0]: row for row in list_of("data")}
        assert len(data) == 8
        assert data["P-33"][2:] == (2, True, False)

    def test_ids_are_the_numbers_of_the_keys_and_what_comes_next_follows(self) -> None:
        assert all(project.key == f"P-{project.pk:02d}" for project in Project.objects.all())
        assert Project.objects.filter(efforts=None).count() == 3
        assert Project.objects.count() == 38 + 10 + 7 + 3
        titles = set(Project.objects.values_list("title", flat=True))
        assert len(titles) == Project.objects.count()
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval(pg_get_serial_sequence('tracker_workrequest', 'id'))")
            assert cursor.fetchone() == (65,)

    def test_r41_would_be_27th_and_31_and_a_half_weeks_below(self) -> None:
        ask = WorkRequest.objects.get(key="R-41")
        assert (ask.state, ask.delivery, ask.effort_weeks) == (State.ACCEPTED, Delivery.WAITING, Decimal(6))
        assert (ask.baseline, ask.target) == (Decimal(41_200), Decimal(46_144))
        assert len(ask.acceptance_tests) == 3
        assert not BacklogItem.objects.filter(ask=ask).exists()
        assert ask.value_per_week is not None
        score = cd3_score(ask.value_per_week, ask.confidence, Decimal(6))
        efforts = Effort.objects.filter(team__key="web").order_by("-project__pinned", "project__rank")
        scores = [
            None
            if e.project.value_per_week is None
            else cd3_score(e.project.value_per_week, e.project.confidence, e.claim)
            for e in efforts.select_related("project")
        ]
        place = hypothetical_place(score, scores)
        assert place == 27
        claims = [Claim(e.project_id, e.claim) for e in efforts]
        assert weeks_below(claims, place, Decimal(6), Decimal("112.5")) == Decimal("31.5")
        assert sum(row.fits for row in draw_list(claims, Decimal("112.5"))) == place - 8

    def test_the_past_has_every_kind_of_fate(self) -> None:
        states = {ask.key: ask.state for ask in WorkRequest.objects.all()}
        assert len(states) == 45
        irina = WorkRequest.objects.to_triage().filter(team__key="web")
        assert irina.count() == 6
        for key in ("R-54", "R-55"):
            assert states[key] == State.NEEDS_INFORMATION
        assert states["R-52"] == State.DECLINED
        assert states["R-35"] == State.PARKED
        items = {item.ask.key: item for item in BacklogItem.objects.select_related("ask", "project")}
        assert describe(items["R-22"]) == "P-11 +1.00 in_progress"
        assert describe(items["R-57"]) == "P-11 +0.50 agreed"
        assert items["R-63"].state == ItemState.PROPOSED
        assert items["R-63"].project.owner == User.objects.get(name="Kenji Sato")
        assert [key for key, item in items.items() if item.orphaned_at] == ["R-61"]
        assert items["R-23"].state == ItemState.SHIPPED
        assert items["R-21"].state == ItemState.PARTLY_MET

    def test_the_store_locator_rose_with_the_capacity_of_web_and_fell_when_p06_grew(self) -> None:
        crossings = Crossing.objects.order_by("at")
        assert {one.project.key for one in crossings} == {"P-24"}
        assert [(one.rose, one.cause) for one in crossings] == [(True, "capacity"), (False, "effort")]
        assert crossings[1].cause_project == Project.objects.get(key="P-06")

    def test_every_change_has_its_entry(self) -> None:
        for model in apps.get_app_config("tracker").get_models():
            if issubclass(model, Versioned):
                counts = dict.fromkeys(model._base_manager.values_list("pk", flat=True), 0)
                for pk in Entry.objects.filter(subject=model.subject).values_list("subject_id", flat=True):
                    counts[pk] = counts.get(pk, 0) + 1
                assert counts == dict(model._base_manager.values_list("pk", "version")), model

    def test_nothing_lies_in_the_future_and_the_story_is_told_in_its_order(self) -> None:
        instants = list(Entry.objects.order_by("id").values_list("at", flat=True))
        assert instants == sorted(instants)
        assert instants[-1] <= clock.now()
        assert not WorkRequest.objects.filter(filed_at__gt=clock.now()).exists()

    def test_effort_of_embedded_work_is_counted_once(self) -> None:
        agreed = BacklogItem.objects.exclude(state__in=[ItemState.PROPOSED, ItemState.REFUSED, ItemState.DROPPED])
        carried = agreed.aggregate(total=Sum(F("drawn") + F("overflow")))["total"]
        assert carried == Effort.objects.aggregate(total=Sum("embedded"))["total"]

    def test_a_second_run_changes_nothing(self) -> None:
        before = Entry.objects.count()
        with counted() as count:
            call_command("fill_demo", verbosity=0)
        assert len(count) == 1
        assert Entry.objects.count() == before

    def test_a_request_about_speed_names_the_metric_that_it_is_about(self) -> None:
        told = {ask.key: ask.answers for ask in WorkRequest.objects.filter(key__in=("R-20", "R-53", "R-62"))}
        assert [told[key]["metric"] for key in ("R-20", "R-53", "R-62")] == ["LCP", "INP", "CLS"]

    def test_it_is_filled_within_seconds(self) -> None:
        assert self.filled_in < 10
