"""The statistics of the report, fixed in advance: intervals, paired tests, corrections, estimators.

Test tasks of one group (a template) are not independent, so intervals and tests are over groups; those over
tasks (Wilson, McNemar) stand beside them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

ALPHA = 0.05
POWER = 0.8
RESAMPLES = 9_999  # of the bootstrap, seeded


def wilson(successes: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval for a proportion (Wilson 1927). (0, 1) where there is nothing to count."""
    if n == 0:
        return 0.0, 1.0
    from scipy.stats import binomtest

    interval = binomtest(successes, n).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def bootstrap(solved: Sequence[bool], groups: Sequence[str]) -> tuple[float, float]:
    """The 95 % percentile interval of the share solved, from whole groups drawn with replacement (cluster
    bootstrap; Efron and Tibshirani 1993, sections 8.3 and 13.3), seeded.

    All or nothing solved leaves no variation to draw from: then Wilson's, each group counted once. (0, 1)
    where there are too few groups to say anything.
    """
    n = len(set(groups))
    if n < groups_needed():
        return 0.0, 1.0
    if len(set(solved)) == 1:
        return wilson(n if solved[0] else 0, n)
    return bootstrap_mean(solved, groups)


def bootstrap_mean(values: Sequence[int], groups: Sequence[str]) -> tuple[float, float]:
    """The 95 % percentile interval of a mean over tasks, by the cluster bootstrap; of two groups or more."""
    from scipy.stats import bootstrap as resample

    drawn = resample(
        (_sums(values, groups), _sums([1] * len(groups), groups)),
        lambda sums, sizes, axis: sums.sum(axis) / sizes.sum(axis),
        paired=True,
        method="percentile",
        n_resamples=RESAMPLES,
        batch=1000,
        rng=np.random.default_rng(0),
    ).confidence_interval
    return float(drawn.low), float(drawn.high)


def sign_flips(differences: Sequence[int], groups: Sequence[str]) -> float | None:
    """Two-sided p of the sum of the tasks' differences, the signs flipped a group at a time (Fisher 1935, by
    clusters). None where the groups are too few for any result to be significant.

    Exact for any number of groups: the sum's distribution over all flips is built one group after another
    (Pagano and Tritchler 1983), so nothing is drawn.
    """
    sums = _sums(differences, groups)
    if len(sums) < groups_needed():
        return None
    chances = np.ones(1)  # of the sums from -reach to +reach
    for change in np.abs(sums):
        flipped = np.zeros(2 * change + 1)
        flipped[0] = 0.5
        flipped[-1] += 0.5  # where nothing changed both are one place
        chances = np.convolve(chances, flipped)
    distance = np.abs(np.arange(len(chances)) - len(chances) // 2)
    return float(chances[distance >= abs(sums.sum())].sum())


def groups_needed(look: int = 1) -> int:
    """The fewest groups whose flips can show anything: all change alike in 2 of their 2^n signs."""
    return math.floor(math.log2(at_look(2.0, look) / ALPHA)) + 1


def smallest_difference(tasks: int, groups: int, look: int = 1) -> float | None:
    """The smallest change of the share solved that could be significant: one task in each of as many groups
    as it takes, and none the other way. None where there are too few groups."""
    needed = groups_needed(look)
    return needed / tasks if groups >= needed else None


def detectable_difference(differences: Sequence[int], groups: Sequence[str], look: int = 1) -> float | None:
    """The change of the share solved that would be found significant four times in five, if as many answers
    change as in these differences: (z_{1-α/2} + z_{0.8}) times the standard deviation under sign flips.
    None where no test is possible or nothing changed."""
    sums = _sums(differences, groups)
    if len(sums) < groups_needed(look) or not sums.any():
        return None
    from scipy.stats import norm

    z = norm.isf(ALPHA / at_look(2.0, look)) + norm.ppf(POWER)
    return float(z * math.sqrt((sums**2).sum()) / len(differences))


def at_look(p: float, look: int) -> float:
    """p of the `look`-th test of a plan that was raised after each: p · look².

    Whoever may stop at the first success needs more than Bonferroni's factor `look`. What is left is a bound:
    the first look takes all of α, so that α · Σ 1/k² (7.3 % for five looks, 8.2 % without end) is the most
    that any data could give; on data like a run's tests/envisions/test_stats.py measures about 5 %.
    """
    return p * look**2


def mcnemar(before: Sequence[bool], after: Sequence[bool]) -> float:
    """Two-sided p of the exact McNemar test: the same tasks, solved before and after (McNemar 1947)."""
    from scipy.stats import binomtest

    changes = [a - b for b, a in zip(before, after, strict=True) if a != b]
    return float(binomtest(changes.count(1), len(changes)).pvalue) if changes else 1.0


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


def _sums(values: Sequence[int], groups: Sequence[str]) -> NDArray[np.int64]:
    """The sum of each group's values, groups in the order of their names."""
    _, places = np.unique(np.asarray(groups, dtype=str), return_inverse=True)
    return np.bincount(places, weights=values).astype(np.int64)
