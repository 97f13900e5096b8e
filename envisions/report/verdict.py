"""The primary test in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from envisions.report.words import plain, tasks_of_groups
from envisions.stats import ALPHA, groups_needed

UNCHANGED = "no evidence of change"
INTERIM = "so far, "


def verdict(
    rounds: Sequence[Mapping[str, Any]],
    primary: Mapping[str, Any],
    best_baseline: Mapping[str, Any] | None,
    planned: int,
    learned_nothing: bool,
) -> str:
    """`improved`, `no evidence of change` or `regressed`, and the figures; before the last planned round it
    begins with `so far`."""
    if len(rounds) == 1:
        return _nothing_learned() if learned_nothing else f"{INTERIM}{UNCHANGED}: no round is finished yet"
    base, last = rounds[0], rounds[-1]
    parts = [
        f"{base['pass_at_1']:.1%} before, {last['pass_at_1']:.1%} after round {last['round']}",
        _test(last, primary),
        *([_against(best_baseline, last)] if best_baseline else []),
        *([] if primary["final"] else [f"round {last['round']} of {planned}, not the final test"]),
    ]
    return f"{'' if primary['final'] else INTERIM}{_word(base, last, primary)}: {'; '.join(parts)}"


def _word(base: Mapping[str, Any], last: Mapping[str, Any], primary: Mapping[str, Any]) -> str:
    p = primary["p_corrected"]
    if p is None or p >= ALPHA:
        return UNCHANGED
    return "improved" if last["pass_at_1"] > base["pass_at_1"] else "regressed"


def _test(last: Mapping[str, Any], primary: Mapping[str, Any]) -> str:
    tasks = tasks_of_groups(last["n_test"], last["n_groups"])
    if primary["p"] is None:
        return (
            f"no test is possible with {tasks}: it takes at least {groups_needed(primary['look'])} templates;"
            " raise env.n_test or take more varied tasks"
        )
    if primary["look"] == 1:
        return f"p = {primary['p']:.2g} ({tasks})"
    return f"p = {primary['p_corrected']:.2g} ({tasks}; corrected for look {primary['look']})"


def _against(best: Mapping[str, Any], last: Mapping[str, Any]) -> str:
    """Whether the newest round passes the best trivial answer: more tasks, and more than chance."""
    if best["difference"] <= 0:
        relation = "does not pass"
    elif best["p_corrected"] is None or best["p_corrected"] >= ALPHA:
        relation = "is not clearly above"
    else:
        relation = "passes"
    known = "" if best["p_corrected"] is None else f", p = {best['p_corrected']:.2g}"
    named = f"{plain(best['name'])} {best['pass_at_1']:.1%}{known}"
    return f"round {last['round']} {relation} the best trivial answer ({named})"


def _nothing_learned() -> str:
    return (
        f"{UNCHANGED}: the base model solved no training task, so there was nothing to learn"
        " from; take easier tasks (env.levels, env.data), more samples, or a stronger model"
    )
