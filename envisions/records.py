"""The vocabulary: frozen data, no behaviour beyond reading itself from and to JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Literal, TypedDict, get_args

from symbolic import Execution, Program, Verdict

Split = Literal["train", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)
Kind = Literal["probe", "explore", "refine", "eval"]
PromptKind = Literal["few-shot", "zero-shot", "refine"]
Finish = Literal["stop", "length"]
WRITTEN = ("code", "language", "entry", "args")  # of a program, what is kept on record
HOOK = "hook"  # the certificate's kind where an environment's own code failed (environments/faults.py)


class Message(TypedDict):
    """One turn of a conversation. An assistant message that comes last is a prefix to continue."""

    role: Literal["system", "user", "assistant"]
    content: str


def _with_tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    """JSON's lists as the tuples they were."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}


def digest(*parts: Any, length: int = 16) -> str:
    """A stable hexadecimal name for JSON data, the same in every process."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def seed_from(*parts: Any) -> int:
    """A 63-bit seed from hash(seed, name, index, …): streams never depend on order or on each other."""
    return int(digest(*parts, length=16), 16) >> 1


@dataclass(frozen=True)
class Task:
    """What is asked.

    `target` is never rendered into a prompt. Tasks of one `group` (a template, or a text with its
    numbers and names masked) are on one side of the train/test split. `gold` is a program that
    solves the task, where one is known; `data` is whatever else the environment needs (JSON). `kind` is the
    environment's own word for tasks of a sort: figures are given by it, as by `level`.
    """

    question: str
    target: Any
    group: str = ""
    level: int = 0
    gold: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    kind: str = ""

    @cached_property
    def id(self) -> str:
        """A hash of the content, so that a task is the same task in every run and file order."""
        return digest(self.question, self.target, self.data)


@dataclass(frozen=True, slots=True)
class Step:
    """One turn: what the policy saw and wrote (token ids as sampled, `logprobs` of the raw logits at
    temperature 1, one a completion token, the stop included) and what its execution said."""

    prompt_ids: tuple[int, ...]
    completion_ids: tuple[int, ...]
    logprobs: tuple[float, ...]
    text: str
    finish: Finish
    program: Program
    execution: Execution
    observation: str


@dataclass(frozen=True)
class Trajectory:
    """One attempt at one task, one or many turns.

    `policy` names the weights that wrote it ("round_1"), `parent` the attempt it refines.
    `terminated`: the environment says it is over; `truncated`: it was cut short (turns or tokens).
    """

    id: str
    task: str
    kind: Kind
    prompt: PromptKind
    policy: str
    temperature: float
    index: int
    seed: int
    steps: tuple[Step, ...]
    verdict: Verdict
    terminated: bool
    truncated: bool
    parent: str | None = None

    @property
    def program(self) -> Program:
        """The last program written."""
        return self.steps[-1].program

    @property
    def execution(self) -> Execution:
        return self.steps[-1].execution

    @property
    def self_reward(self) -> float:
        """Mean token log-probability under the policy that wrote it (arXiv 2406.11736, section 3.3)."""
        logprobs = [value for step in self.steps for value in step.logprobs]
        return sum(logprobs) / max(len(logprobs), 1)

    @property
    def solved(self) -> bool:
        """Whether it solves its task: right, and not cut off. Every figure and every choice asks this."""
        return self.verdict.right and not self.truncated

    @property
    def infra(self) -> bool:
        """Whether our own machinery failed in it, or the environment's: then it is neither scored nor trained
        on."""
        return self.unjudged or any(step.execution.status == "infra" for step in self.steps)

    @property
    def unjudged(self) -> bool:
        """Whether the environment's own code failed in it; its certificate says where."""
        return self.verdict.certificate.get("kind") == HOOK

    def to_json(self) -> dict[str, Any]:
        """Of programs what the model wrote; what they ran with is the environment's to say."""
        data = asdict(self)
        for step in data["steps"]:
            step["program"] = {name: step["program"][name] for name in WRITTEN}
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Trajectory:
        steps = tuple(
            Step(
                **{
                    **_with_tuples(step),
                    "program": Program(**step["program"]),
                    "execution": Execution(**step["execution"]),
                }
            )
            for step in data["steps"]
        )
        rest = {key: value for key, value in data.items() if key not in ("steps", "verdict")}
        return cls(steps=steps, verdict=Verdict(**data["verdict"]), **rest)


@dataclass(frozen=True, slots=True)
class SFTRow:
    """A prompt and the completion to learn, as token ids; `source` are the trajectories it came from.
    `kind` "L1": question → program; "L2": question and failed program → fixed program."""

    task: str
    kind: Literal["L1", "L2"]
    prompt: tuple[int, ...]
    completion: tuple[int, ...]
    source: tuple[str, ...]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> SFTRow:
        return cls(**_with_tuples(data))


@dataclass(frozen=True, slots=True)
class PreferencePair:
    """A prompt, a completion that worked and one that did not, as token ids."""

    task: str
    prompt: tuple[int, ...]
    chosen: tuple[int, ...]
    rejected: tuple[int, ...]
    source: tuple[str, ...]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PreferencePair:
        return cls(**_with_tuples(data))


@dataclass(frozen=True, slots=True)
class Luck:
    """A right attempt that counts as luck: its program, or all of its kind together, was right for `right`
    and wrong for `wrong` tasks."""

    task: str
    source: str
    right: int
    wrong: int

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Luck:
        return cls(**data)
