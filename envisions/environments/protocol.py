"""The environment protocol: what can be plugged into the loop, and defaults for most of it.

Most environments extend `ProgramEnvironment` (program_environment.py), which needs little more than tasks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from envisions.errors import HarnessError
from envisions.records import Message, Split, Task, Trajectory
from symbolic import Execution, Executor, Program, Verdict
from symbolic.jobs import OffloadError, using

JUDGES = 8  # verdicts at once; most take no time, some wait for the sandbox


@dataclass(frozen=True, slots=True)
class Transition:
    """What an episode answers to a program.

    `observation` is what the policy may see next; it never shows the verdict or the target. `terminated`: the
    episode is over and `verdict` says how; `truncated`: it was cut short for another reason.
    """

    execution: Execution
    observation: str
    verdict: Verdict | None = None
    terminated: bool = False
    truncated: bool = False


class Episode(Protocol):
    """One attempt at one task."""

    def step(self, program: Program, execution: Execution) -> Transition:
        """Takes a program and what its execution said; runs nothing. Different episodes are asked side by
        side, in threads."""

    def close(self) -> None:
        """Frees what the episode holds; called once, however it ended."""


class Environment(Protocol):
    """What can be plugged into the loop. See docs/how-to/environments.md.

    Its class takes at least `n_train`, `n_test`, `data` and `test_data` as keywords, and may take `seed`: the
    run's, by which training tasks may differ and test tasks never do.
    """

    id: str  # versioned, such as "math-v1": another version where its tasks or verdicts become others
    stop: tuple[str, ...]  # strings that end a completion (they are part of it)
    max_turns: int
    refines: bool  # whether `refine_messages` can ask for a second attempt

    def tasks(self, split: Split) -> Sequence[Task]:
        """All tasks of a side, in a fixed order; both sides are disjoint by `Task.group`."""

    def messages(self, task: Task, *, few_shot: bool) -> list[Message]:
        """The first prompt, with or without worked examples. An assistant message that comes last is one that
        the model goes on from."""

    def follow(self, messages: Sequence[Message], completion: str, observation: str) -> list[Message]:
        """The next turn's prompt: the conversation so far, what the model wrote, what it then observed."""

    def refine_messages(self, task: Task, program: Program, feedback: str) -> list[Message]:
        """A prompt for a second attempt: the question, the first program, and what its execution said
        (`feedback`, empty where the method keeps it back)."""

    def parse(self, completion: str) -> Program:
        """The program in a completion. Never raises: a malformed one becomes a program that fails."""

    def gold(self, task: Task) -> Sequence[Program]:
        """Programs that solve the task, one a turn; none where none is known."""

    def open(self, task: Task, seed: int) -> Episode:
        """A fresh episode. What is random in it depends on `seed` alone."""

    def wrap(self, task: Task, program: Program) -> Program:
        """What is really executed for a program of the model's: in a harness, with an entry and arguments, in
        another language."""

    def execute(
        self, episodes: Sequence[Episode], programs: Sequence[Program], executor: Executor
    ) -> list[Execution]:
        """Executes one wrapped program for each episode, together, in order: by the executor, unless the
        environment has an engine of its own. May be called from several threads."""

    def recheck(self, task: Task, value: Any, certificate: Mapping[str, Any]) -> Verdict:
        """The verdict on `value` derived anew, for certificates of the environment's own kind."""

    def baselines(self) -> Mapping[str, Mapping[str, Sequence[Program]]]:
        """Trivial answers, by name: for each test task's id its programs, one a turn. What there is to choose
        is chosen on training tasks; a strategy may know what it would observe."""

    def describe(self) -> Mapping[str, Any]:
        """What the figures depend on beyond the configuration (versions of engines), as JSON."""

    def close(self) -> None:
        """Frees what the environment holds."""


class BaseEnvironment(ABC):
    """Defaults for environments whose programs run in the executor."""

    id: str
    stop: tuple[str, ...] = ()
    max_turns: int = 1
    refines: bool = False
    readings: ClassVar[Mapping[str, Sequence[Any]]] = {}
    """Keys under which the labels of one's data may be meant otherwise, with the values to try: the check of
    gold programs names one that makes them right."""

    @abstractmethod
    def tasks(self, split: Split) -> Sequence[Task]: ...

    @abstractmethod
    def messages(self, task: Task, *, few_shot: bool) -> list[Message]: ...

    @abstractmethod
    def parse(self, completion: str) -> Program: ...

    @abstractmethod
    def open(self, task: Task, seed: int) -> Episode: ...

    def follow(self, messages: Sequence[Message], completion: str, observation: str) -> list[Message]:
        """The completion with its ending, then the observation; a turn begins as the first did."""
        begun = list(messages[-1:]) if messages[-1]["role"] == "assistant" else []
        prefix = begun[0]["content"] if begun else ""
        written = Message(role="assistant", content=prefix + completion + "".join(self.stop[:1]))
        return [
            *messages[: len(messages) - len(begun)],
            written,
            Message(role="user", content=observation),
            *begun,
        ]

    def refine_messages(self, task: Task, program: Program, feedback: str) -> list[Message]:
        raise NotImplementedError(f"{self.id} has no second attempts (refines is false)")

    def gold(self, task: Task) -> Sequence[Program]:
        return ()

    def wrap(self, task: Task, program: Program) -> Program:
        return program

    def execute(
        self, episodes: Sequence[Episode], programs: Sequence[Program], executor: Executor
    ) -> list[Execution]:
        return executor.run(programs)

    def recheck(self, task: Task, value: Any, certificate: Mapping[str, Any]) -> Verdict:
        return Verdict("unknown", {"kind": "not re-checkable"})

    def baselines(self) -> Mapping[str, Mapping[str, Sequence[Program]]]:
        return {}

    def describe(self) -> Mapping[str, Any]:
        return {}

    def close(self) -> None:
        """Nothing to free unless a subclass says so."""


def advance(
    environment: Environment,
    tasks: Sequence[Task],
    episodes: Sequence[Episode],
    programs: Sequence[Program],
    executor: Executor,
) -> list[Transition]:
    """One turn of each episode: its program wrapped, all executed together, and what each episode answers.
    The one place where episodes go on. What their verdicts need of a sandbox runs in the same executor, side
    by side. Raises `HarnessError` where that sandbox failed."""
    wrapped = [environment.wrap(task, program) for task, program in zip(tasks, programs, strict=True)]
    executions = environment.execute(episodes, wrapped, executor)
    with using(executor), ThreadPoolExecutor(JUDGES) as judges:
        answers = [
            judges.submit(copy_context().run, episode.step, program, execution)
            for episode, program, execution in zip(episodes, programs, executions, strict=True)
        ]
        try:
            return [answer.result() for answer in answers]
        except OffloadError as error:
            raise HarnessError(
                f"a verdict could not be reached, which is not the program's fault ({error});"
                " nothing is lost, and the same command continues."
            ) from error


def prompts(
    environment: Environment, first: Sequence[Message], trajectory: Trajectory
) -> Iterator[list[Message]]:
    """The prompt of each of a trajectory's turns, had it begun with the messages `first`."""
    messages = list(first)
    for step in trajectory.steps:
        yield messages
        messages = environment.follow(messages, step.text, step.observation)


def describe(execution: Execution) -> str:
    """What an execution said, in words that may be shown to the model: never a verdict."""
    if execution.ok:
        return f"It returned {execution.value!r}."
    return f"It failed ({execution.status}): {execution.error}".strip()
