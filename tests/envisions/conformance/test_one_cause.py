"""One cause fails one check, two causes two; misspelt hooks and labels that are meant otherwise are told."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from envisions import (
    Episode,
    Execution,
    Message,
    Program,
    ProgramEnvironment,
    ProgramFormat,
    Split,
    Task,
    Transition,
    Verdict,
    judge,
)
from envisions.conformance import CHECKS, Outcome, Subject, examine
from envisions.environments.hooks import misspelt, told
from envisions.environments.program import SingleTurn
from envs import blackbox, graph, logic, math, program
from symbolic import Executor, Limits
from tests.envisions.conformance.broken import Sound

KEYS = {"n_train": 12, "n_test": 12}


class Unmade(Sound):
    def __init__(self, **keys: Any) -> None:
        raise KeyError("no such table")


class RaisingJudge(Sound):
    def judge(self, task: Task, execution: Execution) -> Verdict:
        raise KeyError(task.question)  # another message for each task


class RaisingPrompt(Sound):
    def messages(self, task: Task, *, few_shot: bool) -> list[Message]:
        raise ZeroDivisionError


class RaisingParse(Sound):
    def parse(self, completion: str) -> Program:
        raise ValueError(completion)


class RaisingOpen(Sound):
    def open(self, task: Task, seed: int) -> Episode:
        return {}[task.id]  # type: ignore[no-any-return, index]


class Untasked(Sound):
    def tasks(self, split: Split) -> Sequence[Task]:
        return () if split == "test" else super().tasks(split)


class Same(Sound):
    """Both sides have the same tasks."""

    def tasks(self, split: Split) -> Sequence[Task]:
        return super().tasks("train")


class Unseeded(Sound):
    """Its tasks come from a stream that nobody seeded."""

    def make(self, stream: Random, level: int) -> Task:
        return super().make(random.Random(random.SystemRandom().random()), level)


class Kind(Sound):
    """Whatever a program does, it is right."""

    def open(self, task: Task, seed: int) -> Episode:
        return _Kind(self, task)


class _Kind(SingleTurn):
    def step(self, program: Program, execution: Execution) -> Transition:
        return replace(super().step(program, execution), verdict=judge(1, 1))


class OneForAll(Sound):
    def make(self, stream: Random, level: int) -> Task:
        return replace(super().make(stream, level), target=7, gold="def solution():\n    return 7")


class Mumbling(Sound):
    """The question is lost from every prompt."""

    class _Format(ProgramFormat):
        def _ask(self, question: str) -> Message:
            return Message(role="user", content=self.instruction)

    format = _Format()


class Moody(Sound):
    def open(self, task: Task, seed: int) -> Episode:
        return _Moody(self, task)


class _Moody(SingleTurn):
    def step(self, program: Program, execution: Execution) -> Transition:
        return replace(super().step(program, execution), observation=f"It took {random.random()} s.")


class TwoCauses(RaisingJudge):
    id = "unversioned"


ONE = {
    Unmade: "protocol",
    RaisingJudge: "gold",
    RaisingPrompt: "prompts",
    RaisingParse: "malformed text",
    RaisingOpen: "hidden target",
    Untasked: "protocol",
    Same: "splits",
    Unseeded: "stable test tasks",
    Kind: "trivial answers",
    OneForAll: "spread",
    Mumbling: "prompts",
    Moody: "hidden target",
}
UNHURRIED = ("hangs", "leaks", "throughput")


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    with Executor(Limits(cpu_s=0.3)) as running:
        yield running


def examined(kind: type, executor: Executor, **keys: Any) -> list[Outcome]:
    config = {"_target_": f"{kind.__module__}.{kind.__qualname__}", **KEYS, **keys}
    return list(examine(Subject(config, executor), [c for c in CHECKS if c.name not in UNHURRIED]))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ONE)
def test_one_cause_fails_one_check(kind: type, executor: Executor) -> None:
    outcomes = examined(kind, executor)
    failed = [outcome.name for outcome in outcomes if outcome.status == "fail"]
    assert len(failed) == 1, outcomes
    blamed = [outcome for outcome in outcomes if outcome.status == "not reached"]
    assert blamed, outcomes
    assert {outcome.note for outcome in blamed} == {f"because of '{failed[0]}': mend that first"}
    if kind is not RaisingParse:  # whichever comes first
        assert failed == [ONE[kind]]


@pytest.mark.slow
def test_two_causes_fail_two_checks(executor: Executor) -> None:
    outcomes = examined(TwoCauses, executor)
    failed = {outcome.name: outcome for outcome in outcomes if outcome.status == "fail"}
    assert failed.keys() == {"protocol", "gold"}
    assert "KeyError" in failed["gold"].note
    assert "test_one_cause.py:" in failed["gold"].example


class Slips(ProgramEnvironment):
    id = "slips-v1"
    exmaples = (("How many?", "def solution():\n    return 1"),)
    default_level = {1: 1.0}

    def judgee(self, task: Task, execution: Execution) -> Verdict:
        return judge(1, 1)

    def basline(self) -> dict[str, Any]:
        return {}

    def readRow(self, row: Any, where: str) -> Task:  # noqa: N802
        return Task("", 1)

    def warp(self, task: Task, written: Program) -> Program:
        return written


class Helpers(Sound):
    """Names that are near a hook's, and none of them misspelt."""

    gold_words = ("plum", "fig")
    hold = True

    def make(self, stream: Random, level: int) -> Task:
        return self.maker(super().make(stream, level))

    def maker(self, task: Task) -> Task:
        return task

    def bold(self, text: str) -> str:
        return text

    def _judgee(self) -> None:
        pass


def test_misspelt_hooks_are_noticed() -> None:
    assert dict(misspelt(Slips)) == {
        "basline": "baselines",
        "default_level": "default_levels",
        "exmaples": "examples",
        "judgee": "judge",
        "readRow": "read_row",
        "warp": "wrap",
    }
    assert "'judgee' (did you mean 'judge'?)" in told(Slips)


SHIPPED = (
    blackbox.BlackBoxEnvironment,
    graph.GraphEnvironment,
    logic.LogicEnvironment,
    math.MathEnvironment,
    program.DataEnvironment,
)


@pytest.mark.parametrize("kind", [Helpers, Sound, *SHIPPED])
def test_helpers_are_no_misspelt_hooks(kind: type) -> None:
    assert told(kind) == ""


class Slip(Sound):
    def judgee(self, task: Task, execution: Execution) -> Verdict:
        return judge(1, 1)


@pytest.mark.slow
def test_check_env_names_a_misspelt_hook(executor: Executor) -> None:
    outcomes = examined(Slip, executor)
    [failed] = [outcome for outcome in outcomes if outcome.status == "fail"]
    assert failed.name == "protocol"
    assert "'judgee' (did you mean 'judge'?)" in failed.note


def proofwriter(path: Path) -> Path:
    """Rows whose labels hold where rules are chained forwards, and not where contraposition is allowed."""
    rows = []
    for one, other in (
        ("big", "kind"),
        ("cold", "rough"),
        ("red", "young"),
        ("nice", "quiet"),
        ("sad", "tall"),
    ):
        for name in ("Bob", "Anne", "Dave"):
            theory = f"{name} is not {other}. If someone is {one} then they are {other}."
            question = f"Is it true, false, or unknown? {name} is {one}."
            rows.append({"context": theory, "question": question, "answer": "Unknown"})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.slow
def test_the_remedy_for_labels_stands_in_the_failing_check(executor: Executor, tmp_path: Path) -> None:
    data = str(proofwriter(tmp_path / "pw.jsonl"))
    keys = {"data": data, "test_data": data, "n_train": 1, "n_test": 1, "semantics": "open"}
    rows = (tmp_path / "pw.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "test.jsonl").write_text("".join(rows[:6]))
    (tmp_path / "train.jsonl").write_text("".join(rows[6:]))
    keys |= {"data": str(tmp_path / "train.jsonl"), "test_data": str(tmp_path / "test.jsonl")}
    keys |= {"n_train": 4, "n_test": 4}
    gold = {o.name: o for o in examined(logic.LogicEnvironment, executor, **keys)}["gold"]
    assert gold.status == "fail"
    assert "with env.semantics=forward 8 of the 8 wrong ones would be right" in gold.note
    keys["semantics"] = "forward"
    gold = {o.name: o for o in examined(logic.LogicEnvironment, executor, **keys)}["gold"]
    assert gold.status == "pass"
