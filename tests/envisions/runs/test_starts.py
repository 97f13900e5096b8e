"""What a run remembers of its starts: versions, plans, and the seconds of stages that ended early."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from envisions.runs import run as runs
from envisions.runs.folder import RunDir
from envisions.runs.manifest import OF_A_START, continued, differences, plans
from envisions.runs.run import Run


def start(rounds: int, **found: Any) -> dict[str, Any]:
    usual = {**dict.fromkeys(OF_A_START, "same"), "model": {"sha256": "0"}, "started": f"at {rounds}"}
    return {**usual, "rounds": rounds, **found}


def test_every_start_is_kept() -> None:
    first = continued({}, start(1))
    second = continued(first, start(3, versions={"torch": "2.12"}))
    third = continued(second, start(3))
    assert [one["rounds"] for one in third["starts"]] == [1, 3, 3]
    assert [one["versions"] for one in third["starts"]] == ["same", {"torch": "2.12"}, "same"]
    assert third["started"] == "at 1"
    assert third["model"] == {"sha256": "0"}
    assert set(third["starts"][0]) == set(OF_A_START)
    assert plans(third) == (1, 3)
    assert (differences(first), differences(second), differences(third)) == ([], ["versions"], [])


def test_a_run_from_before_has_no_starts() -> None:
    assert plans({"started": "then"}) == ()
    assert differences({}) == []


@pytest.fixture
def run(tmp_path: Path) -> Run:
    @contextmanager
    def shown(name: str, total: int) -> Any:
        yield lambda amount: None

    unused: Any = None
    display: Any = SimpleNamespace(stage=shown)
    with RunDir(tmp_path / "run") as directory:
        return Run(unused, directory, unused, unused, unused, unused, tmp_path, display, {})


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(runs.time, "monotonic", lambda: clock.now)
    return clock


def seconds(run: Run) -> Any:
    return run.metrics(1).get("seconds")


def test_the_seconds_of_a_stage_add_up(run: Run, clock: SimpleNamespace) -> None:
    for _ in range(2):
        with run.stage(1, "explore", 10) as advance:
            clock.now += 3
            advance(5)
            clock.now += 4
    assert seconds(run) == {"explore": 14.0}


def test_a_stage_that_fails_keeps_its_seconds(run: Run, clock: SimpleNamespace) -> None:
    def interrupted() -> None:
        with run.stage(1, "sft", 10):
            clock.now += 2.5
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert seconds(run) == {"sft": 2.5}


def test_a_stage_at_work_writes_down_its_seconds(run: Run, clock: SimpleNamespace) -> None:
    """So that a kill, after which nothing is written, loses a few."""
    with run.stage(1, "explore", 10) as advance:
        clock.now += runs.KEEP_EVERY - 1
        advance(1)
        assert seconds(run) is None
        clock.now += 1
        advance(1)
        assert seconds(run) == {"explore": runs.KEEP_EVERY}
        clock.now += 1
    assert seconds(run) == {"explore": runs.KEEP_EVERY + 1}
