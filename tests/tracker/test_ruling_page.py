"""What a mediator reads before they rule: whether everybody was heard, who pays, what is aimed at, and by when."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.forms import send_form
from tests.makers import Cast
from tests.tracker.cases import DAY, Court, another_request, make_court
from tests.tracker.test_backlog_pages import browser, text_of
from tracker.escalations.models import Escalation
from tracker.intake.models import WorkRequest
from tracker.kernel import clock
from tracker.projects.models import Capacity, Period, Project
from tracker.promises.models import Promise


@pytest.fixture
def court(cast: Cast) -> Court:
    """The pages ask the database's clock: the quarter of the tests is stretched to hold today."""
    made = make_court(cast)
    Period.objects.update(starts_on="2026-01-05", ends_on="2099-03-31")
    Project.objects.update(ends_on="2099-03-31")
    made.at = clock.now()
    return made


def page_of(court: Court, case: Escalation) -> str:
    return text_of(browser(court.cast.coo).get(f"/cases/{case.key}/"))


def shown_day(page: Any) -> date:
    """The day that stands in the form before anybody promises it."""
    [field] = re.findall(r'<input[^>]*name="until"[^>]*>', page.content.decode())
    return date.fromisoformat(re.findall(r'value="([^"]+)"', field)[0])


def test_home_tells_a_case_that_is_ready_from_one_that_is_still_being_heard(court: Court) -> None:
    case = court.raised()
    coo = browser(court.cast.coo)
    assert "Still being heard: positions by" in text_of(coo.get("/"))
    court.heard(case)
    shown = text_of(coo.get("/"))
    assert "Ready for you." in shown
    assert "Still being heard" not in shown


def test_a_side_that_let_its_time_pass_holds_nothing_up(court: Court) -> None:
    case = court.raised()
    court.write(case, court.cast.seo_lead, "Lift the block in stages.")
    court.break_promise(Promise.objects.running().get(source__startswith=f"{case.key}:position"))
    assert "Ready for you." in text_of(browser(court.cast.coo).get("/"))


def test_nothing_is_chosen_until_both_sides_agree_and_then_it_says_why(court: Court) -> None:
    case = court.raised()
    html = browser(court.cast.coo).get(f"/cases/{case.key}/").content.decode()
    assert 'type="radio" name="kind"' in html
    assert " checked" not in html[html.index('id="rule"') :].partition("</fieldset>")[0]
    assert "Nothing is chosen yet: the two sides have not agreed on any of them." in page_of(court, case)
    court.heard(case)
    assert "Both sides would accept B, so it is chosen already" in page_of(court, case)


def test_each_option_says_who_pays(court: Court) -> None:
    case = court.raised()
    assert f"Web pays: {court.web.host.key} grows by 1.5 weeks, its allowance is used up." in page_of(court, case)
    assert "Web pays: 1.5 weeks less for its ranked projects." in page_of(court, case)
    assert "Nobody pays: no weeks are taken." in page_of(court, case)
    Capacity.objects.filter(team=court.cast.web).update(allowance=Decimal(3))
    assert "Web pays: 1.5 weeks of its allowance." in page_of(court, case)


def test_the_aim_of_the_request_stands_on_the_case(court: Court) -> None:
    WorkRequest.objects.filter(pk=court.ask.pk).update(
        kpi="rich results", baseline=Decimal(2), target=Decimal("35.5"), measure_on="2099-04-15"
    )
    assert "rich results: 2 → 35.5 by 15 April 2099" in page_of(court, court.raised())


def test_what_another_option_does_already_is_not_proposed_again(court: Court) -> None:
    WorkRequest.objects.filter(pk=court.ask.pk).update(state="declined", decision_reason="No room.")
    case = court.raised(options=["Let them in at night", "Leave the block"])
    assert f"{court.cast.seo_lead.name} proposed: Let them in at night." in page_of(court, case)


def test_a_promised_ruling_shows_its_day_before_it_is_promised(court: Court) -> None:
    case, coo = court.raised(), browser(court.cast.coo)
    page = coo.get(f"/cases/{case.key}/")
    usual = shown_day(page)
    past = send_form(coo, page, f"/cases/{case.key}/take-up/", until=(timezone.localdate() - DAY).isoformat())
    assert past.status_code == 422
    assert "This day has passed." in text_of(past)
    assert not Promise.objects.filter(kind="ruling").exists()
    send_form(coo, past, f"/cases/{case.key}/take-up/", until=usual.isoformat())
    assert timezone.localtime(Promise.objects.get(kind="ruling").due_at).date() == usual


def test_a_ruling_may_be_promised_earlier_than_usual_but_not_later(court: Court) -> None:
    case, coo = court.raised(), browser(court.cast.coo)
    url = f"/cases/{case.key}/"
    early, late = (timezone.localdate() + timedelta(days=ahead) for ahead in (1, 90))
    refused = send_form(coo, coo.get(url), f"{url}take-up/", until=late.isoformat())
    assert refused.status_code == 422
    assert not Promise.objects.filter(source=f"{case.key}:ruling").exists()
    send_form(coo, refused, f"{url}take-up/", until=early.isoformat())
    assert timezone.localtime(Promise.objects.get(source=f"{case.key}:ruling").due_at).date() == early


def test_the_docket_does_not_deny_the_late_answer_that_became_a_case(court: Court) -> None:
    court.raised(reason="no_answer")
    shown = text_of(browser(court.cast.coo).get("/docket/"))
    assert "No late answer lies here beside the cases." in shown
    assert "No late answer has come this far." not in shown


def test_nobody_is_told_that_they_are_asked_about_their_own_late_answer(court: Court) -> None:
    case = court.raised()
    owed: Any = Promise.objects.running().filter(source__startswith=f"{case.key}:")
    owed.update(holder=court.cast.cto.pk, kind="triage")
    home = Client()
    home.force_login(court.cast.cto)
    assert "the CTO and the CMO are asked" not in text_of(home.get("/"))


def test_a_position_that_is_written_folds_away_and_a_case_that_is_over_is_not_sealed(court: Court) -> None:
    case, seo = court.raised(), browser(court.cast.seo_lead)
    url = f"/cases/{case.key}/"
    before = seo.get(url).content.decode()
    assert "Sealed until both have written" in before
    assert "<summary>Change it</summary>" not in before
    done = send_form(seo, seo.get(url), f"{url}position/", text="In stages.", accepts=["grant"])
    after = seo.get(url).content.decode()
    assert done.status_code in (200, 302)
    assert after.index("<summary>Change it</summary>") < after.index('name="text"')
    assert "<details open><summary>Change it" not in after
    refused = seo.post(f"{url}position/", {"text": "", "version": str(court.load(case).version), "idempotency": "w1"})
    assert "<details open><summary>Change it" in refused.content.decode()
    court.rule(case)
    assert "Sealed until" not in seo.get(url).content.decode()


def test_after_a_ruling_the_page_says_which_was_chosen_and_offers_the_next_case(court: Court) -> None:
    case, other = court.heard(), court.raised(ask=another_request(court))
    coo, url = browser(court.cast.coo), f"/cases/{case.key}/"
    page = coo.get(url)
    assert "Why it came: " in text_of(page)
    [title] = re.findall(r'value="compromise"[^>]*><span>([^<]+)</span>', page.content.decode())
    done = send_form(coo, page, f"{url}rule/", kind="compromise", sentence="In stages.", due_on="2099-03-01")
    assert f'<a href="/cases/{other.key}/">Next: {other.key} ' in done.content.decode()
    ruled = coo.get(url).content.decode()
    assert re.search(rf'class="badge accent"[^>]*>{re.escape(title)}<', ruled)


def test_a_case_that_ends_without_the_coo_says_so_to_them_and_by_whom(court: Court) -> None:
    case = court.raised()
    seo, url = browser(court.cast.seo_lead), f"/cases/{case.key}/"
    send_form(seo, seo.get(f"{url}?dialog=withdraw"), f"{url}withdraw/", reason="We talked.")
    lately = text_of(browser(court.cast.coo).get("/"))
    assert f"{case.key} was settled without you: {court.cast.seo_lead.name} took" in lately


def test_home_and_the_case_say_the_same_of_what_stays_if_nobody_rules(court: Court) -> None:
    WorkRequest.objects.filter(pk=court.ask.pk).update(state="declined", decision_reason="No room.")
    case, coo = court.heard(court.raised()), browser(court.cast.coo)
    told = f"If nobody rules, {court.ask.key} stays declined."
    assert told in text_of(coo.get("/"))
    assert told in page_of(court, case)


def test_home_counts_what_is_ready_and_what_is_still_being_heard(court: Court) -> None:
    court.heard()
    court.raised(ask=another_request(court))
    assert "2 cases need you: 1 ready, 1 still being heard" in text_of(browser(court.cast.coo).get("/"))
