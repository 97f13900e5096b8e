"""`report.json`, computed from the run's records alone, so that it can be made again at any time.

The statistics are fixed in advance. The primary test is the last planned round against the better base
figure, two-sided exact McNemar on the same test tasks, α = 0.05; it alone decides the verdict. All others are
secondary, Holm-adjusted over the planned rounds. Intervals are Wilson's, pass@k is the unbiased estimate.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from envisions.methods.pool import build_pools, canonical_programs
from envisions.records import PreferencePair, SFTRow, Trajectory
from envisions.runs.folder import read_records
from envisions.runs.run import Run
from envisions.stats import auc, holm, mcnemar, pass_at_k, wilson

ALPHA = 0.05
Solved = Mapping[str, bool]  # by test task


def summarize(run: Run) -> dict[str, Any]:
    """The report so far."""
    settings = run.settings
    base, solved = _base(run)
    rounds, history = [base], [solved]
    memory: list[Trajectory] = []
    for number in range(1, settings.rounds + 1):
        greedy, sampled = _evaluation(run, number)
        explored, refined = _records(run, number, "explore"), _records(run, number, "refine")
        memory += [*explored, *refined]
        if len(greedy) < len(run.tasks["test"]):
            break  # the round is still at work
        entry = {
            "round": number,
            **_accuracy(greedy, sampled),
            "solved_train": sum(bool(pool.positives()) for pool in build_pools(memory).values()),
            **_training(run, number),
            "explore": _outcomes(explored),
            "refine": _outcomes(refined),
            "self_reward": {"explore": _separation(explored), "refine": _separation(refined)},
            **_costs(run, number, explored, refined, [*greedy, *sampled]),
        }
        rounds.append(entry)
        history.append(_solved(greedy))
    _compare(rounds, history, settings.rounds)
    return {
        **run.names,
        "seed": settings.seed,
        "verdict": verdict(rounds, settings.rounds, memory),
        "planned_rounds": settings.rounds,
        "isolation": run.executor.isolation,
        "rounds": rounds,
    }


def verdict(rounds: Sequence[Mapping[str, Any]], planned: int, memory: Sequence[Trajectory]) -> str:
    """The primary test in words; before the last planned round, what stands so far."""
    base, last = rounds[0], rounds[-1]
    if last is base:
        if memory and not any(t.verdict.right for t in memory):
            return (
                "no evidence of change: the base model solved no training task, so there was nothing to learn"
                " from; take easier tasks (env.levels, env.data), more samples, or a stronger model"
            )
        return "no evidence of change: no round is finished yet"
    before, after, p = base["pass_at_1"], last["pass_at_1"], last["p_vs_base"]
    figures = f"{before:.1%} before, {after:.1%} after round {last['round']}, p = {p:.2g}"
    if last["round"] < planned:
        figures += f"; round {last['round']} of {planned}, not the final test"
    if p >= ALPHA:
        return f"no evidence of change: {figures}"
    return f"{'improved' if after > before else 'regressed'}: {figures}"


def _base(run: Run) -> tuple[dict[str, Any], Solved]:
    greedy, sampled = _evaluation(run, 0)
    prompts = ("few-shot", "zero-shot")
    by_prompt = {prompt: [t for t in greedy if t.prompt == prompt] for prompt in prompts}
    right = {prompt: sum(t.verdict.right for t in by_prompt[prompt]) for prompt in prompts}
    better = max(prompts, key=lambda prompt: right[prompt])
    entry = {
        "round": 0,
        **_accuracy(by_prompt[better], sampled),
        "prompt": better,
        **{p.replace("-", "_"): _share(right[p], len(by_prompt[p])) for p in prompts},
        "solved_train": 0,
        "sft_rows": 0,
        "pairs": 0,
        **_costs(run, 0, [], [], [*greedy, *sampled]),
    }
    return entry, _solved(by_prompt[better])


def _evaluation(run: Run, number: int) -> tuple[list[Trajectory], list[Trajectory]]:
    """The likeliest answers and the samples."""
    attempts = _records(run, number, "eval")
    return [t for t in attempts if t.temperature == 0], [t for t in attempts if t.temperature > 0]


def _records(run: Run, number: int, name: str) -> list[Trajectory]:
    records = read_records(run.folder(number) / f"{name}.jsonl", Trajectory.from_json)
    return sorted(records, key=lambda t: t.id)


def _solved(greedy: Sequence[Trajectory]) -> Solved:
    return {t.task: t.verdict.right for t in greedy}


def _accuracy(greedy: Sequence[Trajectory], sampled: Sequence[Trajectory]) -> dict[str, Any]:
    n, right = len(greedy), sum(t.verdict.right for t in greedy)
    low, high = wilson(right, n)
    return {
        "n_test": n,
        "pass_at_1": _share(right, n),
        "ci95": [round(low, 4), round(high, 4)],
        "pass_at_k": _pass_at_k(sampled) or {"1": _share(right, n)},
        "executed": _share(sum(t.execution.ok for t in greedy), n),
        "unknown": sum(t.verdict.verdict == "unknown" and not t.infra for t in greedy),
        "infra_errors": sum(t.infra for t in greedy),
        "eval_outcomes": _outcomes(greedy),
    }


def _pass_at_k(sampled: Sequence[Trajectory]) -> dict[str, float]:
    """By k = 1, 2, 4, …; over the tasks, each from all of its samples."""
    by_task: defaultdict[str, list[bool]] = defaultdict(list)
    for t in sampled:
        by_task[t.task].append(t.verdict.right)
    n = min(map(len, by_task.values()), default=0)
    powers = [2**i for i in range(n.bit_length()) if 2**i <= n]
    return {
        str(k): round(sum(pass_at_k(len(s), sum(s), k) for s in by_task.values()) / len(by_task), 4)
        for k in powers
    }


def _outcomes(attempts: Sequence[Trajectory]) -> dict[str, Any]:
    """How many attempts, how they executed, how they were judged, how many were cut off."""
    return {
        "attempts": len(attempts),
        "distinct": len({(t.task, canonical_programs(t)) for t in attempts}),
        "right": sum(t.verdict.right for t in attempts),
        "wrong": sum(t.verdict.verdict == "wrong" for t in attempts),
        "unknown": sum(t.verdict.verdict == "unknown" and not t.infra for t in attempts),
        "infra_errors": sum(t.infra for t in attempts),
        "truncated": sum(t.truncated for t in attempts),
        "status": dict(sorted(Counter(t.execution.status for t in attempts).items())),
    }


def _separation(attempts: Sequence[Trajectory]) -> dict[str, float | None]:
    """How well the score a program was sampled with tells right from wrong."""
    scores = {
        name: [t.self_reward for t in attempts if t.verdict.verdict == name] for name in ("right", "wrong")
    }
    area = auc(scores["right"], scores["wrong"])
    means = {name: round(sum(s) / len(s), 4) if s else None for name, s in scores.items()}
    return {"auc": None if area is None else round(area, 4), **means}


def _training(run: Run, number: int) -> dict[str, Any]:
    rows, pairs = _rows(run, number)
    return {
        "sft_rows": len(rows),
        "sft_rows_by_kind": dict(sorted(Counter(row.kind for row in rows).items())),
        "pairs": len(pairs),
        "training": run.metrics(number).get("training", {}),
    }


def _costs(
    run: Run,
    number: int,
    explored: Sequence[Trajectory],
    refined: Sequence[Trajectory],
    evaluated: Sequence[Trajectory],
) -> dict[str, Any]:
    """Seconds by stage, and tokens: those generated in kept records, those trained on in all passes."""
    trained = run.metrics(number).get("training", {})
    tokens = {
        "explore": _generated(explored),
        "refine": _generated(refined),
        **{stage: trained.get(stage, {}).get("tokens", 0) for stage in ("sft", "dpo")},
        "evaluate": _generated(evaluated),
    }
    return {
        "seconds": run.metrics(number).get("seconds", {}),
        "tokens": {stage: count for stage, count in tokens.items() if count},
    }


def _rows(run: Run, number: int) -> tuple[list[SFTRow], list[PreferencePair]]:
    folder = run.folder(number)
    rows = read_records(folder / "sft.jsonl", SFTRow.from_json)
    return rows, read_records(folder / "pairs.jsonl", PreferencePair.from_json)


def _generated(attempts: Sequence[Trajectory]) -> int:
    return sum(len(step.completion_ids) for t in attempts for step in t.steps)


def _compare(rounds: Sequence[dict[str, Any]], history: Sequence[Solved], planned: int) -> None:
    """Adds the paired tests of each round against the base and against the round before it."""
    tasks = sorted(history[0])
    for against, other in (("base", lambda i: 0), ("previous", lambda i: i - 1)):
        p_values = [
            mcnemar([history[other(i)][t] for t in tasks], [history[i][t] for t in tasks])
            for i in range(1, len(rounds))
        ]
        for entry, p, adjusted in zip(rounds[1:], p_values, holm(p_values, planned), strict=True):
            entry[f"p_vs_{against}"] = p
            entry[f"p_vs_{against}_holm"] = adjusted
    rounds[0].update(p_vs_base=None, p_vs_previous=None)


def _share(count: int, n: int) -> float:
    return round(count / n, 4) if n else 0.0
