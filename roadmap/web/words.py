"""What the rules found, in the reader's language."""

from datetime import date

from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from roadmap.products.models import Horizon
from roadmap.products.queries import PlanRow, Roadmap
from roadmap.products.rules import Progress, Risk, RiskKind
from roadmap.products.states import PlanState
from tracker.templatetags.times import say_day


def say_roadmap(roadmap: Roadmap) -> str:
    """The news of a product in one sentence."""
    count = len(roadmap.open)
    words = {"product": roadmap.product.name, "risk": roadmap.at_risk, "count": count}
    if not count:
        return _("%(product)s: nothing is planned yet") % words
    if not roadmap.at_risk:
        return (
            ngettext("%(product)s: %(count)s item, not at risk", "%(product)s: %(count)s items, none at risk", count)
            % words
        )
    if count == 1:
        return _("%(product)s: its one item is at risk") % words
    return (
        ngettext(
            "%(product)s: %(risk)s of %(count)s items is at risk",
            "%(product)s: %(risk)s of %(count)s items are at risk",
            roadmap.at_risk,
        )
        % words
    )


def say_risk(risk: Risk, today: date) -> str:
    words = {"key": risk.key, "teams": get_text_list(list(risk.teams), _("and"))}
    if risk.kind == RiskKind.ORPHANED:
        return _("%(key)s lost its project") % words
    if risk.kind == RiskKind.BELOW:
        return _("%(key)s is below the line in %(teams)s") % words
    if risk.kind == RiskKind.UNOWNED:
        return _("%(key)s has no owner") % words
    return _("its last day was %(day)s") % {"day": say_day(risk.since, today) if risk.since else ""}


def say_risks(plan: PlanRow, today: date) -> list[str]:
    """The worst first; of what is not for the viewer only that it is there."""
    told = [say_risk(risk, today) for risk in plan.risks]
    return [*told, _("at risk through something that you may not see")] if plan.unseen_risk else told


def say_progress(progress: Progress | None) -> str:
    if progress is None:
        return _("nothing delivers it yet")
    words = {"done": progress.done, "count": progress.count, "percent": int(progress.share * 100)}
    if progress.weighed and 0 < progress.done < progress.count:
        return (
            ngettext(
                "%(done)s of %(count)s delivered, %(percent)s %% of the effort",
                "%(done)s of %(count)s delivered, %(percent)s %% of the effort",
                progress.count,
            )
            % words
        )
    return ngettext("%(done)s of %(count)s delivered", "%(done)s of %(count)s delivered", progress.count) % words


def say_unseen(count: int) -> str:
    if not count:
        return ""
    text = ngettext("%(count)s more that you may not see", "%(count)s more that you may not see", count)
    return text % {"count": count}


def say_plan(plan: PlanRow, today: date) -> str:
    """The news of one item."""
    words = {"title": plan.title, "progress": say_progress(plan.progress)}
    if plan.state == PlanState.DONE:
        return _("%(title)s: done") % words
    if plan.state == PlanState.DROPPED:
        return _("%(title)s: dropped") % words
    if plan.risks:
        return _("%(title)s is at risk: %(risk)s") % {**words, "risk": say_risk(plan.risks[0], today)}
    if plan.unseen_risk:
        return _("%(title)s is at risk") % words
    return _("%(title)s: %(progress)s") % words


def say_empty(horizon: str) -> str:
    """What an empty column would hold."""
    return {
        Horizon.NOW: _("What is being delivered."),
        Horizon.NEXT: _("What comes as soon as there is room."),
        Horizon.LATER: _("What is wanted and has no day yet."),
    }[Horizon(horizon)]


def url_of(key: str) -> str:
    """The page of a backlog item or a project; of nothing there is none."""
    if not key:
        return ""
    return reverse("item" if key.startswith("I-") else "project", args=[key])
