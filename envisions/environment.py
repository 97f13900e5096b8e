"""The environment protocol, and a base class that makes a single-turn environment short."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from envisions.records import Message, Split, Task
from symbolic import Execution, Executor, Program, Verdict, judge


@dataclass(frozen=True, slots=True)
class Transition:
    """What an episode answers to a program. `observation` is what the policy may see next; it never
    shows the verdict or the target. `verdict` is set when the episode is over."""

    execution: Execution
    observation: str
    verdict: Verdict | None = None
    terminated: bool = False
    truncated: bool = False


class Episode(Protocol):
    """One attempt at one task."""

    def step(self, program: Program, execution: Execution) -> Transition:
        """Takes a program and what its execution said."""

    def close(self) -> None:
        """Frees what the episode holds; called once, however it ended."""


class Environment(Protocol):
    """What can be plugged into the loop. See docs/environments.md."""

    id: str  # versioned: "math-v1"
    stop: tuple[str, ...]  # strings that end a completion (they are part of it)
    max_turns: int

    def tasks(self, split: Split) -> Sequence[Task]:
        """All tasks of a side, in a fixed order; both sides are disjoint by `Task.group`."""

    def messages(self, task: Task, *, few_shot: bool) -> list[Message]:
        """The first prompt, with or without worked examples."""

    def refine_messages(self, task: Task, program: Program, feedback: str) -> list[Message]:
        """A prompt for a second attempt: the question, the first program, and what its execution said
        (`feedback`, empty where the method keeps it back)."""

    def parse(self, completion: str) -> Program:
        """The program in a completion. Never raises: a malformed one becomes a program that fails."""

    def open(self, task: Task, seed: int) -> Episode:
        """A fresh episode."""

    def step(
        self, episodes: Sequence[Episode], programs: Sequence[Program], executor: Executor
    ) -> list[Transition]:
        """Executes one program for each episode, together, in order."""

    def close(self) -> None:
        """Frees what the environment holds."""


class BaseEnvironment(ABC):
    """Defaults shared by environments whose programs run in the executor."""

    id: str
    stop: tuple[str, ...] = ()
    max_turns: int = 1

    @abstractmethod
    def tasks(self, split: Split) -> Sequence[Task]: ...

    @abstractmethod
    def messages(self, task: Task, *, few_shot: bool) -> list[Message]: ...

    @abstractmethod
    def refine_messages(self, task: Task, program: Program, feedback: str) -> list[Message]: ...

    @abstractmethod
    def parse(self, completion: str) -> Program: ...

    @abstractmethod
    def open(self, task: Task, seed: int) -> Episode: ...

    def step(
        self, episodes: Sequence[Episode], programs: Sequence[Program], executor: Executor
    ) -> list[Transition]:
        executions = executor.run(programs)
        return [
            episode.step(program, execution)
            for episode, program, execution in zip(episodes, programs, executions, strict=True)
        ]

    def close(self) -> None:
        """Nothing to free unless a subclass says so."""


class ProgramEnvironment(BaseEnvironment):
    """Single-turn: the model writes one program, its value is judged against the task's target.

    A subclass gives `id`, `tasks`, `messages`, `refine_messages` and `parse`, and may override `judge`.
    """

    def judge(self, task: Task, execution: Execution) -> Verdict:
        """Compares a finished execution's value with the target, outside the sandbox."""
        return judge(execution.value, task.target)

    def open(self, task: Task, seed: int) -> Episode:
        return SingleTurn(self, task)


class SingleTurn:
    """The episode of a `ProgramEnvironment`: over after one program."""

    def __init__(self, environment: ProgramEnvironment, task: Task) -> None:
        self._environment, self._task = environment, task

    def step(self, program: Program, execution: Execution) -> Transition:
        if execution.status == "infra":
            verdict = Verdict("unknown", {"kind": "infra"})
        elif execution.ok:
            verdict = self._environment.judge(self._task, execution)
        else:
            verdict = Verdict("wrong", {"kind": "not executed", "status": execution.status})
        return Transition(execution, describe(execution), verdict, terminated=True)

    def close(self) -> None:
        pass


def describe(execution: Execution) -> str:
    """What an execution said, in words that may be shown to the model: never a verdict."""
    if execution.ok:
        return f"It returned {execution.value!r}."
    return f"It failed ({execution.status}): {execution.error}".strip()
