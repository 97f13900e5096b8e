"""The report's statistics, against figures from the literature and from counting."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envisions.stats import auc, holm, mcnemar, pass_at_k, wilson


def test_wilson_interval_of_a_known_case() -> None:
    assert wilson(10, 20) == pytest.approx((0.2993, 0.7007), abs=1e-4)  # Newcombe 1998, method 3
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)


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
    with pytest.raises(ValueError, match="between 1 and n=2"):
        pass_at_k(2, 1, 3)


@given(st.lists(st.integers(0, 5), max_size=8), st.lists(st.integers(0, 5), max_size=8))
def test_auc_counts_the_pairs_in_order(right: list[int], wrong: list[int]) -> None:
    pairs = [(r > w) + 0.5 * (r == w) for r in right for w in wrong]
    assert auc(right, wrong) == (pytest.approx(sum(pairs) / len(pairs)) if pairs else None)
