"""The configuration's schema: what Hydra checks before anything runs.

Defaults stand in `conf/`, with their reasons, and nowhere else: what it leaves out is missing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from omegaconf import MISSING

from envisions.errors import UserError


class Refine(Enum):
    """Which first attempts get a second one."""

    none = "none"
    failed = "failed"
    all = "all"


class Prompt(Enum):
    """With which prompt the base model explores."""

    auto = "auto"  # what a probe on training tasks finds better
    few_shot = "few_shot"
    zero_shot = "zero_shot"


class Positives(Enum):
    """What a method takes for a task's positives, always as many of them as are right."""

    right = "right"
    ran = "ran"  # a control: any that ran to a result
    any = "any"  # the control: any at all


class Distinct(Enum):
    """When two attempts at a task count as one."""

    program = "program"  # the same program, layout, comments and local names aside
    text = "text"  # the same text, as published


class Ranking(Enum):
    """How a task's candidates are ordered."""

    self_reward = "self_reward"
    random = "random"


class Start(Enum):
    """Where a round's training begins."""

    base = "base"
    previous = "previous"


@dataclass
class MethodSettings:
    """A recipe from attempts to rows; see `conf/method/`."""

    name: str = MISSING
    prompt: Prompt = MISSING
    refine: Refine = MISSING
    feedback: bool = MISSING  # the refinement prompt shows what the execution said
    replace: bool = MISSING  # as published: an attempt and its refinement are one candidate, the better one
    distinct: Distinct = MISSING
    positives: Positives = MISSING
    keep_luck: bool = MISSING  # as published: a guess that came true is a positive
    ranking: Ranking = MISSING
    rescore: bool = MISSING  # rank only comparable scores: one policy, the plain prompt
    l1_per_task: int = MISSING
    l1_keeps_one: bool = MISSING  # as published: the last positive is kept for L2
    l2_per_task: int = MISSING
    pairs_per_task: int = MISSING
    start: Start = MISSING


@dataclass
class EvaluationSettings:
    """`samples` a test task, at the run's temperature, for pass@k; 0 for the greedy answer alone."""

    samples: int = MISSING


@dataclass
class RunSettings:
    dir: str | None = MISSING


@dataclass
class ExecutorSettings:
    """Limits of one program, see `symbolic.Limits`; and what it may import beside
    `symbolic.sandbox.places.LIBRARIES`."""

    cpu_s: float = MISSING
    mem_mb: int = MISSING
    allow_unsandboxed: bool = MISSING
    libraries: list[str] = MISSING


@dataclass
class WatchSettings:
    """What is asked of an environment's own code; see `envisions.environments.watch.Bounds`."""

    seconds: float = MISSING
    left_behind: int = MISSING
    faults: float = MISSING
    seen: int = MISSING
    observation: int = MISSING


@dataclass
class Settings:
    """Everything a run depends on."""

    env: Any = MISSING
    method: MethodSettings = field(default_factory=MethodSettings)
    policy: Any = MISSING
    train: Any = MISSING
    model: str = MISSING
    rounds: int = MISSING
    samples: int = MISSING
    temperature: float = MISSING
    probe: int = MISSING  # attempts with each prompt
    floor: int = MISSING  # solved training tasks that a training stage takes
    ceiling: float = MISSING  # share
    max_new_tokens: int = MISSING
    seed: int = MISSING
    evaluation: EvaluationSettings = field(default_factory=EvaluationSettings)
    executor: ExecutorSettings = field(default_factory=ExecutorSettings)
    watch: WatchSettings = field(default_factory=WatchSettings)
    run: RunSettings = field(default_factory=RunSettings)


_AT_LEAST = {
    "rounds": 1,
    "samples": 1,
    "probe": 1,
    "floor": 1,
    "max_new_tokens": 1,
    "evaluation.samples": 0,
    "method.l1_per_task": 0,
    "method.l2_per_task": 0,
    "method.pairs_per_task": 0,
    "watch.left_behind": 1,
    "watch.seen": 1,
    "watch.observation": 1,
}
_ABOVE_ZERO = ("temperature", "ceiling", "executor.cpu_s", "executor.mem_mb", "watch.seconds")


def check_ranges(settings: Settings) -> None:
    """What types cannot say. Raises `UserError` naming the key."""
    for key, lowest in _AT_LEAST.items():
        if _get(settings, key) < lowest:
            raise UserError(f"{key} must be at least {lowest}, not {_get(settings, key)}.")
    for key in _ABOVE_ZERO:
        if not 0 < _get(settings, key) < math.inf:
            raise UserError(f"{key} must be a finite number greater than 0, not {_get(settings, key)}.")
    if not 0 <= settings.watch.faults <= 1:
        raise UserError(f"watch.faults is a share, from 0 to 1, not {settings.watch.faults}.")
    if settings.method.replace and settings.method.positives is not Positives.right:
        raise UserError(
            "method.replace=true lets verdicts choose between an attempt and its refinement, so it does not"
            f" go with method.positives={settings.method.positives.value}: set method.replace=false."
        )


def _get(settings: Any, key: str) -> Any:
    for part in key.split("."):
        settings = getattr(settings, part)
    return settings
