"""`report.json` from a run's records. Pure: records in, numbers out; nothing is read and nothing asked.

The statistics are fixed in advance. The primary test is the last planned round against the better base figure
(few-shot where they tie) on the same test tasks, greedy answers, two-sided, over groups of tasks by sign
flips; it alone decides the verdict. A plan that was raised is a further look and is corrected for. All other
tests are secondary; beside each p stands Holm's, over the planned rounds, and exact McNemar over tasks. The
test against the best trivial answer decides words alone, corrected for looks as the primary one is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import sub
from pathlib import Path
from typing import Any

from envisions.records import PromptKind, Trajectory
from envisions.report.inputs import RoundRecords, RunRecords
from envisions.report.measures import Solved, costs, evaluation, score, solved_tasks, training
from envisions.report.verdict import verdict
from envisions.runs import layout
from envisions.runs.probe import PROMPTS, compared, summary
from envisions.stats import (
    ALPHA,
    at_look,
    detectable_difference,
    holm,
    mcnemar,
    sign_flips,
    smallest_difference,
)


def figures(run: RunRecords) -> dict[str, Any]:
    """The report so far."""
    better = _better_prompt(run)
    answered = _evaluated(run, better)
    history = [solved_tasks(run.tests, found.greedy) for found in answered]
    rounds = [_round(run, place, found) for place, found in enumerate(answered)]
    rounds[0] |= {"prompt": better, **_prompts(run)}
    _compare(rounds, history, run)
    primary = _primary(rounds, history, run)
    baselines = _baselines(run)
    best = _best_baseline(baselines, history[-1], run)
    return {
        **run.names,
        "seed": run.seed,
        "verdict": verdict(rounds, primary, best, run),
        "planned_rounds": run.plans[-1],
        "plans": list(run.plans),
        "isolation": run.isolation,
        "temperature": run.temperature,
        "method_as_run": dict(run.method),
        "method_changes": dict(run.method_changes),
        "tests": _tests(run),
        "smallest_difference": primary["smallest_difference"],
        "primary_test": primary,
        "baselines": {name: figure for name, (figure, _) in baselines.items()},
        "best_baseline": best,
        **_explored_with(run),
        **_best_round(rounds),
        "rounds": rounds,
    }


def _better_prompt(run: RunRecords) -> PromptKind:
    right = {p: sum(solved_tasks(run.tests, _with_prompt(run.rounds[0], p))) for p in PROMPTS}
    return max(PROMPTS, key=lambda prompt: right[prompt])


def _with_prompt(base: RoundRecords, prompt: PromptKind) -> list[Trajectory]:
    return [t for t in base.greedy if t.prompt == prompt]


def _evaluated(run: RunRecords, better: PromptKind) -> list[RoundRecords]:
    """The rounds with the evaluation of the weights that they ended with: of the base, answers to the better
    prompt; of a round that was not trained, those of the round before."""
    base = run.rounds[0]
    shown = [replace(base, evaluated=[*_with_prompt(base, better), *base.sampled])]
    for found in run.rounds[1:]:
        shown.append(replace(found, evaluated=shown[-1].evaluated) if found.untrained else found)
    return shown


def _prompts(run: RunRecords) -> dict[str, Any]:
    """The base's figure with each prompt, and as `few_shot` and `zero_shot` the shares alone."""
    figures = {p: score(run.tests, solved_tasks(run.tests, _with_prompt(run.rounds[0], p))) for p in PROMPTS}
    shares = {prompt.replace("-", "_"): figure["pass_at_1"] for prompt, figure in figures.items()}
    return {**shares, "prompts": figures}


def _round(run: RunRecords, place: int, answered: RoundRecords) -> dict[str, Any]:
    found = run.rounds[place]
    measured = evaluation(run.tests, answered.greedy, answered.sampled)
    if found.untrained:  # it has the figures of the round before, but made no attempts for them
        del measured["eval_outcomes"]
    return {
        "round": found.number,
        **measured,
        "solved_train": _solved_train(run.rounds[: place + 1]),
        **training(found),
        **costs(found),
    }


def _explored_with(run: RunRecords) -> dict[str, Any]:
    """How the probe chose the base model's prompt, where it did."""
    probed = run.rounds[0].probed
    return {"exploration": summary(compared(probed))} if run.rounds[0].prompt and probed else {}


def _best_round(rounds: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The earliest of the rounds with the highest share, where that is not the last one's."""
    best, last = max(rounds, key=lambda entry: entry["pass_at_1"]), rounds[-1]
    if best["pass_at_1"] <= last["pass_at_1"]:
        return {}
    folder = f"{layout.round_folder(Path(), best['round'])}/{layout.CHECKPOINT}" if best["round"] else None
    return {"best_round": {"round": best["round"], "pass_at_1": best["pass_at_1"], "checkpoint": folder}}


def _solved_train(rounds: Sequence[RoundRecords]) -> int:
    """The training tasks that any attempt so far has solved."""
    return len({t.task for found in rounds for t in (*found.explored, *found.refined) if t.solved})


def _compare(rounds: Sequence[dict[str, Any]], history: Sequence[Solved], run: RunRecords) -> None:
    """Adds the paired comparisons of each round with the base and with the round before it."""
    for against in ("base", "previous"):
        rounds[0][f"p_vs_{against}"] = None
        for earlier, entry in enumerate(rounds[1:]):
            before = history[0] if against == "base" else history[earlier]
            pair = _paired(before, history[earlier + 1], run)
            entry |= {f"{name}_vs_{against}": value for name, value in pair.items()}
        _adjust(rounds[1:], f"p_vs_{against}", run.plans[-1])
        _adjust(rounds[1:], f"mcnemar_vs_{against}", run.plans[-1])


def _adjust(rounds: Sequence[dict[str, Any]], name: str, planned: int) -> None:
    """Adds a p adjusted by Holm over the planned rounds; None where no test is possible."""
    p_values = [entry[name] for entry in rounds]
    adjusted = p_values if None in p_values else holm(p_values, planned)
    for place, entry in enumerate(rounds):
        entry[f"{name}_holm"] = adjusted[place]


def _paired(before: Solved, after: Solved, run: RunRecords) -> dict[str, Any]:
    """What changed on the same tasks, and how likely by chance: over groups, and over tasks beside it."""
    differences = _differences(before, after)
    return {
        "gained": differences.count(1),
        "lost": differences.count(-1),
        "p": sign_flips(differences, [task.group for task in run.tests]),
        "mcnemar": mcnemar(before, after),
    }


def _differences(before: Solved, after: Solved) -> list[int]:
    return list(map(sub, after, before))


def _primary(
    rounds: Sequence[Mapping[str, Any]], history: Sequence[Solved], run: RunRecords
) -> dict[str, Any]:
    """The test that decides, or how it stands so far; corrected for the looks that earlier plans took."""
    last, look = rounds[-1], len(run.plans)
    groups = [task.group for task in run.tests]
    p = last["p_vs_base"]
    return {
        "round": last["round"],
        "final": last["round"] == run.plans[-1],
        "alpha": ALPHA,
        "p": p,
        "look": look,
        "p_corrected": _corrected(p, run),
        "smallest_difference": smallest_difference(len(groups), len(set(groups)), look),
        "detectable_difference": detectable_difference(_differences(history[0], history[-1]), groups, look),
    }


def _tests(run: RunRecords) -> dict[str, int | None]:
    """How many test tasks, of how many groups, how many are of the largest, and how many are like a training
    task."""
    sizes = Counter(task.group for task in run.tests)
    return {
        "tasks": sizes.total(),
        "groups": len(sizes),
        "largest_group": max(sizes.values()),
        "near_duplicates": run.near_duplicates,
    }


def _baselines(run: RunRecords) -> dict[str, tuple[dict[str, Any], list[bool]]]:
    """By name: the figure of a trivial answer, and the tasks it solves; without those that were not asked
    every test task."""
    answers: defaultdict[str, dict[str, bool]] = defaultdict(dict)
    for outcome in run.baselines:
        answers[outcome.name][outcome.task] = outcome.solved
    solved = {
        name: [found[task.id] for task in run.tests]
        for name, found in answers.items()
        if all(task.id in found for task in run.tests)
    }
    return {name: (score(run.tests, right), right) for name, right in solved.items()}


def _best_baseline(
    baselines: Mapping[str, tuple[Mapping[str, Any], Solved]], last: Solved, run: RunRecords
) -> dict[str, Any] | None:
    """The best of the trivial answers, and the newest round's test against it."""
    if not baselines:
        return None
    name, (figure, solved) = max(baselines.items(), key=lambda item: sum(item[1][1]))
    pair = _paired(solved, last, run)
    return {
        "name": name,
        "pass_at_1": figure["pass_at_1"],
        "difference": round((sum(last) - sum(solved)) / len(last), 4),
        **pair,
        "p_corrected": _corrected(pair["p"], run),
    }


def _corrected(p: float | None, run: RunRecords) -> float | None:
    """p at the look that the run has come to."""
    return None if p is None else min(1.0, at_look(p, len(run.plans)))
