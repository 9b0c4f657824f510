"""Fills the roadmap of the demo company, once its people and projects are there."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from roadmap.management.demo import ITEMS, OBJECTIVES
from roadmap.management.writing import write_roadmap
from roadmap.products.models import Product
from tracker.people.models import Firm


class Command(BaseCommand):
    help = "Fills the roadmap of the demo company; does nothing where there is a product, or no demo."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            told = fill_roadmap()
        self.stdout.write(told)


def fill_roadmap() -> str:
    """What was made, in a sentence; inside a transaction."""
    if Product.objects.exists() or not Firm.objects.filter(demo=True).exists():
        return "There is a product already, or no demo: the roadmap is not filled."
    write_roadmap()
    return f"The roadmap of SEO is here: {len(OBJECTIVES)} objectives, {len(ITEMS)} items."
