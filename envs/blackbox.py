"""A hidden function, found out by asking it: many turns, in which a program's output leads to the next.

Each turn the model writes a program. One that returns "ask N" is told what the box gives for N; one that
fails is told why; anything else is the answer. The hidden numbers never enter the sandbox. The box does not
take the number that the question is about, so that the answer is never observed: no two numbers have one
value, and what it gives for another has to be put together with the kind of function.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, ClassVar, Final

from envisions import (
    Episode,
    Execution,
    Program,
    ProgramEnvironment,
    ProgramFormat,
    Task,
    Transition,
    UserError,
    describe,
    judge,
)

_ASK = re.compile(r"\s*ask\s+(-?\d{1,6})\s*", re.ASCII | re.IGNORECASE)
_KINDS: Final = {
    1: "adds a secret number to the number it is given",
    2: "multiplies the number it is given by a secret number",
    3: "multiplies the number it is given by a secret number and then adds another one",
}


class BlackBoxEnvironment(ProgramEnvironment):
    """A level is the kind of function: x + b, a·x, a·x + b. A group is one function, so that those to be
    found in testing occur in no training task."""

    id = "blackbox-v2"
    max_turns = 4
    refines = False  # a second attempt is a further turn
    format = ProgramFormat(
        instruction='Write a Python function solution() that returns "ask N" to try N, or the answer.'
    )
    examples = (
        (
            f"Box C3 {_KINDS[3]}. What does it give for 120?",
            'def solution():\n    return "ask 0"',
            "The box gave 4 for 0. What does it give for 120?",
            'def solution():\n    return "ask 1"',
            "The box gave 10 for 1. What does it give for 120?",
            "def solution():\n    added = 4\n    secret = 10 - 4\n    return 120 * secret + added",
        ),
        (
            f"Box A1 {_KINDS[1]}. What does it give for 131?",
            'def solution():\n    return "ask 0"',
            "The box gave 8 for 0. What does it give for 131?",
            "def solution():\n    secret = 8\n    return 131 + secret",
        ),
        (
            f"Box B2 {_KINDS[2]}. What does it give for 112?",
            'def solution():\n    return "ask 1"',
            "The box gave 7 for 1. What does it give for 112?",
            "def solution():\n    secret = 7\n    return 112 * secret",
        ),
    )
    default_levels: ClassVar[Mapping[int, float]] = {1: 0.5, 2: 0.5, 3: 0.0}

    def make(self, stream: Random, level: int) -> Task:
        times = 1 if level == 1 else stream.randint(2, 60)
        plus = 0 if level == 2 else stream.randint(1, 200)
        asked = stream.randint(11, 99)
        name = f"{stream.choice('DEFGHJKLMNPRSTUVW')}{stream.randint(10, 999)}"  # tells boxes apart, no more
        return Task(
            question=f"Box {name} {_KINDS[level]}. What does it give for {asked}?",
            target=times * asked + plus,
            group=f"blackbox {times} {plus}",
            level=level,
            data={"times": times, "plus": plus, "asked": asked},
        )

    def read_row(self, row: Mapping[str, Any], where: str) -> Task:
        raise UserError("env=blackbox makes its own tasks: leave env.data out")

    def gold(self, task: Task) -> Sequence[Program]:
        times, plus, asked = (task.data[name] for name in ("times", "plus", "asked"))
        bodies = ['return "ask 0"', 'return "ask 1"', f"return {times} * {asked} + {plus}"]
        return [self.format.program(f"def solution():\n    {body}") for body in bodies]

    def baselines(self) -> Mapping[str, Mapping[str, Sequence[Program]]]:
        """One question and one fixed sum, whatever the kind: each is the way to one kind's answer."""
        strategies = {
            "repeat": (1, "{gave}"),
            "add": (0, "{asked} + {gave}"),
            "multiply": (1, "{asked} * {gave}"),
        }
        return {
            name: {task.id: self._asking_once(task, *strategy) for task in self.tasks("test")}
            for name, strategy in strategies.items()
        }

    def _asking_once(self, task: Task, number: int, then: str) -> Sequence[Program]:
        answer = then.format(asked=task.data["asked"], gave=_gives(task, number))
        return [self.answer(f'"ask {number}"'), self.answer(answer)]

    def open(self, task: Task, seed: int) -> Episode:
        return _Box(task)


class _Box:
    """One attempt at finding out."""

    def __init__(self, task: Task) -> None:
        self._task = task

    def step(self, program: Program, execution: Execution) -> Transition:
        if not execution.ok:
            return Transition(execution, describe(execution))
        if isinstance(execution.value, str) and (asked := _ASK.fullmatch(execution.value)):
            return Transition(execution, self._told(int(asked[1])))
        verdict = judge(execution.value, self._task.target)
        return Transition(execution, describe(execution), verdict, terminated=True)

    def _told(self, number: int) -> str:
        question = f"What does it give for {self._task.data['asked']}?"
        if not _takes(self._task, number):
            return f"The box does not take {number}. {question}"
        return f"The box gave {_gives(self._task, number)} for {number}. {question}"

    def close(self) -> None:
        pass


def _takes(task: Task, number: int) -> bool:
    return bool(number != task.data["asked"])


def _gives(task: Task, number: int) -> int:
    times, plus = task.data["times"], task.data["plus"]
    return int(times * number + plus)
