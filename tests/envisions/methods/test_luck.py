"""A right program is luck where it is a bare answer, and such are right no more often than guesses."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

import pytest

from envisions.methods.luck import bare_answer, find_luck, set_aside
from envisions.methods.pool import Pool, build_pools
from envisions.records import Step, Task, Trajectory
from symbolic import Execution, Program, Verdict
from symbolic.verdict import VerdictName

TASKS = [Task(f"Ann has {n} apples and gets some more. How many, {n + 1} or more?", n) for n in range(20, 32)]


def attempt(task: Task, code: str, verdict: VerdictName, turns: int = 1) -> Trajectory:
    program = Program(f"def solution():\n    {code}", entry="solution")
    step = Step((1,), (2,), (-1.0,), code, "stop", program, Execution("ok", 3), "")
    return Trajectory(
        id=f"{task.id} {code}",
        task=task.id,
        kind="explore",
        prompt="few-shot",
        policy="base",
        temperature=1.0,
        index=0,
        seed=0,
        steps=(step,) * turns,
        verdict=Verdict(verdict),
        terminated=True,
        truncated=False,
    )


def given(code: str, right: int, wrong: int, turns: int = 1) -> dict[str, Pool]:
    """The program given to so many tasks, right for the first of them."""
    verdicts: list[VerdictName] = [*["right"] * right, *["wrong"] * wrong]
    return build_pools(
        attempt(task, code, verdict, turns) for task, verdict in zip(TASKS, verdicts, strict=False)
    )


@pytest.mark.parametrize(
    ("code", "right", "wrong", "lucky"),
    [
        ("return 7", 1, 3, True),  # right once, wrong often
        ("return 7  # for want of a better one", 2, 9, True),
        ("return 7", 1, 2, False),  # a third: as good as a guess among three answers
        ("return 7", 3, 7, False),  # right for three tasks, where a guess is right for one of twelve
        ("return True", 6, 6, False),
        ("return True", 4, 8, False),
        ("return 7", 1, 0, False),
        ("return 20", 1, 9, False),  # read off the question that it is right for
        ("return 3 + 4", 1, 9, False),  # reckoned: other tasks have the same numbers
        ("total = 7\n    return total", 1, 9, True),
        ("return -7", 1, 9, True),
        ("print('seven')", 1, 9, True),
        ("return len('seven')", 1, 9, False),
    ],
)
def test_a_bare_answer_that_is_mostly_wrong_is_luck(code: str, right: int, wrong: int, lucky: bool) -> None:
    luck = find_luck(TASKS, given(code, right, wrong))
    assert [(one.task, one.right, one.wrong) for one in luck] == [
        (task.id, right, wrong) for task in TASKS[:right] if lucky
    ]


def answered(tasks: Sequence[Task], answers: Sequence[object]) -> dict[str, Pool]:
    """The tasks in turn, each with the next of these answers."""
    given = zip(cycle(tasks), answers, strict=False)
    return build_pools(
        attempt(task, f"return {answer!r}", "right" if answer == task.target else "wrong")
        for task, answer in given
    )


def test_guesses_that_differ_are_judged_together() -> None:
    """A model that guesses seldom guesses the same: four of thirty-two are right, each given once."""
    verdicts: list[VerdictName] = ["wrong", *["right"] * 4, *["wrong"] * 27]
    pools = build_pools(
        attempt(TASKS[place % 12], f"return {100 + place}", verdict) for place, verdict in enumerate(verdicts)
    )
    found = [(one.task, one.right, one.wrong) for one in find_luck(TASKS, pools)]
    assert found == [(task.id, 4, 28) for task in TASKS[1:5]]


@pytest.mark.parametrize(("known", "lucky"), [(18, 0), (6, 0), (4, 0), (1, 1)])
def test_reckoning_by_itself_is_no_luck(known: int, lucky: int) -> None:
    """Sixty tasks with as many targets: no guess is right for eighteen of them, nor for four."""
    tasks = [Task(f"{a} times {a + 3}?", a * (a + 3)) for a in range(11, 71)]
    answers = [task.target + (0 if place % 10 < 3 and place // 10 * 3 + place % 10 < known else 7)
               for place, task in enumerate(tasks)]  # fmt: skip
    assert len(find_luck(tasks, answered(tasks, answers))) == lucky


LABELS = ("sport", "politics", "science", "art", "money", "health")


@pytest.mark.parametrize(("tenths", "lucky"), [(3, 0), (1, 6)])
def test_labels_are_no_luck_where_they_are_right_more_often_than_by_chance(tenths: int, lucky: int) -> None:
    """Six labels that no question names, each right for some of its tasks and wrong for more."""
    tasks = [Task(f"Text number {place}", LABELS[place % 6]) for place in range(60)]
    answers = [task.target if place % 10 < tenths else LABELS[(place + 1) % 6]
               for place, task in enumerate(tasks)]  # fmt: skip
    assert len(find_luck(tasks, answered(tasks, answers))) == lucky


def test_what_the_instructions_name_is_no_guess() -> None:
    tasks = [Task(f"Text number {place}", LABELS[place % 6]) for place in range(60)]
    pools = answered(tasks, ["art"] * 60)
    assert len(find_luck(tasks, pools)) == 10
    assert find_luck(tasks, pools, lambda task: f"Answer sport, art or money. {task.question}") == []


def test_tasks_without_a_target_have_no_common_one() -> None:
    tasks = [Task(f"Something that goes with {place}?", None) for place in range(100, 130)]
    verdicts: list[VerdictName] = [*["right"] * 9, *["wrong"] * 21]
    pools = build_pools(attempt(task, "return 7", v) for task, v in zip(tasks, verdicts, strict=True))
    assert find_luck(tasks, pools) == []


def test_one_guess_is_luck_beside_answers_that_are_right() -> None:
    pools = build_pools(
        [
            attempt(TASKS[0], "return 7", "right"),
            *(attempt(task, "return 7", "wrong") for task in TASKS[1:5]),
            *(attempt(task, f"return {100 + place}", "right") for place, task in enumerate(TASKS)),
        ]
    )
    assert [(one.right, one.wrong) for one in find_luck(TASKS, pools)] == [(1, 4)]


def test_luck_is_neither_positive_nor_negative() -> None:
    pools = given("return 7", 1, 5)
    pool = set_aside(pools, find_luck(TASKS, pools))[TASKS[0].id]
    assert (pool.positives(), pool.negatives(), len(pool.whole())) == ([], [], 1)
    assert len(pools[TASKS[0].id].positives()) == 1, "what was given stays as it is"


def test_what_followed_an_observation_is_no_guess() -> None:
    assert find_luck(TASKS, given("return 7", 1, 9, turns=2)) == []


def test_equal_programs_are_counted_together() -> None:
    """Whatever their layout, and once a task."""
    pools = build_pools(
        attempt(task, f"return 7{' ' * place}# {place}", "wrong" if place else "right")
        for place, task in enumerate([*TASKS[:4], *TASKS[:4]])
        if place != 4
    )
    assert [(one.right, one.wrong) for one in find_luck(TASKS, pools)] == [(1, 3)]


@pytest.mark.parametrize(
    ("code", "literals"),
    [
        ("def solution():\n    '''Seven.'''\n    return [7, 'a']", {"7", "a"}),
        ("def solution(x):\n    return 7", None),
        ("def solution(:", None),
        ("import math\nanswer = 7", None),
        ("answer = 7", {"7"}),
    ],
)
def test_bare_answers(code: str, literals: set[str] | None) -> None:
    assert bare_answer(Program(code)) == literals
    assert bare_answer(Program("answer = 7", language="logic")) is None
