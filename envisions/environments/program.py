"""The base class of most environments: each turn the model writes one program, which the executor runs.

A subclass gives an `id`, worked examples, and tasks: by `make`, or by data alone. What its programs return is
judged against the task's target, outside the sandbox, unless `judge` says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from random import Random
from typing import Any, ClassVar

from envisions.environments import baselines, returned
from envisions.environments.checker import CHECKER
from envisions.environments.equipment import check_libraries
from envisions.environments.faults import Fault, HookError, hook_name
from envisions.environments.procedural import check_levels, procedural_split
from envisions.environments.prompts import FENCE, PYTHON, Example, ProgramFormat
from envisions.environments.protocol import BaseEnvironment, Episode, Transition, describe
from envisions.environments.sources import Columns, load_split, read_row
from envisions.environments.splits import TaskSplit, check_sizes
from envisions.errors import UserError
from envisions.records import Message, Split, Task
from symbolic import Execution, Program, Verdict, judge

_recorded: ContextVar[Execution | None] = ContextVar("recorded", default=None)


@contextmanager
def judging(execution: Execution) -> Iterator[None]:
    """What `recheck` asks `judge` about is this execution, with what it printed, and not a value alone."""
    token = _recorded.set(execution)
    try:
        yield
    finally:
        _recorded.reset(token)


class ProgramEnvironment(BaseEnvironment):
    """Single-turn, unless a subclass raises `max_turns`; then `judge` says when an episode is over.

    `data` and `test_data` are files, folders or `hub:` names (see envisions.environments.files), `question`
    and `answer` their columns, if these are named otherwise. Without data, `make` draws the tasks. `levels`
    maps levels of difficulty to shares of such tasks (`default_levels` if not given: it names every level,
    those that are left out by default with a share of 0).
    """

    format: ClassVar[ProgramFormat] = PYTHON
    examples: ClassVar[Sequence[Example]] = ()
    default_levels: ClassVar[Mapping[int, float]] = {1: 1.0}
    stop = (FENCE,)
    refines = True

    def __init__(
        self,
        *,
        n_train: int,
        n_test: int,
        data: str | None = None,
        test_data: str | None = None,
        seed: int = 0,
        levels: Mapping[int, float] | None = None,
        question: str | None = None,
        answer: str | None = None,
    ) -> None:
        check_sizes(n_train, n_test)
        check_libraries(self)
        for key, value in (("test_data", test_data), ("question", question), ("answer", answer)):
            if data is None and value is not None:
                raise UserError(f"env.{key} is given without env.data: name the training data too")
        if data is not None and levels is not None:
            raise UserError("env.levels is for procedural tasks and does not go with env.data: leave one out")
        if data is None:
            shares = self.default_levels if levels is None else levels
            check_levels(shares, self.default_levels)
            split = self.generate(n_train, n_test, shares, seed)
        else:
            shown = [question for question, *_ in self.examples]
            sizes, columns = (n_train, n_test), Columns(question, answer)
            split = load_split(data, test_data, *sizes, seed, shown, self.read_row, columns)
        self._tasks: dict[Split, tuple[Task, ...]] = {"train": split.train, "test": split.test}
        self.counts = split.counts  # for the manifest

    def make(self, stream: Random, level: int) -> Task:
        """A procedural task of a level, all of it drawn from the stream. Tasks that are alike but for numbers
        and names have the same `Task.group`: whole groups are kept for testing."""
        raise UserError(
            f"{self.id} has no tasks of its own: give a file of them as env.data=PATH, or define"
            " make(stream, level) in its class"
        )

    def generate(self, n_train: int, n_test: int, levels: Mapping[int, float], seed: int) -> TaskSplit:
        """The procedural tasks of both sides. Test tasks do not depend on the seed."""
        return procedural_split(self.id, self.make, n_train, n_test, levels, seed)

    def read_row(self, row: Mapping[str, Any], where: str) -> Task:
        """The task in a row of `data`; `where` names the row, for a UserError."""
        return read_row(row, where)

    def judge(self, task: Task, execution: Execution) -> Verdict | Program | None:
        """The verdict on a program that ran to a result, or the program that finds it
        (envisions.environments.checker). With many turns None where the episode goes on, with what the
        execution said as the next turn's observation."""
        return judge(execution.value, task.target)

    def recheck(self, task: Task, value: Any, certificate: Mapping[str, Any]) -> Verdict | Program:
        """Of its own kinds only a checker's, which is asked for again: about the execution on record, where
        there is one (`judging`), else about the value alone."""
        if certificate.get("kind") == CHECKER:
            return _checked(self, self.judge(task, _recorded.get() or Execution("ok", value)))
        return super().recheck(task, value, certificate)

    def tasks(self, split: Split) -> Sequence[Task]:
        return self._tasks[split]

    def messages(self, task: Task, *, few_shot: bool) -> list[Message]:
        return self.format.conversation(task.question, self.examples if few_shot else ())

    def refine_messages(self, task: Task, program: Program, feedback: str) -> list[Message]:
        return self.format.second_attempt(task.question, program.code, feedback)

    def parse(self, completion: str) -> Program:
        return self.format.parse(completion)

    def gold(self, task: Task) -> Sequence[Program]:
        return () if task.gold is None else (self.format.program(task.gold),)

    def baselines(self) -> Mapping[str, Mapping[str, Sequence[Program]]]:
        train, test = self.tasks("train"), self.tasks("test")
        if self.format.language != "python":  # whose answers nobody here can write, but copy
            train = [task for task in train if self.gold(task)]
            return {"neighbour": baselines.neighbour(train, test, self.adapt, self.answer)} if train else {}
        return {
            "constant": baselines.constant(train, test, self.answer),
            "echo": baselines.echo(train, test, self.answer),
            "expression": baselines.expression(train, test, self.answer),
            "neighbour": baselines.neighbour(train, test, self.adapt, self.answer),
        }

    def adapt(self, neighbour: Task, task: Task) -> Sequence[Program]:
        """The gold programs of a training task with what this question names in place of what that one
        names: by default its numbers."""
        return baselines.with_numbers(self.gold(neighbour), neighbour, task)

    def answer(self, expression: str, before: Iterable[str] = ()) -> Program:
        """A Python program whose result is an expression's value."""
        return self.format.program(baselines.python_answer(self.format.entry, expression, before))

    def open(self, task: Task, seed: int) -> Episode:
        return SingleTurn(self, task) if self.max_turns == 1 else ManyTurns(self, task)


class SingleTurn:
    """The episode of a `ProgramEnvironment`: over after one program."""

    def __init__(self, environment: ProgramEnvironment, task: Task) -> None:
        self._environment, self.task = environment, task

    def step(self, program: Program, execution: Execution) -> Transition:
        verdict: Verdict | Program | None = unjudged(execution)
        if verdict is None:
            verdict = _checked(self._environment, self._environment.judge(self.task, execution))
        return Transition(execution, describe(execution), verdict, terminated=True)

    def close(self) -> None:
        pass


class ManyTurns(SingleTurn):
    """The episode of one with several turns: over when `judge` has a verdict. A program that fails costs a
    turn; what an execution said is all that is observed."""

    def step(self, program: Program, execution: Execution) -> Transition:
        verdict: Verdict | Program | None = None
        if execution.ok:
            verdict = self._environment.judge(self.task, execution)
        elif execution.status == "infra":
            verdict = unjudged(execution)
        if verdict is None:
            return Transition(execution, describe(execution))
        checked = _checked(self._environment, verdict)
        return Transition(execution, describe(execution), checked, terminated=True)


def _checked(environment: ProgramEnvironment, verdict: Any) -> Verdict | Program:
    """Raises `HookError` for what is none."""
    if wrong := returned.verdict(verdict):
        raise HookError(Fault(hook_name(environment, "judge"), wrong))
    found: Verdict | Program = verdict
    return found


def unjudged(execution: Execution) -> Verdict | None:
    """The verdict on a program that gave nothing to judge: unknown if the fault is ours, else wrong."""
    if execution.status == "infra":
        return Verdict("unknown", {"kind": "infra"})
    if not execution.ok:
        return Verdict("wrong", {"kind": "not executed", "status": execution.status})
    return None
