"""Programs that must not be right, and text that is no program.

A constant may be right by luck on some tasks (a third, where three labels are asked for); doing nothing never
is.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from envisions.environments.baselines import python_answer
from envisions.records import Task
from symbolic import Program

MALFORMED: Final = (
    *("", " ", "\n\n\n", "\x00", "```", "def", "\ud800", "((((((((", "\\", "'''", "I do not know."),
    *("1" * 5000, "(" * 5000, "\n" * 500 + "\t", "import os\nos._exit(0)", "\u202e\u0661", "{}[]();:,.<>/?"),
)


@dataclass(frozen=True, slots=True)
class Probe:
    """A program for any task; `constant` if it gives the same answer for each."""

    name: str
    program: Callable[[Task], Program]
    constant: bool = False


def probes(empty: Program, tasks: Sequence[Task]) -> list[Probe]:
    """The probes for programs like `empty`, an empty completion's. Of other languages than Python and logic
    nothing but doing nothing and echoing is known."""

    def text(name: str, code: str, constant: bool = False) -> Probe:
        return Probe(name, lambda task: replace(empty, code=code), constant)

    def echo(task: Task) -> Program:
        return replace(empty, code=python_answer(empty.entry, repr(task.question)))

    found = [
        Probe("doing nothing", lambda task: empty),
        Probe("the question as a program", lambda task: replace(empty, code=task.question)),
    ]
    if empty.language == "python":
        found += [
            text("sys.exit(0)", python_answer(empty.entry, "__import__('sys').exit(0)")),
            Probe("the question as an answer", echo),
            *(
                text(f"the constant {value!r:.30}", python_answer(empty.entry, repr(value)), True)
                for value in _constants(tasks)
            ),
        ]
    if empty.language == "logic":
        found += [
            text(f"a text that says {answer}", code, True)
            for answer, code in {
                "True": "P(a)\nquery: P(a)",
                "False": "not P(a)\nquery: P(a)",
                "Unknown": "P(b)\nquery: P(a)",
            }.items()
        ]
    return found


def _constants(tasks: Sequence[Task]) -> list[Any]:
    """The usual ones, and the three targets that most tasks have."""
    targets = Counter(json.dumps(task.target, default=repr) for task in tasks)
    usual: list[Any] = [None, True, False, 0, 1, -1, "", "yes", "no", "unknown", [], {}, float("nan")]
    return [*usual, *(json.loads(target) for target, _ in targets.most_common(3))]
