"""What the figures are made from: a run's records in memory (reading.py fills them), nothing computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from envisions.records import PreferencePair, SFTRow, Trajectory
from envisions.runs.tasks import TaskRecord


@dataclass(frozen=True)
class BaselineOutcome:
    """Whether a trivial answer, such as the nearest training neighbour's, solves a test task."""

    name: str
    task: str
    solved: bool

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> BaselineOutcome:
        return cls(str(data["name"]), str(data["task"]), data["verdict"]["verdict"] == "right")


@dataclass(frozen=True)
class RoundRecords:
    """The records of one round. `rows` is None until the round has curated; `training` has what each stage of
    training measured, `skipped` what a stage had that was too little to train on, `seconds` what each stage
    took. `luck` counts right attempts that are luck, None where nobody looked; `mastered` says that the
    run ended, since nothing was left to learn; `prompt` is what the base model explores with, once it
    has been chosen."""

    number: int
    evaluated: Sequence[Trajectory] = ()
    probed: Sequence[Trajectory] = ()
    explored: Sequence[Trajectory] = ()
    refined: Sequence[Trajectory] = ()
    rows: Sequence[SFTRow] | None = None
    pairs: Sequence[PreferencePair] = ()
    luck: int | None = None
    mastered: bool = False
    prompt: str = ""
    seconds: Mapping[str, float] = field(default_factory=dict)
    training: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    skipped: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def untrained(self) -> bool:
        """Whether it left the weights as they were."""
        return "sft" in self.skipped

    @property
    def greedy(self) -> list[Trajectory]:
        """The likeliest answers to the test tasks."""
        return [t for t in self.evaluated if t.temperature == 0]

    @property
    def sampled(self) -> list[Trajectory]:
        return [t for t in self.evaluated if t.temperature > 0]


@dataclass(frozen=True)
class RunRecords:
    """`rounds` are the base (0) and those that have ended. The run ended early where it `learned_nothing`,
    having no row to train on (`only_luck`: what was right was luck), or where the exploration of a round
    `mastered` the tasks already. `plans` are the numbers of rounds planned so far, the present
    one last."""

    names: Mapping[str, Any]  # env, model, method and whatever else a report begins with
    seed: int
    temperature: float  # of the samples
    plans: Sequence[int]
    isolation: str
    tests: Sequence[TaskRecord]
    rounds: Sequence[RoundRecords]
    learned_nothing: bool = False
    only_luck: bool = False
    mastered: RoundRecords | None = None
    baselines: Sequence[BaselineOutcome] = ()
    near_duplicates: int | None = None  # tests whose wording is like a training task's
    method: Mapping[str, Any] = field(default_factory=dict)  # as it ran
    method_changes: Mapping[str, Any] = field(default_factory=dict)  # what the environment changed in it
