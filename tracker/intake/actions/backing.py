"""Verbs of those who stand behind a request: with a KPI, a budget or a campaign, not with a vote."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import add_row, change_row
from tracker.intake.actions.merging import LIVING
from tracker.intake.events import RequestBacked
from tracker.intake.models import Backing, Stake, WorkRequest
from tracker.intake.states import State
from tracker.kernel.errors import Invalid, NotAllowed, Refused, WrongState
from tracker.kernel.events import publish
from tracker.people.access import Power, Role, Viewer, may, require
from tracker.people.models import Team, User

MOST = Decimal("9999999999")


@transaction.atomic
def back_request(
    *,
    actor: Viewer,
    at: datetime,
    ask: WorkRequest,
    stake: str,
    kpi: str = "",
    amount: Decimal | None = None,
    campaign_on: date | None = None,
    note: str = "",
    person: User | None = None,
    team: Team | None = None,
) -> Backing:
    """For oneself where nobody is named; else for a person or a team, who are shown beside who entered it."""
    require(actor, Power.BACK, ask.ties)
    if ask.state not in LIVING:
        closed = _("It is %(state)s: there is nothing to back.") % {"state": State(ask.state).label}
        raise WrongState(closed, state=ask.state, verb="back")
    if person is not None and team is not None:
        text = _("Name a person or a team, not both.")
        raise Invalid(text, fields={"person": text})
    given = _read_stake(stake, kpi, amount, campaign_on)
    backer = {"team": team} if team is not None else {"person_id": actor.id if person is None else person.pk}
    _check_seen(actor, ask, person, team)
    row = Backing(ask=ask, note=note.strip(), entered_by_id=actor.id, at=at, **backer, **given)
    try:
        with transaction.atomic():
            add_row(row, actor=actor.key, at=at, verb="back_request")
    except IntegrityError:
        raise Refused(_("They back it already: withdraw that first."), code="backed") from None
    publish(RequestBacked(at=at, actor=actor.key, ask_id=ask.pk, backing_id=row.pk))
    return row


def _read_stake(stake: str, kpi: str, amount: Decimal | None, campaign_on: date | None) -> dict[str, Any]:
    """What this kind of stake consists of; the rest falls away."""
    if stake not in Stake.values:
        raise Invalid(_("A stake is a KPI, a budget or a campaign."), fields={"stake": _("Choose one of the three.")})
    if stake == Stake.KPI:
        if not kpi.strip():
            raise Invalid(_("Say which KPI."), fields={"kpi": _("Say which KPI.")})
        return {"stake": stake, "kpi": kpi.strip()}
    if stake == Stake.BUDGET:
        if amount is None or not amount.is_finite() or not 0 < amount <= MOST:
            raise Invalid(_("Say how much, more than 0."), fields={"amount": _("Say how much, more than 0.")})
        return {"stake": stake, "amount": amount.quantize(Decimal("0.01"))}
    if campaign_on is None:
        raise Invalid(_("Say on which day."), fields={"campaign_on": _("Say on which day.")})
    return {"stake": stake, "campaign_on": campaign_on}


def _check_seen(actor: Viewer, ask: WorkRequest, person: User | None, team: Team | None) -> None:
    """Only who may see a request may back it, also where somebody else enters it."""
    if person is not None:
        seen = person.is_active and WorkRequest.objects.visible_to(person.viewer()).filter(pk=ask.pk).exists()
        if not seen:
            text = _("They may not see this request.")
            raise Invalid(text, fields={"person": text})
    if team is not None and ask.restricted and team.pk not in (actor.team, ask.team_id):
        text = _("It is restricted: name a person whom it concerns.")
        raise Invalid(text, fields={"team": text})


@transaction.atomic
def withdraw_backing(*, actor: Viewer, at: datetime, backing: Backing) -> None:
    """By who backs it, who entered it, or the lead of the team that backs it."""
    if not may_withdraw_backing(actor, backing):
        raise NotAllowed(_("It is withdrawn by who backs the request or who entered it."), power=str(Power.BACK))
    if backing.withdrawn_at is not None:
        raise WrongState(_("It is withdrawn already."), state="withdrawn", verb="withdraw")
    change_row(backing, actor=actor.key, at=at, verb="withdraw_backing", changes={"withdrawn_at": at})


def may_withdraw_backing(actor: Viewer, backing: Backing) -> bool:
    if not may(actor, Power.BACK):
        return False
    leads = Role.LEAD in actor.roles and backing.team_id is not None and backing.team_id == actor.team
    return leads or actor.id in (backing.person_id, backing.entered_by_id)
