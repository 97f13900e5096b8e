"""What the loop's steps share: the run's parts, its folders, and how an attempt is planned."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from envisions.environments.faults import Fault, HookError
from envisions.environments.protocol import Environment
from envisions.policies.protocol import Policy, Sampling
from envisions.records import (
    Kind,
    Message,
    PreferencePair,
    PromptKind,
    SFTRow,
    Split,
    Task,
    Trajectory,
    seed_from,
)
from envisions.runs import layout
from envisions.runs.attempt import Attempt
from envisions.runs.display import Display
from envisions.runs.folder import RunDir, read_json, write_json
from envisions.runs.rollout import Advance, play
from envisions.settings.schema import MethodSettings, Refine, Settings
from symbolic import Executor

BASE = "base"
KEEP_EVERY = 5.0  # seconds of a stage at work that a kill may lose


class Trainer(Protocol):
    """Turns rows into weights: a folder in, a folder out, put in place at once; `training.json` in it says
    what was measured, "tokens" among it. `advance` hears the share of the work done since its last call."""

    def sft(self, start: Path, rows: Sequence[SFTRow], target: Path, seed: int, advance: Advance) -> None: ...

    def dpo(
        self, start: Path, pairs: Sequence[PreferencePair], target: Path, seed: int, advance: Advance
    ) -> None: ...


@dataclass
class Policies:
    """The one policy in memory: loaded when first needed, replaced when other weights are."""

    load: Callable[[Path, str], Policy]
    current: Policy | None = None

    def use(self, folder: Path, name: str) -> Policy:
        if self.current is None or self.current.name != name:
            self.release()
            self.current = self.load(folder, name)
        return self.current

    def release(self) -> None:
        if self.current is not None:
            self.current.close()
            self.current = None


@dataclass
class Run:
    """The parts of a run. `model` is the folder of the base weights."""

    settings: Settings
    directory: RunDir
    environment: Environment
    executor: Executor
    trainer: Trainer
    policies: Policies
    model: Path
    display: Display
    names: dict[str, str]  # of environment, model and method, for the report

    @cached_property
    def method(self) -> MethodSettings:
        """The method, less what the environment has not: second attempts and their rows."""
        chosen = self.settings.method
        if self.environment.refines:
            return chosen
        return replace(chosen, refine=Refine.none, l2_per_task=0, l1_keeps_one=False)

    @cached_property
    def tasks(self) -> dict[Split, Sequence[Task]]:
        return {split: self.environment.tasks(split) for split in ("train", "test")}

    def folder(self, number: int) -> Path:
        return self.directory.round(number)

    def trained(self, number: int) -> int:
        """The round that made the weights which round `number` ended with; 0 is the base."""
        while number and "sft" in self.metrics(number).get("skipped", {}):
            number -= 1
        return number

    def weights(self, number: int) -> tuple[Path, str]:
        """The folder and the name of the weights that round `number` ended with."""
        made = self.trained(number)
        return (self.folder(made) / layout.CHECKPOINT, f"round_{made}") if made else (self.model, BASE)

    def plain_prompt(self, number: int) -> PromptKind:
        """How the weights of round `number` are asked for first attempts: a trained model has learned the
        format, the base has the prompt that was chosen for it."""
        if self.trained(number):
            return "zero-shot"
        chosen: PromptKind = self.metrics(0).get("prompt", "few-shot")
        return chosen

    def policy(self, number: int) -> Policy:
        return self.policies.use(*self.weights(number))

    def attempt(
        self,
        number: int,
        task: Task,
        kind: Kind,
        prompt: PromptKind,
        index: int,
        *,
        messages: Callable[[], Sequence[Message]] | None = None,
        temperature: float | None = None,
        parent: str | None = None,
    ) -> Attempt:
        """An attempt with the weights of round `number`; its random stream is its own. `messages` gives the
        prompt where it is another than the task's."""
        chosen = self.settings.temperature if temperature is None else temperature
        _, name = self.weights(number)
        shown, fault = self._prompt(task, prompt, messages)
        return Attempt(
            task=task,
            kind=kind,
            prompt=prompt,
            policy=name,
            index=index,
            seed=seed_from(self.settings.seed, name, kind, prompt, chosen, task.id, index, parent),
            messages=shown,
            sampling=Sampling(chosen, self.settings.max_new_tokens, tuple(self.environment.stop)),
            parent=parent,
            fault=fault,
        )

    def _prompt(
        self, task: Task, prompt: PromptKind, messages: Callable[[], Sequence[Message]] | None
    ) -> tuple[tuple[Message, ...], Fault | None]:
        """The messages, or why there are none."""
        try:
            if messages:
                return tuple(messages()), None
            return tuple(self.environment.messages(task, few_shot=prompt == "few-shot")), None
        except HookError as error:
            return (), error.fault

    def play(
        self, attempts: Sequence[Attempt], number: int, path: Path, advance: Advance
    ) -> list[Trajectory]:
        """Plays attempts with the weights of round `number`, recorded at `path`."""
        if not attempts:
            return []
        played = play(attempts, self.environment, lambda: self.policy(number), self.executor, path, advance)
        for kind, prompt in dict.fromkeys((t.kind, t.prompt) for t in played):
            these = [t for t in played if (t.kind, t.prompt) == (kind, prompt)]
            verdicts = Counter(map(_ending, these))
            counted = ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))
            self.display.say(f"  {kind}, {prompt}: {counted} of {len(these)}")
        return played

    @contextmanager
    def stage(self, number: int, name: str, total: int) -> Iterator[Advance]:
        """Shows the stage's progress and adds its seconds to the round's metrics: now and then while it is at
        work, and however it ends, since the seconds of a killed stage were spent too."""
        kept = time.monotonic()

        def keep() -> None:
            nonlocal kept
            now = time.monotonic()
            seconds = self.metrics(number).get("seconds", {})
            seconds[name] = round(seconds.get(name, 0.0) + now - kept, 2)
            self.note(number, seconds=seconds)
            kept = now

        with self.display.stage(f"round {number} {name}", total) as advance:

            def advance_and_keep(amount: float) -> None:
                advance(amount)
                if time.monotonic() - kept >= KEEP_EVERY:
                    keep()

            try:
                yield advance_and_keep
            finally:
                keep()

    def metrics(self, number: int) -> dict[str, Any]:
        return read_json(self.folder(number) / layout.METRICS) or {}

    def note(self, number: int, **values: Any) -> None:
        """Adds to a round's metrics."""
        write_json(self.folder(number) / layout.METRICS, {**self.metrics(number), **values})


def _ending(attempt: Trajectory) -> str:
    if attempt.infra:
        return "not judged"
    return "cut off" if attempt.verdict.right > attempt.solved else attempt.verdict.verdict
