"""Evidence for the reports from a run's records: sample trajectories, and self-rewards by verdict.

The choice is fixed: the first attempts by id, which is a hash, each of another task. Tasks whose text is not
given appear under their id. Records that other versions wrote are not covered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from envisions.records import Kind, Task, Trajectory
from envisions.runs.folder import read_records

PER_GROUP = 3
Tasks = Mapping[str, Task]  # by id


@dataclass(frozen=True, slots=True)
class Sample:
    """An attempt as shown; `before` is the one it refines, or the base model's at the same test task."""

    attempt: Trajectory
    task: Task | None
    before: Trajectory | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Some of `total` attempts that have something in common, which `note` tells."""

    name: str
    note: str
    samples: tuple[Sample, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Scores:
    """Self-rewards (nats a token) of one round's attempts of one kind."""

    round: int
    kind: Kind
    right: tuple[float, ...]
    wrong: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    groups: tuple[Group, ...] = ()
    scores: tuple[Scores, ...] = ()


_ENDINGS: tuple[tuple[str, str, Callable[[Trajectory], bool]], ...] = (
    ("right", "right at the first attempt", lambda t: t.verdict.right),
    ("wrong", "ran to a wrong answer", lambda t: t.verdict.verdict == "wrong" and t.execution.ok),
    ("failed", "did not run to a result", lambda t: not t.execution.ok and not t.infra),
    ("unknown", "undecided", lambda t: t.verdict.verdict == "unknown" and not t.infra),
    ("infra", "lost to a fault of the harness", lambda t: t.infra),
)


def read_evidence(folder: Path, base_prompt: str, tasks: Tasks) -> Evidence:
    """Reads the run in `folder`. `base_prompt` is the one that the base model did better with."""
    scores: list[Scores] = []
    explored: list[Group] = []
    changes: list[Group] = []
    for number in _rounds(folder):
        first, second = _read(folder, number, "explore"), _read(folder, number, "refine")
        scores += [_scores(number, "explore", first), _scores(number, "refine", second)]
        if first:
            explored = _explored(number, first, second, tasks)
    evaluated = [n for n in _rounds(folder) if (folder / f"round_{n}" / "eval.jsonl").exists()]
    if evaluated:
        changes = _changes(folder, evaluated[-1], base_prompt, tasks)
    groups = tuple(group for group in [*changes, *explored] if group.total)
    return Evidence(groups, tuple(s for s in scores if s.right or s.wrong))


def _rounds(folder: Path) -> list[int]:
    """The numbers of the rounds that have a folder, the base's left out."""
    names = (path.name.removeprefix("round_") for path in folder.glob("round_*"))
    return sorted(int(name) for name in names if name.isdecimal() and int(name) > 0)


def _read(folder: Path, number: int, name: str) -> list[Trajectory]:
    records = read_records(folder / f"round_{number}" / f"{name}.jsonl", Trajectory.from_json)
    return sorted(records, key=lambda t: t.id)


def _scores(number: int, kind: Kind, attempts: Sequence[Trajectory]) -> Scores:
    right, wrong = (
        tuple(t.self_reward for t in attempts if t.verdict.verdict == verdict)
        for verdict in ("right", "wrong")
    )
    return Scores(number, kind, right, wrong)


def _changes(folder: Path, number: int, base_prompt: str, tasks: Tasks) -> list[Group]:
    """The test tasks that the newest round solves and the base does not, and the other way round."""
    base = {t.task: t for t in _read(folder, 0, "eval") if t.temperature == 0 and t.prompt == base_prompt}
    now = [t for t in _read(folder, number, "eval") if t.temperature == 0 and t.task in base]
    pairs = [(t, base[t.task]) for t in now if t.verdict.right != base[t.task].verdict.right]
    gained = [pair for pair in pairs if pair[0].verdict.right]
    lost = [pair for pair in pairs if pair[1].verdict.right]
    return [
        _group("gained", f"test tasks that round {number} solves and the base does not", gained, tasks),
        _group("lost", f"test tasks that the base solves and round {number} does not", lost, tasks),
    ]


def _explored(
    number: int, first: Sequence[Trajectory], second: Sequence[Trajectory], tasks: Tasks
) -> list[Group]:
    """Attempts at training tasks, by how they ended."""
    by_id = {t.id: t for t in first}
    pairs = [(t, by_id[t.parent]) for t in second if t.parent in by_id and t.verdict.right]
    repaired = [pair for pair in pairs if not pair[1].verdict.right]
    groups = [
        _group(name, f"round {number}: {note}", [(t, None) for t in first if chosen(t)], tasks)
        for name, note, chosen in _ENDINGS
    ]
    note = f"round {number}: wrong at first, right at the second attempt"
    return [groups[0], _group("repaired", note, repaired, tasks), *groups[1:]]


def _group(
    name: str, note: str, pairs: Sequence[tuple[Trajectory, Trajectory | None]], tasks: Tasks
) -> Group:
    """Of attempts in the order of their ids, each with the one before it."""
    one_each = {attempt.task: (attempt, before) for attempt, before in reversed(pairs)}
    chosen = sorted(one_each.values(), key=lambda pair: pair[0].id)[:PER_GROUP]
    samples = tuple(Sample(attempt, tasks.get(attempt.task), before) for attempt, before in chosen)
    return Group(name, note, samples, len(pairs))
