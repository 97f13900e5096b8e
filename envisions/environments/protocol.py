"""The environment protocol: what can be plugged into the loop, and defaults for most of it.

Most environments extend `ProgramEnvironment` (program.py), which needs little more than tasks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Protocol

from envisions.environments.checker import judged_by
from envisions.environments.equipment import equip
from envisions.environments.faults import Fault, HookError
from envisions.errors import HarnessError
from envisions.records import HOOK, Message, Split, Task, Trajectory
from symbolic import Execution, Executor, Limits, Program, Verdict
from symbolic.jobs import OffloadError, using

JUDGES = 8  # verdicts at once; most take no time, some wait for the sandbox
NOT_RECHECKABLE = Verdict("unknown", {"kind": "not re-checkable"})
NOT_RUN = Execution("infra", error="a hook of the environment failed before it was run")


@dataclass(frozen=True, slots=True)
class Transition:
    """What an episode answers to a program.

    `observation` is what the policy may see next; it never shows the verdict or the target. `terminated`: the
    episode is over and `verdict` says how, or is the program that finds it (environments/checker.py);
    `truncated`: it was cut short for another reason.
    """

    execution: Execution
    observation: str
    verdict: Verdict | Program | None = None
    terminated: bool = False
    truncated: bool = False

    @property
    def found(self) -> Verdict | None:
        """The verdict, where there is one yet."""
        return None if isinstance(self.verdict, Program) else self.verdict

    @property
    def at_fault(self) -> bool:
        """Whether a hook of the environment's failed instead of answering."""
        return self.found is not None and self.found.certificate.get("kind") == HOOK


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
    libraries: Sequence[str]  # of the class: what its programs may import beside what all may, and find warm
    limits: Limits | None  # of its programs that have none of their own; None: the run's

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

    def hanging(self, task: Task) -> Sequence[Program]:
        """Programs, one a turn, of which the last never ends, for the checks; none where the usual one will
        do, or none is known."""

    def open(self, task: Task, seed: int) -> Episode:
        """A fresh episode. What is random in it depends on `seed` alone."""

    def wrap(self, task: Task, program: Program) -> Program:
        """What is really executed for a program of the model's: in a harness, with an entry, arguments, files
        and limits, in another language."""

    def execute(
        self, episodes: Sequence[Episode], programs: Sequence[Program], executor: Executor
    ) -> list[Execution]:
        """Executes one wrapped program for each episode, together, in order: by the executor, unless the
        environment has an engine of its own. May be called from several threads."""

    def recheck(self, task: Task, value: Any, certificate: Mapping[str, Any]) -> Verdict | Program:
        """The verdict on `value`, the last execution's, derived anew for a certificate of the environment's
        own kind; or the program that finds it. `unknown` with the kind "not re-checkable" for one that it
        does not know."""

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
    libraries: Sequence[str] = ()
    limits: Limits | None = None
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

    def hanging(self, task: Task) -> Sequence[Program]:
        return ()

    def recheck(self, task: Task, value: Any, certificate: Mapping[str, Any]) -> Verdict | Program:
        return NOT_RECHECKABLE

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
    by side. Where a hook of the environment failed, that is the answer. Raises `HarnessError` where the
    sandbox failed."""
    answers: dict[int, Transition] = {}
    wrapped: dict[int, Program] = {}
    for place, (task, program) in enumerate(zip(tasks, programs, strict=True)):
        try:
            wrapped[place] = equip(environment, environment.wrap(task, program))
        except HookError as error:
            answers[place] = lost(NOT_RUN, error.fault)
    try:
        executions = environment.execute(
            [episodes[place] for place in wrapped], list(wrapped.values()), executor
        )
    except HookError as error:
        answers |= {place: lost(NOT_RUN, error.fault) for place in wrapped}
    else:
        turns = [
            (episodes[place], programs[place], execution)
            for place, execution in zip(wrapped, executions, strict=True)
        ]
        answers |= zip(wrapped, _answers(environment, turns, executor), strict=True)
    return [answers[place] for place in range(len(programs))]


def _answers(
    environment: Environment, turns: Sequence[tuple[Episode, Program, Execution]], executor: Executor
) -> list[Transition]:
    """What episodes answer, side by side; verdicts that programs are to find, together."""
    with using(executor), ThreadPoolExecutor(JUDGES) as judges:
        asked = [
            judges.submit(copy_context().run, episode.step, program, execution)
            for episode, program, execution in turns
        ]
        try:
            answers = [answer.result() for answer in asked]
        except OffloadError as error:
            raise HarnessError(
                f"a verdict could not be reached, which is not the program's fault ({error});"
                " nothing is lost, and the same command continues."
            ) from error
    checkers = [(place, it.verdict) for place, it in enumerate(answers) if isinstance(it.verdict, Program)]
    verdicts = judged_by(environment, [checker for _, checker in checkers], executor)
    for (place, _), verdict in zip(checkers, verdicts, strict=True):
        answers[place] = replace(answers[place], verdict=verdict)
    return answers


def lost(execution: Execution, fault: Fault) -> Transition:
    """The answer where a hook failed: it says nothing about the program."""
    return Transition(execution, "", fault.verdict, terminated=True)


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
