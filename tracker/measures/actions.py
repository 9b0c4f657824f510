"""Verbs of KPIs: what is measured is named once, by who keeps the forms of requests."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import add_row, change_row
from tracker.kernel.errors import Invalid, WrongState
from tracker.kernel.unique import refuse_taken
from tracker.measures.models import Kpi
from tracker.people.access import Power, Viewer, require


@transaction.atomic
def add_kpi(*, actor: Viewer, at: datetime, name: str, **facts: Any) -> Kpi:
    """`facts` holds unit, better, side and source."""
    require(actor, Power.MANAGE_TYPES)
    kpi = Kpi(name=_named(name), **facts)
    with refuse_taken("name"):
        add_row(kpi, actor=actor.key, at=at, verb="add_kpi")
    return kpi


@transaction.atomic
def edit_kpi(*, actor: Viewer, at: datetime, kpi: Kpi, expected: int | None, changes: dict[str, Any]) -> None:
    """`changes` holds name, unit, better, side and source; requests keep the name that they were filed with."""
    require(actor, Power.MANAGE_TYPES)
    if "name" in changes:
        changes = {**changes, "name": _named(changes["name"])}
    with refuse_taken("name"):
        change_row(kpi, actor=actor.key, at=at, verb="edit_kpi", changes=changes, expected=expected)


@transaction.atomic
def retire_kpi(*, actor: Viewer, at: datetime, kpi: Kpi, expected: int | None = None) -> None:
    """It is offered no more; requests that are to move it keep it."""
    require(actor, Power.MANAGE_TYPES)
    if kpi.retired_at is not None:
        raise WrongState(_("It is retired already."), state="retired")
    change_row(kpi, actor=actor.key, at=at, verb="retire_kpi", changes={"retired_at": at}, expected=expected)


@transaction.atomic
def restore_kpi(*, actor: Viewer, at: datetime, kpi: Kpi, expected: int | None = None) -> None:
    """It is offered again."""
    require(actor, Power.MANAGE_TYPES)
    if kpi.retired_at is None:
        raise WrongState(_("It is offered already."), state="offered")
    change_row(kpi, actor=actor.key, at=at, verb="restore_kpi", changes={"retired_at": None}, expected=expected)


def _named(name: str) -> str:
    if not name.strip():
        text = _("Give it a name.")
        raise Invalid(text, fields={"name": text})
    return " ".join(name.split())
