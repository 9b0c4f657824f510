"""Standing behind a request with a stake, and watching one."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.makers import NOON, Cast
from tests.tracker.test_request_verbs import make_ask
from tracker.history.models import Entry
from tracker.intake.actions import (
    accept_request,
    add_comment,
    back_request,
    decline_request,
    mute_request,
    restrict_request,
    watch_request,
    withdraw_backing,
)
from tracker.intake.models import Backing, Watch, WorkRequest
from tracker.kernel.errors import Invalid, NotAllowed, Refused, WrongState
from tracker.notices.models import Notice
from tracker.notices.texts import say
from tracker.people.models import User

LATER = NOON + timedelta(hours=3)


def back(cast: Cast, ask: WorkRequest, by: User | None = None, **more: Any) -> Backing:
    given = {"stake": "budget", "amount": Decimal(40_000), **more}
    return back_request(actor=(by or cast.analyst).viewer(), at=LATER, ask=ask, **given)


def told(user: User) -> list[str]:
    return list(Notice.objects.filter(user=user).order_by("id").values_list("kind", flat=True))


def test_somebody_backs_a_request_with_a_budget_and_takes_it_back(cast: Cast) -> None:
    made = back(cast, make_ask(cast))
    found = Backing.objects.get()
    assert (found.person, found.team, found.entered_by) == (cast.analyst, None, cast.analyst)
    assert (found.stake, found.amount) == ("budget", Decimal(40_000))
    withdraw_backing(actor=cast.analyst.viewer(), at=LATER, backing=made)
    assert Backing.objects.get().withdrawn_at == LATER
    verbs = Entry.objects.filter(subject="backing").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["back_request", "withdraw_backing"]
    with pytest.raises(WrongState):
        withdraw_backing(actor=cast.analyst.viewer(), at=LATER, backing=made)


def test_somebody_backs_it_for_another_person_who_hears_of_it(cast: Cast) -> None:
    made = back(cast, make_ask(cast), by=cast.seo_lead, person=cast.cmo, stake="kpi", kpi="clicks")
    assert (made.person, made.entered_by_id) == (cast.cmo, cast.seo_lead.pk)
    assert told(cast.cmo) == ["request_backed"]
    withdraw_backing(actor=cast.cmo.viewer(), at=LATER, backing=made)


def test_a_team_backs_it_and_its_lead_may_take_it_back(cast: Cast) -> None:
    made = back(cast, make_ask(cast), team=cast.content, stake="campaign", campaign_on=date(2027, 3, 12))
    assert told(cast.content_lead) == ["request_backed"]
    with pytest.raises(NotAllowed):
        withdraw_backing(actor=cast.cto.viewer(), at=LATER, backing=made)
    withdraw_backing(actor=cast.content_lead.viewer(), at=LATER, backing=made)


@pytest.mark.parametrize(
    "given, field",
    [
        ({"stake": "budget", "amount": None}, "amount"),
        ({"stake": "budget", "amount": Decimal(0)}, "amount"),
        ({"stake": "budget", "amount": Decimal("NaN")}, "amount"),
        ({"stake": "kpi", "kpi": " "}, "kpi"),
        ({"stake": "campaign", "campaign_on": None}, "campaign_on"),
        ({"stake": "vote"}, "stake"),
    ],
)
def test_a_stake_is_a_kpi_a_budget_or_a_campaign(cast: Cast, given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        back(cast, make_ask(cast), **given)
    assert list(caught.value.fields) == [field]


def test_nobody_backs_twice_and_only_what_is_open(cast: Cast) -> None:
    ask = make_ask(cast)
    back(cast, ask)
    with pytest.raises(Refused) as caught:
        back(cast, ask)
    assert caught.value.code == "backed"
    decline_request(actor=cast.cto.viewer(), at=LATER, ask=ask, reason="no")
    with pytest.raises(WrongState):
        back(cast, ask, by=cast.cmo)


@pytest.mark.parametrize("name", ["coo", "admin"])
def test_the_mediator_and_the_administrator_back_nothing(cast: Cast, name: str) -> None:
    with pytest.raises(NotAllowed):
        back(cast, make_ask(cast), by=getattr(cast, name))


def test_only_who_may_see_a_request_backs_it_whoever_enters_it(cast: Cast) -> None:
    ask = make_ask(cast)
    restrict_request(actor=cast.seo_lead.viewer(), at=LATER, ask=ask)
    with pytest.raises(Invalid) as caught:
        back(cast, ask, by=cast.seo_lead, person=cast.content_lead)
    assert list(caught.value.fields) == ["person"]
    with pytest.raises(Invalid):
        back(cast, ask, by=cast.seo_lead, team=cast.content)
    back(cast, ask, by=cast.seo_lead, team=cast.seo)


def test_a_watcher_hears_of_each_turn_and_why(cast: Cast) -> None:
    ask = make_ask(cast)
    watch_request(actor=cast.sre.viewer(), at=LATER, ask=ask)
    watch_request(actor=cast.sre.viewer(), at=LATER, ask=ask)
    accept_request(actor=cast.platform_lead.viewer(), at=LATER, ask=ask)
    note = Notice.objects.get(user=cast.sre)
    assert say(note.kind, note.facts).why == "You watch it."
    assert ask.title in say(note.kind, note.facts).what


def test_who_mutes_a_request_hears_no_news_of_it_though_it_is_theirs(cast: Cast) -> None:
    ask = make_ask(cast)
    mute_request(actor=cast.seo_lead.viewer(), at=LATER, ask=ask)
    add_comment(actor=cast.cto.viewer(), at=LATER, ask=ask, text="Nice.")
    accept_request(actor=cast.platform_lead.viewer(), at=LATER, ask=ask)
    assert told(cast.seo_lead) == []
    add_comment(actor=cast.cto.viewer(), at=LATER, ask=ask, text="@Timur Rakhimov look")
    assert told(cast.seo_lead) == ["comment_mention"]
    watch_request(actor=cast.seo_lead.viewer(), at=LATER, ask=ask)
    assert not Watch.objects.filter(muted=True).exists()


def test_who_comments_or_is_named_does_not_watch(cast: Cast) -> None:
    add_comment(actor=cast.cto.viewer(), at=LATER, ask=make_ask(cast), text="@Max Orlov look")
    assert not Watch.objects.exists()
