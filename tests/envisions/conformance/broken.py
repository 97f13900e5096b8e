"""A sound environment, and one for each defect that the conformance checks are there to find."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

from envisions import (
    Episode,
    Execution,
    Executor,
    Message,
    Program,
    ProgramEnvironment,
    Split,
    Task,
    Transition,
    Verdict,
    judge,
)
from envisions.environments.program import SingleTurn

WORDS = [a + b for a in ("ba", "de", "fi", "go", "ku", "la", "me") for b in ("n", "r", "s", "t", "x", "m")]


class Sound(ProgramEnvironment):
    """Sums, each asked by someone of a tribe; whole tribes are kept for testing."""

    id = "sound-v1"
    examples = (("The zul asks: how many are 2 and 3?", "def solution():\n    return 2 + 3"),)

    def make(self, stream: Random, level: int) -> Task:
        one, other, tribe = stream.randint(10, 900), stream.randint(10, 900), stream.choice(WORDS)
        return Task(
            f"The {tribe} asks: how many are {one} and {other}?",
            one + other,
            group=tribe,
            gold=f"def solution():\n    return {one} + {other}",
        )


class Changed(Sound):
    """Base of those whose tasks are made anew."""

    def __init__(self, *, seed: int = 0, **keys: Any) -> None:
        super().__init__(seed=seed, **keys)
        keys["seed"] = seed
        self._tasks = {split: tuple(self.changed(split, keys)) for split in self._tasks}

    def changed(self, split: Split, keys: dict[str, Any]) -> list[Task]:
        return list(self._tasks[split])


class Unversioned(Sound):
    id = "unversioned"


class TooFew(Changed):
    def changed(self, split: Split, keys: dict[str, Any]) -> list[Task]:
        return list(self._tasks[split][1:] if split == "train" else self._tasks[split])


class Twice(Changed):
    def changed(self, split: Split, keys: dict[str, Any]) -> list[Task]:
        return [*self._tasks[split][1:], self._tasks[split][1]]


class NoJson(Changed):
    def changed(self, split: Split, keys: dict[str, Any]) -> list[Task]:
        return [replace(task, data={"seen": {1}}) for task in self._tasks[split]]


class Tupled(Changed):
    def changed(self, split: Split, keys: dict[str, Any]) -> list[Task]:
        return [replace(task, target=(task.target,), gold=None) for task in self._tasks[split]]


class BothSides(Changed):
    def changed(self, split: Split, keys: dict[str, Any]) -> list[Task]:
        return [replace(self._tasks[split][0], group="everywhere"), *self._tasks[split][1:]]


class SeededTest(Changed):
    def changed(self, split: Split, keys: dict[str, Any]) -> list[Task]:
        kept = list(self._tasks[split])
        return kept[::-1] if split == "test" and keys["seed"] else kept


class SizedTest(Changed):
    def changed(self, split: Split, keys: dict[str, Any]) -> list[Task]:
        kept = list(self._tasks[split])
        return [replace(task, data={"n": len(kept)}) for task in kept] if split == "test" else kept


class OneAnswer(Sound):
    """Any number above a thousand will do, so nothing tells one task's answer from another's."""

    def make(self, stream: Random, level: int) -> Task:
        return replace(super().make(stream, level), target="large", gold="def solution():\n    return 5000")

    def judge(self, task: Task, execution: Execution) -> Verdict:
        large = isinstance(execution.value, int) and execution.value > 1000
        found = judge(execution.value, 5000)
        return replace(found, verdict="right") if large else found


class Mute(Sound):
    def messages(self, task: Task, *, few_shot: bool) -> list[Message]:
        return self.format.conversation(task.question if few_shot else "What?", self.examples)


class Forgetful(Sound):
    def follow(self, messages: Sequence[Message], completion: str, observation: str) -> list[Message]:
        return super().follow(messages, completion, "Go on.")


class Unhelpful(Sound):
    def refine_messages(self, task: Task, program: Program, feedback: str) -> list[Message]:
        return self.format.second_attempt(task.question, program.code, "")


class Verbose(Sound):
    examples = (("Why? " * 3000, "def solution():\n    return 1"),)


class Telling(Sound):
    def messages(self, task: Task, *, few_shot: bool) -> list[Message]:
        hint = f"{task.question} (Not {task.target}.)" if few_shot else task.question
        return self.format.conversation(hint, self.examples)


class Judging(Sound):
    """Its observation says whether the answer was right."""

    def open(self, task: Task, seed: int) -> Episode:
        return _Judging(self, task)


class _Judging(SingleTurn):
    def step(self, program: Program, execution: Execution) -> Transition:
        answer = super().step(program, execution)
        return replace(answer, observation=f"{answer.observation} It is not {self.task.target}.")


class FalseGold(Sound):
    def make(self, stream: Random, level: int) -> Task:
        task = super().make(stream, level)
        return replace(task, gold=f"{task.gold} + 1")


class Endless(Sound):
    """Its episodes do not end when they are solved."""

    max_turns = 2

    def open(self, task: Task, seed: int) -> Episode:
        return _Endless(self, task)


class _Endless(SingleTurn):
    def step(self, program: Program, execution: Execution) -> Transition:
        answer = super().step(program, execution)
        return replace(answer, verdict=None, terminated=False) if execution.ok else answer


class Lenient(Sound):
    """What ran is right."""

    def judge(self, task: Task, execution: Execution) -> Verdict:
        verdict = super().judge(task, execution)
        return judge(task.target, task.target) if execution.value == 1 else verdict


class Generous(Sound):
    """A program that ended without a word has done no wrong."""

    def open(self, task: Task, seed: int) -> Episode:
        return _Generous(self, task)


class _Generous(SingleTurn):
    def step(self, program: Program, execution: Execution) -> Transition:
        answer = super().step(program, execution)
        return replace(answer, verdict=judge(1, 1)) if "SystemExit" in execution.error else answer


class Obliging(Sound):
    """Each tribe has a hidden number to be found out, and tells it of the very number of the question."""

    max_turns = 2

    def make(self, stream: Random, level: int) -> Task:
        number, hidden, tribe = stream.randint(100, 900), stream.randint(10, 900), stream.choice(WORDS)
        return Task(
            f"The {tribe} asks: what becomes of {number}?",
            number + hidden,
            group=tribe,
            level=level,
            data={"number": number, "hidden": hidden},
        )

    def gold(self, task: Task) -> Sequence[Program]:
        sum_of_both = f"{task.data['number']} + {task.data['hidden']}"
        return [self.answer(expression) for expression in ('"try 0"', sum_of_both)]

    def open(self, task: Task, seed: int) -> Episode:
        return _Obliging(self, task)


class _Obliging(SingleTurn):
    def step(self, program: Program, execution: Execution) -> Transition:
        if isinstance(execution.value, str) and execution.value.startswith("try "):
            number = int(execution.value.removeprefix("try "))
            return Transition(execution, f"Of {number} becomes {number + self.task.data['hidden']}.")
        return super().step(program, execution)


class Raising(Sound):
    def parse(self, completion: str) -> Program:
        if completion.startswith("I do not know"):
            raise ValueError("no program in it")
        return super().parse(completion)


class Silent(Sound):
    def open(self, task: Task, seed: int) -> Episode:
        return _Silent(self, task)


class _Silent(SingleTurn):
    def step(self, program: Program, execution: Execution) -> Transition:
        answer = super().step(program, execution)
        return replace(answer, observation="" if "SyntaxError" in execution.error else answer.observation)


class Blaming(Sound):
    """It holds the harness's faults against the model."""

    def open(self, task: Task, seed: int) -> Episode:
        return _Blaming(self, task)


class _Blaming(SingleTurn):
    def step(self, program: Program, execution: Execution) -> Transition:
        answer = super().step(program, execution)
        lost = Verdict("wrong", {"kind": "not executed", "status": "infra"})
        return replace(answer, verdict=lost) if execution.status == "infra" else answer


class Forging(Sound):
    def judge(self, task: Task, execution: Execution) -> Verdict:
        honest = super().judge(task, execution)
        return Verdict(honest.verdict, {**honest.certificate, "got": 1, "expected": 1, "kind": "number"})


class Patient(Sound):
    """A program that never ends may yet be right."""

    def open(self, task: Task, seed: int) -> Episode:
        return _Patient(self, task)


class _Patient(SingleTurn):
    def step(self, program: Program, execution: Execution) -> Transition:
        answer = super().step(program, execution)
        still = Verdict("unknown", {"kind": "infra"})
        return replace(answer, verdict=still) if execution.status == "timeout" else answer


class Entangled(Sound):
    """Keeps the turn at hand in the environment, where another thread finds it."""

    def __init__(self, **keys: Any) -> None:
        super().__init__(**keys)
        self._tasks_of: dict[int, Task] = {}

    def execute(
        self, episodes: Sequence[Episode], programs: Sequence[Program], executor: Executor
    ) -> list[Execution]:
        self._at_hand = [episode.task for episode in episodes]
        executions = executor.run(programs)
        time.sleep(0.05)
        self._tasks_of.update(zip(map(id, executions), self._at_hand, strict=False))
        return executions

    def judge(self, task: Task, execution: Execution) -> Verdict:
        return super().judge(self._tasks_of[id(execution)], execution)


class Stepping(Sound):
    def step(
        self, episodes: Sequence[Episode], programs: Sequence[Program], executor: Executor
    ) -> list[Transition]:
        return []


class Hoarding(Sound):
    def __init__(self, **keys: Any) -> None:
        super().__init__(**keys)
        self._all: list[Episode] = []

    def open(self, task: Task, seed: int) -> Episode:
        self._all.append(super().open(task, seed))
        return self._all[-1]


class LeavingOpen(Sound):
    def __init__(self, **keys: Any) -> None:
        super().__init__(**keys)
        self._held: list[int] = []

    def open(self, task: Task, seed: int) -> Episode:
        if seed == 500:
            self._held.append(os.open(os.devnull, os.O_RDONLY))
        return super().open(task, seed)


class Spinning(Sound):
    def open(self, task: Task, seed: int) -> Episode:
        if seed == 500:
            threading.Thread(target=time.sleep, args=(20,), daemon=True).start()
        return super().open(task, seed)


class Hashing(Changed):
    def changed(self, split: Split, keys: dict[str, Any]) -> list[Task]:
        return (
            sorted(self._tasks[split], key=lambda task: hash(task.question))
            if split == "train"
            else list(self._tasks[split])
        )


class Local(Sound):
    """What it says depends on the process."""

    def open(self, task: Task, seed: int) -> Episode:
        return _Local(self, task)


class _Local(SingleTurn):
    def step(self, program: Program, execution: Execution) -> Transition:
        answer = super().step(program, execution)
        return replace(answer, observation=f"{answer.observation} (process {os.getpid()})")
