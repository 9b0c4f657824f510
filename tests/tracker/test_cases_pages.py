"""The docket and a case in the browser, without JavaScript; and what nobody reads before it is open."""

import json
import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from tests.callers import Caller
from tests.forms import heading_of, send_form, text_of
from tests.makers import Cast
from tests.svg import read_svg
from tests.tracker.cases import DAY, LATER, SENTENCE, Court, another_request, make_court
from tracker.backlog.models import BacklogItem
from tracker.escalations.actions import NewCondition
from tracker.escalations.models import Condition, Escalation, Position, Ruling
from tracker.history.audit import holes
from tracker.intake.models import WorkRequest
from tracker.kernel import clock
from tracker.notices.actions import mail_notices
from tracker.notices.models import Notice
from tracker.people.models import User
from tracker.projects.models import Period, Project
from tracker.promises.actions import Owed, settle_promises
from tracker.promises.models import Promise

CANARY = "Zwergplanet"


@pytest.fixture
def court(cast: Cast) -> Court:
    """The pages ask the database's clock: the quarter of the tests is stretched to hold today."""
    made = make_court(cast)
    Period.objects.update(starts_on="2026-01-05", ends_on="2099-03-31")
    Project.objects.update(ends_on="2099-03-31")
    made.at = clock.now()
    return made


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(person: User, case: Escalation) -> Any:
    return browser(person).get(f"/cases/{case.key}/")


def test_who_is_involved_asks_the_coo_from_the_page_of_the_request(court: Court) -> None:
    seo, key = browser(court.cast.seo_lead), court.ask.key
    assert f'href="/requests/{key}/escalate/"' in seo.get(f"/requests/{key}/").content.decode()
    assert "Ask the COO" not in text_of(browser(court.cast.analyst).get(f"/requests/{key}/"))
    form = seo.get(f"/requests/{key}/escalate/")
    assert '<option value="no_answer" selected' in form.content.decode()
    wrong = send_form(seo, form, f"/requests/{key}/escalate/", wanted="", reason="risk", options="A\nB")
    assert wrong.status_code == 422
    assert "A\nB" in wrong.content.decode()
    done = send_form(seo, wrong, f"/requests/{key}/escalate/", wanted="May crawlers read the whole shop?")
    case = Escalation.objects.get()
    assert heading_of(done) == "May crawlers read the whole shop?"
    assert (case.reason, case.options) == ("risk", ["A", "B"])
    assert f"{case.key} is before the COO" in text_of(done)
    assert case.key in text_of(seo.get(f"/requests/{key}/"))
    assert browser(court.cast.analyst).get(f"/requests/{key}/escalate/").status_code == 403


def test_the_docket_says_how_many_cases_need_the_coo(court: Court) -> None:
    for ask in (court.ask, another_request(court)):
        court.raised(ask=ask)
    coo = browser(court.cast.coo)
    page = coo.get("/docket/")
    assert heading_of(page).startswith("2 cases need you")
    assert '<span class="count">2' in coo.get("/").content.decode()
    assert heading_of(browser(court.cast.seo_lead).get("/docket/")).startswith("2 cases are before the COO")
    assert "<span>Docket</span>" not in browser(court.cast.seo_lead).get("/").content.decode()
    assert "No position is in yet." in text_of(page)
    assert "no ruling promised yet" in text_of(page)


def test_a_line_is_taken_up_from_the_docket(court: Court) -> None:
    ask = court.ask
    owed = Owed(kind="triage", source=f"{ask.key}:triage", matter=f"request:{ask.pk}", team=court.cast.web.pk)
    settle_promises(actor_key="system", at=clock.now() - 40 * DAY, owed=[owed])
    court.break_promise(Promise.objects.get(), to_docket=True)
    line = Escalation.objects.get()
    coo = browser(court.cast.coo)
    page = coo.get("/docket/")
    assert heading_of(page).startswith("No case needs you")
    assert "1 answer is late." in text_of(page)
    assert "The first answer of Irina Lind stays away" in text_of(page)
    done = send_form(coo, page, f"/cases/{line.key}/take-up/")
    assert f"{line.key} is yours" in text_of(done)
    assert Escalation.objects.get().taken_by == court.cast.coo


def test_both_sides_stand_side_by_side_and_what_both_would_accept_in_the_middle(court: Court) -> None:
    case = court.heard()
    html = page_of(court.cast.coo, case).content.decode()
    shown = text_of(page_of(court.cast.coo, case))
    for words in ("Lift the block in stages.", "Keep it: lost orders", "Would accept: A, B.", "Would accept: B, C."):
        assert words in shown
    assert html.index('id="marketing"') < html.index('id="technology"')
    assert html.index('id="grant"') < html.index('id="compromise"') < html.index('id="deny"')
    assert "both would accept" in html[html.index('id="compromise"') : html.index('id="deny"')]
    assert f"B · Inside {court.web.host.key}, without new capacity" in shown
    assert f"Web pays: {court.web.host.key} grows by 1.5 weeks, its allowance is used up." in shown
    assert f"{court.ask.key} is declined, with the sentence as the reason." in shown
    assert "Effort alone 6 weeks" in shown


def test_one_sentence_and_one_date_are_all_it_takes(court: Court) -> None:
    case = court.heard()
    coo = browser(court.cast.coo)
    page = coo.get(f"/cases/{case.key}/")
    wrong = send_form(coo, page, f"/cases/{case.key}/rule/", kind="compromise", sentence="")
    assert wrong.status_code == 422
    done = send_form(coo, wrong, f"/cases/{case.key}/rule/", kind="compromise", sentence=SENTENCE)
    ruling = Ruling.objects.get()
    item = BacklogItem.objects.get()
    assert (ruling.kind, ruling.sentence, item.project, item.state) == (
        "compromise",
        SENTENCE,
        court.web.host,
        "agreed",
    )
    shown = text_of(done)
    assert SENTENCE in shown
    assert f"{court.web.host.key} takes it in for 1.5 weeks, agreed at once. {item.key}" in shown
    assert "What you can rule" not in shown
    kinds = ("escalation", "position", "ruling", "condition", "promise", "backlog-item")
    assert not [hole for hole in holes() if hole.startswith(kinds)]


def test_nothing_is_ruled_that_nobody_chose(court: Court) -> None:
    case = court.raised()
    coo, url = browser(court.cast.coo), f"/cases/{case.key}/"
    page = coo.get(url)
    assert " checked" not in page.content.decode()
    refused = send_form(coo, page, f"{url}rule/", sentence=SENTENCE)
    assert refused.status_code == 422
    assert "Choose one of the three." in text_of(refused)
    assert not Ruling.objects.exists()


def test_what_both_would_accept_is_chosen_until_something_else_is(court: Court) -> None:
    case = court.heard()
    coo, url = browser(court.cast.coo), f"/cases/{case.key}/"
    page = coo.get(url)
    assert 'value="compromise" checked' in page.content.decode()
    refused = send_form(coo, page, f"{url}rule/", kind="deny", sentence="")
    html = refused.content.decode()
    assert 'value="deny" checked' in html
    assert 'value="compromise" checked' not in html
    assert "Say why in one sentence" in text_of(refused)
    assert "<details open" not in html[html.index('id="rule"') :], "what is optional stays folded"
    send_form(coo, page, f"{url}rule/", sentence=SENTENCE)
    assert Ruling.objects.get().kind == "compromise"


def test_the_sides_read_what_each_ruling_would_do(court: Court) -> None:
    case = court.raised()
    page = page_of(court.cast.platform_lead, case)
    shown = text_of(page)
    assert "What the COO can rule" in shown
    assert shown.count(f"B · Inside {court.web.host.key}, without new capacity") == 2, "on its card and as an answer"
    assert f"{court.ask.key} is declined, with the sentence as the reason." in shown
    assert "/rule/" not in page.content.decode()


def test_it_is_said_what_remains_if_nobody_rules(court: Court) -> None:
    case, key = court.raised(), court.ask.key
    assert f"If nobody rules, {key} stays without a decision." in text_of(page_of(court.cast.coo, case))
    WorkRequest.objects.filter(pk=court.ask.pk).update(state="declined", decision_reason="No room.")
    assert f"If nobody rules, {key} stays declined." in text_of(page_of(court.cast.coo, case))


def test_a_condition_comes_with_its_owner_and_its_date(court: Court) -> None:
    case = court.heard()
    coo = browser(court.cast.coo)
    given: dict[str, Any] = {"kind": "deny", "sentence": SENTENCE, "condition": "A stop rule is in place."}
    page = coo.get(f"/cases/{case.key}/")
    assert send_form(coo, page, f"/cases/{case.key}/rule/", **given).status_code == 422
    given |= {"condition_owner": court.cast.sre.pk, "condition_due_on": LATER.isoformat(), "effects_deny": "[]"}
    send_form(coo, page, f"/cases/{case.key}/rule/", **given)
    condition = Condition.objects.get()
    sre = browser(court.cast.sre)
    meet = f"/cases/{case.key}/conditions/{condition.pk}/meet/"
    done = send_form(sre, sre.get(f"/cases/{case.key}/"), meet, note="seen")
    assert "Noted: the condition holds." in text_of(done)
    assert Condition.objects.get().state == "met"


def test_a_broken_condition_brings_the_case_back_apart_from_what_is_merely_late(court: Court) -> None:
    case = court.heard()
    court.rule(case, conditions=[NewCondition("A stop rule is in place.", court.cast.sre, LATER)])
    court.break_promise(court.promises(case)[f"condition:{Condition.objects.get().pk}"])
    coo = browser(court.cast.coo)
    shown = text_of(coo.get("/docket/"))
    assert "Back: a condition was broken" in shown
    assert "No late answer has come this far." in shown
    page = coo.get(f"/cases/{case.key}/")
    assert "a condition was broken" in text_of(page)
    done = send_form(coo, page, f"/cases/{case.key}/take-up/")
    assert "What you can rule" in text_of(done)


def test_the_other_side_reads_a_proposal_first_and_what_comes_without_it(court: Court) -> None:
    case = court.raised()
    seo, url = browser(court.cast.seo_lead), f"/cases/{case.key}/"
    given = {"sentence": "In stages, with a stop rule.", "due_on": LATER.isoformat()}
    send_form(seo, seo.get(f"{url}?dialog=settle"), f"{url}settle/", **given)
    page = page_of(court.cast.platform_lead, case)
    assert "Marketing would settle it so" in text_of(page)
    assert "If you do not agree, the COO rules." in text_of(page)
    html = page.content.decode()
    assert html.index('id="proposal"') < html.index('id="write"')


def test_what_was_shown_is_what_is_done_and_nothing_else_is_read(court: Court) -> None:
    case = court.heard()
    coo = browser(court.cast.coo)
    page = coo.get(f"/cases/{case.key}/")
    for posted in (
        "{",
        "7",
        '[{"effect": "fire"}]',
        json.dumps([{"effect": "embed", "project": "P-9999", "weeks": 1}]),
    ):
        given = {"kind": "grant", "sentence": SENTENCE, "effects_grant": posted}
        assert send_form(coo, page, f"/cases/{case.key}/rule/", **given).status_code in (404, 422), posted
    assert not Ruling.objects.exists()


def test_the_sides_write_and_settle_on_the_page(court: Court) -> None:
    case = court.raised()
    seo, kenji = browser(court.cast.seo_lead), browser(court.cast.platform_lead)
    url = f"/cases/{case.key}/"
    send_form(seo, seo.get(url), f"{url}position/", text="Lift it.", accepts=["grant", "compromise"])
    assert Position.objects.get().accepts == ["grant", "compromise"]
    assert "sealed until both are in" in text_of(kenji.get(url))
    send_form(kenji, kenji.get(url), f"{url}position/", text="Keep it.", accepts=["deny"])
    assert "Keep it." in text_of(seo.get(url))
    given = {"sentence": "In stages, with a stop rule.", "due_on": LATER.isoformat()}
    send_form(seo, seo.get(f"{url}?dialog=settle"), f"{url}settle/", **given)
    assert f'action="{url}confirm/"' not in seo.get(url).content.decode()
    done = send_form(kenji, kenji.get(url), f"{url}confirm/")
    assert f"{case.key} is settled." in text_of(done)
    assert Ruling.objects.get().kind == "settlement"


def test_the_coo_sends_back_and_the_raiser_takes_back(court: Court) -> None:
    case = court.raised()
    coo, url = browser(court.cast.coo), f"/cases/{case.key}/"
    send_form(coo, coo.get(f"{url}?dialog=send-back"), f"{url}send-back/", sentence="Ask Irina first.")
    assert Escalation.objects.get().state == "sent_back"
    other = court.raised(ask=another_request(court))
    seo, url = browser(court.cast.seo_lead), f"/cases/{other.key}/"
    send_form(seo, seo.get(f"{url}?dialog=withdraw"), f"{url}withdraw/", reason="We talked.")
    assert court.load(other).state == "withdrawn"


def test_a_mediator_who_is_party_sees_no_ruling_to_give(court: Court) -> None:
    case = court.raised(ask=another_request(court, parties=[court.cast.coo.pk]))
    shown = page_of(court.cast.coo, case)
    assert "You are a party to it" in text_of(shown)
    assert "/rule/" not in shown.content.decode()
    posted = {"kind": "deny", "sentence": SENTENCE, "due_on": LATER.isoformat(), "effects_deny": "[]"}
    assert browser(court.cast.coo).post(f"/cases/{case.key}/rule/", posted).status_code == 403
    assert not Ruling.objects.exists()


def test_whoever_owes_a_late_answer_promises_it_anew_on_the_page(court: Court) -> None:
    ask = court.ask
    owed = Owed(kind="triage", source=f"{ask.key}:triage", matter=f"request:{ask.pk}", team=court.cast.web.pk)
    settle_promises(actor_key="system", at=clock.now() - 10 * DAY, owed=[owed])
    court.break_promise(Promise.objects.get())
    irina, url = browser(court.cast.platform_lead), f"/requests/{ask.key}/"
    until = (clock.now() + 3 * DAY).date()
    done = send_form(irina, irina.get(url), f"{url}acknowledge/", until=until.isoformat())
    assert "until then nobody else is asked" in text_of(done)
    assert "Your answer is late" not in text_of(done)
    assert Promise.objects.running().get().due_at.date() == until
    assert browser(court.cast.sre).post(f"{url}acknowledge/", {"until": until.isoformat()}).status_code == 403


def test_an_old_look_changes_nothing_and_says_so(court: Court) -> None:
    case = court.heard()
    coo, url = browser(court.cast.coo), f"/cases/{case.key}/"
    page = coo.get(url)
    court.taken(case)
    stale = send_form(coo, page, f"{url}rule/", kind="deny", sentence=SENTENCE)
    assert stale.status_code == 409
    assert "Somebody changed this before you" in text_of(stale)
    assert SENTENCE in stale.content.decode()


# What follows, and whose turn it is then


def declined(court: Court) -> Escalation:
    """A case about a request that was declined: a ruling accepts it, or a sentence leaves it as it is."""
    WorkRequest.objects.filter(pk=court.ask.pk).update(state="declined", decision_reason="No room.")
    return court.raised()


def test_a_ruling_in_words_asks_before_it_is_given_who_sees_to_it(court: Court) -> None:
    case = declined(court)
    coo, url = browser(court.cast.coo), f"/cases/{case.key}/"
    page = coo.get(url)
    shown, html = text_of(page), page.content.decode()
    assert "If you choose C, nothing follows by itself: then name who carries the ruling out, and by when." in shown
    assert "Who carries the ruling out" in shown
    assert "Who answers for the condition" not in shown
    assert html.index('name="condition_owner"') < html.index("<details", html.index('id="rule"')), "not folded away"
    given: dict[str, Any] = {"kind": "deny", "sentence": SENTENCE, "condition_owner": court.cast.sre.pk}
    refused = send_form(coo, page, f"{url}rule/", **given)
    assert refused.status_code == 422
    assert "Name both: who it is, and by which day." in text_of(refused)
    done = send_form(coo, refused, f"{url}rule/", **given, condition_due_on=LATER.isoformat())
    condition = Condition.objects.get()
    assert (condition.text, condition.owner, condition.due_on) == (SENTENCE, court.cast.sre, LATER)
    for shown in (text_of(done), text_of(coo.get(f"/requests/{court.ask.key}/"))):
        assert f"Max Orlov sees to it: {SENTENCE} until" in shown
        assert "then the case goes back to the COO" in shown
        assert "Nobody's turn" not in shown


def test_it_is_said_after_which_of_them_nothing_follows(court: Court) -> None:
    WorkRequest.objects.filter(pk=court.ask.pk).update(state="accepted", delivery="waiting")
    case = court.raised()
    shown = text_of(page_of(court.cast.coo, case))
    told = "If you choose C, nothing follows by itself: then name who carries the ruling out, and by when."
    assert told in shown
    assert told not in text_of(page_of(court.cast.seo_lead, case)), "the sides choose nothing"


def test_a_ruling_that_names_nobody_says_plainly_that_it_is_nobodys_turn(court: Court) -> None:
    case = declined(court)
    court.rule(case, kind="deny")
    told = f"Nobody's turn: settled by the ruling {case.key}"
    for path in (f"/cases/{case.key}/", f"/requests/{court.ask.key}/"):
        assert told in text_of(browser(court.cast.seo_lead).get(path)), path
    other = another_request(court)
    assert "Nobody's turn" not in text_of(browser(court.cast.seo_lead).get(f"/requests/{other.key}/"))


def test_after_a_ruling_with_effects_it_is_the_turn_of_whoever_they_woke(court: Court) -> None:
    case = court.heard()
    coo = browser(court.cast.coo)
    assert "nothing follows by itself" not in text_of(coo.get(f"/cases/{case.key}/"))
    done = send_form(coo, coo.get(f"/cases/{case.key}/"), f"/cases/{case.key}/rule/", sentence=SENTENCE)
    assert "Kenji Sato starts it" in text_of(done)
    assert "Nobody's turn" not in text_of(done)
    assert "Kenji Sato starts it" in text_of(coo.get(f"/requests/{court.ask.key}/"))


def test_a_condition_that_was_met_leaves_the_turn_to_nobody(court: Court) -> None:
    case = declined(court)
    court.rule(case, kind="deny", conditions=[NewCondition("A stop rule is in place.", court.cast.sre, LATER)])
    sre, url = browser(court.cast.sre), f"/cases/{case.key}/"
    page = sre.get(url)
    assert "Max Orlov sees to it: A stop rule is in place." in text_of(page)
    done = send_form(sre, page, f"{url}conditions/{Condition.objects.get().pk}/meet/")
    assert f"Nobody's turn: settled by the ruling {case.key}" in text_of(done)


def test_the_button_says_what_taking_a_case_does_and_the_page_what_happens_without(court: Court) -> None:
    case = court.raised()
    coo, url = browser(court.cast.coo), f"/cases/{case.key}/"
    page = coo.get(url)
    assert "Promise a ruling" in text_of(page)
    assert "You may rule at once." in text_of(page)
    done = text_of(send_form(coo, page, f"{url}take-up/"))
    assert "Promise a ruling" not in done
    assert "You may rule at once." not in done
    assert f"{court.cast.coo.name} rules until" in done
    other = another_request(court)
    assert "Make it a case" in text_of(coo.get(f"/requests/{other.key}/"))


def test_the_waiting_of_both_sides_is_a_picture_with_its_table_and_its_file(court: Court) -> None:
    ask = court.ask
    owed = Owed(kind="triage", source=f"{ask.key}:triage", matter=f"request:{ask.pk}", team=court.cast.web.pk)
    settle_promises(actor_key="system", at=clock.now() - 40 * DAY, owed=[owed])
    case = court.raised()
    page = page_of(court.cast.coo, case)
    html = page.content.decode()
    figure = html[html.index(f'id="waiting-{case.key}"') : html.index("</figure>")]
    assert 'class="piece technology"' in figure
    assert "<td>Technology</td>" in figure
    assert "As a table" in figure
    answer = browser(court.cast.coo).get(f"/cases/{case.key}/?as=svg")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="waiting-{case.key}.svg"'
    assert "Who let whom wait" in [element.text for element in read_svg(answer.content).iter()]


def test_the_docket_and_home_keep_one_order_by_what_is_due_first(court: Court) -> None:
    untaken, late, soon = (court.raised(ask=ask) for ask in (court.ask, another_request(court), another_request(court)))
    for case in (soon, late):
        court.taken(case)
    court.at = clock.now()
    Promise.objects.filter(source=f"{soon.key}:ruling").update(due_at=court.at + DAY)
    Promise.objects.filter(source=f"{late.key}:ruling").update(due_at=court.at - DAY, breached_at=court.at - DAY)
    coo = browser(court.cast.coo)
    expected = [late.key, soon.key, untaken.key]
    for path in ("/docket/", "/"):
        assert re.findall(r'id="move-(E-\d+)"', coo.get(path).content.decode()) == expected, path


# Sealed means sealed


def everything_read_by(person: User, case: Escalation) -> str:
    """All that the program tells this person about the case, in pages, the API, notices and mail."""
    client, caller, key = browser(person), Caller(person), case.key
    pages = ["/", "/docket/", "/limbo/", "/notices/", f"/cases/{key}/", f"/requests/{case.ask.key}/"]
    pages += [f"/search/?q={CANARY[:8]}", f"/cases/{key}/?dialog=settle"]
    api = ["escalations/", f"escalations/{key}/", f"escalations/{key}/positions/", "rulings/", "conditions/", "limbo/"]
    api += [f"history/?subject={kind}" for kind in ("escalation", "position", "request", "ruling")]
    api += [f"requests/{case.ask.key}/", f"requests/{case.ask.key}/comments/"]
    told = [client.get(page).content.decode() for page in pages]
    told += [caller.get(f"/api/v1/{path}").content.decode() for path in api]
    told += [json.dumps(notice.facts) for notice in Notice.objects.filter(user=person)]
    told += [f"{one.subject} {one.body}" for one in mail.outbox if person.email in one.to]
    return "\n".join(told)


def test_nobody_but_the_mediator_and_its_author_reads_a_sealed_position(court: Court) -> None:
    case = court.write(court.taken(), court.cast.seo_lead, f"Lift it: {CANARY}.", "grant")
    again = browser(court.cast.seo_lead)
    send_form(again, again.get(f"/cases/{case.key}/"), f"/cases/{case.key}/position/", text=f"Lift it now: {CANARY}.")
    mail_notices(at=clock.now() + 4 * DAY)
    everybody = User.objects.exclude(pk__in=[court.cast.seo_lead.pk, court.cast.coo.pk])
    readers = [person.name for person in everybody if CANARY in everything_read_by(person, case)]
    assert not readers
    for person in (court.cast.seo_lead, court.cast.coo):
        assert CANARY in everything_read_by(person, case), "the canary sings to those who may hear it"
    court.write(case, court.cast.cto, "Keep it.")
    assert CANARY in everything_read_by(court.cast.cto, case)


def test_a_mediator_who_is_party_reads_no_sealed_position(court: Court) -> None:
    ask = another_request(court, parties=[court.cast.coo.pk])
    case = court.write(court.raised(ask=ask), court.cast.seo_lead, f"Lift it: {CANARY}.")
    assert CANARY not in everything_read_by(court.cast.coo, case)


def test_a_restricted_case_is_not_there_for_who_may_not_see_its_request(court: Court) -> None:
    WorkRequest.objects.filter(pk=court.ask.pk).update(restricted=True, title=CANARY)
    case = court.heard()
    court.rule(case)
    for person in (court.cast.analyst, court.cast.sre, court.cast.content_lead, court.cast.admin):
        assert page_of(person, case).status_code == 404
        assert Caller(person).get(f"/api/v1/escalations/{case.key}/").status_code == 404
        assert CANARY not in everything_read_by(person, case), person.name


def test_whoever_decides_a_request_is_told_that_its_case_ends_with_it(court: Court) -> None:
    told = "the COO no longer rules on it"
    client = Client()
    client.force_login(court.cast.cto)
    pages = (f"/requests/{court.ask.key}/", f"/triage/?key={court.ask.key}")
    assert all(told not in text_of(client.get(page)) for page in pages)
    case = court.raised()
    for page in pages:
        html = client.get(page).content.decode()
        for dialog in ("accept", "decline", "park", "merge"):
            inside = html.partition(f'<dialog id="{dialog}"')[2].partition("</dialog>")[0]
            assert f"This ends {case.key}; {told}." in inside, dialog
