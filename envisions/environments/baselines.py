"""Trivial answers that a result has to be read against: what they solve, no model was needed for.

Everything is chosen on the training tasks: which constant, which number, which expression, which neighbour.
Environments whose answers are of another kind have baselines of their own.
"""

from __future__ import annotations

import ast
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from envisions.environments.expressions import (
    Number,
    assignments,
    explanations,
    numbers,
    replaced_numbers,
)
from envisions.environments.nearest import nearest
from envisions.records import Task
from symbolic import Program

Answers = Mapping[str, Sequence[Program]]  # by task id, one program a turn
Write = Callable[..., Program]  # from an expression, and the statements before it


def python_answer(entry: str | None, expression: str, before: Iterable[str] = ()) -> str:
    """Python code whose result is an expression's value."""
    if entry is None:
        return "\n".join([*before, f"answer = {expression}\n"])
    return "\n    ".join([f"def {entry}():", *before, f"return {expression}\n"])


def constant(train: Sequence[Task], test: Sequence[Task], write: Write) -> Answers:
    """The target that most training tasks have."""
    targets = Counter(json.dumps(task.target, default=str) for task in train)
    program = write(repr(json.loads(targets.most_common(1)[0][0])))
    return {task.id: [program] for task in test}


def echo(train: Sequence[Task], test: Sequence[Task], write: Write) -> Answers:
    """The number of the question whose place held the target most often in training; the question where no
    number ever did."""
    chosen = _best(expression for task in train for expression in _explained(task) if len(expression) == 1)
    return {
        task.id: [_over_numbers(task, chosen, write) if chosen else write(repr(task.question))]
        for task in test
    }


def expression(train: Sequence[Task], test: Sequence[Task], write: Write) -> Answers:
    """The one expression over the question's numbers that came to the target most often in training; nothing
    where none ever did."""
    chosen = _best(expression for task in train for expression in _explained(task) if len(expression) > 1)
    return {task.id: [_over_numbers(task, chosen, write)] for task in test} if chosen else {}


def neighbour(
    train: Sequence[Task],
    test: Sequence[Task],
    adapt: Callable[[Task, Task], Sequence[Program]],
    write: Write,
) -> Answers:
    """What solves the nearest training task, with this question's numbers: its gold programs as `adapt` makes
    them; without gold its operation, of several the one that training has most often; its answer where no
    task has either."""
    explained = {task.id: _explained(task) for task in train if task.gold is None}
    usual = Counter(expression for found in explained.values() for expression in found)

    def copied(known: Task, task: Task) -> Sequence[Program]:
        if programs := adapt(known, task):
            return programs
        found = explained.get(known.id)
        return [
            _over_numbers(task, max(found, key=usual.__getitem__), write)
            if found
            else write(repr(known.target))
        ]

    helpful = [task for task in train if task.gold is not None or explained[task.id]] or train
    places = nearest([task.question for task in test], [task.question for task in helpful])
    return {task.id: copied(helpful[place], task) for task, place in zip(test, places, strict=True)}


def with_numbers(programs: Sequence[Program], theirs: Task, task: Task) -> list[Program]:
    """Programs for the task `theirs` with the numbers of `task`'s question in place of those of its own."""
    new = dict(reversed(list(zip(numbers(theirs.question), numbers(task.question), strict=False))))
    return [replace(program, code=_renumbered(program, new)) for program in programs]


def _renumbered(program: Program, new: Mapping[Number, Number]) -> str:
    return (_replaced if program.language == "python" else replaced_numbers)(program.code, new)


def _replaced(code: str, new: Mapping[Number, Number]) -> str:
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(value := node.value, int | float):
            node.value = value if isinstance(value, bool) else new.get(value, value)
    return ast.unparse(tree)


def _explained(task: Task) -> list[str]:
    return explanations(task.question, task.target)


def _best(found: Iterable[str]) -> str | None:
    counted = Counter(found).most_common(1)
    return counted[0][0] if counted else None


def _over_numbers(task: Task, expression: str, write: Write) -> Program:
    return write(expression, assignments(task.question))
