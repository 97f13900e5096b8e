"""The primary test in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from envisions.report.inputs import RoundRecords, RunRecords
from envisions.report.measures import share
from envisions.report.words import plain, tasks_of_groups
from envisions.runs.bounds import REMEDY, too_few
from envisions.stats import ALPHA, groups_needed

UNCHANGED = "no evidence of change"
INTERIM = "so far, "


def verdict(
    rounds: Sequence[Mapping[str, Any]],
    primary: Mapping[str, Any],
    best_baseline: Mapping[str, Any] | None,
    run: RunRecords,
) -> str:
    """`improved`, `no evidence of change` or `regressed`, and the figures; before the last planned round it
    begins with `so far`, unless a run that changed no weights ended early. It says why it did."""
    untrained = all(found.untrained for found in run.rounds[1:])
    ended = untrained and (run.learned_nothing or run.mastered is not None)
    begun = "" if primary["final"] or ended else INTERIM
    if untrained:
        return f"{begun}{UNCHANGED}: {_why_untrained(rounds, run)}"
    base, last = rounds[0], rounds[-1]
    parts = [
        f"{base['pass_at_1']:.1%} before, {last['pass_at_1']:.1%} after round {last['round']}",
        _test(last, primary),
        *([_against(best_baseline, last)] if best_baseline else []),
        *([_left(run.rounds[-1])] if run.rounds[-1].untrained else []),
        *([f"the round after {_nothing_new(run)}"] if run.learned_nothing else []),
        *([f"round {last['round']} of {run.plans[-1]}, not the final test"] if begun else []),
    ]
    return f"{begun}{_word(base, last, primary)}: {'; '.join(parts)}"


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


def _why_untrained(rounds: Sequence[Mapping[str, Any]], run: RunRecords) -> str:
    if run.mastered:
        known = share(sum(t.solved for t in run.mastered.explored), len(run.mastered.explored))
        return (
            f"nothing to learn here: the base model was right in {known:.1%} of its attempts at training"
            f" tasks and solves {rounds[0]['pass_at_1']:.1%} of the test tasks; take harder ones (env.levels,"
            " env.data)"
        )
    if run.learned_nothing:
        return f"the base model {_nothing_new(run)}"
    return f"{_left(run.rounds[-1])}; {REMEDY}" if len(run.rounds) > 1 else "no round is finished yet"


def _nothing_new(run: RunRecords) -> str:
    luck, kept = (" but by luck", ", or keep luck (method.keep_luck=true)") if run.only_luck else ("", "")
    return (
        f"solved no training task{luck}, so there was nothing to learn from; take easier tasks (env.levels,"
        f" env.data), more samples, or a stronger model{kept}"
    )


def _left(found: RoundRecords) -> str:
    return f"round {found.number} left the weights as they were, having {too_few(found.skipped['sft'])}"
