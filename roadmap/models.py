"""The index of every table, room by room."""

from roadmap.products.models import ItemTie, Objective, Product, ProjectTie, RoadmapItem, ShareLink

__all__ = ["ItemTie", "Objective", "Product", "ProjectTie", "RoadmapItem", "ShareLink"]
