"""Verbs of products, objectives, items of the roadmap and links to it."""

from roadmap.products.actions.items import (
    add_roadmap_item,
    close_item,
    edit_roadmap_item,
    move_roadmap_item,
    tie_item,
    untie_item,
)
from roadmap.products.actions.products import add_objective, add_product, edit_objective, edit_product
from roadmap.products.actions.shares import LONGEST_DAYS, revoke_share, share_roadmap

__all__ = [
    "LONGEST_DAYS",
    "add_objective",
    "add_product",
    "add_roadmap_item",
    "close_item",
    "edit_objective",
    "edit_product",
    "edit_roadmap_item",
    "move_roadmap_item",
    "revoke_share",
    "share_roadmap",
    "tie_item",
    "untie_item",
]
