"""All attempts at a task over all rounds, one for each distinct program."""

from __future__ import annotations

import ast
import textwrap
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field

from envisions.records import Trajectory
from symbolic import Program


@dataclass(slots=True)
class Pool:
    """A task's candidates by canonical program; of equal programs the earliest attempt is kept."""

    candidates: dict[str, Trajectory] = field(default_factory=dict)

    def add(self, trajectory: Trajectory) -> None:
        self.candidates.setdefault(canonical_programs(trajectory), trajectory)

    def positives(self) -> list[Trajectory]:
        """Right programs that ended by themselves: a cut-off completion never teaches its ending."""
        return [t for t in self.candidates.values() if t.solved]

    def negatives(self) -> list[Trajectory]:
        """Wrong programs. A verdict `unknown`, a fault of ours and a cut-off completion are neither."""
        whole = (t for t in self.candidates.values() if not t.truncated and not t.infra)
        return [t for t in whole if t.verdict.verdict == "wrong"]


def build_pools(trajectories: Iterable[Trajectory]) -> dict[str, Pool]:
    """Pools by task id. An untruncated attempt comes before a truncated one of the same program."""
    pools: dict[str, Pool] = {}
    for trajectory in sorted(trajectories, key=lambda t: t.truncated):
        pools.setdefault(trajectory.task, Pool()).add(trajectory)
    return pools


def canonical_programs(trajectory: Trajectory) -> str:
    """The programs of all turns, each in its canonical form."""
    return "\0".join(canonical(step.program) for step in trajectory.steps)


def canonical(program: Program) -> str:
    """The program as parsed: comments, docstrings, blank space and redundant brackets do not count.

    Text that does not parse is its own canonical form, without trailing space.
    """
    if program.language == "python":
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of invalid escapes in a model's strings
                return ast.unparse(_without_docstrings(ast.parse(program.code)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            pass
    lines = textwrap.dedent(program.code).splitlines()
    return "\n".join(line.rstrip() for line in lines).strip()


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module) and ast.get_docstring(
            node, clean=False
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return tree
