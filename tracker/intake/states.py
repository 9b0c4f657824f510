"""From draft to decision. After acceptance the backlog says how far it is: WorkRequest.delivery."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tracker.kernel.states import Machine


class State(models.TextChoices):
    DRAFT = "draft", _("draft")
    FILED = "filed", _("filed")
    NEEDS_INFORMATION = "needs_information", _("needs information")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    PARKED = "parked", _("parked")
    MERGED = "merged", _("merged")
    WITHDRAWN = "withdrawn", _("withdrawn")


class ExpediteState(models.TextChoices):
    """It runs while it is started or confirmed; what is fixed may still be confirmed and explained."""

    STARTED = "started", _("started")
    CONFIRMED = "confirmed", _("confirmed")
    FIXED = "fixed", _("fixed")
    REFUSED = "refused", _("refused")
    LAPSED = "lapsed", _("lapsed")
    WITHDRAWN = "withdrawn", _("withdrawn")


REQUEST = Machine(
    "request",
    {
        (State.DRAFT, "file"): State.FILED,
        (State.DRAFT, "withdraw"): State.WITHDRAWN,
        (State.FILED, "accept"): State.ACCEPTED,
        (State.FILED, "ask"): State.NEEDS_INFORMATION,
        (State.FILED, "decline"): State.DECLINED,
        (State.FILED, "park"): State.PARKED,
        (State.FILED, "withdraw"): State.WITHDRAWN,
        (State.NEEDS_INFORMATION, "answer"): State.FILED,
        (State.NEEDS_INFORMATION, "accept"): State.ACCEPTED,
        (State.NEEDS_INFORMATION, "decline"): State.DECLINED,
        (State.NEEDS_INFORMATION, "park"): State.PARKED,
        (State.NEEDS_INFORMATION, "withdraw"): State.WITHDRAWN,
        (State.DECLINED, "grant"): State.ACCEPTED,
        (State.ACCEPTED, "withdraw"): State.WITHDRAWN,
        (State.FILED, "merge"): State.MERGED,
        (State.NEEDS_INFORMATION, "merge"): State.MERGED,
        (State.MERGED, "unmerge"): State.FILED,
        (State.DECLINED, "reopen"): State.FILED,
        (State.PARKED, "reopen"): State.FILED,
        (State.PARKED, "return"): State.FILED,
        (State.PARKED, "withdraw"): State.WITHDRAWN,
    },
)
EXPEDITE = Machine(
    "expedite",
    {
        (ExpediteState.STARTED, "confirm"): ExpediteState.CONFIRMED,
        (ExpediteState.STARTED, "refuse"): ExpediteState.REFUSED,
        (ExpediteState.STARTED, "lapse"): ExpediteState.LAPSED,
        (ExpediteState.STARTED, "answer"): ExpediteState.STARTED,
        (ExpediteState.STARTED, "fix"): ExpediteState.FIXED,
        (ExpediteState.STARTED, "withdraw"): ExpediteState.WITHDRAWN,
        (ExpediteState.CONFIRMED, "answer"): ExpediteState.CONFIRMED,
        (ExpediteState.CONFIRMED, "fix"): ExpediteState.FIXED,
        (ExpediteState.CONFIRMED, "withdraw"): ExpediteState.WITHDRAWN,
        (ExpediteState.FIXED, "confirm"): ExpediteState.FIXED,
        (ExpediteState.FIXED, "lapse"): ExpediteState.FIXED,
        (ExpediteState.FIXED, "explain"): ExpediteState.FIXED,
    },
)
