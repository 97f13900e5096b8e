"""Splits: no twin of a test task in training, the same sides whatever the seed and the numbers."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envisions.environments.sources import read_tasks
from envisions.environments.splits import check_split, keep_split, mask, near_duplicates, side, split_by_group
from envisions.errors import UserError
from envisions.records import Task

MAWPS = Path("../shared/data/mawpssingleop.jsonl")


def corpus(kinds: int, each: int) -> list[Task]:
    """`kinds` templates, each with several questions that differ in names and numbers alone."""
    names = ["Ann", "Bob", "Carla", "Dora", "Emil", "Fritz"]
    return [
        Task(f"{names[i % 6]} has {i + 2} hats of kind {'x' * (kind + 1)}. How many?", i)
        for kind in range(kinds)
        for i in range(each)
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Jose starts with 7 caps. He gets 2 more.", "Ada starts with 12 caps. She gets 40 more."),
        ("Mrs. Hilt has 3 dogs.", "Ann has 3 dogs."),
        ("If Ann's bag costs $2.50, what now?", "If José's bag costs $1,000, what now?"),
        ("There are three cats.", "There are 3 cats."),
        ("How many  does Ann\thave?", "How many does Bob have?"),
        ("She gave Sam 4.", "He gave Rebecca 5."),
        ("It is 1/2 past.", "It is 3/4 past."),
        ("If Jose has 3 and he gives his dog 2", "If Ada has 9 and she gives her dog 4"),
    ],
)
def test_questions_that_differ_in_names_and_numbers_are_one_group(one: str, other: str) -> None:
    assert mask(one) == mask(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("If Ann has 3 cats, how many?", "When Ann has 3 cats, how many?"),
        ("There are 3 cats.", "Here are 3 cats."),
        ("Ann has 3 cats.", "Ann has 3 dogs."),
        ("How many does Ann have?", "How much does Ann have?"),
        ("She has 3.", "It has 3."),
        ("Each box has 3.", "Some box has 3."),
    ],
)
def test_ordinary_words_that_open_a_sentence_are_kept(one: str, other: str) -> None:
    assert mask(one) != mask(other)


def test_a_group_is_on_one_side() -> None:
    split = split_by_group(corpus(40, 5), 60, 40, seed=0)
    check_split(split.train, split.test)
    assert {task.group for task in split.train}.isdisjoint(task.group for task in split.test)
    assert split.counts["groups"] == 40


def test_sides_depend_on_neither_seed_nor_numbers_nor_order() -> None:
    tasks = corpus(40, 5)
    few, many = split_by_group(tasks, 10, 10, seed=0), split_by_group(tasks, 60, 40, seed=1)
    check_split(few.train, many.test)
    check_split(many.train, few.test)
    shuffled = random.Random(0).sample(tasks, len(tasks))
    assert split_by_group(shuffled, 60, 40, seed=1) == many


def test_the_seed_changes_training_alone() -> None:
    one, other = (split_by_group(corpus(40, 5), 30, 30, seed=seed) for seed in (0, 1))
    assert one.test == other.test
    assert one.train != other.train


def test_fewer_tasks_are_the_first_of_more() -> None:
    few, many = (split_by_group(corpus(40, 5), n, n, seed=0) for n in (10, 40))
    assert many.train[:10] == few.train
    assert many.test[:10] == few.test


def test_given_groups_are_kept() -> None:
    tasks = [Task(f"question {'y' * i}", i, group=f"template-{i % 20}") for i in range(1, 101)]
    split = split_by_group(tasks, 30, 20, seed=0)
    assert all(side(task.group) == "test" for task in split.test)
    assert {task.group for task in split.train} <= {f"template-{i}" for i in range(20)}


def test_exact_duplicates_are_removed_and_counted() -> None:
    tasks = corpus(20, 3)
    split = split_by_group([*tasks, *tasks[:7], Task("  " + tasks[0].question, 9)], 20, 10, seed=0)
    assert (split.counts["rows"], split.counts["distinct"]) == (68, 60)
    assert split.counts["train_available"] + split.counts["test_available"] == 60


def test_own_split_is_kept_though_groups_are_on_both_sides() -> None:
    tasks = corpus(1, 20)
    split = keep_split(tasks[:12], tasks[10:], 10, 10, seed=0)
    check_split(split.train, split.test)
    assert split.counts["train_also_in_test"] == 2
    assert split.counts["near_duplicates"] == 10


def test_more_tasks_than_there_are_is_a_users_error() -> None:
    with pytest.raises(UserError, match=r"env\.n_train=500 is more than the \d+ tasks"):
        split_by_group(corpus(40, 5), 500, 10, seed=0)
    with pytest.raises(UserError, match=r"env\.n_test=11 is more than the 10 tasks on the test side"):
        keep_split(corpus(2, 10), corpus(2, 5), 1, 11, seed=0)


def test_check_names_what_is_shared() -> None:
    with pytest.raises(UserError, match=r"share 1 question\(s\), such as 'What\?'"):
        check_split([Task("What?", 1), Task("Who?", 1)], [Task(" What? ", 2)])
    with pytest.raises(UserError, match=r"share 1 group\(s\), such as 'g'"):
        check_split([Task("What?", 1, group="g")], [Task("Who?", 1, group="g")])
    check_split([Task("What?", 1)], [Task("Who?", 1)])


def test_near_duplicates_are_test_tasks_with_a_similar_training_task() -> None:
    train = [Task("Ann has 3 red cats and she gives 2 of them to Bob today.", 1)]
    near = Task("Eve has 8 red cats and she gives 5 of them to Tim now.", 3)
    far = Task("A train goes 3 miles an hour for two hours.", 6)
    assert near_duplicates(train, [near, far, far]) == 1


words = st.lists(st.sampled_from(["cat", "dog", "has", "sees", "a", "big"]), min_size=1, max_size=9).map(
    " ".join
)


@settings(deadline=None)
@given(st.lists(words, max_size=12), st.lists(words, max_size=12))
def test_near_duplicates_agree_with_comparing_all_pairs(train: list[str], test: list[str]) -> None:
    def trigrams(text: str) -> set[str]:
        tokens = text.split()
        return {" ".join(tokens[i : i + 3]) for i in range(max(1, len(tokens) - 2))}

    def similar(one: set[str], other: set[str]) -> bool:
        return len(one & other) / len(one | other) >= 0.6

    expected = sum(any(similar(trigrams(a), trigrams(b)) for b in train) for a in test)
    assert near_duplicates([Task(a, 0) for a in train], [Task(a, 0) for a in test]) == expected


@pytest.mark.skipif(not MAWPS.exists(), reason="the problem sets are not here")
def test_mawps_single_op() -> None:
    """562 rows, 531 distinct; 477 groups by names and numbers alone, fewer since pronouns are masked too."""
    split = split_by_group(read_tasks(str(MAWPS), "train"), 200, 128, seed=0)
    assert (split.counts["rows"], split.counts["distinct"]) == (562, 531)
    assert 460 <= split.counts["groups"] <= 477
