"""Which right programs were right by luck.

A bare answer, such as `return 12`, computes nothing and takes nothing from its prompt. Where such answers are
wrong for most tasks and right no more often than one that names the commonest target every time would be by
chance, they are guesses, and one that came true is luck: neither a positive nor a negative. What stands in
the prompt (a number read off, one of the choices offered, a label of the instructions) is no guess; and a
model that reckons or reads by itself is right too often for chance.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from envisions.methods.pool import Pool, canonical_programs
from envisions.records import Luck, Task, Trajectory, digest
from symbolic import Program

_MOSTLY: Final = 2  # wrong twice as often as right: worse than a guess among three answers
_ALPHA: Final = 0.05  # of the one-sided tests that ask whether chance explains it
_BARE: Final = (
    *(ast.Module, ast.FunctionDef, ast.arguments, ast.Return, ast.Assign, ast.Expr, ast.Pass),
    *(ast.Constant, ast.Name, ast.expr_context, ast.UnaryOp, ast.USub, ast.List, ast.Tuple),
)


def find_luck(
    tasks: Sequence[Task],
    pools: Mapping[str, Pool],
    shown: Callable[[Task], str] = lambda task: task.question,
) -> list[Luck]:
    """The right attempts that count as luck, by the evidence of all tasks, in the order of the tasks. `shown`
    is what a task's prompt says, less its worked examples: they are no part of what is trained on."""
    texts = {task.id: shown(task) for task in tasks if task.id in pools}
    guesses = [
        (canonical_programs(t), t)
        for task in texts
        for t in (*pools[task].positives(), *pools[task].negatives())
        if _guessed(t, texts[task])
    ]
    alike = defaultdict(set)
    for program, t in guesses:
        alike[program].add((t.task, t.verdict.right))
    records = {program: _Record.of([right for _, right in given]) for program, given in alike.items()}
    together = sum(records.values(), start=_Record(0, 0))
    chance = _commonest(tasks)

    def evidence(record: _Record) -> _Record | None:
        if together.as_if_guessed(chance):
            return together
        return record if record.as_if_guessed(chance) and record.worse_than(together - record) else None

    return [
        Luck(t.task, t.id, found.right, found.wrong)
        for program, t in guesses
        if t.verdict.right and (found := evidence(records[program]))
    ]


@dataclass(frozen=True)
class _Record:
    """For how many tasks bare answers were right and wrong."""

    right: int
    wrong: int

    @classmethod
    def of(cls, verdicts: Sequence[bool]) -> _Record:
        return cls(sum(verdicts), len(verdicts) - sum(verdicts))

    def __add__(self, other: _Record) -> _Record:
        return _Record(self.right + other.right, self.wrong + other.wrong)

    def __sub__(self, other: _Record) -> _Record:
        return _Record(self.right - other.right, self.wrong - other.wrong)

    def as_if_guessed(self, chance: float) -> bool:
        """Mostly wrong, and right no more often than chance explains (one-sided exact binomial test)."""
        return self.wrong > _MOSTLY * self.right and self._p(chance, "greater") >= _ALPHA

    def worse_than(self, others: _Record) -> bool:
        """Right less often than the others are, and chance does not explain it (the same test)."""
        given = others.right + others.wrong
        return given > 0 and self._p(others.right / given, "less") < _ALPHA

    def _p(self, chance: float, side: Literal["greater", "less"]) -> float:
        from scipy.stats import binomtest

        return float(binomtest(self.right, self.right + self.wrong, chance, side).pvalue)


def _commonest(tasks: Sequence[Task]) -> float:
    """The share of tasks that the commonest target is right for; no target at all is no common one."""
    counts = Counter(digest(task.target) for task in tasks if task.target is not None)
    return max(counts.values(), default=1) / max(1, len(tasks))


def set_aside(pools: Mapping[str, Pool], luck: Sequence[Luck]) -> dict[str, Pool]:
    """The pools, in which these attempts are no positives any more."""
    lucky = frozenset(found.source for found in luck)
    return {task: replace(pool, lucky=lucky) for task, pool in pools.items()}


def _guessed(attempt: Trajectory, prompt: str) -> bool:
    """Whether its one program is a bare answer of which nothing stands in the prompt. What was written after
    an observation may come from that."""
    literals = bare_answer(attempt.program) if len(attempt.steps) == 1 else None
    return literals is not None and not any(_stands_in(literal, prompt) for literal in literals)


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


def _stands_in(literal: str, prompt: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(literal)}(?!\w)", prompt) is not None
