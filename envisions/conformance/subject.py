"""The environment under examination, and what a check of it is.

A check gets a `Subject` and returns a note for the table, or raises `DefectError` with the offending example.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from envisions.conformance.probes import Probe, probes
from envisions.environments.equipment import check_libraries
from envisions.environments.faults import Fault, HookError
from envisions.environments.protocol import Transition
from envisions.environments.watch import Bounds, Watch
from envisions.environments.watched import WatchedEnvironment
from envisions.errors import AuthorError, UserError
from envisions.records import Message, Split, Task
from envisions.runs.evaluation import play_turns
from envisions.settings.build import build, find
from envisions.settings.compose import load
from envisions.settings.schema import WatchSettings
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


class NotSeenError(Exception):
    """A check that had nothing to look at, and what would show it. It has not passed."""


def executor_for(config: Mapping[str, Any], libraries: Sequence[str] = (), **options: Any) -> Executor:
    """One whose programs find what the environment's class, and `libraries`, name; other `options` are the
    executor's."""
    kind = find(config.get("_target_"), "env")
    check_libraries(kind)
    named = getattr(kind, "libraries", ())
    return Executor(libraries=[*libraries, *named], **options)


@dataclass
class Subject:
    """The environment under examination. `config` is what `conf/env` holds: a `_target_` and its keys.
    `encode` and `context` are of the model that it is to fit, `room` the tokens of a completion. `watch` is
    what is asked of its own code, by default what `conf` says."""

    config: Mapping[str, Any]
    executor: Executor
    encode: Encode | None = None
    context: int = 0
    room: int = 0
    watch: WatchSettings | None = None

    def make(self, *, seed: int = 0, **keys: Any) -> WatchedEnvironment:
        """A fresh one, with some keys changed."""
        try:
            plugin = build({**self.config, **keys}, group="env", seed=seed)
        except AuthorError as error:
            raise DefectError(f"it {error.what}", error.where, cause=error.where) from error
        return WatchedEnvironment(plugin, Watch(self._bounds))

    @cached_property
    def _bounds(self) -> Bounds:
        return Bounds(**asdict(self.watch or load().watch))

    @cached_property
    def environment(self) -> WatchedEnvironment:
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
        return [answers[-1] for answers in self.play_turns(tasks, programs) if answers]

    def play_turns(
        self, tasks: Sequence[Task], programs: Sequence[Sequence[Program]]
    ) -> list[list[Transition]]:
        """As `play`, with the answers of all turns."""
        played = play_turns(self.environment, tasks, programs, self.executor)
        for fault in (Fault.of(it.found) for answers in played for it in answers if it.found):
            if fault:
                raise _defect(fault)
        return played

    def every_turn(self, program: Program) -> list[Program]:
        """The program in each turn that an episode may have."""
        return [program] * self.environment.max_turns

    def turns(self, task: Task) -> list[Program]:
        """A task's gold programs, or where there are none the empty one in every turn."""
        return list(self.environment.gold(task)) or self.every_turn(self.program)

    @cached_property
    def golden(self) -> list[tuple[Task, list[Program]]]:
        """The tasks that have gold programs, with them."""
        return [(task, gold) for task in self.tasks if (gold := list(self.environment.gold(task)))]

    @cached_property
    def probes(self) -> list[Probe]:
        return probes(self.program, self.tasks)

    def probe(self, probe: Probe) -> list[Transition]:
        """The probe's program for every task, in every turn until the episode ends."""
        return self.play(self.tasks, [self.every_turn(probe.program(task)) for task in self.tasks])


@dataclass(frozen=True, slots=True)
class Check:
    """`ask` raises `DefectError`, `NotApplicableError` or `NotSeenError`, or returns a note. Where one of the
    checks that it `needs` has failed, it can say nothing of its own but that all is well."""

    name: str
    ask: Callable[[Subject], str]
    needs: tuple[str, ...] = ()
    slow: bool = False  # takes seconds

    def examine(self, subject: Subject) -> str:
        """As `ask`; a hook that fails is a defect, told with its line."""
        try:
            return self.ask(subject)
        except HookError as error:
            raise _defect(error.fault) from error


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a check: "pass", "fail", "skip", "not seen", or "not reached" since another one failed."""

    name: str
    status: str
    note: str
    example: str = ""


def _defect(fault: Fault) -> DefectError:
    place = f"{fault.hook} ({fault.where})" if fault.where else fault.hook
    return DefectError(f"it {fault.what}", place, cause=fault.where or fault.hook)
