"""What the roadmap adds to the tracker it stands on; the tracker never imports it."""

from django.utils.translation import gettext_lazy as _

from tracker.people.access import Power
from tracker.web.shell import Place, add_place


def connect() -> None:
    add_place(Place("roadmap", _("Roadmap"), "map", (Power.VIEW,)), behind="backlog")
