"""Every number of `report.json` from records made by hand; beside each stands how it comes about.

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
from dataclasses import replace
from itertools import count, product
from typing import Any

import numpy as np
import pytest

from envisions.records import PreferencePair, PromptKind, SFTRow, Step, Trajectory
from envisions.report.figures import figures
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
    rounds=[BASE, FIRST, SECOND],
    baselines=[
        *baseline("single answer", {1, 2, 3}),
        *baseline("neighbour", {4, 5, 6, 7, 8}),
        *baseline("half asked", {1, 2, 3, 4}, asked=4),
    ],
    method={"refine": "none", "l2_per_task": 0},
    method_changes={"refine": "none"},
)

# 95 % intervals. Wilson's: (p + z²/2n ± z·sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n), z = 1.96, n = 8.
WILSON = {
    2: [0.0715, 0.5907],
    3: [0.1368, 0.6943],
    4: [0.2152, 0.7848],
    5: [0.3057, 0.8632],
    7: [0.5291, 0.9776],
}
NOTHING = {
    "attempts": 0,
    "distinct": 0,
    "solved": 0,
    "right": 0,
    "wrong": 0,
    "unknown": 0,
    "infra_errors": 0,
    "truncated": 0,
    "status": {},
}
NO_SCORES = {"auc": None, "right": None, "wrong": None}


DRAWS = np.array(list(product(range(6), repeat=6)))


def bounds(solved: Iterable[int]) -> Any:
    """The cluster bootstrap's quantiles, from all 6^6 ways to draw six groups."""
    of_solved = "".join(GROUPS[n - 1] for n in solved)
    right, sizes = (np.array([groups.count(group) for group in "abcdef"]) for groups in (of_solved, GROUPS))
    shares = right[DRAWS].sum(1) / sizes[DRAWS].sum(1)
    return pytest.approx(list(np.quantile(shares, [0.025, 0.975])), abs=6e-5)


def score(solved: Iterable[int]) -> dict[str, Any]:
    solved = set(solved)
    return {"pass_at_1": len(solved) / 8, "ci95": bounds(solved), "wilson95": WILSON[len(solved)]}


def parts(**shares: tuple[int, float]) -> dict[str, Any]:
    return {name.strip("_"): {"n_test": n, "pass_at_1": share} for name, (n, share) in shares.items()}


def evaluated(solved: int, wrong: int, **others: Any) -> dict[str, Any]:
    """Eight answers in one program each."""
    found = {"attempts": 8, "distinct": 8, "solved": solved, "right": solved, "wrong": wrong}
    return {**NOTHING, **found, "status": {"ok": 8}, **others}


EXPECTED_BASE = {
    "round": 0,
    "n_test": 8,
    "n_groups": 6,
    **score({1, 4}),
    "pass_at_k": {},
    "executed": 1.0,
    "unknown": 0,
    "infra_errors": 0,
    "by_level": parts(_1=(5, 0.4), _2=(3, 0.0)),
    "by_kind": parts(product=(2, 0.0), sum=(4, 0.5)),
    "eval_outcomes": evaluated(2, 6),
    "solved_train": 0,
    "sft_rows": 0,
    "sft_rows_by_kind": {},
    "pairs": 0,
    "training": {},
    "explore": NOTHING,
    "refine": NOTHING,
    "self_reward": {"explore": NO_SCORES, "refine": NO_SCORES},
    "seconds": {"evaluate": 3.5},
    "tokens": {"evaluate": 32},  # two prompts, eight tasks, two tokens
    "prompt": "few-shot",
    "few_shot": 0.25,
    "zero_shot": 0.25,
    "prompts": {"few-shot": score({1, 4}), "zero-shot": score({5, 6})},
    "p_vs_base": None,
    "p_vs_previous": None,
}
EXPECTED_FIRST = {
    "round": 1,
    "n_test": 8,
    "n_groups": 6,
    **score({2, 4, 5, 6}),
    "pass_at_k": {},  # no samples: the greedy share does not take their place
    "executed": 0.875,  # 7 of 8
    "unknown": 2,
    "infra_errors": 1,
    "by_level": parts(_1=(5, 0.6), _2=(3, 0.3333)),
    "by_kind": parts(product=(2, 1.0), sum=(4, 0.5)),
    "eval_outcomes": evaluated(
        4, 0, right=5, unknown=2, infra_errors=1, truncated=1, status={"infra": 1, "ok": 7}
    ),
    "solved_train": 1,  # x; z was cut off
    "sft_rows": 2,
    "sft_rows_by_kind": {"L1": 1, "L2": 1},
    "pairs": 1,
    "training": {"sft": {"tokens": 70, "first_loss": 0.5}, "dpo": {"tokens": 30}, "grade": {"steps": 2}},
    "explore": {
        "attempts": 6,
        "distinct": 5,  # x: two programs, one of them twice; y: one; z: two
        "solved": 2,
        "right": 3,
        "wrong": 2,
        "unknown": 1,
        "infra_errors": 0,
        "truncated": 1,
        "status": {"error": 1, "ok": 5},
    },
    "refine": NOTHING,
    "self_reward": {
        # -0.5 is above both wrong ones, -1 above one of two: 3 of 4; (-0.5 - 1) / 2; (-0.75 - 2) / 2
        "explore": {"auc": 0.75, "right": -0.75, "wrong": -1.375},
        "refine": NO_SCORES,
    },
    "seconds": {"explore": 1.5, "sft": 2.25},
    "tokens": {"explore": 13, "sft": 70, "dpo": 30, "evaluate": 19},  # 5·2 + 3; 7·2 + 5
    # a: +1 -1, c: +1, d: +1; of the sums 0, 1 and 1 two of four flips are as far out
    "gained_vs_base": 3,
    "lost_vs_base": 1,
    "p_vs_base": 0.5,
    "p_vs_base_holm": 0.5,  # max(2 · 0.1875, 1 · 0.5)
    "mcnemar_vs_base": 0.625,  # 2 · (1 + 4) / 2^4
    "mcnemar_vs_base_holm": 0.625,
    "gained_vs_previous": 3,
    "lost_vs_previous": 1,
    "p_vs_previous": 0.5,
    "p_vs_previous_holm": 1.0,  # 2 · 0.5
    "mcnemar_vs_previous": 0.625,
    "mcnemar_vs_previous_holm": 0.75,  # max(2 · 0.375, 1 · 0.625)
}
EXPECTED_SECOND = {
    "round": 2,
    "n_test": 8,
    "n_groups": 6,
    **score({1, 2, 3, 5, 6, 7, 8}),
    # task 1: 1 of 3, task 2: 3 of 3, task 8: 2 of 4; task 3 has four, none solved
    "pass_at_k": {"1": 0.2292, "2": 0.3125},  # (1/3 + 1 + 1/2) / 8; (2/3 + 1 + 5/6) / 8
    "executed": 1.0,
    "unknown": 0,
    "infra_errors": 0,
    "by_level": parts(_1=(5, 0.8), _2=(3, 1.0)),
    "by_kind": parts(product=(2, 1.0), sum=(4, 0.75)),
    "eval_outcomes": evaluated(7, 1),
    "solved_train": 2,  # x and y
    "sft_rows": 1,
    "sft_rows_by_kind": {"L1": 1},
    "pairs": 0,
    "training": {},
    "explore": {
        **NOTHING,
        "attempts": 4,
        "distinct": 4,
        "solved": 1,
        "right": 1,
        "wrong": 3,
        "status": {"ok": 4},
    },
    "refine": {**NOTHING, "attempts": 1, "distinct": 1, "solved": 1, "right": 1, "status": {"ok": 1}},
    "self_reward": {
        # of -1, -2 and -2 the right one's -1 is even with the first: (1/2 + 1 + 1) / 3; -5/3
        "explore": {"auc": 0.8333, "right": -1.0, "wrong": -1.6667},
        "refine": {"auc": None, "right": -0.25, "wrong": None},
    },
    "seconds": {},
    "tokens": {"explore": 8, "refine": 4, "evaluate": 68},  # (8 + 3·7 + 4 + 1) · 2
    # a: +2, b: -1, c to f: +1; of the sums 2, 1, 1, 1, 1, 1 the flips that reach 5: 1 + 5, of 64, both ways
    "gained_vs_base": 6,
    "lost_vs_base": 1,
    "p_vs_base": 0.1875,  # 12 / 64
    "p_vs_base_holm": 0.375,  # 2 · 0.1875
    "mcnemar_vs_base": 0.125,  # 2 · (1 + 7) / 2^7
    "mcnemar_vs_base_holm": 0.25,
    # a: +2, b: -1, e: +1, f: +1; the flips that reach 3: 1 + 3, of 16, both ways
    "gained_vs_previous": 4,
    "lost_vs_previous": 1,
    "p_vs_previous": 0.5,
    "p_vs_previous_holm": 1.0,
    "mcnemar_vs_previous": 0.375,  # 2 · (1 + 5) / 2^5
    "mcnemar_vs_previous_holm": 0.75,
}
EXPECTED = {
    "env": "math",
    "model": "tiny",
    "method": "envisions",
    "seed": 3,
    "verdict": (
        "no evidence of change: 25.0% before, 87.5% after round 2; p = 0.19 (8 tasks of 6 templates);"
        " round 2 is not clearly above the best trivial answer (neighbour 62.5%, p = 1)"
    ),
    "planned_rounds": 2,
    "plans": [2],
    "isolation": "strong",
    "temperature": 0.6,
    "method_as_run": {"refine": "none", "l2_per_task": 0},
    "method_changes": {"refine": "none"},
    "tests": {"tasks": 8, "groups": 6, "largest_group": 3},
    "smallest_difference": 0.75,  # one task in each of six groups: 2 / 2^6 < 0.05
    "primary_test": {
        "round": 2,
        "final": True,
        "alpha": 0.05,
        "p": 0.1875,
        "look": 1,
        "p_corrected": 0.1875,
        "smallest_difference": 0.75,
        # (1.9600 + 0.8416) · sqrt(2² + 5 · 1²) / 8
        "detectable_difference": pytest.approx(1.0506, abs=1e-4),
    },
    "baselines": {"single answer": score({1, 2, 3}), "neighbour": score({4, 5, 6, 7, 8})},
    "best_baseline": {
        "name": "neighbour",
        "pass_at_1": 0.625,
        "difference": 0.25,
        # a: +3, b: -1: every flip is 2 or more
        "gained": 3,
        "lost": 1,
        "p": 1.0,
        "mcnemar": 0.625,
    },
    "rounds": [EXPECTED_BASE, EXPECTED_FIRST, EXPECTED_SECOND],
}


@pytest.fixture
def report() -> dict[str, Any]:
    return figures(RUN)


@pytest.mark.parametrize("place", range(3))
def test_a_round(report: dict[str, Any], place: int) -> None:
    wanted, got = EXPECTED["rounds"][place], report["rounds"][place]  # type: ignore[index]
    assert {key: got.get(key) for key in wanted} == wanted
    assert got.keys() == wanted.keys()


def test_the_rest(report: dict[str, Any]) -> None:
    wanted = {key: value for key, value in EXPECTED.items() if key != "rounds"}
    assert {key: value for key, value in report.items() if key != "rounds"} == wanted


def test_the_better_base_counts() -> None:
    zero = replace(BASE, evaluated=[*answers({1}, "few-shot"), *answers({5, 6})])
    base = figures(replace(RUN, rounds=[zero]))["rounds"][0]
    assert (base["prompt"], base["pass_at_1"], base["few_shot"], base["zero_shot"]) == (
        "zero-shot",
        0.25,
        0.125,
        0.25,
    )


def test_without_trivial_answers_nothing_is_said_of_them() -> None:
    assert figures(replace(RUN, baselines=[]))["verdict"] == (
        "no evidence of change: 25.0% before, 87.5% after round 2; p = 0.19 (8 tasks of 6 templates)"
    )


def test_before_any_round() -> None:
    report = figures(replace(RUN, rounds=[BASE], baselines=[]))
    assert report["verdict"] == "so far, no evidence of change: no round is finished yet"
    assert (report["baselines"], report["best_baseline"]) == ({}, None)
    assert not report["primary_test"]["final"]


def test_nothing_was_learned() -> None:
    said = figures(replace(RUN, rounds=[BASE], learned_nothing=True))["verdict"]
    assert said == (
        "no evidence of change: the base model solved no training task, so there was nothing to learn from;"
        " take easier tasks (env.levels, env.data), more samples, or a stronger model"
    )


ALL = range(1, 9)


def test_improved_and_regressed() -> None:
    """Seven of seven changed groups: none, and all, of eight tasks."""
    tests = [replace(task, group=task.id) for task in TESTS]
    nothing, everything = (
        replace(BASE, evaluated=[*answers(solved, "few-shot"), *answers(solved)]) for solved in ((), ALL)
    )
    run = replace(RUN, tests=tests, plans=(1,), baselines=[*baseline("echo", {1})])
    up = figures(replace(run, rounds=[nothing, RoundRecords(1, answers(ALL))]))
    down = figures(replace(run, rounds=[everything, RoundRecords(1, answers(()))]))
    assert up["verdict"] == (
        "improved: 0.0% before, 100.0% after round 1; p = 0.0078 (8 tasks of 8 templates);"
        " round 1 passes the best trivial answer (echo 12.5%, p = 0.016)"
    )  # 2 / 2^8; 2 / 2^7
    assert down["verdict"] == (
        "regressed: 100.0% before, 0.0% after round 1; p = 0.0078 (8 tasks of 8 templates);"
        " round 1 does not pass the best trivial answer (echo 12.5%, p = 1)"
    )
    assert up["primary_test"]["p"] == 2 / 2**8
    assert up["rounds"][1]["ci95"] == [0.6756, 1.0]  # all solved: Wilson's for 8 of 8 groups
    assert down["rounds"][1]["ci95"] == [0.0, 0.3244]


def test_as_good_as_a_trivial_answer_does_not_pass_it() -> None:
    report = figures(replace(RUN, baselines=baseline("even", {1, 2, 3, 4, 5, 6, 7})))
    assert report["verdict"].endswith("; round 2 does not pass the best trivial answer (even 87.5%, p = 1)")
    best = report["best_baseline"]
    assert (best["difference"], best["gained"], best["lost"]) == (0.0, 1, 1)


def test_an_interim_verdict_says_so() -> None:
    report = figures(replace(RUN, plans=(3,)))
    assert report["verdict"].startswith("so far, no evidence of change: 25.0% before, 87.5% after round 2;")
    assert report["verdict"].endswith("; round 2 of 3, not the final test")
    assert report["planned_rounds"] == 3
    last = report["rounds"][2]
    assert (last["p_vs_base_holm"], last["mcnemar_vs_base_holm"]) == (3 * 0.1875, 3 * 0.125)


def test_a_raised_plan_is_a_further_look() -> None:
    report = figures(replace(RUN, plans=(1, 2)))
    primary = report["primary_test"]
    assert (primary["p"], primary["look"], primary["p_corrected"]) == (0.1875, 2, 0.75)  # · 2²
    assert "p = 0.75 (8 tasks of 6 templates; corrected for look 2)" in report["verdict"]
    assert primary["smallest_difference"] is None  # 8 groups would do: 4 · 2 / 2^8 < 0.05
    assert primary["detectable_difference"] is None
    assert figures(replace(RUN, plans=(1, 2, 4)))["primary_test"]["p_corrected"] == 1.0


def test_the_correction_can_turn_the_verdict() -> None:
    tests = [replace(task, group=task.id) for task in TESTS]
    nothing = replace(BASE, evaluated=[*answers((), "few-shot"), *answers(())])
    rounds = [nothing, RoundRecords(1, answers(())), RoundRecords(2, answers(range(1, 8)))]  # p = 2 / 2^7
    once, twice = (figures(replace(RUN, tests=tests, rounds=rounds, plans=p)) for p in ((2,), (1, 2)))
    assert once["verdict"].startswith("improved")
    assert twice["verdict"].startswith("no evidence of change")
    assert twice["primary_test"]["p_corrected"] == 4 * 2 / 2**7


def test_under_six_groups_no_test_is_possible() -> None:
    tests = [replace(task, group="a" if task.group == "b" else task.group) for task in TESTS]
    report = figures(replace(RUN, tests=tests))
    assert report["verdict"] == (
        "no evidence of change: 25.0% before, 87.5% after round 2; no test is possible with 8 tasks"
        " of 5 templates: it takes at least 6 templates; raise env.n_test or take more varied tasks; round 2"
        " is not clearly above the best trivial answer (neighbour 62.5%)"
    )
    assert report["best_baseline"]["p"] is None
    last = report["rounds"][2]
    assert (last["p_vs_base"], last["p_vs_base_holm"], last["p_vs_previous"]) == (None, None, None)
    assert last["mcnemar_vs_base"] == 0.125
    assert last["ci95"] == [0.0, 1.0]
    assert (report["smallest_difference"], report["primary_test"]["p_corrected"]) == (None, None)
    assert report["tests"] == {"tasks": 8, "groups": 5, "largest_group": 4}


def test_tasks_without_samples_leave_no_pass_at_k() -> None:
    some = [t for t in SECOND.evaluated if t.temperature == 0 or t.task != "t8"]
    last = figures(replace(RUN, rounds=[BASE, FIRST, replace(SECOND, evaluated=some)]))["rounds"][2]
    assert last["pass_at_k"] == {}
