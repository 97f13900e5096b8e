"""Every number of `report.json` from records made by hand (by_hand.py); beside each stands its sum."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product
from typing import Any

import numpy as np
import pytest

from envisions.report.figures import figures
from tests.envisions.report.by_hand import GROUPS, RUN

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
    "tests": {"tasks": 8, "groups": 6, "largest_group": 3, "near_duplicates": 1},
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
        "p_corrected": 1.0,
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
