"""An environment under watch: every hook has a clock, its exceptions are told, and what it gives is checked.

Runs, checks and `verify` see an environment through this alone. What fails raises `HookError`; an episode's
step answers with the verdict `unknown` instead, so that a batch goes on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from envisions.environments import returned
from envisions.environments.faults import Fault, HookError
from envisions.environments.protocol import (
    NOT_RUN,
    BaseEnvironment,
    Environment,
    Episode,
    Transition,
    describe,
    lost,
)
from envisions.environments.watch import Watch
from envisions.records import Message, Split, Task
from symbolic import Execution, Executor, Program, Verdict

T = TypeVar("T")


class WatchedEnvironment(BaseEnvironment):
    """The environment `plugin`, watched; what the protocol does not know is the plug-in's own."""

    def __init__(self, plugin: Environment, watch: Watch) -> None:
        self.plugin, self.watch = plugin, watch
        for name in Environment.__annotations__:
            if hasattr(plugin, name):
                setattr(self, name, getattr(plugin, name))
        self._tasks: dict[Split, Sequence[Task]] = {}

    def __getattr__(self, name: str) -> Any:
        if name == "plugin":  # a copy that is not filled yet
            raise AttributeError(name)
        return getattr(self.plugin, name)

    def _ask(
        self, hook: str, give: Callable[[], T], check: Callable[[Any], str | None], times: float = 1
    ) -> T:
        value = self.watch.call(self.plugin, hook, give, times)
        if wrong := check(value):
            raise self.watch.refuse(self.plugin, hook, wrong)
        return value

    def tasks(self, split: Split) -> Sequence[Task]:
        """Asked for once; without a clock, since they may be read from far away."""
        if split not in self._tasks:
            tasks = self._ask("tasks", lambda: self.plugin.tasks(split), returned.tasks, times=math.inf)
            self._tasks[split] = tuple(tasks)
        return self._tasks[split]

    def messages(self, task: Task, *, few_shot: bool) -> list[Message]:
        return self._ask("messages", lambda: self.plugin.messages(task, few_shot=few_shot), returned.messages)

    def follow(self, messages: Sequence[Message], completion: str, observation: str) -> list[Message]:
        return self._ask(
            "follow", lambda: self.plugin.follow(messages, completion, observation), returned.messages
        )

    def refine_messages(self, task: Task, program: Program, feedback: str) -> list[Message]:
        return self._ask(
            "refine_messages",
            lambda: self.plugin.refine_messages(task, program, feedback),
            returned.messages,
        )

    def parse(self, completion: str) -> Program:
        return self._ask("parse", lambda: self.plugin.parse(completion), returned.program)

    def gold(self, task: Task) -> Sequence[Program]:
        return self._ask("gold", lambda: self.plugin.gold(task), returned.programs)

    def hanging(self, task: Task) -> Sequence[Program]:
        own = getattr(self.plugin, "hanging", lambda task: ())
        return self._ask("hanging", lambda: own(task), returned.programs)

    def open(self, task: Task, seed: int) -> Episode:
        """An episode that could not be opened answers so when it is asked."""
        try:
            episode = self._ask("open", lambda: self.plugin.open(task, seed), _is_episode)
        except HookError as error:
            return LostEpisode(error.fault)
        return WatchedEpisode(self, episode)

    def wrap(self, task: Task, program: Program) -> Program:
        return self._ask("wrap", lambda: self.plugin.wrap(task, program), returned.program)

    def execute(
        self, episodes: Sequence[Episode], programs: Sequence[Program], executor: Executor
    ) -> list[Execution]:
        """Of the episodes that could be opened."""
        live = [place for place, one in enumerate(episodes) if not isinstance(one, LostEpisode)]
        opened = [getattr(episodes[place], "episode", episodes[place]) for place in live]
        wanted = [programs[place] for place in live]
        given = self._ask(
            "execute",
            lambda: self.plugin.execute(opened, wanted, executor),
            lambda found: returned.executions(found, len(wanted)),
            times=len(wanted),
        )
        found = dict(zip(live, given, strict=True))
        return [found.get(place, NOT_RUN) for place in range(len(programs))]

    def recheck(self, task: Task, value: Any, certificate: Mapping[str, Any]) -> Verdict | Program:
        return self._ask("recheck", lambda: self.plugin.recheck(task, value, certificate), returned.verdict)

    def baselines(self) -> Mapping[str, Mapping[str, Sequence[Program]]]:
        """They may take the time of as many tasks as there are."""
        count = len(self.tasks("train")) + len(self.tasks("test"))
        return self._ask("baselines", self.plugin.baselines, returned.answers, times=count)

    def describe(self) -> Mapping[str, Any]:
        return self._ask("describe", self.plugin.describe, returned.plain)

    def close(self) -> None:
        """A fault here is told: nothing depends on it any more."""
        with suppress(HookError):
            self.watch.call(self.plugin, "close", lambda: self.plugin.close())


class WatchedEpisode:
    """An episode of a watched environment's, and the same attempt's fault from where there is one."""

    def __init__(self, environment: WatchedEnvironment, episode: Episode) -> None:
        self.episode, self._environment = episode, environment

    def step(self, program: Program, execution: Execution) -> Transition:
        watch, plugin = self._environment.watch, self._environment.plugin
        try:
            answer: Any = watch.call(plugin, "step", lambda: self.episode.step(program, execution))
            if isinstance(answer, Program):
                answer = Transition(execution, describe(execution), answer, terminated=True)
            if wrong := returned.transition(answer):
                raise watch.refuse(self.episode, "step", wrong)
        except HookError as error:
            return lost(execution, error.fault)
        observation = _capped(answer.observation, watch.bounds.observation)
        capped: Transition = replace(answer, observation=observation)
        return capped

    def close(self) -> None:
        """A fault here is told, and changes no verdict."""
        with suppress(HookError):
            self._environment.watch.call(self._environment.plugin, "close", self.episode.close)


class LostEpisode:
    """Stands for an episode that could not be opened."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault

    def step(self, program: Program, execution: Execution) -> Transition:
        return lost(execution, self._fault)

    def close(self) -> None:
        pass


def _is_episode(value: Any) -> str | None:
    has = all(callable(getattr(value, name, None)) for name in ("step", "close"))
    if has and not isinstance(value, type):
        return None
    return f"returned {value!r:.60}, where an Episode with step() and close() is expected"


def _capped(text: str, most: int) -> str:
    """The beginning of a text, saying how much is left out."""
    left_out = len(text) - most
    return text if left_out <= 0 else f"{text[:most]}… (cut: {left_out:,} more characters)"
