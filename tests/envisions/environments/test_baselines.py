"""Trivial answers: chosen on the training tasks alone, and made for each test task."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from envisions import Program, ProgramEnvironment, Split, Task
from envisions.environments.expressions import explanations, numbers
from envisions.environments.nearest import nearest
from envisions.runs.evaluation import play_programs
from symbolic import Executor

ADDS, TAKES = (
    "Ann has {} pears and gets {} more. How many are there?",
    "Ann had {} pears and ate {}. What is left?",
)


class Given(ProgramEnvironment):
    """Tasks as they are given."""

    id = "given-v1"

    def __init__(self, train: Sequence[Task], test: Sequence[Task]) -> None:
        self._given: dict[Split, Sequence[Task]] = {"train": train, "test": test}

    def tasks(self, split: Split) -> Sequence[Task]:
        return self._given[split]


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    with Executor() as running:
        yield running


def values(name: str, train: Sequence[Task], test: Sequence[Task], executor: Executor) -> list[Any]:
    """What a baseline's program returns for each test task."""
    environment = Given(train, test)
    programs = environment.baselines()[name]
    played = play_programs(environment, test, [programs[task.id] for task in test], executor)
    return [last and last.execution.value for last in played]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1,250 of 3 and $2.50", [1250, 3, 2.5]),
        ("Seven of TWELVE, one of someone's tents", [7, 12]),
        ("It is 10.", [10]),
        ("none", []),
    ],
)
def test_numbers_are_read_in_digits_and_in_words(text: str, found: list[float]) -> None:
    assert numbers(text) == found


@pytest.mark.parametrize(
    ("question", "target", "found"),
    [
        ("5 and 2", 7, ["a + b"]),
        ("5 and 2", 3, ["a - b"]),
        ("2 and 5", 3, ["b - a"]),
        ("2 and 2", 4, ["a + b", "a * b"]),
        ("5 and 2", 2.5, ["a / b"]),
        ("5 and 0", 11, []),
        ("5", 5, ["a"]),
        ("2, 3 and 7", 35, ["(a + b) * c"]),
        ("4, 5 and 27", 7, ["c - (a * b)"]),
        ("5 and 2", "seven", []),
        ("5 and 2", True, []),
    ],
)
def test_expressions_that_come_to_the_target(question: str, target: Any, found: list[str]) -> None:
    assert explanations(question, target) == found


def test_the_constant_is_the_usual_training_target(executor: Executor) -> None:
    train = [Task("a", "yes"), Task("b", "no"), Task("c", "yes")]
    test = [Task("d", "no"), Task("e", "no")]
    assert values("constant", train, test, executor) == ["yes", "yes"]


def test_the_echo_is_the_number_that_training_targets_repeat(executor: Executor) -> None:
    train = [Task("5 and 2", 2), Task("3 and 9", 9), Task("1 and 8", 1)]
    assert values("echo", train, [Task("6 and 7", 0)], executor) == [7]
    assert values("echo", [Task("5 and 2", 7)], [Task("6 and 8", 0)], executor) == ["6 and 8"]


def test_the_expression_is_chosen_in_training_and_not_in_testing(executor: Executor) -> None:
    train = [Task("5 and 2", 7), Task("3 and 9", 12), Task("4 and 1", 3)]
    test = [Task("8 and 2", 6), Task("9 and 4", 5), Task("only 3", 3)]
    assert values("expression", train, test, executor) == [10, 13, None]


def test_where_no_expression_fits_there_is_none() -> None:
    assert not Given([Task("5 and 2", 100)], [Task("8 and 2", 6)]).baselines()["expression"]


def test_the_neighbour_gives_its_operation(executor: Executor) -> None:
    train = [
        *(Task(ADDS.format(a, b), a + b) for a, b in [(5, 2), (9, 4), (30, 2)]),
        *(Task(TAKES.format(a, b), a - b) for a, b in [(8, 3), (7, 1)]),
    ]
    test = [Task(ADDS.format(20, 7), 27), Task(TAKES.format(20, 7), 13)]
    assert values("neighbour", train, test, executor) == [27, 13]


def test_of_several_operations_the_neighbour_gives_the_usual_one(executor: Executor) -> None:
    train = [Task(ADDS.format(2, 2), 4), Task("Bob fed 3 cows for 4 days.", 7), Task("Of 9 and 1", 10)]
    assert values("neighbour", train, [Task(ADDS.format(5, 3), 8)], executor) == [8]


def test_the_neighbour_gives_its_gold_program_with_this_questions_numbers(executor: Executor) -> None:
    gold = "def solution():\n    pears = 5\n    more = 2\n    return (pears + more) * 5 + 100"
    train = [
        Task(ADDS.format(5, 2), 135, gold=gold),
        Task(TAKES.format(8, 3), 5, gold="def solution(): return 0"),
    ]
    assert values("neighbour", train, [Task(ADDS.format(20, 7), 0)], executor) == [(20 + 7) * 20 + 100]


def test_a_number_that_a_question_has_twice_stands_for_the_first(executor: Executor) -> None:
    train = [Task(ADDS.format(5, 5), 106, gold="def solution():\n    return 5 + 101")]
    assert values("neighbour", train, [Task(ADDS.format(20, 7), 0)], executor) == [20 + 101]


def test_the_neighbour_gives_its_answer_where_there_is_no_operation(executor: Executor) -> None:
    train = [Task("Which is the capital of France?", "Paris"), Task("Who wrote Hamlet?", "Shakespeare")]
    assert values("neighbour", train, [Task("Who wrote Faust?", "Goethe")], executor) == ["Shakespeare"]


def test_a_result_may_be_the_variable_answer() -> None:
    class Variable(Given):
        format = ProgramEnvironment.format.__class__(head="", entry=None)

    assert Variable([], []).answer("a + b", ["a = 1", "b = 2"]) == Program("a = 1\nb = 2\nanswer = a + b\n")


def test_the_nearest_question_has_most_words_in_the_same_order() -> None:
    known = [ADDS.format(1, 2), TAKES.format(1, 2), ADDS.format(1, 2)]
    assert nearest([TAKES.format(7, 70), ADDS.format(7, 70)], known) == [1, 0]
    shuffled = " ".join(reversed(TAKES.split()))
    assert nearest([TAKES.format(7, 70)], [*[shuffled] * 70, TAKES.format(3, 4)]) == [70]
