"""What the roadmap adds to the tracker it stands on; the tracker never imports it."""

from django.utils.translation import gettext_lazy as _

from roadmap.management.writing import follow_demo
from roadmap.web.search import find_plans
from tracker.kernel.events import react
from tracker.people.access import Power
from tracker.people.events import DemoLoaded
from tracker.web.search import add_finder
from tracker.web.shell import Place, add_place


def connect() -> None:
    react(DemoLoaded, follow_demo)
    add_place(Place("roadmap", _("Roadmap"), "map", (Power.VIEW,)), behind="backlog")
    add_finder("roadmap", find_plans)
