"""Which tasks are for training and which for testing, so that no test task has a twin in training.

A file without a split of its own is divided by group. Questions that are alike (similarity.py) are one
group, and so are those that a chain of alike ones links; a whole group goes to the side that its hash says.
That side depends neither on the seed nor on how many tasks are wanted, so a test task of one run is never a
training task of another. A group of more than `LARGE` of all tasks (and more than ten) is for training,
whatever chain made it: tests could use only a part of it. (Filling the test side to exactly the wished number
would waste less data, but another `n_test` would move groups across.) Tests are taken a group at a time, and
no group is more than a tenth of them.

A source's own split is kept as it is, less exact duplicates; alike questions on both sides are counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import networkx as nx

from envisions.environments.similarity import alike, mask
from envisions.errors import UserError
from envisions.records import Split, Task, digest, seed_from

TEST_SHARE: Final = 0.4  # of the groups; 128 test and 200 training tasks then fit into sets of 400 tasks
ALIKE: Final = 0.75  # the ratio from which two questions are of one group
NEAR: Final = 0.8  # and that from which they count as near-duplicates: grouping leaves a margin
LARGE: Final = 0.05  # of all tasks: a larger group is for training
FEW: Final = 10  # groups that can each be a tenth of the tests


@dataclass(frozen=True, slots=True)
class TaskSplit:
    """The tasks of both sides, and what `manifest.json` says about where they came from."""

    train: tuple[Task, ...]
    test: tuple[Task, ...]
    counts: Mapping[str, int]


def split_by_group(tasks: Sequence[Task], n_train: int, n_test: int, seed: int) -> TaskSplit:
    """Divides the tasks of one source by `grouped`.

    Raises UserError where a side has fewer tasks than wanted, or where one group would be more than a tenth
    of the tests though there are ten or more; fewer than ten share them evenly.
    """
    distinct = grouped(_distinct(tasks))
    sizes = Counter(task.group for task in distinct)
    sides: dict[Split, list[Task]] = {"train": [], "test": []}
    for task in distinct:
        large = sizes[task.group] > max(FEW, LARGE * len(distinct))
        sides["train" if large else side(task.group)].append(task)
    counts = {"groups": len(sizes), "largest_group": max(sizes.values(), default=0)}
    split = _select(tasks, sides["train"], sides["test"], counts, n_train, n_test, seed)
    _check_spread(split)
    return split


def keep_split(
    train: Sequence[Task], test: Sequence[Task], n_train: int, n_test: int, seed: int
) -> TaskSplit:
    """Takes a source's own split: a training task whose question is also a test question is dropped,
    merely similar ones stay and are counted. Each side is grouped by itself.

    Raises UserError where a side has fewer tasks than wanted.
    """
    distinct_test = _distinct(test)
    questions = {_key(task) for task in distinct_test}
    candidates = _distinct(train)
    distinct_train = [task for task in candidates if _key(task) not in questions]
    counts = {"train_also_in_test": len(candidates) - len(distinct_train)}
    sides = (grouped(distinct_train, "train "), grouped(distinct_test, "test "))
    return _select([*train, *test], *sides, counts, n_train, n_test, seed)


def grouped(tasks: Sequence[Task], prefix: str = "") -> list[Task]:
    """The tasks with groups that no two alike tasks are apart in.

    One group are tasks that came with the same group or whose questions are alike, and all that a chain of
    such links. Its name is the least of the groups that its tasks came with, or made from their questions.
    """
    masked = [mask(task.question) for task in tasks]
    texts = sorted(set(masked))
    links = nx.Graph((texts[one], texts[other]) for one, other in alike(texts, texts, ALIKE))
    links.add_nodes_from(texts)
    came: defaultdict[str, list[str]] = defaultdict(list)  # the texts of a group that tasks came with
    for text, task in zip(masked, tasks, strict=True):
        if task.group:
            came[task.group].append(text)
            links.add_edge(text, came[task.group][0])
    given = {text: group for group in sorted(came, reverse=True) for text in came[group]}
    names: dict[str, str] = {}
    for linked in nx.connected_components(links):
        groups = {given[text] for text in linked if text in given}
        name = min(groups) if groups else digest(min(linked))
        names |= dict.fromkeys(linked, prefix + name)
    return [replace(task, group=names[text]) for text, task in zip(masked, tasks, strict=True)]


def side(group: str) -> Split:
    """The side that a group belongs to, for ever."""
    return "test" if seed_from("side of group", group) < TEST_SHARE * 2**63 else "train"


def most(n_test: int) -> int:
    """How many of so many tests may be of one group: a tenth, or two where there are fewer than twenty."""
    return max(2, n_test // FEW)


def check_sizes(n_train: int, n_test: int) -> None:
    """Raises UserError unless both are at least 1."""
    for name, n in (("n_train", n_train), ("n_test", n_test)):
        if n < 1:
            raise UserError(f"env.{name}={n} must be at least 1")


def check_split(train: Iterable[Task], test: Iterable[Task]) -> None:
    """Raises UserError if a side is empty, or a question or a group on both; called at every start."""
    train, test = list(train), list(test)
    for split, tasks in (("training", train), ("test", test)):
        if not tasks:
            raise UserError(f"the environment has no {split} tasks: see env.n_train and env.n_test")
    questions = {_key(task) for task in train} & {_key(task) for task in test}
    groups = {task.group for task in train} & {task.group for task in test} - {""}
    for what, shared in (("question", questions), ("group", groups)):
        if shared:
            raise UserError(
                f"training and test tasks share {len(shared)} {what}(s), such as {min(shared)!r}: "
                f"the environment must give every {what} to one side"
            )


def near_duplicates(train: Iterable[Task], test: Iterable[Task]) -> int:
    """How many test tasks have a training task whose question is the same to a ratio of `NEAR`, as
    `envisions.environments.similarity` measures it."""
    known = sorted({mask(task.question) for task in train})
    asked = [mask(task.question) for task in test]
    return len({place for place, _ in alike(asked, known, NEAR)})


def compared(train: Sequence[Task], test: Sequence[Task]) -> dict[str, int]:
    """What is counted of every split: groups, the tests in the largest, and those near to a training task."""
    groups = Counter(task.group for task in test)
    return {
        "groups_train": len({task.group for task in train}),
        "groups_test": len(groups),
        "largest_group_test": max(groups.values(), default=0),
        "near_duplicates": near_duplicates(train, test),
    }


def _key(task: Task) -> str:
    return " ".join(task.question.split())


def _conflicting(tasks: Iterable[Task]) -> int:
    """How many questions have several answers, of which the first is taken."""
    answers = Counter(question for question, _ in {(_key(task), digest(task.target)) for task in tasks})
    return sum(count > 1 for count in answers.values())


def _distinct(tasks: Iterable[Task]) -> list[Task]:
    """The first task of every question, differences of spacing aside."""
    first: dict[str, Task] = {}
    for task in tasks:
        first.setdefault(_key(task), task)
    return list(first.values())


def _select(
    rows: Sequence[Task],
    train: list[Task],
    test: list[Task],
    counts: Mapping[str, int],
    n_train: int,
    n_test: int,
    seed: int,
) -> TaskSplit:
    """The wanted number from each side, in an order of hashes: the test side's ignores the seed."""
    chosen_train = _first(_ordered(train, "train", seed), n_train, "train")
    chosen_test = _first(_in_turn(_ordered(test, "test")), n_test, "test")
    distinct = len({_key(task) for task in rows})
    available = {"rows": len(rows), "distinct": distinct, "conflicting": _conflicting(rows), **counts}
    sides = {"train_available": len(train), "test_available": len(test)}
    return TaskSplit(chosen_train, chosen_test, {**available, **sides, **compared(chosen_train, chosen_test)})


def _ordered(tasks: Iterable[Task], *stream: str | int) -> list[Task]:
    return sorted(tasks, key=lambda task: seed_from("order", *stream, task.id))


def _in_turn(tasks: Iterable[Task]) -> list[Task]:
    """The first task of every group, then the second of every group that has one, and so on."""
    seen: Counter[str] = Counter()
    turns: defaultdict[int, list[Task]] = defaultdict(list)
    for task in tasks:
        turns[seen[task.group]].append(task)
        seen[task.group] += 1
    return [task for turn in sorted(turns) for task in turns[turn]]


def _first(tasks: list[Task], n: int, name: Split) -> tuple[Task, ...]:
    if n > len(tasks):
        raise UserError(
            f"env.n_{name}={n} is more than the {len(tasks)} tasks on the {name} side of the data: "
            f"lower env.n_{name} or give more data (alike questions are on one side, unless env.test_data "
            f"names a test part of its own)"
        )
    return tuple(tasks[:n])


def _check_spread(split: TaskSplit) -> None:
    groups, largest = split.counts["groups_test"], split.counts["largest_group_test"]
    if groups >= FEW and largest > most(len(split.test)):
        raise UserError(
            f"env.n_test={len(split.test)} takes {largest} tests from one of {groups} groups of alike "
            f"questions, and none may be more than a tenth: lower env.n_test, give more varied data, or name "
            f"a test part of its own as env.test_data"
        )
