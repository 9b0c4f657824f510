from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from tests.ledger import counted
from tests.makers import NOON, Cast
from tests.tracker.portfolio import versions_told
from tracker.history.models import Entry
from tracker.kernel.errors import Invalid, NotAllowed, Refused, Stale, WrongState
from tracker.kernel.events import _reactions
from tracker.people.models import User
from tracker.projects.actions import (
    NewProject,
    add_project,
    add_projects,
    block_project,
    drop_project,
    edit_project,
    give_back,
    launch_project,
    move_project,
    open_period,
    pin_project,
    set_capacity,
    set_effort,
    start_project,
    take_on,
    turn_period,
    unblock_project,
    unpin_project,
)
from tracker.projects.events import LineCrossed
from tracker.projects.models import Capacity, Crossing, Effort, Project, Stage
from tracker.projects.rules import Claim, available_weeks, draw_line

Weeks = dict[str, str]


@pytest.fixture
def crossed() -> Iterator[list[LineCrossed]]:
    """What was published while the test ran."""
    heard: list[LineCrossed] = []
    _reactions[LineCrossed].append(heard.append)
    yield heard
    _reactions[LineCrossed].remove(heard.append)


def fill(cast: Cast, *weeks: Weeks, owner: User | None = None) -> list[Project]:
    """One project for each, in this order; `weeks` maps a team's key to its effort."""
    teams = {team.key: team.pk for team in (cast.web, cast.mobile, cast.data)}
    rows = [
        NewProject(
            title=f"Project {number}",
            team=cast.web.pk,
            owner=(owner or cast.frontend_lead).pk,
            efforts=tuple((teams[key], cast.period.pk, "", Decimal(value)) for key, value in asked.items()),
        )
        for number, asked in enumerate(weeks, start=1)
    ]
    return add_projects(actor_key="system", at=NOON, rows=rows)


def order() -> list[int]:
    return list(Project.objects.order_by("rank").values_list("pk", flat=True))


def above() -> set[int]:
    return set(Project.objects.filter(above=True).values_list("pk", flat=True))


def assert_line_is_true(cast: Cast) -> None:
    """What is stored equals the line drawn from the stored numbers, and history is complete."""
    claims: dict[int, list[Claim]] = {}
    fits: dict[tuple[int, int], bool] = {}
    rows = Effort.objects.filter(period=cast.period).exclude(project__stage=Stage.DROPPED).select_related("project")
    for row in sorted(rows, key=lambda row: (row.project.stage != Stage.LAUNCHED, row.project.rank)):
        claims.setdefault(row.team_id, []).append(Claim(row.project_id, row.claim))
        fits[row.team_id, row.project_id] = row.fits
    available = {
        row.team_id: available_weeks(row.gross, Decimal(0), row.reserve_percent, row.allowance)
        for row in Capacity.objects.filter(period=cast.period)
    }
    line = draw_line(claims, available)
    drawn = {(team, row.project): row.fits for team, standings in line.lists.items() for row in standings}
    assert fits == drawn
    assert above() == {project for project, over in line.above.items() if over}
    assert_history_is_complete()


def assert_history_is_complete() -> None:
    for model in (Project, Capacity):
        told = versions_told(model)
        for pk, version in model._default_manager.values_list("pk", "version"):
            if told[pk] or version > 1:
                assert told[pk] == list(range(1, version + 1)) or (
                    # The makers put capacities in without a first entry.
                    model is Capacity and told[pk] == list(range(2, version + 1))
                )


def test_a_project_appended_stands_last_and_apart_until_it_is_estimated(cast: Cast) -> None:
    fill(cast, {"web": "10"})
    made = add_project(
        actor=cast.cto.viewer(), at=NOON, title="Store locator", team=cast.web, areas=[cast.search], owner=cast.sre
    )
    assert order()[-1] == made.pk
    assert made.pk not in above()
    assert list(made.areas.all()) == [cast.search]
    set_effort(actor=cast.sre.viewer(), at=NOON, project=made, team=cast.web, period=cast.period, size="M", expected=1)
    assert made.pk in above()
    assert not Crossing.objects.exists()
    assert_line_is_true(cast)


def test_moving_up_pushes_others_below_and_says_why(cast: Cast, crossed: list[LineCrossed]) -> None:
    first, second, third = fill(cast, {"web": "100"}, {"web": "12"}, {"web": "50"})
    assert above() == {first.pk, second.pk}
    move_project(actor=cast.cto.viewer(), at=NOON, project=third, after=None)
    assert order() == [third.pk, first.pk, second.pk]
    assert above() == {third.pk}
    assert {(row.project_id, row.rose, row.cause, row.cause_project_id) for row in Crossing.objects.all()} == {
        (first.pk, False, "moved", third.pk),
        (second.pk, False, "moved", third.pk),
        (third.pk, True, "moved", third.pk),
    }
    assert crossed == [
        LineCrossed(NOON, cast.cto.key, cast.period.pk, (first.pk, second.pk), (third.pk,), ()),
    ]
    assert Project.objects.get(pk=first.pk).version == 1
    assert_line_is_true(cast)


def test_a_move_writes_one_entry_and_touches_no_bystander(cast: Cast) -> None:
    projects = fill(cast, *[{"web": "1"}] * 4)
    with counted() as count:
        move_project(actor=cast.cto.viewer(), at=NOON, project=projects[3], after=projects[0], expected=1)
    assert len(count) == 3
    assert order() == [projects[0].pk, projects[3].pk, projects[1].pk, projects[2].pk]
    assert list(Project.objects.order_by("pk").values_list("version", flat=True)) == [1, 1, 1, 2]
    told = Entry.objects.get(subject="project", subject_id=projects[3].pk, version=2)
    assert told.changes == {"after": [projects[2].key, projects[0].key]}
    again = Project.objects.get(pk=projects[3].pk)
    move_project(actor=cast.cto.viewer(), at=NOON, project=again, after=projects[0])
    assert Project.objects.get(pk=again.pk).version == 2


def test_only_the_cto_ranks_and_a_stale_move_is_refused(cast: Cast) -> None:
    first, second = fill(cast, {"web": "1"}, {"web": "1"})
    with pytest.raises(NotAllowed):
        move_project(actor=cast.platform_lead.viewer(), at=NOON, project=second, after=None)
    move_project(actor=cast.cto.viewer(), at=NOON, project=second, after=None, expected=1)
    with pytest.raises(Stale) as refusal:
        move_project(actor=cast.cto.viewer(), at=NOON, project=second, after=first, expected=1)
    assert refusal.value.facts["version"] == 2
    assert order() == [second.pk, first.pk]


def test_pinned_projects_stay_first(cast: Cast) -> None:
    first, second, third = fill(cast, {"web": "100"}, {"web": "10"}, {"web": "5"})
    pin_project(actor=cast.cto.viewer(), at=NOON, project=third, reason="law")
    assert order() == [third.pk, first.pk, second.pk]
    assert Project.objects.get(pk=third.pk).pin_approver_id == cast.cto.pk
    with pytest.raises(Invalid):
        pin_project(actor=cast.cto.viewer(), at=NOON, project=second, reason=" ")
    move_project(actor=cast.cto.viewer(), at=NOON, project=second, after=None)
    assert order() == [third.pk, second.pk, first.pk]
    pin_project(actor=cast.cto.viewer(), at=NOON, project=Project.objects.get(pk=first.pk), reason="security")
    assert order() == [third.pk, first.pk, second.pk]
    with pytest.raises(Refused) as refusal:
        move_project(actor=cast.cto.viewer(), at=NOON, project=Project.objects.get(pk=second.pk), after=third)
    assert refusal.value.code == "pinned_first"
    with pytest.raises(Refused):
        move_project(actor=cast.cto.viewer(), at=NOON, project=Project.objects.get(pk=third.pk), after=second)
    unpin_project(actor=cast.cto.viewer(), at=NOON, project=Project.objects.get(pk=third.pk))
    assert order() == [first.pk, third.pk, second.pk]
    assert_line_is_true(cast)


def test_more_effort_lowers_others_and_less_lifts_them_again(cast: Cast) -> None:
    first, second = fill(cast, {"web": "100", "mobile": "5"}, {"web": "10"})
    grow = cast.platform_lead.viewer()
    set_effort(actor=grow, at=NOON, project=first, team=cast.web, period=cast.period, weeks=Decimal("103.5"))
    row = Crossing.objects.get()
    assert (row.project_id, row.rose, row.cause, row.weeks) == (second.pk, False, "effort", Decimal("3.5"))
    told = Entry.objects.get(subject="project", subject_id=first.pk, version=2).changes["effort"]
    assert [side["weeks"] for side in told] == ["100.00", "103.50"]
    with pytest.raises(NotAllowed):
        set_effort(actor=cast.seo_lead.viewer(), at=NOON, project=first, team=cast.web, period=cast.period, size="S")
    with pytest.raises(NotAllowed):
        set_effort(actor=grow, at=NOON, project=second, team=cast.mobile, period=cast.period, size="S")
    set_effort(actor=grow, at=NOON, project=first, team=cast.web, period=cast.period)
    assert set(first.efforts.values_list("team__key", flat=True)) == {"mobile"}
    assert above() == {first.pk, second.pk}
    assert_line_is_true(cast)


def test_a_project_without_any_estimate_left_is_no_longer_above(cast: Cast) -> None:
    (only,) = fill(cast, {"web": "10"})
    set_effort(actor=cast.cto.viewer(), at=NOON, project=only, team=cast.web, period=cast.period)
    assert above() == set()
    assert not Crossing.objects.exists()


def test_a_new_claim_on_a_full_team_pulls_the_project_below(cast: Cast) -> None:
    (only,) = fill(cast, {"web": "10"})
    set_effort(actor=cast.cto.viewer(), at=NOON, project=only, team=cast.mobile, period=cast.period, weeks=Decimal(90))
    assert above() == set()
    assert [(row.rose, row.cause) for row in Crossing.objects.all()] == [(False, "effort")]
    assert_line_is_true(cast)


def test_more_capacity_lifts_and_is_told_with_the_weeks_gained(cast: Cast) -> None:
    _first, second = fill(cast, {"web": "110"}, {"web": "5"})
    row = set_capacity(actor=cast.cto.viewer(), at=NOON, team=cast.web, period=cast.period, gross=Decimal(160))
    assert row.version == 2
    crossing = Crossing.objects.get()
    assert (crossing.project_id, crossing.rose, crossing.cause_team_id) == (second.pk, True, cast.web.pk)
    assert crossing.weeks == Decimal("7.5")
    with pytest.raises(Invalid):
        set_capacity(actor=cast.cto.viewer(), at=NOON, team=cast.web, period=cast.period, reserve_percent=Decimal(101))
    with pytest.raises(NotAllowed):
        set_capacity(actor=cast.cmo.viewer(), at=NOON, team=cast.web, period=cast.period, gross=Decimal(1))
    with pytest.raises(Stale):
        set_capacity(actor=cast.cto.viewer(), at=NOON, team=cast.web, period=cast.period, gross=Decimal(1), expected=1)
    assert_line_is_true(cast)


def test_embedded_work_draws_the_allowance_first_and_the_host_bears_the_rest(cast: Cast) -> None:
    Capacity.objects.filter(team=cast.web).update(allowance=4)
    host, second = fill(cast, {"web": "100"}, {"web": "8"})
    split = take_on(actor_key="user:1", at=NOON, project=host, team=cast.web, period=cast.period, added=Decimal("3.5"))
    assert split == (Decimal("3.5"), Decimal(0))
    assert Project.objects.get(pk=host.pk).version == 1
    split = take_on(actor_key="user:1", at=NOON, project=host, team=cast.web, period=cast.period, added=Decimal(2))
    assert split == (Decimal("0.5"), Decimal("1.5"))
    assert Effort.objects.get(project=host).claim == Decimal("101.5")
    assert [(row.project_id, row.cause, row.weeks) for row in Crossing.objects.all()] == [
        (second.pk, "embedded", Decimal("1.5"))
    ]
    assert_line_is_true(cast)
    give_back(
        actor_key="user:1",
        at=NOON,
        project=host,
        team=cast.web,
        period=cast.period,
        drawn=Decimal("0.5"),
        overflow=Decimal("1.5"),
    )
    assert Capacity.objects.get(team=cast.web).drawn == Decimal("3.5")
    assert above() == {host.pk, second.pk}
    assert_line_is_true(cast)


def test_a_host_that_needs_a_new_team_gets_a_claim_there(cast: Cast) -> None:
    (host,) = fill(cast, {"web": "10"})
    assert take_on(actor_key="user:1", at=NOON, project=host, team=cast.data, period=cast.period, added=Decimal(2)) == (
        Decimal(0),
        Decimal(2),
    )
    assert host.efforts.get(team=cast.data).claim == 2
    assert above() == {host.pk}
    assert_line_is_true(cast)


def test_a_fall_that_orphans_embedded_items_is_named_before_it_happens(cast: Cast) -> None:
    host, other = fill(cast, {"web": "60"}, {"web": "60"})
    block_project(project=host, source="I-12", text="R-41 Prices in search, Kenji Sato and Timur Rakhimov")
    with pytest.raises(Refused) as refusal:
        move_project(actor=cast.cto.viewer(), at=NOON, project=other, after=None)
    assert refusal.value.code == "would_orphan"
    assert refusal.value.facts["items"][0]["item"] == "I-12"
    assert refusal.value.facts["projects"] == [{"key": host.key, "title": host.title, "owner": cast.frontend_lead.name}]
    assert order() == [host.pk, other.pk]
    assert Project.objects.get(pk=other.pk).version == 1
    move_project(actor=cast.cto.viewer(), at=NOON, project=other, after=None, orphans_accepted=True)
    assert above() == {other.pk}
    assert_line_is_true(cast)


def test_neither_launch_nor_drop_go_through_while_blocked(cast: Cast) -> None:
    (host,) = fill(cast, {"web": "10"})
    block_project(project=host, source="I-12", text="open embedded item")
    for verb in (launch_project, drop_project):
        with pytest.raises(Refused) as refusal:
            verb(actor=cast.frontend_lead.viewer(), at=NOON, project=host)
        assert refusal.value.code == "blocked"
        assert refusal.value.facts["blockers"] == [{"source": "I-12", "text": "open embedded item"}]
    unblock_project(source="I-12")
    start_project(actor=cast.frontend_lead.viewer(), at=NOON, project=host)
    launch_project(actor=cast.frontend_lead.viewer(), at=NOON, project=host, expected=2)
    with pytest.raises(WrongState):
        block_project(project=host, source="I-13", text="too late")
    with pytest.raises(WrongState):
        drop_project(actor=cast.frontend_lead.viewer(), at=NOON, project=host)
    assert_line_is_true(cast)


def test_what_was_spent_on_a_launched_project_stays_claimed_and_a_dropped_one_frees_its_weeks(cast: Cast) -> None:
    first, second, third = fill(cast, {"web": "60"}, {"web": "50"}, {"web": "60"})
    launch_project(actor=cast.cto.viewer(), at=NOON, project=first)
    assert third.pk not in above()
    drop_project(actor=cast.cto.viewer(), at=NOON, project=second, reason="no longer needed")
    assert above() == {first.pk}
    assert_line_is_true(cast)
    with pytest.raises(WrongState):
        move_project(actor=cast.cto.viewer(), at=NOON, project=first, after=third)


def test_an_edit_needs_the_version_looked_at_and_power_over_the_project(cast: Cast) -> None:
    (project,) = fill(cast, {"web": "10"})
    edit_project(
        actor=cast.frontend_lead.viewer(),
        at=NOON,
        project=project,
        expected=1,
        changes={"title": "Store locator", "areas": [cast.search]},
    )
    with pytest.raises(Stale):
        edit_project(actor=cast.cto.viewer(), at=NOON, project=project, expected=1, changes={"title": "Lost"})
    with pytest.raises(NotAllowed):
        edit_project(actor=cast.sre.viewer(), at=NOON, project=project, expected=2, changes={"title": "Mine"})
    with pytest.raises(Invalid):
        edit_project(
            actor=cast.cto.viewer(),
            at=NOON,
            project=project,
            expected=2,
            changes={"starts_on": date(2027, 2, 2), "ends_on": date(2027, 2, 1)},
        )
    assert Project.objects.get().title == "Store locator"
    assert_history_is_complete()


def test_the_line_of_a_new_quarter_takes_over_when_it_begins(cast: Cast) -> None:
    (project,) = fill(cast, {"web": "10"})
    following = open_period(
        actor=cast.cto.viewer(), at=NOON, key="2027-Q2", starts_on=date(2027, 4, 5), ends_on=date(2027, 7, 4)
    )
    with pytest.raises(Invalid):
        open_period(
            actor=cast.cto.viewer(), at=NOON, key="2027-QX", starts_on=date(2027, 4, 5), ends_on=date(2027, 7, 4)
        )
    set_effort(actor=cast.cto.viewer(), at=NOON, project=project, team=cast.web, period=following, weeks=Decimal(5))
    assert above() == {project.pk}
    assert turn_period(at=NOON) == 0
    assert turn_period(at=NOON.replace(month=5)) == 1
    assert above() == set()
