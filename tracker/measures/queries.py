"""KPIs as pages offer them."""

from tracker.measures.models import Kpi
from tracker.people.access import Viewer


def names_of_kpis(viewer: Viewer) -> list[str]:
    """Those that are offered (one statement)."""
    return list(Kpi.objects.visible_to(viewer).filter(retired_at=None).values_list("name", flat=True))
