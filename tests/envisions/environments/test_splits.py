"""Splits: no twin of a test task in training, the same sides whatever the seed and the numbers."""

from __future__ import annotations

import random
import re
from collections import Counter
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envisions.environments.similarity import alike, mask
from envisions.environments.sources import read_tasks
from envisions.environments.splits import (
    check_split,
    grouped,
    keep_split,
    near_duplicates,
    side,
    split_by_group,
)
from envisions.errors import UserError
from envisions.records import Task

MAWPS = Path("../shared/data/mawpssingleop.jsonl")


def corpus(kinds: int, each: int) -> list[Task]:
    """`kinds` templates, each with several questions that differ in names and numbers alone."""
    names = ["Ann", "Bob", "Carla", "Dora", "Emil", "Fritz"]
    return [
        Task(f"{names[i % 6]} has {i + 2} {word}s that {word}ed {word}ly. How many?", i)
        for word in ("x" * (kind + 1) for kind in range(kinds))
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


def difflib_ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio()


def subsequence(one: list[str], other: list[str]) -> int:
    """The length of the longest common one, by the textbook's recurrence."""
    row = [0] * (len(other) + 1)
    for word in one:
        last = row
        row = [0]
        for place, candidate in enumerate(other):
            row.append(last[place] + 1 if word == candidate else max(row[place], last[place + 1]))
    return row[-1]


words = st.lists(st.sampled_from(["cat", "dog", "has", "sees", "a", "big"]), min_size=1, max_size=14)
texts = st.lists(words.map(" ".join), max_size=12)


@settings(deadline=None)
@given(texts, texts, st.sampled_from([0.6, 0.75, 0.8, 1.0]))
def test_alike_texts_are_those_of_aligning_all_pairs(one: list[str], other: list[str], ratio: float) -> None:
    def reach(a: str, b: str) -> bool:
        return 2 * subsequence(a.split(), b.split()) >= ratio * len(a.split() + b.split()) - 1e-9

    found = set(alike(one, other, ratio))
    assert found == {(i, j) for i, a in enumerate(one) for j, b in enumerate(other) if reach(a, b)}
    assert found >= {
        (i, j) for i, a in enumerate(one) for j, b in enumerate(other) if difflib_ratio(a, b) >= ratio
    }


def test_a_chain_of_alike_questions_is_one_group() -> None:
    chain = ["a b c d e f g h", "a b c d e f g x", "a b c d e f y x", "a b c d e z y x", "q r s t"]
    first, *linked, last = (task.group for task in grouped([Task(text, 0) for text in chain]))
    assert {first, *linked} == {first}
    assert last != first


def test_groups_that_tasks_came_with_are_joined_by_alike_questions() -> None:
    tasks = [
        Task("p q r", 1, group="two"),
        Task("a b c d", 2, group="two"),
        Task("a b c d e", 3, group="one"),
    ]
    assert {task.group for task in grouped(tasks)} == {"one"}


def test_a_large_group_is_for_training_whole() -> None:
    """Whatever the hash of its name says."""
    for large in range(12):
        many = [Task(f"{'y' * (large + 1)} {number}", number) for number in range(40)]
        split = split_by_group([*corpus(60, 3), *many], 100, 20, seed=0)
        assert not {task.group for task in grouped(many)} & {task.group for task in split.test}
        assert split.counts["largest_group"] == 40


def test_a_small_file_has_no_large_groups() -> None:
    """Of a dozen tasks each is more than a twentieth."""
    split = split_by_group(corpus(12, 1), 3, 2, seed=0)
    assert split.counts["groups_test"] == 2


def test_tests_are_taken_a_group_at_a_time() -> None:
    split = split_by_group(corpus(60, 6), 60, 40, seed=0)
    groups = Counter(task.group for task in split.test)
    assert max(groups.values()) - min(groups.values()) <= 1
    assert split.counts["largest_group_test"] == max(groups.values()) <= 4


def test_one_group_of_ten_with_more_than_a_tenth_of_the_tests_is_a_users_error() -> None:
    few = [task for task in corpus(60, 1) if side(grouped([task])[0].group) == "test"][:10]
    many = [
        replace(few[0], question=few[0].question.replace(" 2 ", f" {number} ")) for number in range(3, 20)
    ]
    train = [task for task in corpus(900, 1)[60:] if side(grouped([task])[0].group) == "train"]
    assert len(few) == 10
    split_by_group([*few, *many, *train], 40, 11, seed=0)
    with pytest.raises(
        UserError, match=r"env\.n_test=20 takes 11 tests from one of 10 groups.*env\.test_data"
    ):
        split_by_group([*few, *many, *train], 40, 20, seed=0)


def test_own_test_parts_have_groups() -> None:
    split = keep_split(corpus(4, 5), corpus(12, 5)[20:], 10, 16, seed=0)
    assert len({task.group for task in split.test}) == 8
    assert all(task.group for task in (*split.train, *split.test))
    assert split.counts["groups_test"] == 8


def test_own_split_with_the_same_template_on_both_sides_starts() -> None:
    tasks = corpus(3, 8)
    split = keep_split(tasks[::2], tasks[1::2], 12, 12, seed=0)
    check_split(split.train, split.test)
    assert split.counts["near_duplicates"] == 12


@pytest.mark.skipif(not MAWPS.exists(), reason="the problem sets are not here")
def test_mawps_single_op_has_no_near_duplicate_on_both_sides() -> None:
    """562 rows, 531 distinct; by `difflib` too, and with numbers alone masked."""
    split = split_by_group(read_tasks(str(MAWPS), "train"), 200, 128, seed=0)
    assert (split.counts["rows"], split.counts["distinct"]) == (562, 531)
    assert split.counts["groups_test"] >= 100
    assert split.counts["near_duplicates"] == 0
    numbers = [
        [re.sub(r"\d[\d.,]*", "#", t.question.lower()) for t in side] for side in (split.train, split.test)
    ]
    assert not any(difflib_ratio(one, other) >= 0.8 for one in numbers[0] for other in numbers[1])
