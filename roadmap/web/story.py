"""The history of a roadmap in words."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from roadmap.products.models import Horizon
from roadmap.products.queries import keys_unseen
from tracker.history.queries import story_of
from tracker.people.access import Viewer
from tracker.web.story import FIELDS, SENTENCES, Told, new_values, say_changed, tell_moments

HIDDEN = ""


def tell_plan(plan: int, viewer: Viewer) -> list[Told]:
    """The story of an item, latest first; what delivers it and is not for the viewer is not named (three statements)."""
    moments = story_of("roadmap-item", plan, limit=50)
    named = {key for moment in moments for key in moment.changes.get("delivered_by", []) if key}
    unseen = keys_unseen(named, viewer)
    shown = []
    for moment in moments:
        pair = moment.changes.get("delivered_by")
        if pair and unseen & set(pair):
            moment = replace(moment, changes={"delivered_by": [HIDDEN if key else key for key in pair]})
        shown.append(moment)
    return tell_moments("roadmap-item", shown)


def _say_tied(changes: Mapping[str, Any]) -> str:
    key = new_values(changes).get("delivered_by")
    return _("tied %(key)s to it") % {"key": key} if key else _("tied something to it that you may not see")


def _say_untied(changes: Mapping[str, Any]) -> str:
    key = changes.get("delivered_by", [HIDDEN])[0]
    return _("untied %(key)s") % {"key": key} if key else _("untied something that you may not see")


def _say_moved(changes: Mapping[str, Any]) -> str:
    horizon = new_values(changes).get("horizon")
    return (
        _("moved it to %(horizon)s") % {"horizon": Horizon(horizon).label} if horizon else _("moved it in its column")
    )


def _say_closed(changes: Mapping[str, Any]) -> str:
    return _("finished it") if new_values(changes).get("state") == "done" else _("dropped it")


FIELDS |= {
    "objective": gettext_lazy("objective"),
    "origin": gettext_lazy("where it came from"),
    "note": gettext_lazy("note"),
}
SENTENCES |= {
    ("roadmap-item", "add_roadmap_item"): gettext_lazy("put it on the roadmap"),
    ("roadmap-item", "edit_roadmap_item"): say_changed,
    ("roadmap-item", "move_roadmap_item"): _say_moved,
    ("roadmap-item", "tie_item"): _say_tied,
    ("roadmap-item", "untie_item"): _say_untied,
    ("roadmap-item", "close_item"): _say_closed,
}
