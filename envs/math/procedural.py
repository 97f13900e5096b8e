"""Word problems without end, from templates; test templates are never used for training.

Which side a template is on is fixed by its id, so that a fixed share of each level's is for testing. Tests of
one template go right and wrong together, so there are many templates with few tests each: with the defaults
128 tests of 72 templates, two of each at most. The share leaves 69 templates of these levels for training;
it follows from how many there are, and no model's answers were looked at to choose it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import count, cycle
from random import Random
from typing import Final

from envisions.environments.procedural import Draw
from envisions.records import Split, Task, seed_from
from envs.math.template import Template
from envs.math.templates import TEMPLATES

NAME: Final = "math-v2"
TEST_SHARE: Final = 0.55  # of the templates
# Those with questions alike to another template's, as `envisions.environments.splits` measures it, are for
# training, so that every test template is unlike all others.
ALIKE: Final = {
    "bags-after-snack", "boxes-and-loose", "boxes-of-items", "chain-of-three", "change-after-several",
    "change-from-note", "change-from-two-kinds", "drive-distance", "each-friend-gets", "eats-some",
    "gets-more", "gets-then-gives", "gives-away", "half-then-more", "how-many-more",
    "keeps-some-shares-rest", "leave-the-bus", "loses-some", "more-than-other", "on-and-off-the-bus",
    "price-times-count", "several-and-one", "three-collections", "times-as-many",
    "times-more-then-gives", "together-with-more", "together-with-times", "twice-as-many",
    "two-people-together", "walk-distance",
}  # fmt: skip


@cache
def side_templates(split: Split, level: int) -> tuple[Template, ...]:
    """A side's templates of a level: by the order of their ids' hashes, the first 55 % are for testing."""
    templates = [template for template in TEMPLATES if template.level == level]
    templates.sort(key=lambda template: (template.id in ALIKE, seed_from(NAME, "side", template.id)))
    n_test = round(TEST_SHARE * len(templates))
    return tuple(templates[:n_test] if split == "test" else templates[n_test:])


def draw(seed: int) -> Draw:
    """The streams of tasks: a level's templates in turn. The test side ignores the seed."""
    return lambda split, level: _level(split, level, ("train", seed) if split == "train" else ("test",))


def _level(split: Split, level: int, stream: Sequence[object]) -> Iterator[Task]:
    """Tasks of a level without end, its templates in turn."""
    templates = sorted(
        side_templates(split, level), key=lambda template: seed_from(NAME, "order", *stream, template.id)
    )
    for index, template in zip(count(), cycle(templates), strict=False):
        yield template.task(Random(seed_from(NAME, *stream, template.id, index // len(templates))))
