"""From a line on the docket to a ruling, and from a condition to its keeping."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tracker.kernel.states import Machine


class CaseState(models.TextChoices):
    """A docketed one is a line on the mediator's docket, not yet a case."""

    DOCKETED = "docketed", _("on the docket")
    OPEN = "open", pgettext_lazy("case", "open")
    SETTLED = "settled", _("settled")
    RULED = "ruled", _("ruled")
    SENT_BACK = "sent_back", _("sent back")
    WITHDRAWN = "withdrawn", pgettext_lazy("case", "withdrawn")


LIVE = (CaseState.DOCKETED, CaseState.OPEN)

CASE = Machine(
    "case",
    {
        (CaseState.DOCKETED, "take_up"): CaseState.OPEN,
        (CaseState.DOCKETED, "raise"): CaseState.OPEN,
        (CaseState.DOCKETED, "settle"): CaseState.SETTLED,
        (CaseState.OPEN, "take_up"): CaseState.OPEN,
        (CaseState.OPEN, "settle"): CaseState.SETTLED,
        (CaseState.OPEN, "rule"): CaseState.RULED,
        (CaseState.OPEN, "send_back"): CaseState.SENT_BACK,
        (CaseState.OPEN, "withdraw"): CaseState.WITHDRAWN,
        (CaseState.RULED, "return"): CaseState.DOCKETED,
    },
)


class ConditionState(models.TextChoices):
    OPEN = "open", pgettext_lazy("condition", "open")
    MET = "met", pgettext_lazy("condition", "met")
    BROKEN = "broken", _("broken")


CONDITION = Machine(
    "condition",
    {
        (ConditionState.OPEN, "meet"): ConditionState.MET,
        (ConditionState.OPEN, "break"): ConditionState.BROKEN,
        (ConditionState.BROKEN, "meet"): ConditionState.MET,
    },
)
