"""The roadmap of the demo company, asserted from the database."""

from django.core.management import call_command

from roadmap.management.commands.fill_roadmap import fill_roadmap
from roadmap.products.models import Product, RoadmapItem
from roadmap.products.queries import roadmap_of
from roadmap.products.rules import RiskKind
from tests.lumen import OnLumenMarket, find_person, sign_in
from tracker.history.audit import broken_seals, holes
from tracker.kernel import clock


class RoadmapOfLumenMarket(OnLumenMarket):
    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        fill_roadmap()

    def test_seo_is_owned_on_both_sides_and_one_of_seven_items_is_at_risk(self) -> None:
        product = Product.objects.get()
        assert (product.name, product.business_owner.name, product.delivery_owner.name) == (
            "SEO",
            "Timur Rakhimov",
            "Irina Lind",
        )
        roadmap = roadmap_of(product, find_person("analyst").viewer(), clock.now().date())
        assert [len(plans) for _horizon, plans in roadmap.columns] == [3, 2, 2]
        assert (len(roadmap.open), len(roadmap.objectives), roadmap.at_risk) == (7, 3, 1)
        risky = next(plan for plan in roadmap.open if plan.at_risk)
        assert [(risk.kind, risk.key, risk.teams) for risk in risky.risks] == [
            (RiskKind.BELOW, "P-24", ("Mobile", "Web"))
        ]

    def test_half_of_the_landing_pages_is_delivered(self) -> None:
        roadmap = roadmap_of(Product.objects.get(), find_person("analyst").viewer(), clock.now().date())
        told = next(plan.progress for plan in roadmap.open if plan.title.startswith("Landing pages"))
        assert told is not None
        assert (told.done, told.count, told.weighed) == (1, 2, True)

    def test_the_page_says_so(self) -> None:
        page = sign_in("analyst").get("/roadmap/").content.decode()
        assert "<h1>SEO: 1 of 7 items is at risk</h1>" in page
        assert "P-24 is below the line in Mobile and Web" in page
        assert 'href="/projects/P-24/"' in page

    def test_everything_has_its_history_and_a_second_run_adds_nothing(self) -> None:
        assert not holes()
        assert not broken_seals()
        call_command("fill_roadmap", verbosity=0)
        assert RoadmapItem.objects.count() == 7
