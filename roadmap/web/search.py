"""Items of the roadmap in the search of the tracker."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from roadmap.products.models import RoadmapItem
from roadmap.products.states import PlanState
from tracker.people.access import Viewer
from tracker.web.search import Group, Hit, group_hits, say_words


def find_plans(viewer: Viewer, text: str) -> Group:
    """By the words of their titles, open ones first (one statement)."""
    rows = RoadmapItem.objects.visible_to(viewer).filter(say_words("title", text)).select_related("product")
    return group_hits(gettext_lazy("Roadmap items"), rows.order_by("-state", "-id"), _hit)


def _hit(plan: RoadmapItem) -> Hit:
    where = plan.get_horizon_display() if plan.state == PlanState.OPEN else PlanState(plan.state).label
    state = _("%(product)s · %(where)s") % {"product": plan.product.name, "where": where}
    return Hit("", plan.title, state, reverse("plan", args=[plan.pk]))
