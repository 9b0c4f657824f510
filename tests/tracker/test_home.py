"""Your move: what waits for whom, until when and what otherwise; on the demo company, and in cases."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from tests.ledger import counted
from tests.lumen import OnLumenMarket, find_person, sign_in
from tests.makers import NOON, Cast
from tests.tracker.cases import LATER, Court, another_request, make_court
from tracker.escalations.actions import NewCondition, settle_case
from tracker.escalations.models import Escalation
from tracker.intake.actions import answer_question
from tracker.intake.models import WorkRequest
from tracker.kernel import clock
from tracker.notices.actions import Telling, tell
from tracker.people.models import Firm, Level, User
from tracker.projects.models import Project
from tracker.promises.models import Promise
from tracker.templatetags.times import say_date
from tracker.web.home import owed_by
from tracker.web.home_moves import Move, by_urgency


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def home_of(role: str) -> str:
    answer = sign_in(role).get("/")
    assert answer.status_code == 200
    return answer.content.decode()


def headline(page: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page, re.DOTALL)
    assert found
    return found[1].strip()


def move(page: str, ident: str) -> str:
    found = re.search(rf'<li class="move"[^>]*id="move-{ident}".*?</li>', page, re.DOTALL)
    assert found, ident
    return found[0]


class HomeTests(OnLumenMarket):
    def test_the_headline_counts_decisions_and_minutes(self) -> None:
        assert re.fullmatch(r"\d+ decisions, about \d+ minutes", headline(home_of("platform-lead")))
        assert headline(home_of("coo")) == "3 cases need you: 1 ready, 2 still being heard, about 24 minutes"

    def test_what_is_broken_comes_first_and_then_what_is_due_soonest(self) -> None:
        page = home_of("platform-lead")
        badges = re.findall(r'class="move-due"><span class="badge (\w+)"[^>]*>\s*([^<]*?)\s*<', page)
        tones = [tone for tone, _due in badges]
        assert tones[:4] == ["bad"] * 4
        assert "bad" not in tones[4:]
        late = Promise.objects.broken().filter(holder=find_person("platform-lead")).order_by("due_at")
        assert re.findall(r'id="move-([^"]+)"', page)[: late.count()] == [one.facts["key"] for one in late]
        assert "it goes to the COO next" in move(page, "R-56")
        assert "Otherwise the CTO and the CMO are asked" in move(page, "R-62")

    def test_the_context_and_the_navigation_count_what_is_owed(self) -> None:
        for person in User.objects.exclude(language="ru"):
            role = person.email.partition("@")[0]
            page, mine = home_of(role), owed_by(find_person(role).viewer())
            owed, late = mine.count(), mine.filter(breached_at__isnull=False).count()
            counted_in_nav = re.search(r'<span>Your move</span><span class="count">(\d+)', page)
            assert int(counted_in_nav[1] if counted_in_nav else 0) == owed, role
            assert ("by which" in page) is bool(owed), role
            assert (f"late: {late}." in page) is bool(late), role
        assert "by which" in home_of("platform-lead"), "the demo owes answers"

    def test_the_coo_reads_the_cases_who_waited_and_what_both_would_accept(self) -> None:
        page = home_of("coo")
        assert re.search(r"Waiting [\d.]+ working days: [\d.]+ with marketing, [\d.]+ with technology\.", page)
        crawlers = Escalation.objects.get(ask__key="R-52")
        assert f"{crawlers.key} {escape(crawlers.wanted)}" in move(page, crawlers.key)
        assert "Both sides would accept B." in move(page, crawlers.key)
        assert "Everything else moves without you." in page
        assert re.search(r'<span>Docket</span><span class="count">3<', page)

    def test_each_project_stands_once_among_the_crossings_with_how_often(self) -> None:
        page = home_of("cto").partition("The line today")[2].partition("Lately")[0]
        keys = re.findall(r"P-\d+(?=</span>)", page)
        assert len(keys) == len(set(keys)) > 0
        assert "crossed 2 times lately" in page

    def test_what_waits_says_that_it_waits_and_what_is_late_that_it_is(self) -> None:
        page = home_of("seo-lead")
        assert re.search(r"(waiting \d+ days|decided \d+ days ago)", move(page, "R-41"))
        assert not re.search(r">\s*\d+ days?\s*<", page)

    def test_the_number_in_the_navigation_is_explained_where_it_is_not_that_of_the_heading(self) -> None:
        assert "This is the number beside “Your move”." in home_of("seo-lead")

    def test_the_administrator_reads_whether_promises_are_kept(self) -> None:
        assert f"{Promise.objects.broken().count()} answers are late." in home_of("admin")
        Promise.objects.update(breached_at=None)
        Promise.objects.update(next_at=None)
        assert "All promises kept, nothing overdue." in home_of("admin")

    def test_who_sits_on_a_request_of_mine_until_when_and_who_is_asked_then(self) -> None:
        User.objects.filter(email="content-lead@lumen.example").update(language="en")
        waited = home_of("content-lead").partition("You wait for")[2]
        told = move(waited, "R-63")
        assert "Kenji Sato answers whether P-09 carries it. Otherwise Irina Lind is asked." in told
        assert re.search(r"by (today|tomorrow|\w+day|\d)|late", told)

    def test_whoever_may_answer_for_another_reads_who_owes_it(self) -> None:
        assert "Irina Lind owes the answer and is late." in move(home_of("cto"), "R-56")

    def test_without_clocks_home_is_as_it_was(self) -> None:
        Promise.objects.running().update(state="lifted", ended_at=clock.now(), next_at=None)
        Firm.objects.update(level=Level.START)
        page = home_of("platform-lead")
        assert re.findall(r'id="move-(R-\d+)"', page)[:3] == ["R-56", "R-58", "R-59"]
        assert "until you answer, nobody works on it" in move(page, "R-56")
        assert "you owe" not in page
        assert "Otherwise" not in page
        assert "promises" not in home_of("admin")

    def test_numbers_are_declined_in_russian(self) -> None:
        lead = find_person("platform-lead")
        User.objects.update(language="ru")
        assert "У 7 из них есть срок; просрочено: 4." in home_of("platform-lead")
        assert "3 дела ждут вас" in headline(home_of("coo"))
        for count, told in (
            (1, "У 1 из них есть срок."),
            (2, "У 2 из них есть срок."),
            (5, "У 5 из них есть срок."),
        ):
            kept = Promise.objects.running().filter(holder=lead, kind="decision")[:count]
            others = Promise.objects.filter(holder=lead).exclude(pk__in=list(kept.values_list("pk", flat=True)))
            with undone():
                others.update(holder=None)
                Promise.objects.filter(holder=lead).update(breached_at=None)
                assert told in home_of("platform-lead")

    def test_the_platform_lead_triages_the_oldest_first(self) -> None:
        page = home_of("platform-lead")
        order = re.findall(r'id="move-(R-\d+)"', page)
        assert order[:3] == ["R-56", "R-58", "R-59"]
        assert "/triage/?key=R-56" in move(page, "R-56")
        assert "until you answer, nobody works on it" in move(page, "R-56")

    def test_the_seo_lead_sees_the_host_that_could_carry_r41(self) -> None:
        page = home_of("seo-lead")
        way = move(page, "R-41")
        assert "is below the line" in way
        assert "P-06 Product page rewrite could carry it for 1.5 instead of 6 weeks" in way
        assert "/requests/R-41/embed/?host=P-06" in way

    def test_questions_orphans_and_outcomes_come_to_their_owner(self) -> None:
        page = home_of("seo-lead")
        assert "Irina Lind asks: Per store or per region?" in move(page, "R-54")
        ids = re.findall(r'id="move-(I-\d+)"', page)
        texts = [move(page, ident) for ident in ids]
        assert any("R-61" in text and "lost its project" in text for text in texts)
        assert any("R-23" in text and "what came of it?" in text for text in texts)

    def test_the_owner_of_a_host_answers_the_proposal(self) -> None:
        page = home_of("frontend-lead")
        assert "R-63 Spring landing page wants to join P-09" in page
        assert "Olga Petrova proposes 0.5 weeks inside Landing page kit instead of 2 alone" in page

    def test_what_somebody_else_has_is_waited_for_by_name(self) -> None:
        page = home_of("content-lead")
        russian_or_english = page.partition("R-63")[2]
        assert "Kenji Sato" in russian_or_english
        assert "Irina Lind" in page

    def test_the_line_today_and_its_last_crossings_stand_beside(self) -> None:
        page = home_of("cto")
        assert "<strong>19</strong> of 38 above" in page
        assert "Mobile is the bottleneck elsewhere: 6 projects wait for it." in page
        assert "P-24" in page

    def test_the_administrator_sees_what_nobody_owns(self) -> None:
        page = home_of("admin")
        unowned = Project.objects.filter(owner=None).count()
        assert f"{unowned} projects have no owner" in page
        assert "3 projects have no estimate" in page
        for ident, mark, count in (("unowned", ">no owner</span>", unowned), ("unestimated", "no estimate</span>", 3)):
            link = re.search(r'href="(/projects/[^"]*)"', move(page, ident))
            assert link
            shown = sign_in("admin").get(link[1]).content.decode()
            assert (shown.count(mark), shown.count("<tr") - 1) == (count, count), link[1]

    def test_an_answered_question_waits_no_longer(self) -> None:
        ask = WorkRequest.objects.get(key="R-54")
        timur = find_person("seo-lead")
        answer_question(actor=timur.viewer(), at=clock.now(), ask=ask, answer="Per region is enough.")
        page = home_of("seo-lead")
        assert "waits for your answer" not in page
        assert "R-54" in page

    def test_ten_statements_for_everybody_with_the_two_of_the_frame(self) -> None:
        for person in User.objects.all():
            client = sign_in(person.email.partition("@")[0])
            client.get("/")
            with counted() as count:
                client.get("/")
            asked = [sql for sql in count.statements if "django_session" not in sql]
            assert len(asked) <= 1 + 10, "\n".join(asked)

    def test_a_stranger_is_sent_to_sign_in(self) -> None:
        answer = self.client.get("/")
        assert answer.status_code == 302
        assert "/login/" in answer.headers["Location"]


@pytest.fixture
def court(cast: Cast) -> Court:
    return make_court(cast)


def at_home(person: User) -> str:
    client = Client()
    client.force_login(person)
    return client.get("/").content.decode()


def test_each_side_is_asked_for_its_position_until_it_is_written(court: Court) -> None:
    case = court.raised()
    owed = f"{case.key}: say where your side stands"
    holders = {one.holder for one in Promise.objects.running().filter(kind="position")}
    assert court.cast.seo_lead in holders
    for person in (court.cast.seo_lead, court.cast.platform_lead, court.cast.cto, court.cast.content_lead):
        assert (owed in at_home(person)) is (person in holders), person.name
    court.write(case, court.cast.seo_lead, "Lift the block in stages.")
    assert owed not in at_home(court.cast.seo_lead)


def test_a_case_waits_for_the_mediator_taken_or_not_and_for_nobody_once_it_is_ruled(court: Court) -> None:
    case = court.heard()
    assert headline(at_home(court.cast.coo)).startswith("1 case needs you")
    assert "Both sides would accept B." in move(at_home(court.cast.coo), case.key)
    court.taken(case)
    assert "Look and rule" in move(at_home(court.cast.coo), case.key)
    assert "Look and rule" not in at_home(court.cast.cto)
    court.rule(case)
    assert f'id="move-{case.key}"' not in at_home(court.cast.coo)


def test_the_headline_of_a_mediator_counts_everything_below_it(court: Court) -> None:
    court.heard()
    assert headline(at_home(court.cast.coo)) == "1 case needs you, about 8 minutes"
    new = NewCondition("The load stays under 80 %", court.cast.sre, LATER)
    broken = court.raised(ask=another_request(court))
    court.rule(broken, kind="deny", conditions=[new])
    court.break_promise(Promise.objects.running().get(kind="condition"))
    page = at_home(court.cast.coo)
    assert headline(page) == "1 case needs you, and 1 other decision, about 10 minutes"
    assert page.count('<li class="move"') == 2


def test_what_a_mediator_ruled_is_found_again_under_lately(court: Court) -> None:
    case = court.heard()
    assert "you ruled on" not in at_home(court.cast.coo)
    court.rule(case, sentence="In stages, and the load decides.")
    page = at_home(court.cast.coo).partition("Lately")[2]
    told = f"{case.key}: you ruled on {case.ask.key} {case.ask.title}: In stages, and the load decides."
    assert f'<a href="/cases/{case.key}/">{told}</a>' in page
    assert "you ruled on" not in at_home(court.cast.seo_lead)


def test_what_both_sides_would_accept_is_told_to_the_mediator_alone(court: Court) -> None:
    court.heard()
    for person in (court.cast.cto, court.cast.seo_lead, court.cast.cmo, court.cast.admin):
        assert "Both sides would accept" not in at_home(person), person.name


def test_a_settlement_waits_for_the_other_side_alone(court: Court) -> None:
    case = court.raised()
    proposal = "In stages, at night."
    settle_case(**court.by(court.cast.seo_lead), case=court.load(case), sentence=proposal, due_on=LATER)
    told = f"{case.key} could be settled"
    assert proposal in at_home(court.cast.cto)
    for person, asked in ((court.cast.cto, True), (court.cast.seo_lead, False), (court.cast.cmo, False)):
        assert (told in at_home(person)) is asked, person.name
    assert told not in at_home(court.cast.content_lead), "no party to it"


def test_a_condition_waits_for_its_owner_and_comes_back_to_the_mediator_broken(court: Court) -> None:
    sre = court.cast.sre
    new = NewCondition("The load stays under 80 %", sre, LATER)
    case = court.taken(court.heard())
    court.rule(case, conditions=[new])
    page = at_home(sre)
    assert f"{case.key} depends on you: The load stays under 80 %" in page
    assert "Otherwise the case goes back to the COO." in page
    assert "you owe" not in page
    assert "depends on you" not in at_home(court.cast.cto)
    court.break_promise(Promise.objects.running().get(kind="condition"))
    page = at_home(court.cast.coo)
    assert f"{case.key} is back: a condition was broken" in page
    assert "1 condition was broken." in page
    assert "It is late" in at_home(sre)


def test_a_restricted_request_leaks_into_nobodys_home(court: Court) -> None:
    case = court.raised()
    secret = "Forty thousand secret pages"
    WorkRequest.objects.filter(pk=case.ask_id).update(title=secret, restricted=True)
    owed = Promise.objects.running().filter(matter=f"request:{case.ask_id}")
    assert owed.update(holder=court.cast.analyst) == 2
    facts = {"request": case.ask.key, "title": secret, "reason": "", "person": "Ada"}
    told = [Telling("request_asked", facts, "/", "r", user=person.pk) for person in User.objects.all()]
    tell(at=NOON, tellings=told)
    for person in User.objects.all():
        client = Client()
        client.force_login(person)
        seen = client.get(f"/requests/{case.ask.key}/").status_code == 200
        page = at_home(person)
        if not seen:
            assert secret not in page, person.name
            assert case.key not in page, person.name
        else:
            assert secret in page, person.name
    assert not WorkRequest.objects.visible_to(court.cast.analyst.viewer()).filter(pk=case.ask_id).exists()


def test_a_condition_is_due_on_the_day_that_its_case_names(court: Court) -> None:
    User.objects.filter(pk=court.cast.sre.pk).update(time_zone="Europe/Berlin")
    case = court.heard()
    court.rule(case, kind="deny", conditions=[NewCondition("The load stays under 80 %", court.cast.sre, LATER)])
    told = say_date(LATER, timezone.localdate())
    assert f"by {told}" in re.sub(r"\s+", " ", move(at_home(court.cast.sre), f"{case.key}-condition-.*?"))
    assert f"by {say_date(LATER + timedelta(days=1), timezone.localdate())}" not in at_home(court.cast.sre)


def test_what_another_owes_and_is_late_with_stands_before_what_is_due_in_weeks() -> None:
    def one(kind: str, day: int, *, late: bool = False, mine: bool = False) -> Move:
        due = NOON + timedelta(days=day)
        owed = Promise(due_at=due, breached_at=due if late else None)
        mine_by = due if mine else None
        return Move(kind, f"{kind}{day}", "", "", "", "", "", owed=owed, by=mine_by, late=late and mine)

    broken = Move("broken", "broken", "", "", "", "", "")
    bare = Move("way", "way", "", "", "", "", "")
    moves = [bare, one("condition", 28, mine=True), one("triage", 2), one("triage", -1, late=True), broken]
    assert [found.id for found in sorted(moves, key=by_urgency)] == [
        "broken",
        "triage-1",
        "triage2",
        "condition28",
        "way",
    ]
