"""Cases: raised, heard, settled or ruled; the docket that broken promises fill; nobody judges their own."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.makers import NOON, Cast
from tests.tracker.cases import DAY, LATER, SENTENCE, Court, another_request, make_court
from tracker.backlog.models import BacklogItem
from tracker.escalations.actions import (
    NewCondition,
    acknowledge_breach,
    meet_condition,
    raise_aged,
    send_back,
    settle_case,
    take_up_case,
    take_up_request,
    withdraw_case,
    write_position,
)
from tracker.escalations.models import Condition, Escalation, Position, Ruling
from tracker.escalations.queries import case_page
from tracker.escalations.rules import Act, Effect
from tracker.escalations.states import CaseState
from tracker.history.audit import holes
from tracker.history.models import Entry
from tracker.intake.actions import accept_request, decline_request, park_request, restrict_request, return_parked
from tracker.intake.models import WorkRequest
from tracker.kernel.errors import Invalid, NotAllowed, Refused, Stale, WrongState
from tracker.notices.models import Notice
from tracker.people.access import Role
from tracker.people.models import Firm, Level
from tracker.projects.models import Capacity, Project
from tracker.promises.actions import Owed, fire_due, settle_promises
from tracker.promises.models import Promise
from tracker.promises.states import PromiseState


@pytest.fixture
def court(cast: Cast) -> Court:
    return make_court(cast)


def case_holes() -> list[str]:
    """The makers write no history of the cast."""
    kinds = ("escalation", "position", "ruling", "condition", "promise", "backlog-item")
    return [hole for hole in holes() if hole.startswith(kinds)]


def owe_triage(court: Court, ask: WorkRequest | None = None) -> Promise:
    row = ask or court.ask
    owed = Owed(kind="triage", source=f"{row.key}:triage", matter=f"request:{row.pk}", team=court.cast.web.pk)
    settle_promises(actor_key="system", at=NOON, owed=[owed])
    return Promise.objects.get(source=owed.source, state=PromiseState.RUNNING)


def test_a_case_asks_both_sides_for_a_position_and_the_mediator_for_nothing_yet(court: Court) -> None:
    case = court.raised()
    assert (case.state, case.origin, case.sealed) == ("open", "raised", True)
    promises = court.promises(case)
    assert set(promises) == {"position:marketing", "position:technology"}
    assert promises["position:marketing"].holder == court.cast.seo_lead
    assert promises["position:technology"].holder == court.cast.platform_lead
    assert {court.cast.seo_lead.pk, court.cast.cto.pk, court.cast.cmo.pk} <= set(case.parties)
    told = set(Notice.objects.filter(kind="case_position_due").values_list("user__name", flat=True))
    assert told == {"Irina Lind"}, "Timur raised it himself"
    assert Notice.objects.filter(kind="case_raised", user=court.cast.coo).count() == 1
    assert not case_holes()


def test_the_owner_of_the_host_speaks_for_technology(court: Court) -> None:
    court.web.propose()
    assert court.promises(court.raised())["position:technology"].holder == court.cast.frontend_lead


def test_one_case_at_a_time_is_open_about_a_request(court: Court) -> None:
    case = court.raised()
    with pytest.raises(Refused) as refused:
        court.raised(court.cast.cmo)
    assert refused.value.facts["case"] == case.key
    with pytest.raises(IntegrityError), transaction.atomic():
        Escalation.objects.create(ask=court.ask, reason="risk", origin="raised", created_at=NOON)


def test_only_those_involved_may_escalate(court: Court) -> None:
    for person in (court.cast.analyst, court.cast.sre, court.cast.admin, court.cast.coo):
        with pytest.raises(NotAllowed):
            court.raised(person)
    assert court.raised(court.cast.platform_lead).raised_by == court.cast.platform_lead


def test_a_case_needs_a_wish_and_a_known_reason(court: Court) -> None:
    with pytest.raises(Invalid):
        court.raised(wanted=" ")
    with pytest.raises(Invalid):
        court.raised(reason="weather")
    WorkRequest.objects.update(state="withdrawn")
    with pytest.raises(WrongState):
        court.raised()


def test_the_ruling_is_owed_from_taking_the_case(court: Court) -> None:
    case = court.taken()
    assert case.taken_by == court.cast.coo
    assert court.promises(case)["ruling"].holder == court.cast.coo
    with pytest.raises(Refused) as refused:
        take_up_case(**court.by(court.cast.coo), case=case)
    assert refused.value.code == "taken_already"
    with pytest.raises(NotAllowed):
        take_up_case(**court.by(court.cast.cto), case=case)


def test_the_mediator_may_take_up_any_request(court: Court) -> None:
    case = take_up_request(**court.by(court.cast.coo), ask=court.load_ask(), wanted="Decide it.")
    assert (case.origin, case.raised_by, case.taken_by) == ("own_act", None, court.cast.coo)
    assert set(court.promises(case)) == {"position:marketing", "position:technology", "ruling"}
    assert court.cast.coo.pk not in case.parties
    assert court.rule(case).ruled_by == court.cast.coo


def test_sealed_positions_open_when_both_are_in(court: Court) -> None:
    case = court.write(court.raised(), court.cast.seo_lead, "Lift it.", "grant")
    assert case.opened_at is None
    assert not Position.objects.visible_to(court.cast.cto.viewer()).exists()
    assert Position.objects.visible_to(court.cast.seo_lead.viewer()).exists()
    assert Position.objects.visible_to(court.cast.coo.viewer()).exists()
    case = court.write(case, court.cast.cto, "Keep it.", "deny")
    assert case.opened_at == NOON
    assert Position.objects.visible_to(court.cast.cto.viewer()).count() == 2
    assert not court.promises(case), "both promises are kept"
    with pytest.raises(Refused) as refused:
        court.write(case, court.cast.seo_lead, "Lift it a little.")
    assert refused.value.code == "opened"
    assert not case_holes()


def test_silence_is_shown_as_silence_and_the_case_goes_on(court: Court) -> None:
    case = court.write(court.raised(), court.cast.seo_lead, "Lift it.")
    court.break_promise(court.promises(case)["position:technology"])
    assert court.load(case).opened_at is not None
    assert Notice.objects.filter(kind="case_opened").exists()
    late = court.write(case, court.cast.cto, "Keep it.")
    assert late.positions.count() == 2
    assert not case_holes()


def test_one_speaks_for_a_side_and_only_parties_speak(court: Court) -> None:
    case = court.write(court.raised(), court.cast.seo_lead, "Lift it.")
    with pytest.raises(Refused) as refused:
        court.write(case, court.cast.cmo, "Lift it now.")
    assert refused.value.code == "written_already"
    court.write(case, court.cast.seo_lead, "Lift it in stages.")
    assert Position.objects.get().text == "Lift it in stages."
    for person in (court.cast.analyst, court.cast.sre, court.cast.admin, court.cast.coo):
        with pytest.raises(NotAllowed):
            court.write(case, person, "Me too.")
    with pytest.raises(Invalid):
        write_position(**court.by(court.cast.cto), case=court.load(case), text="No.", accepts=["send_back"])


def test_below_level_company_positions_are_open_at_once(court: Court) -> None:
    Firm.objects.update(level=Level.TEAM)
    case = court.write(court.raised(), court.cast.seo_lead, "Lift it.")
    assert not case.sealed
    assert Position.objects.visible_to(court.cast.cto.viewer()).get().text == "Lift it."


def test_the_sides_may_settle_before_anybody_rules(court: Court) -> None:
    case = court.taken()
    settle: dict[str, Any] = {"sentence": "In stages, with a stop rule.", "due_on": LATER}
    assert settle_case(**court.by(court.cast.seo_lead), case=case, **settle) is None
    with pytest.raises(Refused) as refused:
        settle_case(**court.by(court.cast.cmo), case=court.load(case))
    assert refused.value.code == "own_proposal"
    ruling = settle_case(**court.by(court.cast.platform_lead), case=court.load(case))
    assert ruling is not None
    assert (ruling.kind, ruling.sentence, ruling.ruled_by) == (
        "settlement",
        "In stages, with a stop rule.",
        court.cast.platform_lead,
    )
    case = court.load(case)
    assert (case.state, court.promises(case)) == ("settled", {})
    with pytest.raises(WrongState):
        court.rule(case)
    assert not case_holes()


def test_nothing_is_confirmed_that_was_not_proposed(court: Court) -> None:
    with pytest.raises(Refused) as refused:
        settle_case(**court.by(court.cast.cto), case=court.raised())
    assert refused.value.code == "nothing_proposed"
    with pytest.raises(Invalid):
        settle_case(**court.by(court.cast.cto), case=court.load(Escalation.objects.get()), sentence="Soon.")


def test_one_sentence_and_one_date_suffice(court: Court) -> None:
    case = court.heard()
    ruling = court.rule(case)
    case = court.load(case)
    assert (case.state, ruling.kind, ruling.effects) == ("ruled", "compromise", [])
    assert not court.promises(case)
    assert Notice.objects.filter(kind="case_ruled", user=court.cast.seo_lead).exists()
    for wrong in ({"sentence": ""}, {"due_on": NOON.date()}, {"due_on": None}, {"kind": "send_back"}):
        with pytest.raises(Invalid):
            court.rule(court.raised(ask=another_request(court)), **wrong)
    assert not case_holes()


def test_a_ruling_embeds_and_the_host_carries_it_at_once(court: Court) -> None:
    case = court.heard()
    act = Act(Effect.EMBED, project=court.web.host.key, weeks=Decimal("1.5"))
    ruling = court.rule(case, acts=[act])
    item = BacklogItem.objects.get()
    assert (item.state, item.project, item.delivery_owner) == ("agreed", court.web.host, court.cast.frontend_lead)
    assert ruling.effects[0]["result"]["item"] == item.key
    ask = court.load_ask()
    assert (ask.state, ask.delivery, ask.decided_by) == ("accepted", "scheduled", court.cast.coo)
    assert court.load(case).state == "ruled", "what the ruling decides does not close its own case"
    assert court.cast.coo.pk not in ask.parties
    assert not Promise.objects.running().filter(kind="embed_answer").exists()
    assert not case_holes()


def test_a_ruling_answers_what_was_proposed_to_the_host(court: Court) -> None:
    item = court.web.propose()
    court.rule(court.raised(), acts=[Act(Effect.EMBED, project=court.web.host.key, weeks=Decimal(2))])
    assert court.web.load(item).state == "agreed"
    assert court.web.load(item).added_weeks == 2


def test_reserved_capacity_is_drawn_by_what_it_was_reserved_for(court: Court) -> None:
    acts = [
        Act(Effect.RESERVE, team="web", weeks=Decimal("1.5")),
        Act(Effect.EMBED, project=court.web.host.key, weeks=Decimal("1.5")),
    ]
    ruling = court.rule(court.heard(), kind="grant", acts=acts)
    capacity = Capacity.objects.get(team=court.cast.web)
    assert (capacity.allowance, capacity.drawn) == (Decimal("1.5"), Decimal("1.5"))
    assert ruling.effects[0]["result"]["allowance"] == ["0", "1.5"]
    assert Entry.objects.filter(subject="capacity", actor=court.cast.coo.key).count() == 2


def test_a_ruling_moves_and_pins_projects(court: Court) -> None:
    low, last = court.web.projects[30], court.web.projects[-1]
    acts = [Act(Effect.MOVE, project=low.key, after=court.web.host.key), Act(Effect.PIN, project=last.key)]
    court.rule(court.raised(), acts=acts)
    assert Project.objects.get(pk=low.pk).above
    pinned = Project.objects.get(pk=last.pk)
    assert (pinned.pinned, pinned.pin_reason, pinned.pin_approver) == (True, SENTENCE, court.cast.coo)


def test_a_denial_declines_what_nobody_decided(court: Court) -> None:
    court.rule(court.raised(), kind="deny", acts=[Act(Effect.DECLINE)])
    assert (court.load_ask().state, court.load_ask().decision_reason) == ("declined", SENTENCE)


def test_the_mediator_alone_accepts_what_was_declined(court: Court) -> None:
    decline_request(**court.by(court.cast.platform_lead), ask=court.load_ask(), reason="No room.")
    with pytest.raises(WrongState):
        accept_request(**court.by(court.cast.platform_lead), ask=court.load_ask())
    case = court.raised()
    offered = {one.kind: one.acts for one in case_page(court.cast.coo.viewer(), court.load(case), NOON).options}
    assert offered == {"grant": (Act(Effect.ACCEPT),), "compromise": (Act(Effect.ACCEPT),), "deny": ()}
    court.rule(case, kind="grant", acts=[Act(Effect.ACCEPT)])
    ask = court.load_ask()
    assert (ask.state, ask.decision_reason, ask.decided_by) == ("accepted", "", court.cast.coo)
    assert court.load(case).state == "ruled"


def test_an_effect_that_is_refused_undoes_the_ruling(court: Court) -> None:
    case = court.raised()
    acts = [Act(Effect.ACCEPT), Act(Effect.EMBED, project="P-9999", weeks=Decimal(1))]
    with pytest.raises(Refused):
        court.rule(case, acts=acts)
    assert not Ruling.objects.exists()
    assert (court.load(case).state, court.load_ask().state) == ("open", "filed")
    with pytest.raises(Invalid):
        court.rule(case, acts=[Act(Effect.EMBED, project=court.web.host.key)])


@pytest.mark.parametrize("role", list(Role))
def test_nobody_rules_on_a_case_they_are_party_to(court: Court, role: Role) -> None:
    """Whatever other role the mediator holds: who asks, who raised it, who was brought in, who spoke."""
    coo = court.cast.coo
    coo.roles, coo.team = sorted({str(role), "coo"}), court.cast.web
    coo.save()
    own = another_request(court, requester=coo)
    raised = court.raised(court.cast.cmo, own)
    brought_in = another_request(court, parties=[coo.pk])
    spoken = court.raised(court.cast.seo_lead, another_request(court))
    Position.objects.create(escalation=spoken, side="technology", author=coo, text="No.", written_at=NOON)
    self_raised = court.raised(court.cast.seo_lead, another_request(court))
    Escalation.objects.filter(pk=self_raised.pk).update(raised_by=coo)
    for case in (raised, court.raised(court.cast.seo_lead, brought_in), spoken, self_raised):
        for verb in (court.rule, lambda one: send_back(**court.by(coo), case=court.load(one), sentence="Yours.")):
            with pytest.raises(NotAllowed) as refused:
                verb(case)
            assert refused.value.code == "own_case"
        with pytest.raises(NotAllowed):
            court.taken(case)
    with pytest.raises(NotAllowed):
        take_up_request(**court.by(coo), ask=court.load_ask(another_request(court, requester=coo)))


@pytest.mark.parametrize("role", [role for role in Role if role != Role.COO])
def test_nobody_but_the_mediator_rules(court: Court, role: Role) -> None:
    person = court.cast.analyst
    person.roles = [str(role)]
    person.save()
    case = court.raised()
    for verb in (court.rule, lambda one, who: send_back(**court.by(who), case=one, sentence="Yours.")):
        with pytest.raises(NotAllowed):
            verb(case, person)


def test_sent_back_the_case_is_over_and_may_be_raised_again(court: Court) -> None:
    case = court.taken()
    ruling = send_back(**court.by(court.cast.coo), case=case, sentence="Ask the lead of Web first.")
    assert (court.load(case).state, ruling.kind, court.promises(case)) == ("sent_back", "send_back", {})
    assert court.raised().key != case.key
    assert not case_holes()


def test_who_raised_it_takes_it_back(court: Court) -> None:
    case = court.raised()
    with pytest.raises(NotAllowed):
        withdraw_case(**court.by(court.cast.cmo), case=court.load(case))
    withdraw_case(**court.by(court.cast.seo_lead), case=court.load(case), reason="We talked.")
    assert (court.load(case).state, court.promises(case)) == ("withdrawn", {})


def test_an_old_look_changes_nothing(court: Court) -> None:
    case = court.raised()
    with pytest.raises(Stale):
        court.rule(case, expected=99)
    with pytest.raises(Stale):
        write_position(**court.by(court.cast.cto), case=case, text="No.", expected=99)


# Conditions


def conditioned(court: Court) -> Condition:
    new = NewCondition("A stop rule is in place.", court.cast.sre, LATER)
    court.rule(court.heard(), conditions=[new])
    return Condition.objects.select_related("escalation__ask").get()


def test_a_condition_is_a_promise_of_its_owner_until_its_date(court: Court) -> None:
    condition = conditioned(court)
    promise = court.promises(condition.escalation)[f"condition:{condition.pk}"]
    assert promise.holder == court.cast.sre
    assert promise.due_at.date() == LATER + DAY
    assert court.cast.sre.pk in court.load_ask().parties
    assert Notice.objects.filter(kind="case_condition_owed", user=court.cast.sre).count() == 1
    with pytest.raises(NotAllowed):
        meet_condition(**court.by(court.cast.seo_lead), condition=condition)
    meet_condition(**court.by(court.cast.sre), condition=condition, note="It stops at 468 ms.")
    assert Condition.objects.get().state == "met"
    promise.refresh_from_db()
    assert promise.state == PromiseState.KEPT
    assert not case_holes()


def test_a_broken_condition_brings_the_case_back_once(court: Court) -> None:
    condition = conditioned(court)
    court.break_promise(court.promises(condition.escalation)[f"condition:{condition.pk}"], to_docket=True)
    case = Escalation.objects.get()
    assert (Condition.objects.get().state, case.state, case.taken_by, case.ended_at) == (
        "broken",
        "docketed",
        None,
        None,
    )
    assert Notice.objects.filter(kind="case_condition_broken", user=court.cast.coo).count() == 1
    again = court.taken(case)
    assert again.state == "open"
    assert "position:marketing" not in court.promises(again), "they have spoken"
    court.rule(again, kind="deny", sentence="Then it stays.")
    assert [one.sentence for one in Ruling.objects.order_by("-id")] == ["Then it stays.", SENTENCE]
    assert not case_holes()


# The docket


def test_a_broken_promise_reaches_the_docket_as_one_line(court: Court) -> None:
    first = owe_triage(court)
    owed = Owed(kind="decision", source="x:decision", matter=first.matter, team=court.cast.web.pk)
    settle_promises(actor_key="system", at=NOON, owed=[owed])
    for promise in Promise.objects.running():
        court.break_promise(promise, to_docket=True)
    line = Escalation.objects.get()
    assert (line.state, line.origin, line.promise, line.ask) == ("docketed", "breach", first, court.ask)
    assert not case_holes()


def test_a_hundred_lines_are_written_in_one_statement(court: Court) -> None:
    for _number in range(100):
        owe_triage(court, another_request(court))
    due = Promise.objects.latest("id").due_at
    for day in range(30):
        fire_due(at=due + day * DAY)
    assert Escalation.objects.filter(state="docketed").count() == 100
    assert not case_holes()


def test_a_line_becomes_the_case_when_it_is_raised_or_taken(court: Court) -> None:
    court.break_promise(owe_triage(court), to_docket=True)
    line = Escalation.objects.get()
    assert court.raised().pk == line.pk
    other = another_request(court)
    court.break_promise(owe_triage(court, other), to_docket=True)
    taken = court.taken(Escalation.objects.get(ask=other))
    assert (taken.state, taken.origin, taken.raised_by) == ("open", "breach", None)
    assert not case_holes()


@pytest.mark.parametrize("verb", ["accept", "decline", "park"])
def test_a_decision_settles_what_waited_for_the_mediator(court: Court, verb: str) -> None:
    case, lead = court.taken(), court.by(court.cast.platform_lead)
    other = another_request(court)
    court.break_promise(owe_triage(court, other), to_docket=True)
    for ask in (court.load_ask(), court.load_ask(other)):
        if verb == "accept":
            accept_request(**lead, ask=ask)
        elif verb == "decline":
            decline_request(**lead, ask=ask, reason="It is there.")
        else:
            park_request(**lead, ask=ask, review_on=LATER)
    assert {one.state for one in Escalation.objects.all()} == {"settled"}
    assert not court.promises(case)
    assert not Ruling.objects.exists()
    assert Notice.objects.filter(kind="case_decided").exists()
    assert not case_holes()


def test_acknowledging_stops_the_climb_until_the_promised_day(court: Court) -> None:
    promise = owe_triage(court)
    court.break_promise(promise)
    promise.refresh_from_db()
    late, until = promise.due_at + timedelta(hours=1), promise.due_at + 5 * DAY
    with pytest.raises(NotAllowed):
        acknowledge_breach(**court.by(court.cast.sre, late), ask=court.ask, promise=promise, until=until)
    with pytest.raises(Invalid):
        acknowledge_breach(
            **court.by(court.cast.platform_lead, late), ask=court.ask, promise=promise, until=late + 60 * DAY
        )
    again = acknowledge_breach(**court.by(court.cast.platform_lead, late), ask=court.ask, promise=promise, until=until)
    assert (again.follows, again.deeds, again.next_at) == (promise, ["chiefs", "docket"], until)
    assert fire_due(at=until - timedelta(seconds=1)) == 0
    with pytest.raises(Refused) as refused:
        acknowledge_breach(**court.by(court.cast.platform_lead, late), ask=court.ask, promise=again, until=until + DAY)
    assert refused.value.code == "acknowledged"
    court.break_promise(again, to_docket=True)
    assert Escalation.objects.get().state == CaseState.DOCKETED
    assert not case_holes()


def test_a_line_that_is_promised_anew_keeps_off_the_docket(court: Court) -> None:
    promise = owe_triage(court)
    court.break_promise(promise, to_docket=True)
    promise.refresh_from_db()
    late = NOON + 20 * DAY
    acknowledge_breach(**court.by(court.cast.platform_lead, late), ask=court.ask, promise=promise, until=late + 2 * DAY)
    assert Escalation.objects.get().acknowledged_until == late + 2 * DAY
    assert not case_holes()


# Age


def test_ninety_days_undecided_become_a_case_by_themselves(court: Court) -> None:
    late = NOON + 91 * DAY
    young = another_request(court, filed_at=late - DAY)
    assert raise_aged(at=NOON + 89 * DAY) == 0
    assert raise_aged(at=late) == 1
    assert raise_aged(at=late) == 0
    case = court.load(Escalation.objects.get())
    assert (case.ask, case.state, case.origin, case.raised_by) == (court.ask, "open", "age", None)
    assert court.cast.cto.pk in case.parties
    assert set(court.promises(case)) == {"position:marketing", "position:technology"}
    assert not Escalation.objects.filter(ask=young).exists()
    assert Notice.objects.filter(kind="case_aged", user=court.cast.coo).count() == 1
    send_back(**court.by(court.cast.coo, late), case=case, sentence="Decide it yourselves.")
    assert raise_aged(at=late + DAY) == 0
    assert raise_aged(at=late + 91 * DAY) == 2
    assert not case_holes()


def test_an_old_line_grows_into_the_case(court: Court) -> None:
    court.break_promise(owe_triage(court), to_docket=True)
    assert raise_aged(at=NOON + 91 * DAY) == 1
    case = Escalation.objects.get()
    assert (case.state, case.origin) == ("open", "age")
    assert not case_holes()


def test_what_came_back_from_parking_counts_anew(court: Court) -> None:
    park_request(**court.by(court.cast.platform_lead), ask=court.load_ask(), review_on=LATER)
    back = NOON + 100 * DAY
    assert return_parked(at=back) == 1
    assert raise_aged(at=back + DAY) == 0
    assert raise_aged(at=back + 91 * DAY) == 1


def test_a_restricted_case_is_told_to_those_alone_who_see_it(court: Court) -> None:
    restrict_request(**court.by(court.cast.seo_lead), ask=court.load_ask())
    case = court.heard()
    court.rule(case)
    for notice in Notice.objects.select_related("user").filter(kind__startswith="case_"):
        assert WorkRequest.objects.visible_to(notice.user.viewer()).filter(pk=court.ask.pk).exists(), notice.user
    assert not Escalation.objects.visible_to(court.cast.analyst.viewer()).exists()
    assert not Ruling.objects.visible_to(court.cast.sre.viewer()).exists()
