"""Generated tasks: the sides, the mix, the random streams."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import count
from random import Random

import pytest

from envisions.environments import splits
from envisions.environments.procedural import check_levels, first_tasks
from envisions.environments.similarity import alike, mask
from envisions.environments.splits import check_split
from envisions.errors import UserError
from envisions.records import Split, Task, digest
from envs.math import MathEnvironment, procedural
from envs.math.procedural import draw, side_templates
from envs.math.template import Template
from envs.math.templates import TEMPLATES

LEVELS = {1: 1.0, 2: 1.0, 3: 1.0, 4: 1.0}


def generate(split: Split, n: int, levels: Mapping[int, float] = LEVELS, seed: int = 0) -> list[Task]:
    return list(first_tasks(draw(seed), split, n, levels))


def test_no_template_is_on_both_sides() -> None:
    train, test = generate("train", 600, LEVELS), generate("test", 600, LEVELS)
    check_split(train, test)
    assert {task.group for task in train}.isdisjoint(task.group for task in test)


@pytest.mark.parametrize("level", LEVELS)
def test_more_than_half_of_a_level_s_templates_are_for_testing(level: int) -> None:
    train, test = side_templates("train", level), side_templates("test", level)
    assert 0.5 < len(test) / len(train + test) < 0.6


def test_the_default_tests_are_two_of_a_template_at_most() -> None:
    """128 tests of 72 templates; a template's tasks go right and wrong together, so few of many count."""
    environment = MathEnvironment(n_train=80, n_test=128)
    turns = Counter(task.group for task in environment.tasks("test"))
    assert len(turns) == environment.counts["groups_test"] == 72
    assert max(turns.values()) == environment.counts["largest_group_test"] == 2
    assert environment.counts["near_duplicates"] == 0


def test_no_test_template_is_alike_to_another_template() -> None:
    known: dict[str, Template] = {}
    for template in TEMPLATES:
        for number in range(40):
            known.setdefault(mask(template.task(Random(number)).question), template)
    texts = list(known)
    pairs = {(known[texts[a]].id, known[texts[b]].id) for a, b in alike(texts, texts, splits.ALIKE)}
    linked = {one for one, other in pairs if one != other}
    assert linked
    assert linked <= procedural.ALIKE


def test_every_operation_is_on_both_sides() -> None:
    for split in ("train", "test"):
        solutions = " ".join(template.solve for template in side_templates(split, 1))
        assert all(sign in solutions for sign in "+-*/"), split


def test_training_depends_on_the_seed_and_testing_does_not() -> None:
    questions = [{task.question for task in generate("train", 50, seed=seed)} for seed in (0, 1)]
    assert len(questions[0] & questions[1]) < 5
    assert generate("test", 50, seed=0) == generate("test", 50, seed=1)


def test_asked_for_more_it_gives_the_same_ones_first() -> None:
    assert generate("test", 200)[:64] == generate("test", 64)


def test_questions_are_distinct() -> None:
    tasks = generate("test", 2000, {1: 1.0})
    assert len({task.question for task in tasks}) == 2000


def test_levels_are_mixed_as_asked_and_templates_take_turns() -> None:
    tasks = generate("train", 400, {1: 3, 2: 1, 4: 0})
    assert Counter(task.level for task in tasks) == {1: 300, 2: 100}
    turns = Counter(task.group for task in tasks if task.level == 1)
    assert max(turns.values()) - min(turns.values()) <= 1
    assert len(turns) == len(side_templates("train", 1))


@pytest.mark.parametrize(
    ("levels", "said"),
    [({7: 1.0}, "levels are 1, 2, 3, 4"), ({1: -1.0}, "at least 0"), ({1: 0.0}, "asks for nothing")],
)
def test_a_wrong_mix_is_one_sentence(levels: dict[int, float], said: str) -> None:
    with pytest.raises(UserError, match=said):
        check_levels(levels, LEVELS)


def test_templates_that_run_dry_are_a_users_error(monkeypatch: pytest.MonkeyPatch) -> None:
    one = Template("one", "How much is {a} and {b}?", {"a": (1, 2), "b": (1, 2), "c": "a + b"}, "a + b", "c")
    monkeypatch.setattr(procedural, "side_templates", lambda split, level: (one,))
    assert len(generate("train", 4, {1: 1.0})) >= 4
    with pytest.raises(UserError, match="no 100 distinct questions"):
        generate("train", 100, {1: 1.0})


@pytest.mark.parametrize(("kinds", "largest"), [(3, 43), (9, 15), (12, 12), (40, 12)])
def test_no_group_is_more_than_a_tenth_of_the_tests(kinds: int, largest: int) -> None:
    """However lopsided the stream: half of it is of one kind. Under ten kinds share the tests evenly."""

    def lopsided(split: Split, level: int) -> Iterator[Task]:
        for number in count():
            kind = 0 if number % 2 else number // 2 % kinds
            yield Task(f"{split} {number}", number, group=f"{split} {kind}")

    tests = first_tasks(lopsided, "test", 128, {1: 1.0})
    assert max(Counter(task.group for task in tests).values()) == largest
    assert first_tasks(lopsided, "test", 64, {1: 1.0}) == tests[:64]


def test_tasks_are_the_same_in_every_process() -> None:
    code = (
        "from envisions.records import digest; from envs.math import MathEnvironment;"
        "environment = MathEnvironment(n_train=99, n_test=99, seed=5);"
        "print(digest([task.id for split in ('train', 'test') for task in environment.tasks(split)]))"
    )
    environment = MathEnvironment(n_train=99, n_test=99, seed=5)
    here = digest([task.id for split in ("train", "test") for task in environment.tasks(split)])
    for hash_seed in ("0", "42"):
        changed = {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.getcwd()}
        there = subprocess.run(
            [sys.executable, "-c", code], env=os.environ | changed, capture_output=True, text=True, check=True
        )
        assert there.stdout.strip() == here
