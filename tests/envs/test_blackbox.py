"""The box answers any question but the one that is asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from envisions import Execution, Task, Transition
from envisions.conformance import DefectError, Subject
from envisions.conformance.repeating import nothing_comes_of_repeating
from envisions.runs.evaluation import play_programs
from envs.blackbox import BlackBoxEnvironment
from symbolic import Executor

LEVELS = {1: 1.0, 2: 1.0, 3: 1.0}
BOX = BlackBoxEnvironment(n_train=4, n_test=30, levels=LEVELS)
TASK = BOX.tasks("test")[0]
ASKED = TASK.data["asked"]


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    with Executor() as running:
        yield running


def told(value: Any, task: Task = TASK) -> Transition:
    program = BOX.answer(repr(value))
    return BOX.open(task, 0).step(program, Execution("ok", value))


@pytest.mark.parametrize("spelling", ["ask {}", " Ask  {} \n", "ask 00{}"])
def test_the_number_of_the_question_is_refused(spelling: str) -> None:
    answer = told(spelling.format(ASKED))
    assert answer.observation == f"The box does not take {ASKED}. What does it give for {ASKED}?"
    assert not answer.terminated


@pytest.mark.parametrize("spelling", ["ask {}.0", "ask {}-0", "ask {}+0", "ask +{}", "ask 1{}e0", "ask ٣"])
def test_what_is_no_whole_number_is_an_answer_and_not_right(spelling: str) -> None:
    answer = told(spelling.format(ASKED))
    assert answer.verdict is not None
    assert not answer.verdict.right


def test_no_number_that_may_be_asked_for_has_the_answer_for_a_value() -> None:
    for task in BOX.tasks("test"):
        for number in range(-300, 300):
            if number != task.data["asked"]:
                gave = re.match(r"The box gave (-?\d+) for", told(f"ask {number}", task).observation)
                assert gave, "every other number is taken"
                assert int(gave[1]) != task.target


def test_the_worked_examples_are_right(executor: Executor) -> None:
    for question, *turns in BOX.examples:
        runs = executor.run([BOX.format.program(code) for code in turns[::2]])
        *questions, answer = (run.value for run in runs)
        about = int(re.findall(r"for (\d+)\?", question)[0])
        asked = [int(text.removeprefix("ask ")) for text in questions]
        gave = [int(re.findall(r"gave (\d+)", said)[0]) for said in turns[1::2]]
        assert about not in asked
        assert answer == _line(question, asked, gave, about)


def _line(question: str, asked: Sequence[int], gave: Sequence[int], about: int) -> int:
    if "and then" in question:
        return (gave[1] - gave[0]) // (asked[1] - asked[0]) * (about - asked[0]) + gave[0]
    return gave[0] // asked[0] * about if "multiplies" in question else gave[0] - asked[0] + about


@pytest.mark.slow
def test_the_box_of_before_is_found_out(monkeypatch: pytest.MonkeyPatch, executor: Executor) -> None:
    config = {"_target_": "envs.blackbox.BlackBoxEnvironment", "n_train": 20, "n_test": 20, "levels": LEVELS}
    assert "0%" in nothing_comes_of_repeating(Subject(config, executor))
    monkeypatch.setattr("envs.blackbox._takes", lambda task, number: True)
    with pytest.raises(DefectError, match="solves 100%"):
        nothing_comes_of_repeating(Subject(config, executor))


def test_each_baseline_finds_one_kind(executor: Executor) -> None:
    tests = BOX.tasks("test")
    right = {
        name: {
            task.level
            for task, last in zip(
                tests, play_programs(BOX, tests, [programs[t.id] for t in tests], executor), strict=True
            )
            if last and last.verdict and last.verdict.right
        }
        for name, programs in BOX.baselines().items()
    }
    assert right == {"repeat": set(), "add": {1}, "multiply": {2}}
