"""The environment under examination, and what a check of it is.

A check gets a `Subject` and returns a note for the table, or raises `DefectError` with the offending example.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from envisions.conformance.probes import Probe, probes
from envisions.environments.protocol import Environment, Transition
from envisions.errors import UserError
from envisions.records import Message, Split, Task
from envisions.runs.evaluation import play_programs
from envisions.settings.build import build, find
from symbolic import Executor, Program

SPLITS: tuple[Split, Split] = ("train", "test")
EXAMINED = 48  # tasks of each side that programs are run on
Encode = Callable[[Sequence[Message]], Sequence[int]]


class DefectError(Exception):
    """A check that fails: what is wrong, and the example that shows it. Two of one `cause` are one defect; by
    default that is what is wrong."""

    def __init__(self, what: str, example: Any = "", cause: str = "") -> None:
        super().__init__(what)
        self.what, self.example, self.cause = what, str(example), cause or what


class NotApplicableError(Exception):
    """A check that says nothing here, and why."""


@dataclass
class Subject:
    """The environment under examination. `config` is what `conf/env` holds: a `_target_` and its keys.
    `encode` and `context` are of the model that it is to fit, `room` the tokens of a completion."""

    config: Mapping[str, Any]
    executor: Executor
    encode: Encode | None = None
    context: int = 0
    room: int = 0

    def make(self, *, seed: int = 0, **keys: Any) -> Environment:
        """A fresh one, with some keys changed."""
        made: Environment = build({**self.config, **keys}, group="env", seed=seed)
        return made

    @cached_property
    def environment(self) -> Environment:
        return self.make()

    def begin(self) -> None:
        """Makes the environment. A mistake in the command is raised; what else the author's class raises, the
        checks will tell."""
        try:
            self.environment  # noqa: B018
        except UserError:
            raise
        except Exception:  # noqa: BLE001
            return

    @property
    def made(self) -> bool:
        """Whether the environment could be made."""
        return "environment" in vars(self)

    @property
    def kind(self) -> type:
        """The author's class."""
        target = find(self.config.get("_target_"), "env")
        return target if isinstance(target, type) else type(self.environment)

    @cached_property
    def tasks(self) -> list[Task]:
        """The tasks that programs are run on."""
        return [task for split in SPLITS for task in self.environment.tasks(split)[:EXAMINED]]

    @cached_property
    def program(self) -> Program:
        """An empty completion's program: its language and entry are those of all."""
        return self.environment.parse("")

    def play(self, tasks: Sequence[Task], programs: Sequence[Sequence[Program]]) -> list[Transition]:
        """Plays each task's programs, one a turn, and gives what the last that was played was answered."""
        played = play_programs(self.environment, tasks, programs, self.executor)
        return [last for last in played if last is not None]

    @cached_property
    def golden(self) -> list[tuple[Task, list[Program]]]:
        """The tasks that have gold programs, with them."""
        return [(task, gold) for task in self.tasks if (gold := list(self.environment.gold(task)))]

    @cached_property
    def probes(self) -> list[Probe]:
        return probes(self.program, self.tasks)

    def probe(self, probe: Probe) -> list[Transition]:
        """The probe's program for every task."""
        return self.play(self.tasks, [[probe.program(task)] for task in self.tasks])


@dataclass(frozen=True, slots=True)
class Check:
    """`ask` raises `DefectError` or `NotApplicableError`, or returns a note. Where one of the checks that it
    `needs` has failed, it can say nothing of its own but that all is well."""

    name: str
    ask: Callable[[Subject], str]
    needs: tuple[str, ...] = ()
    slow: bool = False  # takes seconds


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a check: "pass", "fail", "skip", or "not reached" since another check failed."""

    name: str
    status: str
    note: str
    example: str = ""
