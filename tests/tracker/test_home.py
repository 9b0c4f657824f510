"""Your move: what waits for whom, on the demo company."""

import re

from tests.ledger import counted
from tests.lumen import OnLumenMarket, find_person, sign_in
from tracker.intake.actions import answer_question
from tracker.intake.models import WorkRequest
from tracker.kernel import clock
from tracker.people.models import User
from tracker.projects.models import Project


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
        assert headline(home_of("coo")) == "3 cases need you, about 24 minutes"

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

    def test_nine_statements_for_everybody(self) -> None:
        for person in User.objects.all():
            client = sign_in(person.email.partition("@")[0])
            client.get("/")
            with counted() as count:
                client.get("/")
            asked = [sql for sql in count.statements if "django_session" not in sql]
            assert len(asked) <= 1 + 9, "\n".join(asked)

    def test_a_stranger_is_sent_to_sign_in(self) -> None:
        answer = self.client.get("/")
        assert answer.status_code == 302
        assert "/login/" in answer.headers["Location"]
