"""Evidence for the reports from a run's records: sample trajectories, and self-rewards by verdict.

The choice is fixed: the first attempts by id, which is a hash, each of another task. Tasks whose text is not
given appear under their id. Records that other versions wrote are not covered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from envisions.records import Kind, Trajectory
from envisions.report.reading import read_trajectories
from envisions.runs import layout
from envisions.runs.tasks import TaskRecord

PER_GROUP = 3
Tasks = Mapping[str, TaskRecord]  # by id


@dataclass(frozen=True, slots=True)
class Sample:
    """An attempt as shown; `before` is the one it refines, or an earlier model's at the same test task."""

    attempt: Trajectory
    task: TaskRecord | None
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
    ("right", "right at the first attempt", lambda t: t.solved),
    ("wrong", "ran to a wrong answer", lambda t: t.verdict.verdict == "wrong" and t.execution.ok),
    ("failed", "did not run to a result", lambda t: not t.execution.ok and not t.infra),
    ("unknown", "undecided", lambda t: t.verdict.verdict == "unknown" and not t.infra),
    ("cut off", "right, but cut off before its end", lambda t: t.verdict.right and t.truncated),
    ("infra", "lost to a fault of the harness", lambda t: t.infra),
)


def read_evidence(folder: Path, base_prompt: str, tasks: Tasks, evaluated: Sequence[int]) -> Evidence:
    """Reads the run in `folder`. `base_prompt` is the one that the base model did better with; `evaluated`
    are the rounds, less the base, whose evaluation has ended."""
    scores: list[Scores] = []
    explored: list[Group] = []
    changes: list[Group] = []
    numbers = [number for number in layout.rounds(folder) if number > 0]
    for number in numbers:
        first, second = _read(folder, number, layout.EXPLORE), _read(folder, number, layout.REFINE)
        scores += [_scores(number, "explore", first), _scores(number, "refine", second)]
        if first:
            explored = _explored(number, first, second, tasks)
    if evaluated:
        changes = _changes(folder, evaluated, base_prompt, tasks)
    groups = tuple(group for group in [*changes, *explored] if group.total)
    return Evidence(groups, tuple(s for s in scores if s.right or s.wrong))


def _read(folder: Path, number: int, name: str) -> list[Trajectory]:
    return read_trajectories(layout.round_folder(folder, number) / name)


def _scores(number: int, kind: Kind, attempts: Sequence[Trajectory]) -> Scores:
    right = tuple(t.self_reward for t in attempts if t.solved)
    wrong = tuple(t.self_reward for t in attempts if t.verdict.verdict == "wrong")
    return Scores(number, kind, right, wrong)


def _changes(folder: Path, evaluated: Sequence[int], base_prompt: str, tasks: Tasks) -> list[Group]:
    """The test tasks that the newest round solves and the base does not, and the other way round; the same
    against the round before, where that is another."""
    number = evaluated[-1]
    now = _greedy(folder, number)
    base = _greedy(folder, 0, base_prompt)
    groups = _compared(now, base, (f"round {number}", "the base"), ("gained", "lost"), tasks)
    if len(evaluated) > 1:
        previous = _greedy(folder, evaluated[-2])
        words = (f"round {number}", f"round {evaluated[-2]}")
        groups += _compared(now, previous, words, ("newly gained", "newly lost"), tasks)
    return groups


def _greedy(folder: Path, number: int, prompt: str | None = None) -> dict[str, Trajectory]:
    """The likeliest answers by test task, those of one prompt where it is named."""
    attempts = _read(folder, number, layout.EVAL)
    return {t.task: t for t in attempts if t.temperature == 0 and prompt in (None, t.prompt)}


def _compared(
    now: Mapping[str, Trajectory],
    before: Mapping[str, Trajectory],
    who: tuple[str, str],
    names: tuple[str, str],
    tasks: Tasks,
) -> list[Group]:
    pairs = [(t, before[task]) for task, t in now.items() if task in before]
    gained = [(one, other) for one, other in pairs if one.solved and not other.solved]
    lost = [(one, other) for one, other in pairs if other.solved and not one.solved]
    return [
        _group(names[0], f"test tasks that {who[0]} solves and {who[1]} does not", gained, tasks),
        _group(names[1], f"test tasks that {who[1]} solves and {who[0]} does not", lost, tasks),
    ]


def _explored(
    number: int, first: Sequence[Trajectory], second: Sequence[Trajectory], tasks: Tasks
) -> list[Group]:
    """Attempts at training tasks, by how they ended."""
    by_id = {t.id: t for t in first}
    pairs = [(t, by_id[t.parent]) for t in second if t.parent in by_id and t.solved]
    repaired = [pair for pair in pairs if not pair[1].solved]
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
