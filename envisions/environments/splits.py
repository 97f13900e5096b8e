"""Which tasks are for training and which for testing, so that no test task has a twin in training.

A file without a split of its own is divided by group: questions that differ only in numbers, names
and pronouns are one group, and a whole group goes to the side that its hash says. That side depends
neither on the seed nor on how many tasks are wanted, so a test task of one run is never a training
task of another. (Filling the test side to exactly the wished number would waste less data, but
another `n_test` would move groups across.) A source's own split is kept as it is, less exact
duplicates. Rewordings are not recognised as one group; `near_duplicates` counts those that remain.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from envisions.errors import UserError
from envisions.records import Split, Task, digest, seed_from

TEST_SHARE = 0.4  # of the groups; 128 test and 200 training tasks then fit into sets of 400 tasks
SIMILAR = 0.6  # Jaccard similarity from which two questions count as near-duplicates

_WORD = re.compile(r"\d+(?:[.,/:]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NUMBERS = _words("two three four five six seven eight nine ten eleven twelve")
_PRONOUNS = _words("he she him her his hers himself herself")
# Capital letters do not make these a name where they open a sentence; any other word there counts as
# one: to take an ordinary word for a name merges groups, the reverse would put twins on both sides.
_ORDINARY = _words(
    """a an the this that these those there here it its they them their we us our i my you your
    if when while after before during since then now later today yesterday tomorrow next last first
    second finally each every all both some many most another other one only once in on at by for
    from to of with without between among out about into over under and but or so because as how
    what which who whose where why is are was were do does did can could will would should has have
    had suppose given let find calculate"""
)


@dataclass(frozen=True, slots=True)
class TaskSplit:
    """The tasks of both sides, and what `manifest.json` says about where they came from."""

    train: tuple[Task, ...]
    test: tuple[Task, ...]
    counts: Mapping[str, int]


def mask(question: str) -> str:
    """The question's words in lower case, with `#` for numbers, `n` for names and `p` for pronouns."""
    words: list[str] = []
    for word in _WORD.findall(question):
        masked = _mask_word(word)
        if not (masked == "n" and words[-1:] == ["n"]):  # a name of two words is one name
            words.append(masked)
    return " ".join(words)


def _mask_word(word: str) -> str:
    plain = re.split("['’]", word)[0].lower()
    if word[0].isdigit() or plain in _NUMBERS:
        return "#"
    if plain in _PRONOUNS:
        return "p"
    return "n" if word[0].isupper() and plain not in _ORDINARY else word.lower()


def split_by_group(tasks: Sequence[Task], n_train: int, n_test: int, seed: int) -> TaskSplit:
    """Divides the tasks of one source; tasks without a group get a hash of their masked question.

    Raises UserError where a side has fewer tasks than wanted.
    """
    distinct = [_grouped(task) for task in _distinct(tasks)]
    sides: dict[Split, list[Task]] = {"train": [], "test": []}
    for task in distinct:
        sides[side(task.group)].append(task)
    counts = {"groups": len({task.group for task in distinct})}
    return _select(tasks, sides["train"], sides["test"], counts, n_train, n_test, seed)


def keep_split(
    train: Sequence[Task], test: Sequence[Task], n_train: int, n_test: int, seed: int
) -> TaskSplit:
    """Takes a source's own split: a training task whose question is also a test question is dropped,
    merely similar ones stay and are counted. Such tasks carry no group.

    Raises UserError where a side has fewer tasks than wanted.
    """
    distinct_test = _distinct(replace(task, group="") for task in test)
    questions = {_key(task) for task in distinct_test}
    candidates = _distinct(replace(task, group="") for task in train)
    distinct_train = [task for task in candidates if _key(task) not in questions]
    counts = {"train_also_in_test": len(candidates) - len(distinct_train)}
    return _select([*train, *test], distinct_train, distinct_test, counts, n_train, n_test, seed)


def side(group: str) -> Split:
    """The side that a group belongs to, for ever."""
    return "test" if seed_from("side of group", group) < TEST_SHARE * 2**63 else "train"


def check_sizes(n_train: int, n_test: int) -> None:
    """Raises UserError unless both are at least 1."""
    for name, n in (("n_train", n_train), ("n_test", n_test)):
        if n < 1:
            raise UserError(f"env.{name}={n} must be at least 1")


def check_split(train: Iterable[Task], test: Iterable[Task]) -> None:
    """Raises UserError if a question or a group is on both sides; called at every start."""
    train, test = list(train), list(test)
    questions = {_key(task) for task in train} & {_key(task) for task in test}
    groups = {task.group for task in train} & {task.group for task in test} - {""}
    for what, shared in (("question", questions), ("group", groups)):
        if shared:
            raise UserError(
                f"training and test tasks share {len(shared)} {what}(s), such as {min(shared)!r}: "
                f"the environment must give every {what} to one side"
            )


def near_duplicates(train: Iterable[Task], test: Iterable[Task]) -> int:
    """How many test tasks have a training task whose question is similar: Jaccard similarity of the
    word trigrams of both masked questions at least `SIMILAR`.

    Candidates come from an index of each set's rarest trigrams, among which two similar sets must
    meet (prefix filtering, Chaudhuri et al. 2006), so it takes seconds for thousands of tasks.
    """
    known = [_trigrams(task) for task in train]
    frequency = Counter(chain.from_iterable(known))

    def rarest(trigrams: frozenset[str]) -> list[str]:
        size = len(trigrams) - math.ceil(SIMILAR * len(trigrams)) + 1
        return sorted(trigrams, key=lambda trigram: (frequency[trigram], trigram))[:size]

    index: defaultdict[str, list[frozenset[str]]] = defaultdict(list)
    for trigrams in known:
        for trigram in rarest(trigrams):
            index[trigram].append(trigrams)
    wanted = [_trigrams(task) for task in test]
    return sum(
        any(_jaccard(trigrams, other) >= SIMILAR for trigram in rarest(trigrams) for other in index[trigram])
        for trigrams in wanted
    )


def _trigrams(task: Task) -> frozenset[str]:
    words = mask(task.question).split()
    return frozenset(" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2)))


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    common = len(one & other)
    return common / (len(one) + len(other) - common)


def _key(task: Task) -> str:
    return " ".join(task.question.split())


def _distinct(tasks: Iterable[Task]) -> list[Task]:
    """The first task of every question, differences of spacing aside."""
    first: dict[str, Task] = {}
    for task in tasks:
        first.setdefault(_key(task), task)
    return list(first.values())


def _grouped(task: Task) -> Task:
    return task if task.group else replace(task, group=digest(mask(task.question)))


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
    chosen_train = _first(train, n_train, "train", seed)
    chosen_test = _first(test, n_test, "test")
    available = {"rows": len(rows), "distinct": len({_key(task) for task in rows}), **counts}
    sides = {"train_available": len(train), "test_available": len(test)}
    similar = {"near_duplicates": near_duplicates(chosen_train, chosen_test)}
    return TaskSplit(chosen_train, chosen_test, {**available, **sides, **similar})


def _first(tasks: list[Task], n: int, name: Split, *stream: int) -> tuple[Task, ...]:
    if n > len(tasks):
        raise UserError(
            f"env.n_{name}={n} is more than the {len(tasks)} tasks on the {name} side of the data: "
            f"lower env.n_{name} or give more data"
        )
    return tuple(sorted(tasks, key=lambda task: seed_from("order", name, *stream, task.id))[:n])
