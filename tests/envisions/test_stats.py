"""The report's statistics, against figures from the literature and from counting."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envisions.stats import (
    ALPHA,
    at_look,
    auc,
    bootstrap,
    detectable_difference,
    groups_needed,
    holm,
    mcnemar,
    pass_at_k,
    sign_flips,
    smallest_difference,
    wilson,
)


def test_wilson_interval_of_a_known_case() -> None:
    assert wilson(10, 20) == pytest.approx((0.2993, 0.7007), abs=1e-4)  # Newcombe 1998, method 3
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.lists(st.tuples(st.integers(-1, 1), st.sampled_from("abcdefgh")), min_size=6, max_size=20))
def test_sign_flips_are_those_that_counting_finds(drawn: list[tuple[int, str]]) -> None:
    differences, groups = [d for d, _ in drawn], [g for _, g in drawn]
    names = sorted(set(groups))
    sums = [sum(d for d, g in drawn if g == name) for name in names]
    flips = [
        sum(s * x for s, x in zip(signs, sums, strict=True)) for signs in product((-1, 1), repeat=len(sums))
    ]
    share = sum(abs(flip) >= abs(sum(sums)) for flip in flips) / len(flips)
    assert sign_flips(differences, groups) == (pytest.approx(share) if len(names) >= 6 else None)


def test_a_template_of_many_tasks_is_one_observation() -> None:
    """Ten tasks gained are much, ten of one template are one."""
    gained, still = [1] * 10, [0] * 10
    alone = sign_flips(gained + still, [str(n) for n in range(20)])
    together = sign_flips(gained + still, ["same"] * 10 + [str(n) for n in range(10)])
    assert (alone, together) == (pytest.approx(2 / 2**10), 1.0)


def test_sign_flips_stay_exact_with_many_groups() -> None:
    """300 groups, two lost: 2 · (1 + 300 + 300·299/2) / 2^300."""
    p = sign_flips([1] * 298 + [-1] * 2, [str(n) for n in range(300)])
    assert p == pytest.approx(2 * (1 + 300 + 300 * 299 / 2) / 2**300)


def test_the_bootstrap_draws_whole_groups() -> None:
    """Ten groups of ten, each solved or not as one: the share varies as with ten coins, not a hundred."""
    solved = [g < 5 for g in range(10) for _ in range(10)]
    groups = [str(g) for g in range(10) for _ in range(10)]
    assert bootstrap(solved, groups) == pytest.approx((0.2, 0.8), abs=1e-9)  # binomial(10, 1/2): 2 and 8
    alone = bootstrap(solved, [str(n) for n in range(100)])
    assert alone == pytest.approx((0.4, 0.6), abs=0.011)
    assert bootstrap(solved, groups) == bootstrap(solved, groups)


def test_the_bootstrap_weighs_groups_by_their_tasks() -> None:
    """The share of tasks, not the mean of the groups' shares: a group of 95 with one of five others."""
    solved, groups = [True] * 95 + [False] * 5, ["big"] * 95 + list("abcde")
    low, high = bootstrap(solved, groups)
    assert low == 0.0
    assert high > 0.98


def test_the_bootstrap_knows_when_it_knows_nothing() -> None:
    assert bootstrap([True, False] * 3, list("aabbcc")) == (0.0, 1.0)
    assert bootstrap([True, False] * 5, [*"aabbccddee"]) == (0.0, 1.0)
    none, everything = (bootstrap([value] * 30, [*"abcdef"] * 5) for value in (False, True))
    assert none == wilson(0, 6)  # not 0 to 0, and not that of 30 independent tasks
    assert everything == wilson(6, 6)


def test_how_many_groups_a_test_needs() -> None:
    assert [groups_needed(look) for look in (1, 2, 3)] == [6, 8, 9]  # 2/2^6, 8/2^8 and 18/2^9 are below 0.05
    for look in (1, 2, 3):
        n = groups_needed(look)
        assert at_look(2 / 2**n, look) < ALPHA <= at_look(2 / 2 ** (n - 1), look)
    assert smallest_difference(128, 35) == 6 / 128
    assert smallest_difference(128, 7, look=2) is None
    assert smallest_difference(128, 8, look=2) == 8 / 128
    assert smallest_difference(128, 6) == 6 / 128
    assert smallest_difference(128, 5) is None


def test_the_detectable_difference_is_found_four_times_in_five() -> None:
    """Sixty groups of two; every group's pair changes together, with a drift of the detectable size."""
    draw = np.random.default_rng(5)
    groups = [str(g) for g in range(60) for _ in range(2)]
    signs = np.resize([1, -1], 60)
    size = detectable_difference([int(s) for s in signs for _ in range(2)], groups)
    assert size == pytest.approx((1.9600 + 0.8416) * np.sqrt(60 * 4) / 120, abs=1e-4)
    assert size is not None
    found = 0
    for _ in range(300):
        drawn = np.where(draw.random(60) < (1 + size) / 2, 1, -1)
        p = sign_flips([int(s) for s in drawn for _ in range(2)], groups)
        found += p is not None and p < ALPHA
    assert 0.7 < found / 300 < 0.9
    assert detectable_difference([0] * 120, groups) is None
    assert detectable_difference([1] * 5, list("abcde")) is None
    later = detectable_difference([int(s) for s in signs for _ in range(2)], groups, look=2)
    assert later == pytest.approx((2.4977 + 0.8416) * np.sqrt(60 * 4) / 120, abs=1e-4)  # α / 4


def test_five_looks_keep_the_false_positives() -> None:
    """No model is better than the base; whoever runs it stops at the first success, or raises the plan, until
    the fifth look."""
    draw, runs, looks = np.random.default_rng(11), 1000, range(1, 6)
    groups = [str(g) for g in range(40) for _ in range(3)]
    p_values = []
    for _ in range(runs):
        chance = np.repeat(draw.beta(1, 2, 40), 3)  # of a task to be solved, alike within a template
        base = draw.random(120) < chance
        later = [(draw.random(120) < chance).astype(int) - base for _ in looks]
        p_values.append([sign_flips(differences.tolist(), groups) for differences in later])

    def false_positives(corrected: Callable[[float, int], float]) -> float:
        ended = [
            any(corrected(p, look) < ALPHA for p, look in zip(row, looks, strict=True)) for row in p_values
        ]
        return sum(ended) / runs

    noise = 2 * np.sqrt(0.05 * 0.95 / runs)
    assert false_positives(lambda p, look: p) > 0.1
    assert false_positives(lambda p, look: p * look) > false_positives(at_look)  # Bonferroni's factor
    assert false_positives(at_look) <= 0.05 + noise


def test_the_bootstrap_is_seeded() -> None:
    """A stream of its own from a fixed seed: the same figures in every report of the same records."""
    solved = [n % 7 < 2 or n % 11 == 3 for n in range(128)]
    assert bootstrap(solved, [str(n % 35) for n in range(128)]) == (14 / 65, 33 / 65)


def test_mcnemar_needs_the_same_tasks() -> None:
    with pytest.raises(ValueError, match="argument 2 is"):
        mcnemar([True], [True, False])


def test_mcnemar_counts_only_what_changed() -> None:
    before = [True] * 5 + [False] * 20
    after = [True] * 5 + [True] * 10 + [False] * 10
    assert mcnemar(before, after) == pytest.approx(2 / 2**10)
    assert mcnemar(before, before) == 1.0
    assert mcnemar(before, after) == mcnemar(after, before)


def test_holm_steps_down() -> None:
    assert holm([0.01, 0.04, 0.03], 3) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.01], 4) == pytest.approx([0.04])
    assert holm([0.9, 0.8], 2) == [1.0, 1.0]


@given(st.lists(st.booleans(), min_size=1, max_size=9), st.data())
def test_pass_at_k_is_the_share_of_subsets_that_hold_a_right_one(
    samples: list[bool], data: st.DataObject
) -> None:
    k = data.draw(st.integers(1, len(samples)))
    subsets = list(combinations(samples, k))
    assert pass_at_k(len(samples), sum(samples), k) == pytest.approx(sum(map(any, subsets)) / len(subsets))


def test_pass_at_k_needs_k_samples() -> None:
    for k in (0, 3):
        with pytest.raises(ValueError, match=f"^k must be between 1 and n=2, not {k}$"):
            pass_at_k(2, 1, k)


@given(st.lists(st.integers(0, 5), max_size=8), st.lists(st.integers(0, 5), max_size=8))
def test_auc_counts_the_pairs_in_order(right: list[int], wrong: list[int]) -> None:
    pairs = [(r > w) + 0.5 * (r == w) for r in right for w in wrong]
    assert auc(right, wrong) == (pytest.approx(sum(pairs) / len(pairs)) if pairs else None)
