"""After any sequence of verbs the stored line is the line, the ranks are a permutation and history is complete."""

import random
import threading
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.makers import NOON, Cast, make_cast
from tests.tracker.test_project_verbs import assert_history_is_complete, assert_line_is_true, fill
from tracker.history.models import Entry
from tracker.kernel.errors import Refused
from tracker.kernel.ranks import LONGEST
from tracker.people.access import Viewer
from tracker.projects.actions import (
    block_project,
    drop_project,
    give_back,
    launch_project,
    move_project,
    open_period,
    pin_project,
    set_capacity,
    set_effort,
    take_on,
    unblock_project,
    unpin_project,
)
from tracker.projects.models import Crossing, Project
from tracker.projects.queries import places_for

STEPS = st.lists(
    st.tuples(st.sampled_from(range(12)), st.integers(0, 9), st.integers(0, 9), st.integers(0, 40)),
    min_size=1,
    max_size=12,
)


class World:
    """A portfolio that is changed at random."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.actor = cast, cast.cto.viewer()
        self.teams = [cast.web, cast.mobile, cast.data]
        self.taken: list[tuple[int, int, Decimal, Decimal]] = []
        weeks = [{"web": "30", "mobile": "5"}, {"web": "40"}, {"mobile": "30", "data": "20"}, {"web": "30"}, {}]
        self.projects = fill(cast, *weeks, *weeks)

    def step(self, kind: int, one: int, two: int, weeks: int) -> None:
        project = Project.objects.get(pk=self.projects[one].pk)
        team, amount = self.teams[two % 3], Decimal(weeks) / 2
        told: dict[str, Any] = {"actor": self.actor, "at": NOON}
        where: dict[str, Any] = {"team": team, "period": self.cast.period}
        if kind < 5:
            after = None if two == 9 else Project.objects.get(pk=self.projects[two].pk)
            move_project(**told, project=project, after=after, orphans_accepted=kind == 0)
        elif kind == 5:
            wanted = None if weeks == 40 else amount
            set_effort(**told, **where, project=project, weeks=wanted, orphans_accepted=True)
        elif kind == 6:
            numbers: dict[str, Any] = {"gross": amount * 8, "allowance": Decimal(two)}
            set_capacity(**told, **where, orphans_accepted=True, **numbers)
        elif kind == 7:
            drawn, over = take_on(actor_key="user:1", at=NOON, project=project, added=amount, **where)
            self.taken.append((project.pk, team.pk, drawn, over))
        elif kind == 8 and self.taken:
            self.undo_last()
        elif kind == 9:
            told |= {"project": project, "reason": "law", "orphans_accepted": True}
            unpin_project(**told) if project.pinned else pin_project(**told)
        elif kind == 10:
            launch_project(**told, project=project) if weeks % 2 else drop_project(**told, project=project)
        elif kind == 11:
            block_project(project=project, source=f"I-{one}", text="item")
            if weeks % 2:
                unblock_project(source=f"I-{one}")

    def undo_last(self) -> None:
        pk, team, drawn, over = self.taken.pop()
        host = Project.objects.get(pk=pk)
        chosen = next(one for one in self.teams if one.pk == team)
        give_back(
            actor_key="user:1",
            at=NOON,
            project=host,
            team=chosen,
            period=self.cast.period,
            drawn=drawn,
            overflow=over,
        )


@pytest.mark.django_db
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_after_any_sequence_of_verbs_the_stored_line_is_the_line(steps: list[tuple[int, int, int, int]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT example")
    try:
        world = World(make_cast())
        for step in steps:
            try:
                world.step(*step)
            except Refused:
                continue
            assert_line_is_true(world.cast)
            ranks = list(Project.objects.order_by("rank").values_list("pinned", "stage"))
            open_ones = [pinned for pinned, stage in ranks if stage not in ("launched", "dropped")]
            assert open_ones == sorted(open_ones, reverse=True)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK TO SAVEPOINT example")


def test_two_launched_projects_keep_their_order_among_themselves(cast: Cast) -> None:
    first, second, third = fill(cast, {"web": "70"}, {"web": "60"}, {"web": "5"})
    cto = cast.cto.viewer()
    move_project(actor=cto, at=NOON, project=second, after=None)
    launch_project(actor=cto, at=NOON, project=Project.objects.get(pk=first.pk))
    launch_project(actor=cto, at=NOON, project=Project.objects.get(pk=second.pk))
    move_project(actor=cto, at=NOON, project=Project.objects.get(pk=third.pk), after=first)
    assert_line_is_true(cast)


def test_each_crossing_is_written_once_and_explains_the_line(cast: Cast) -> None:
    """Replaying the crossings over the first line gives the last one."""
    world, chance = World(cast), random.Random(7)
    before = dict(Project.objects.values_list("pk", "above"))
    for _round in range(60):
        one, two = chance.sample(range(10), 2)
        world.step(0, one, two, 0)
    for row in Crossing.objects.order_by("id"):
        assert before[row.project_id] is not row.rose
        before[row.project_id] = row.rose
    assert before == dict(Project.objects.values_list("pk", "above"))
    assert Crossing.objects.exists()


def test_keys_that_grow_too_long_are_dealt_anew_without_touching_anybody(cast: Cast) -> None:
    first, second, third = fill(cast, {"web": "60"}, {"web": "30"}, {"web": "30"})
    cto = cast.cto.viewer()
    Project.objects.filter(pk=third.pk).update(rank="z")
    Project.objects.filter(pk=second.pk).update(rank="k" + "0" * (LONGEST - 1) + "1")
    Project.objects.filter(pk=first.pk).update(rank="k")
    move_project(actor=cto, at=NOON, project=Project.objects.get(pk=third.pk), after=first)
    rows = Project.objects.order_by("rank")
    assert [row.pk for row in rows] == [first.pk, third.pk, second.pk]
    assert [row.version for row in rows] == [1, 2, 1]
    assert max(len(row.rank) for row in rows) < 5
    assert_line_is_true(cast)


def test_moves_into_one_gap_never_outgrow_the_bound(cast: Cast) -> None:
    projects = fill(cast, *[{"web": "1"}] * 4)
    cto = cast.cto.viewer()
    for turn in range(400):
        mover = Project.objects.get(pk=projects[2 + turn % 2].pk)
        move_project(actor=cto, at=NOON, project=mover, after=projects[0])
        assert len(mover.rank) <= LONGEST
    assert_line_is_true(cast)


@pytest.mark.django_db(transaction=True)
def test_four_people_who_move_at_once_leave_a_permutation_and_a_true_line() -> None:
    cast = make_cast()
    projects = fill(cast, *[{"web": "12", "mobile": "4"}, {"web": "9", "data": "3"}] * 6)
    cto = cast.cto.viewer()
    failures: list[BaseException] = []
    moves = 25

    def work(seed: int) -> None:
        try:
            move_around(cto, [project.pk for project in projects], seed, moves)
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    ranks = list(Project.objects.values_list("rank", flat=True))
    assert len(set(ranks)) == len(projects)
    assert_line_is_true(cast)
    changed = sum(Project.objects.values_list("version", flat=True)) - len(projects)
    assert Entry.objects.filter(verb="move_project").count() == changed > 0


def move_around(actor: Viewer, projects: list[int], seed: int, moves: int) -> None:
    chance = random.Random(seed)
    for _turn in range(moves):
        one, two = chance.sample(projects, 2)
        project, after = Project.objects.get(pk=one), Project.objects.get(pk=two)
        move_project(actor=actor, at=NOON, project=project, after=after)


def test_every_quarter_has_a_line_of_its_own(cast: Cast) -> None:
    first, second = fill(cast, {"web": "60"}, {"web": "60"})
    cto = cast.cto.viewer()
    later = open_period(actor=cto, at=NOON, key="2027-Q2", starts_on=date(2027, 4, 5), ends_on=date(2027, 7, 4))
    set_capacity(actor=cto, at=NOON, team=cast.web, period=later, gross=Decimal(20))
    for project in (first, second):
        set_effort(actor=cto, at=NOON, project=project, team=cast.web, period=later, weeks=Decimal(10))
    move_project(actor=cto, at=NOON, project=Project.objects.get(pk=second.pk), after=None)
    fits = set(second.efforts.values_list("period__key", "fits")) | set(
        first.efforts.values_list("period__key", "fits")
    )
    assert fits == {("2027-Q1", True), ("2027-Q2", True), ("2027-Q1", False), ("2027-Q2", False)}
    assert {row.period.key for row in Crossing.objects.filter(project=first).select_related("period")} == {
        "2027-Q1",
        "2027-Q2",
    }
    assert_history_is_complete()


def test_a_place_is_told_with_whom_it_would_push_below(cast: Cast) -> None:
    first, second, third = fill(cast, {"web": "60"}, {"web": "40"}, {"web": "30"})
    top, behind, last = places_for(cast.web.pk, cast.period.pk, Decimal(15), after=[None, first.key, third.key])
    assert (top.place, [one.key for one in top.displaced]) == (1, [second.key])
    assert (behind.place, behind.after, behind.short) == (2, first.key, Decimal("-37.5"))
    assert (last.place, last.of, last.short, last.displaced) == (4, 4, Decimal("32.5"), [])
    assert top.lowest_above == 2
