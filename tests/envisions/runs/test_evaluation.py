"""Baselines are played once a run: recorded with their verdicts, continued where a kill left them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from envisions import Episode, Execution, Program, Task
from envisions.errors import HarnessError
from envisions.runs.display import Display
from envisions.runs.evaluation import evaluate_baselines
from envisions.runs.folder import RunDir
from envisions.runs.run import Policies, Run
from envisions.settings.schema import Settings
from symbolic import Executor
from tests.toy import ToyEnvironment


class Toy(ToyEnvironment):
    """One baseline knows the target of every task but the first, another does nothing for the first."""

    def baselines(self) -> Mapping[str, Mapping[str, Sequence[Program]]]:
        first, *others = self.tasks("test")
        right = {task.id: [self.answer(repr(task.target))] for task in others}
        return {"one": {**right, first.id: [self.answer("'no'")]}, "other": right}


class Lost(Toy):
    def execute(
        self, episodes: Sequence[Episode], programs: Sequence[Program], executor: Executor
    ) -> list[Execution]:
        return [Execution("infra", error="lost") for _ in programs]


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    with Executor() as running:
        yield running


def run_in(folder: Path, environment: ToyEnvironment, executor: Executor) -> Run:
    trainer: Any = None
    policies: Policies = Policies(lambda *_: pytest.fail("no policy is needed"))
    return Run(Settings(), RunDir(folder), environment, executor, trainer, policies, folder, Display(), {})


def records(run: Run) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run.folder(0) / "baselines.jsonl").read_text().splitlines()]


def test_every_baseline_is_recorded_on_every_test_task(executor: Executor, tmp_path: Path) -> None:
    run = run_in(tmp_path, Toy(2, 4, None, None), executor)
    evaluate_baselines(run)
    tests: Sequence[Task] = run.tasks["test"]
    found = {(r["name"], r["task"]): r["verdict"]["verdict"] for r in records(run)}
    assert found == {
        (name, task.id): "right" if place else "wrong"
        for name in ("one", "other")
        for place, task in enumerate(tests)
    }
    assert [r["verdict"]["certificate"]["kind"] for r in records(run)[::4]] == ["kinds", "unfinished"]
    assert run.metrics(0)["seconds"].keys() == {"baselines"}


def test_a_killed_stage_plays_what_is_missing(executor: Executor, tmp_path: Path) -> None:
    run = run_in(tmp_path, Toy(2, 4, None, None), executor)
    evaluate_baselines(run)
    path = run.folder(0) / "baselines.jsonl"
    whole = path.read_text()
    path.write_text("".join(whole.splitlines(keepends=True)[:3]))
    run.note(0, baselines=None)  # it had not ended
    evaluate_baselines(run)
    assert path.read_text() == whole
    evaluate_baselines(run_in(tmp_path, Lost(2, 4, None, None), executor))
    assert path.read_text() == whole, "nothing is played twice"


def test_our_own_fault_is_no_verdict(executor: Executor, tmp_path: Path) -> None:
    run = run_in(tmp_path, Lost(2, 4, None, None), executor)
    with pytest.raises(HarnessError, match="not its fault"):
        evaluate_baselines(run)
    assert not (run.folder(0) / "baselines.jsonl").exists()
