"""Tasks without end, from a function that draws one: levels mixed in shares, whole groups kept for testing.

The test tasks are the same for every seed, the training tasks differ by seed. Asked for more tasks, it gives
the same ones first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from itertools import count, islice
from random import Random

from envisions.environments.similarity import mask
from envisions.environments.splits import TaskSplit, compared, most, side
from envisions.errors import UserError
from envisions.records import Split, Task, digest, seed_from

PATIENCE = 2_000  # tasks of a level drawn in vain before it counts as used up
CROWDED = 30  # tasks drawn from groups that have their tenth of the tests before one is taken after all
Make = Callable[[Random, int], Task]
Draw = Callable[[Split, int], Iterator[Task | None]]


def procedural_split(
    name: str, make: Make, n_train: int, n_test: int, levels: Mapping[int, float], seed: int
) -> TaskSplit:
    """The first tasks that `make(stream, level)` draws for each side.

    A task's group (its question with numbers and names masked, where it has none) says which side it is for.
    Raises UserError where a level gives no more distinct questions.
    """

    def draw(split: Split, level: int) -> Iterator[Task | None]:
        stream = ("train", seed) if split == "train" else ("test",)
        for index in count():
            task = make(Random(seed_from(name, *stream, level, index)), level)
            grouped = task if task.group else replace(task, group=digest(mask(task.question)))
            yield replace(grouped, level=level) if side(grouped.group) == split else None

    return drawn_split(draw, n_train, n_test, levels)


def drawn_split(draw: Draw, n_train: int, n_test: int, levels: Mapping[int, float]) -> TaskSplit:
    """Both sides from streams of one's own: `draw(side, level)` gives tasks, or None for one that did not
    come out, without end."""
    train, test = first_tasks(draw, "train", n_train, levels), first_tasks(draw, "test", n_test, levels)
    return TaskSplit(train, test, compared(train, test))


def first_tasks(draw: Draw, split: Split, n: int, levels: Mapping[int, float]) -> tuple[Task, ...]:
    """A side's first `n` tasks with distinct questions, the levels mixed in their shares.

    At no place is a group more than `most` of the tests so far, unless the stream has too few groups: then
    those with the fewest tests are filled first.
    """
    streams = {level: draw(split, level) for level in levels}
    tasks: dict[str, Task] = {}
    groups: Counter[str] = Counter()
    for level in islice(_mix(levels), n):
        tries = (task for task in islice(streams[level], PATIENCE) if task and task.question not in tasks)
        task = _roomy(tries, groups, most(len(tasks) + 1) if split == "test" else n)
        if task is None:
            raise UserError(
                f"level {level} gives no {n} distinct questions for the {split} side:"
                f" lower env.n_{split} or the level's share in env.levels"
            )
        tasks[task.question] = task
        groups[task.group] += 1
    return tuple(tasks.values())


def _roomy(tries: Iterator[Task], groups: Mapping[str, int], limit: int) -> Task | None:
    """The first task whose group has room, or, after `CROWDED` without, one of the smallest group."""
    crowded = []
    for task in islice(tries, CROWDED):
        if groups[task.group] < limit:
            return task
        crowded.append(task)
    return min(crowded, key=lambda task: groups[task.group], default=None)


def check_levels(levels: Mapping[int, float], known: Collection[int]) -> None:
    """Raises UserError for a level that is not `known`, a share below 0, or shares that are all 0."""
    for level, share in levels.items():
        if level not in known or not share >= 0:
            raise UserError(
                f"env.levels has {level}: {share}; give each level a share of at least 0, the levels are "
                f"{', '.join(map(str, sorted(known)))}"
            )
    if not sum(levels.values()) > 0:
        raise UserError(f"env.levels={dict(levels)} asks for nothing: give some level a share above 0")


def _mix(levels: Mapping[int, float]) -> Iterator[int]:
    """Levels without end: always the one that is furthest behind its share."""
    total = sum(levels.values())
    given: Counter[int] = Counter()
    while True:
        level = max(levels, key=lambda level: levels[level] / total * (given.total() + 1) - given[level])
        given[level] += 1
        yield level
