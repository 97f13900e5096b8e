"""A run's records made by hand, so small that every figure can be reckoned without a computer.

Eight test tasks of six groups; the first group has three. What each evaluation solves:

    task         1 2 3   4   5   6   7   8
    group        a a a   b   c   d   e   f
    level        1 1 1   1   1   2   2   2
    kind         sum ……… sum  product    none
    few-shot     x       x                      2 of 8
    zero-shot                x   x              2: few-shot counts where they tie
    round 1        x -   x   x   x              4: task 3 is right, but cut off
    round 2      x x x       x   x   x   x      7
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any

from envisions.records import PreferencePair, PromptKind, SFTRow, Step, Trajectory
from envisions.report.inputs import BaselineOutcome, RoundRecords, RunRecords
from envisions.runs.tasks import TaskRecord
from symbolic import Execution, Program, Verdict

GROUPS = "aaabcdef"
TESTS = [
    TaskRecord(
        id=f"t{n}",
        side="test",
        group=group,
        level=1 if n <= 5 else 2,
        question=f"{n}?",
        target=n,
        kind="sum" if n <= 4 else "product" if n <= 6 else "",
    )
    for n, group in enumerate(GROUPS, start=1)
]
FRESH = count()


def made(
    task: str,
    verdict: str = "right",
    *,
    code: str = "1",
    reward: float = -1.0,
    tokens: int = 2,
    temperature: float = 0.0,
    prompt: PromptKind = "zero-shot",
    truncated: bool = False,
    status: Any = "ok",
) -> Trajectory:
    execution = Execution(status, None, isolation="strong")
    ids, logprobs = tuple(range(tokens)), (reward,) * tokens
    step = Step((1,), ids, logprobs, code, "stop", Program(code), execution, "")
    return Trajectory(
        id=f"{next(FRESH):04}",
        task=task,
        kind="eval",
        prompt=prompt,
        policy="base",
        temperature=temperature,
        index=0,
        seed=0,
        steps=(step,),
        verdict=Verdict(verdict),  # type: ignore[arg-type]
        terminated=True,
        truncated=truncated,
    )


def answers(solved: Iterable[int], prompt: PromptKind = "zero-shot") -> list[Trajectory]:
    solved = set(solved)
    return [made(f"t{n}", "right" if n in solved else "wrong", prompt=prompt) for n in range(1, 9)]


def sampled(solved: dict[int, int], drawn: dict[int, int]) -> list[Trajectory]:
    return [
        made(f"t{n}", "right" if i < solved.get(n, 0) else "wrong", temperature=0.6)
        for n in range(1, 9)
        for i in range(drawn.get(n, 3))
    ]


def baseline(name: str, solved: Iterable[int], asked: int = 8) -> list[BaselineOutcome]:
    solved = set(solved)
    return [BaselineOutcome(name, f"t{n}", n in solved) for n in range(1, asked + 1)]


BASE = RoundRecords(0, [*answers({1, 4}, "few-shot"), *answers({5, 6})], seconds={"evaluate": 3.5})
FIRST = RoundRecords(
    1,
    evaluated=[
        made("t1", "unknown", status="infra", tokens=5),
        made("t2"),
        made("t3", truncated=True),
        made("t4"),
        made("t5"),
        made("t6"),
        made("t7", "unknown"),
        made("t8", "unknown"),
    ],
    explored=[
        made("x", reward=-0.5),
        made("x", reward=-1.0, code="1  # the same program"),
        made("x", "wrong", reward=-0.75, code="2"),
        made("y", "wrong", reward=-2.0, status="error"),
        made("z", reward=-0.1, truncated=True, tokens=3),
        made("z", "unknown", reward=-9.0, code="3"),
    ],
    rows=[SFTRow("x", "L1", (1,), (2,), ("s",)), SFTRow("y", "L2", (1,), (2,), ("s",))],
    pairs=[PreferencePair("x", (1,), (2,), (3,), ("s",))],
    seconds={"explore": 1.5, "sft": 2.25},
    training={"sft": {"tokens": 70, "first_loss": 0.5}, "dpo": {"tokens": 30}, "grade": {"steps": 2}},
)
SECOND = RoundRecords(
    2,
    evaluated=[
        *answers({1, 2, 3, 5, 6, 7, 8}),
        *sampled({1: 1, 2: 3, 8: 2}, {8: 4}),
        made("t3", temperature=0.6, truncated=True),  # right, but cut off
    ],
    explored=[
        made("x"),
        *(made(task, "wrong", reward=reward) for task, reward in (("y", -1.0), ("v", -2.0), ("w", -2.0))),
    ],
    refined=[made("y", reward=-0.25, tokens=4)],
    rows=[SFTRow("x", "L1", (1,), (2,), ("s",))],
)
RUN = RunRecords(
    names={"env": "math", "model": "tiny", "method": "envisions"},
    seed=3,
    temperature=0.6,
    plans=(2,),
    isolation="strong",
    tests=TESTS,
    near_duplicates=1,
    rounds=[BASE, FIRST, SECOND],
    baselines=[
        *baseline("single answer", {1, 2, 3}),
        *baseline("neighbour", {4, 5, 6, 7, 8}),
        *baseline("half asked", {1, 2, 3, 4}, asked=4),
    ],
    method={"refine": "none", "l2_per_task": 0},
    method_changes={"refine": "none"},
)
