"""What a viewer reads of a roadmap: computed in four statements, and nothing of what is restricted."""

from datetime import timedelta
from decimal import Decimal

from roadmap.products.actions import close_item
from roadmap.products.models import Product
from roadmap.products.queries import deliverer_named, keys_unseen, roadmap_of
from roadmap.products.rules import RiskKind
from tests.ledger import counted
from tests.makers import NOON, Cast
from tests.roadmap.makers import by, fresh, make_plan, tie
from tests.tracker.portfolio import FIRST_BELOW, Portfolio, make_request
from tracker.backlog.models import BacklogItem
from tracker.people.models import User
from tracker.projects.models import Project

TODAY = NOON.date()


def test_what_is_below_the_line_puts_an_item_at_risk_and_names_the_team(
    cast: Cast, product: Product, web: Portfolio
) -> None:
    low = web.projects[FIRST_BELOW]
    tie(cast, make_plan(cast, product, "A"), low)
    tie(cast, make_plan(cast, product, "B"), web.edge)
    roadmap = roadmap_of(product, cast.analyst.viewer(), TODAY)
    risky, safe = roadmap.open
    assert [(risk.kind, risk.key, risk.teams) for risk in risky.risks] == [(RiskKind.BELOW, low.key, ("Web",))]
    assert (safe.at_risk, roadmap.at_risk) == (False, 1)
    assert risky.progress is not None
    assert (risky.progress.share, risky.progress.weighed) == (Decimal(0), True)


def test_without_an_estimate_a_project_is_neither_above_nor_below(cast: Cast, product: Product, web: Portfolio) -> None:
    project = Project.objects.get(pk=web.projects[FIRST_BELOW].pk)
    project.efforts.all().delete()
    plan = tie(cast, make_plan(cast, product, "A"), project)
    row = roadmap_of(product, cast.cto.viewer(), TODAY).open[0]
    assert (row.id, row.risks) == (plan.pk, ())
    assert row.progress is not None
    assert not row.progress.weighed


def test_an_owner_who_left_and_a_day_that_passed_are_risks(cast: Cast, product: Product, web: Portfolio) -> None:
    plan = make_plan(cast, product, "A", ends_on=TODAY - timedelta(days=1))
    tie(cast, plan, web.edge)
    User.objects.filter(pk=cast.platform_lead.pk).update(is_active=False)
    row = roadmap_of(product, cast.cto.viewer(), TODAY).open[0]
    assert [risk.kind for risk in row.risks] == [RiskKind.LATE, RiskKind.UNOWNED]


def test_progress_is_weighed_by_effort_and_a_closed_item_is_at_no_risk(
    cast: Cast, product: Product, web: Portfolio
) -> None:
    item = web.agreed("2")
    plan = tie(cast, tie(cast, make_plan(cast, product, "A"), item), web.edge)
    BacklogItem.objects.filter(pk=item.pk).update(state="shipped")
    row = roadmap_of(product, cast.cto.viewer(), TODAY).open[0]
    assert row.progress is not None
    assert (row.progress.done, row.progress.count, row.progress.share) == (1, 2, Decimal(2) / 9)
    assert [person.name for person in row.people] == ["Irina Lind", "Timur Rakhimov", "Kenji Sato"]
    close_item(**by(cast.cmo), plan=fresh(plan), outcome="dropped", reason="No money.")
    roadmap = roadmap_of(product, cast.cto.viewer(), TODAY)
    assert (roadmap.open, [closed.risks for closed in roadmap.closed]) == ([], [()])


def test_a_restricted_item_is_counted_and_not_told(cast: Cast, product: Product, web: Portfolio) -> None:
    hidden = make_request(cast, title="Zibbelwort", restricted=True)
    item = web.propose(ask=hidden)
    web.agree(item)
    BacklogItem.objects.filter(pk=item.pk).update(orphaned_at=NOON)
    plan = tie(cast, make_plan(cast, product, "A"), item)
    for viewer in (cast.sre.viewer(), None):
        row = roadmap_of(product, viewer, TODAY).open[0]
        assert (row.id, row.deliverers, row.unseen, row.risks, row.unseen_risk) == (plan.pk, (), 1, (), True)
        assert row.progress is not None
        assert row.at_risk
        assert "Zibbelwort" not in str(row)
        assert item.key not in str(row)
    seen = roadmap_of(product, cast.cto.viewer(), TODAY).open[0]
    assert [(one.key, one.title) for one in seen.deliverers] == [(item.key, "Zibbelwort")]
    assert [risk.kind for risk in seen.risks] == [RiskKind.ORPHANED]
    assert deliverer_named(item.key, cast.sre.viewer()) is None
    assert deliverer_named(item.key.lower(), cast.cto.viewer()) == item
    assert keys_unseen([item.key, "P-06"], cast.sre.viewer()) == {item.key}


def test_four_statements_read_a_roadmap_however_long_it_is(cast: Cast, product: Product, web: Portfolio) -> None:
    costs = []
    for number in range(3):
        plan = make_plan(cast, product, f"A{number}")
        for project in web.projects[number * 4 : number * 4 + 4]:
            plan = tie(cast, plan, project)
        with counted() as count:
            roadmap_of(product, cast.analyst.viewer(), TODAY)
        costs.append(len(count))
    assert costs == [4, 4, 4]
