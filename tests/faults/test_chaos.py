"""Promises fire once in effect whatever is killed; and the harness sees it when they do not."""

from typing import Any

import pytest

from tests.faults.chaos import Chaos, Report, run_chaos

pytestmark = pytest.mark.faults


def faults_of(report: Report) -> tuple[int, int, int]:
    return report.lost, report.doubled, report.early


def test_kills_and_failpoints_lose_double_and_hurry_nothing() -> None:
    report = run_chaos(Chaos(kills=6, clocks=100, spread=12))
    assert faults_of(report) == (0, 0, 0)
    assert (report.kills, report.failpoints, report.escalations) == (6, 5, 300)


@pytest.mark.parametrize(("sweepers", "scheduler", "broker"), [(5, 0, False), (0, 2, True)])
def test_many_sweepers_with_wrong_clocks_and_no_broker_or_two_schedulers_do_the_same(
    sweepers: int, scheduler: int, broker: bool
) -> None:
    wrong = 7200.0
    given: dict[str, Any] = {"kills": 0, "failpoints": 0, "clocks": 60, "spread": 3, "shift": wrong}
    report = run_chaos(Chaos(sweepers=sweepers, scheduler=scheduler, broker=broker, **given))
    assert faults_of(report) == (0, 0, 0)


@pytest.mark.parametrize(
    ("sabotage", "fault", "more"),
    [
        ("no_lock", "doubled", {"sweepers": 3}),
        ("tell_later", "lost", {"sweepers": 1}),
        ("local_time", "early", {"shift": 7200.0}),
        ("needs_broker", "lost", {"broker": False}),
    ],
)
def test_the_harness_sees_what_is_broken_on_purpose(
    sabotage: str, fault: str, more: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.faults.chaos.PATIENCE", 6.0)
    given: dict[str, Any] = {"kills": 0, "failpoints": 0, "clocks": 40, "spread": 3, "scheduler": 0, "sweepers": 2}
    report = run_chaos(Chaos(sabotage=sabotage, **given | more))
    assert getattr(report, fault) > 0
