"""From pools to training rows: what is learned from success, from repaired failure, and from the contrast.

The rules are those of arXiv 2406.11736 (sections 3.3 and 3.4); `conf/method/` says how each method uses them.
Random choices come from streams of hash(seed, name, task): a task's rows never depend on other tasks.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

from envisions.methods.pool import Pool
from envisions.records import PreferencePair, SFTRow, Task, Trajectory, seed_from
from envisions.settings.schema import MethodSettings, Positives, Ranking

Scores = Mapping[str, float]  # by trajectory id; higher is likelier
Ids = tuple[int, ...]
PlainPrompts = Callable[[Task, Trajectory], Sequence[Ids]]  # without worked examples, one for each turn
RepairPrompt = Callable[[Task, Trajectory], Ids]


def curate_rows(
    tasks: Sequence[Task],
    pools: Mapping[str, Pool],
    scores: Scores,
    method: MethodSettings,
    seed: int,
    plain: PlainPrompts,
    repair: RepairPrompt,
) -> tuple[list[SFTRow], list[PreferencePair]]:
    """The round's SFT rows and preference pairs, in the order of the tasks."""
    rows: list[SFTRow] = []
    pairs: list[PreferencePair] = []
    solved = [(task, pools[task.id]) for task in tasks if task.id in pools and pools[task.id].positives()]
    for task, pool in solved:
        best, worst = (_ranked(side, scores, method, seed) for side in sides(pool, method, seed))
        count = _l1_count(len(best), method)
        for positive in best[:count]:
            rows += _rows(task, plain(task, positive), positive)
        rows += [
            SFTRow(task.id, "L2", repair(task, bad), good.steps[-1].completion_ids, (good.id, bad.id))
            for good, bad in _repairs(best, worst, count, method)
        ]
        for good, bad in zip(best, worst[: method.pairs_per_task], strict=False):
            pairs += _contrast(task, plain(task, good), good, bad)
    return rows, pairs


def sides(pool: Pool, method: MethodSettings, seed: int) -> tuple[list[Trajectory], list[Trajectory]]:
    """What the method takes for a task's positives and negatives: the right and the wrong.

    A control takes as many of each, so that it has the same tasks, rows and passes, and leaves to chance
    which: its positives are drawn from all that ended by themselves (`any`), or of these from all that ran
    (`ran`), its negatives from those that are left.
    """
    right, wrong = pool.positives(), pool.negatives()
    if method.positives is Positives.right:
        return right, wrong
    whole = sorted(pool.whole(), key=lambda candidate: candidate.id)
    chance = random.Random(seed_from(seed, "control", *(candidate.id for candidate in whole)))
    eligible = [t for t in whole if method.positives is Positives.any or t.execution.ok]
    positives = chance.sample(eligible, min(len(right), len(eligible)))
    taken = {candidate.id for candidate in positives}
    left = [candidate for candidate in whole if candidate.id not in taken]
    return positives, chance.sample(left, min(len(wrong), len(left)))


def to_score(pool: Pool, method: MethodSettings, seed: int) -> list[Trajectory]:
    """The candidates whose order matters: those of a solved task, on the sides where there is a choice."""
    positives, negatives = sides(pool, method, seed)
    if not positives or method.ranking is Ranking.random:
        return []
    contrasts = method.l2_per_task or method.pairs_per_task
    return [t for side in (positives, negatives if contrasts else []) if len(side) > 1 for t in side]


def _ranked(
    candidates: list[Trajectory], scores: Scores, method: MethodSettings, seed: int
) -> list[Trajectory]:
    """Best first: by self-reward, or shuffled where the method is to do without it."""
    by_id = sorted(candidates, key=lambda candidate: candidate.id)
    if method.ranking is Ranking.random:
        return random.Random(seed_from(seed, "rank", *(c.id for c in by_id))).sample(by_id, len(by_id))
    return sorted(by_id, key=lambda candidate: -scores.get(candidate.id, 0.0))


def _l1_count(positives: int, method: MethodSettings) -> int:
    """How many of a task's positives become L1 rows; the paper keeps one back for L2 where it can."""
    keep = max(1, positives - 1) if method.l1_keeps_one else positives
    return min(method.l1_per_task, keep)


def _repairs(
    best: Sequence[Trajectory], worst: Sequence[Trajectory], used: int, method: MethodSettings
) -> list[tuple[Trajectory, Trajectory]]:
    """(positive, negative) for L2 rows: the likeliest negatives with the lowest-ranked positives that L1 left
    over (as published), or with the best positives."""
    targets = list(reversed(best[used:])) if method.l1_keeps_one else list(best)
    return list(zip(targets, worst, strict=False))[: method.l2_per_task]


def _rows(task: Task, prompts: Sequence[Ids], candidate: Trajectory) -> list[SFTRow]:
    """A row for each turn: what was sampled, the ending included."""
    return [
        SFTRow(task.id, "L1", prompt, step.completion_ids, (candidate.id,))
        for prompt, step in zip(prompts, candidate.steps, strict=True)
    ]


def _contrast(task: Task, prompts: Sequence[Ids], good: Trajectory, bad: Trajectory) -> list[PreferencePair]:
    """The first turn in which the two differ: until then both had the same conversation."""
    for prompt, one, other in zip(prompts, good.steps, bad.steps, strict=False):
        if one.completion_ids != other.completion_ids:
            return [
                PreferencePair(task.id, prompt, one.completion_ids, other.completion_ids, (good.id, bad.id))
            ]
        if one.observation != other.observation:
            break
    return []
