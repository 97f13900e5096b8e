"""Self-training of a language model that writes symbolic programs.

What the author of an environment needs is imported from here (docs/how-to/environments.md). Names are loaded
when they are first used: the start-up check for files that shadow ours comes before.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from envisions.environments.nearest import nearest
    from envisions.environments.procedural import Draw, drawn_split, procedural_split
    from envisions.environments.program import ManyTurns, ProgramEnvironment, SingleTurn, unjudged
    from envisions.environments.prompts import Example, ProgramFormat
    from envisions.environments.protocol import BaseEnvironment, Environment, Episode, Transition, describe
    from envisions.environments.similarity import mask
    from envisions.environments.splits import TaskSplit, keep_split, side, split_by_group
    from envisions.errors import UserError
    from envisions.records import Message, Split, Task, digest, seed_from
    from symbolic import Execution, Executor, Limits, Program, Verdict, judge, judge_entailment, judge_witness

__version__ = "0.1.0"

_HOMES = {
    "envisions.environments.prompts": ("Example", "ProgramFormat"),
    "envisions.environments.protocol": (
        "BaseEnvironment",
        "Environment",
        "Episode",
        "Transition",
        "describe",
    ),
    "envisions.errors": ("UserError",),
    "envisions.environments.nearest": ("nearest",),
    "envisions.environments.procedural": ("Draw", "drawn_split", "procedural_split"),
    "envisions.environments.program": ("ManyTurns", "ProgramEnvironment", "SingleTurn", "unjudged"),
    "envisions.records": ("Message", "Split", "Task", "digest", "seed_from"),
    "envisions.environments.similarity": ("mask",),
    "envisions.environments.splits": ("TaskSplit", "keep_split", "side", "split_by_group"),
    "symbolic": (
        "Execution",
        "Executor",
        "Limits",
        "Program",
        "Verdict",
        "judge",
        "judge_entailment",
        "judge_witness",
    ),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "BaseEnvironment",
    "Draw",
    "Environment",
    "Episode",
    "Example",
    "Execution",
    "Executor",
    "Limits",
    "ManyTurns",
    "Message",
    "Program",
    "ProgramEnvironment",
    "ProgramFormat",
    "SingleTurn",
    "Split",
    "Task",
    "TaskSplit",
    "Transition",
    "UserError",
    "Verdict",
    "describe",
    "digest",
    "drawn_split",
    "judge",
    "judge_entailment",
    "judge_witness",
    "keep_split",
    "mask",
    "nearest",
    "procedural_split",
    "seed_from",
    "side",
    "split_by_group",
    "unjudged",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'envisions' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *_HOME]
