"""Which right programs were right by luck.

A bare answer, such as `return 12`, computes nothing and takes nothing from its question. Where such answers
are wrong for most tasks, the same one or all together, they are guesses, and one that came true is luck:
neither a positive nor a negative. What stands in the question (a number read off, one of the choices offered)
is no guess; and where answers are few, as yes and no, or the model reckons by itself, bare answers are right
too often to be.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import Final

from envisions.methods.pool import Pool, canonical_programs
from envisions.records import Luck, Task, Trajectory
from symbolic import Program

_MOSTLY: Final = 2  # wrong twice as often as right: worse than a guess among three answers
_BARE: Final = (
    *(ast.Module, ast.FunctionDef, ast.arguments, ast.Return, ast.Assign, ast.Expr, ast.Pass),
    *(ast.Constant, ast.Name, ast.expr_context, ast.UnaryOp, ast.USub, ast.List, ast.Tuple),
)


def find_luck(tasks: Sequence[Task], pools: Mapping[str, Pool]) -> list[Luck]:
    """The right attempts that count as luck, by the evidence of all tasks, in the order of the tasks."""
    guesses = [
        (canonical_programs(t), t)
        for task in tasks
        if task.id in pools
        for t in (*pools[task.id].positives(), *pools[task.id].negatives())
        if _guessed(task, t)
    ]
    alike = defaultdict(set)
    for program, t in guesses:
        alike[program].add((t.task, program, t.verdict.right))
    together = set().union(*alike.values())
    evidence = {program: _mostly_wrong(given) or _mostly_wrong(together) for program, given in alike.items()}
    return [
        Luck(t.task, t.id, *found)
        for program, t in guesses
        if t.verdict.right and (found := evidence[program])
    ]


def _mostly_wrong(given: Set[tuple[str, str, bool]]) -> tuple[int, int] | None:
    """For how many tasks the programs were right and wrong, if that is for most of them wrong."""
    right = sum(was_right for _, _, was_right in given)
    wrong = len(given) - right
    return (right, wrong) if wrong > _MOSTLY * right else None


def set_aside(pools: Mapping[str, Pool], luck: Sequence[Luck]) -> dict[str, Pool]:
    """The pools, in which these attempts are no positives any more."""
    lucky = frozenset(found.source for found in luck)
    return {task: replace(pool, lucky=lucky) for task, pool in pools.items()}


def _guessed(task: Task, attempt: Trajectory) -> bool:
    """Whether its one program is a bare answer of which nothing stands in the question. What was written
    after an observation may come from that."""
    literals = bare_answer(attempt.program) if len(attempt.steps) == 1 else None
    return literals is not None and not any(_stands_in(literal, task.question) for literal in literals)


def bare_answer(program: Program) -> frozenset[str] | None:
    """The literals of a Python program that only returns or prints literals; None for any other program."""
    if program.language != "python":
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of invalid escapes in a model's strings
            tree = ast.parse(program.code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    nodes = [*_nodes(tree)]
    if not all(isinstance(node, _BARE) for node in nodes):
        return None
    return frozenset(str(node.value) for node in nodes if isinstance(node, ast.Constant))


def _nodes(tree: ast.Module) -> Iterator[ast.AST]:
    """What the program is made of, less docstrings and with `print` for what it prints."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        match node := waiting.pop():
            case ast.Expr(value=ast.Constant()):
                pass
            case ast.Call(func=ast.Name(id="print"), args=printed, keywords=[]):
                waiting += printed
            case _:
                yield node
                waiting += ast.iter_child_nodes(node)


def _stands_in(literal: str, question: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(literal)}(?!\w)", question) is not None
