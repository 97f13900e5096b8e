"""All attempts at a task over all rounds, one for each distinct program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from envisions.methods.canonical import canonical
from envisions.records import Trajectory
from envisions.settings.schema import Distinct


@dataclass(slots=True)
class Pool:
    """A task's candidates by what tells them apart; of equal ones the earliest attempt is kept. `lucky` are
    the ids of right attempts that count as luck."""

    candidates: dict[str, Trajectory] = field(default_factory=dict)
    lucky: frozenset[str] = frozenset()

    def whole(self) -> list[Trajectory]:
        """All that ended by themselves: a cut-off completion never teaches its ending."""
        return [t for t in self.candidates.values() if not t.truncated and not t.infra]

    def positives(self) -> list[Trajectory]:
        """Right programs, less those that were right by luck."""
        return [t for t in self.whole() if t.verdict.right and t.id not in self.lucky]

    def negatives(self) -> list[Trajectory]:
        """Wrong programs. A verdict `unknown` is neither."""
        return [t for t in self.whole() if t.verdict.verdict == "wrong"]


def build_pools(trajectories: Iterable[Trajectory], distinct: Distinct = Distinct.program) -> dict[str, Pool]:
    """Pools by task id. An attempt that was cut off or not judged comes after others of the same program."""
    same = canonical_programs if distinct is Distinct.program else _texts
    pools: dict[str, Pool] = {}
    for trajectory in sorted(trajectories, key=lambda t: t.truncated or t.infra):
        pool = pools.setdefault(trajectory.task, Pool())
        pool.candidates.setdefault(same(trajectory), trajectory)
    return pools


def replaced(trajectories: Sequence[Trajectory]) -> list[Trajectory]:
    """First attempts, each with its refinement in its place where that alone is right, or where both are and
    it has the higher self-reward (as coded for arXiv 2406.11736). The other refinements are forgotten."""
    second = {t.parent: t for t in trajectories if t.kind == "refine"}
    firsts = [t for t in trajectories if t.kind == "explore"]
    return [again if (again := second.get(first.id)) and _better(again, first) else first for first in firsts]


def _better(again: Trajectory, first: Trajectory) -> bool:
    if not _learnable(again):
        return False
    return not _learnable(first) or again.self_reward > first.self_reward


def _learnable(trajectory: Trajectory) -> bool:
    return trajectory.verdict.right and not trajectory.truncated and not trajectory.infra


def canonical_programs(trajectory: Trajectory) -> str:
    """The programs of all turns, each in its canonical form."""
    return "\0".join(canonical(step.program) for step in trajectory.steps)


def _texts(trajectory: Trajectory) -> str:
    return "\0".join(step.program.code for step in trajectory.steps)
