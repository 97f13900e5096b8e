"""Word problems without end, from templates; test templates are never used for training.

Which side a template is on is fixed by its id; the test tasks are the same for every seed, the training tasks
differ by seed. Asked for more tasks, it gives the same ones first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import count, cycle, islice
from random import Random
from typing import Final

from envisions.errors import UserError
from envisions.records import Split, Task, seed_from
from envs.math.template import Template
from envs.math.templates import TEMPLATES

NAME: Final = "math-v1"
LEVELS: Final[Mapping[int, float]] = {1: 0.9, 2: 0.1}  # share of tasks by number of operations
TEST_SHARE: Final = 0.3  # of the templates
PATIENCE: Final = 2_000  # tasks of a level made in vain before it counts as used up


@cache
def side_templates(split: Split, level: int) -> tuple[Template, ...]:
    """A side's templates of a level: by the order of their ids' hashes, the first 30 % are for testing."""
    templates = [template for template in TEMPLATES if template.level == level]
    templates.sort(key=lambda template: seed_from(NAME, "side", template.id))
    n_test = round(TEST_SHARE * len(templates))
    return tuple(templates[:n_test] if split == "test" else templates[n_test:])


def generate(split: Split, n: int, levels: Mapping[int, float] | None = None, seed: int = 0) -> list[Task]:
    """The first `n` tasks of a side, with distinct questions, the levels mixed in the given shares and
    the templates of a level in turn. The test side ignores the seed.

    Raises UserError for a level without templates, or where they give no `n` distinct questions.
    """
    shares = _shares(levels or LEVELS)
    stream = ("train", seed) if split == "train" else ("test",)
    sources = {level: _level(split, level, stream) for level in shares}
    tasks: dict[str, Task] = {}
    for level in islice(_mix(shares), n):
        task = next((task for task in islice(sources[level], PATIENCE) if task.question not in tasks), None)
        if task is None:
            raise UserError(
                f"the {split} templates of level {level} give no {n} distinct questions: ask for fewer"
            )
        tasks[task.question] = task
    return list(tasks.values())


def _shares(levels: Mapping[int, float]) -> dict[int, float]:
    known = {template.level for template in TEMPLATES}
    for level, share in levels.items():
        if level not in known or not share >= 0:
            raise UserError(
                f"env.levels has {level}: {share}; give each level a share of at least 0, the levels are "
                f"{', '.join(map(str, sorted(known)))}"
            )
    total = sum(levels.values())
    if not total > 0:
        raise UserError(f"env.levels={dict(levels)} asks for nothing: give some level a share above 0")
    return {level: share / total for level, share in levels.items() if share}


def _mix(shares: Mapping[int, float]) -> Iterator[int]:
    """Levels without end: always the one that is furthest behind its share."""
    given: Counter[int] = Counter()
    while True:
        level = max(shares, key=lambda level: shares[level] * (given.total() + 1) - given[level])
        given[level] += 1
        yield level


def _level(split: Split, level: int, stream: Sequence[object]) -> Iterator[Task]:
    """Tasks of a level without end, its templates in turn."""
    templates = sorted(
        side_templates(split, level), key=lambda template: seed_from(NAME, "order", *stream, template.id)
    )
    for index, template in zip(count(), cycle(templates), strict=False):
        yield template.task(Random(seed_from(NAME, *stream, template.id, index // len(templates))))
