"""The statistics of the report, fixed in advance: intervals, paired tests, corrections, estimators."""

from __future__ import annotations

import math
from collections.abc import Sequence


def wilson(successes: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval for a proportion (Wilson 1927). (0, 1) where there is nothing to count."""
    if n == 0:
        return 0.0, 1.0
    from scipy.stats import binomtest

    interval = binomtest(successes, n).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def mcnemar(before: Sequence[bool], after: Sequence[bool]) -> float:
    """Two-sided p of the exact McNemar test: the same tasks, solved before and after (McNemar 1947)."""
    from scipy.stats import binomtest

    gained = sum(b < a for b, a in zip(before, after, strict=True))
    lost = sum(b > a for b, a in zip(before, after, strict=True))
    return float(binomtest(gained, gained + lost).pvalue) if gained + lost else 1.0


def holm(p_values: Sequence[float], planned: int) -> list[float]:
    """Holm's step-down adjustment over `planned` tests, of which these are the ones done (Holm 1979)."""
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, i in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        highest = max(highest, min(1.0, (planned - rank) * p_values[i]))
        adjusted[i] = highest
    return adjusted


def pass_at_k(n: int, solved: int, k: int) -> float:
    """The unbiased estimate of solving a task in k of its n samples (arXiv 2107.03374, section 2.1)."""
    if not 1 <= k <= n:
        raise ValueError(f"k must be between 1 and n={n}, not {k}")
    return 1.0 - math.comb(n - solved, k) / math.comb(n, k)


def auc(right: Sequence[float], wrong: Sequence[float]) -> float | None:
    """How often a right one scores above a wrong one, ties half; None where either is missing."""
    if not right or not wrong:
        return None
    from scipy.stats import mannwhitneyu

    return float(mannwhitneyu(right, wrong).statistic) / (len(right) * len(wrong))
