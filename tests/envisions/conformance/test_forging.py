"""Programs that forge are found out; one that gives what is wanted is none, however easily it is guessed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest

from envisions import Task
from envisions.conformance import DefectError, Subject
from envisions.conformance.forging import nothing_comes_of_forging
from symbolic import Executor
from tests.envisions.conformance.naive import Functions

NAIVE = "tests.envisions.conformance.naive"


class Guessable(Functions):
    """For a third of its tasks all outputs are true."""

    def make(self, stream: Random, level: int) -> Task:
        task, least = super().make(stream, level), stream.choice((0, 50, 100))
        outputs = [n > least for n in task.data["inputs"]]
        gold = f"def solution(n):\n    return n > {least}"
        return replace(task, target=outputs, gold=gold, data={**task.data, "outputs": outputs})


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    with Executor() as running:
        yield running


def forged(target: str, executor: Executor) -> str:
    return nothing_comes_of_forging(Subject({"_target_": target, "n_train": 12, "n_test": 12}, executor))


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("UnitTests", r"writes \[True, True, True\]"),
        ("Counting", "equals everything"),
        ("Reachable", "target is within its reach"),
        ("Pairs", "callers hold"),
    ],
)
def test_a_harness_that_can_be_deceived_is_told_how(name: str, how: str, executor: Executor) -> None:
    with pytest.raises(DefectError, match=how):
        forged(f"{NAIVE}.{name}", executor)


@pytest.mark.parametrize("target", [f"{NAIVE}.Functions", f"{__name__}.Guessable"])
def test_outputs_that_are_compared_outside_cannot_be_forged(target: str, executor: Executor) -> None:
    assert "in 8 tasks" in forged(target, executor)
