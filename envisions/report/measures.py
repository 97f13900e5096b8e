"""Numbers of one round's records: how well, how attempts ended, what it cost. Pure: records in, JSON out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from envisions.methods.pool import canonical_programs
from envisions.records import Trajectory
from envisions.report.inputs import RoundRecords
from envisions.runs.tasks import TaskRecord
from envisions.stats import auc, bootstrap, pass_at_k, wilson

Solved = Sequence[bool]  # of the test tasks, in their order


def solved_tasks(tests: Sequence[TaskRecord], greedy: Sequence[Trajectory]) -> list[bool]:
    """Which test tasks the likeliest answers solve."""
    answers = {t.task: t.solved for t in greedy}
    return [answers[task.id] for task in tests]


def score(tests: Sequence[TaskRecord], solved: Solved) -> dict[str, Any]:
    """The share solved, with the interval over groups and the one over tasks."""
    intervals = {
        "ci95": bootstrap(solved, [task.group for task in tests]),
        "wilson95": wilson(sum(solved), len(solved)),
    }
    rounded = {name: [round(bound, 4) for bound in bounds] for name, bounds in intervals.items()}
    return {"pass_at_1": share(sum(solved), len(solved)), **rounded}


def evaluation(
    tests: Sequence[TaskRecord], greedy: Sequence[Trajectory], sampled: Sequence[Trajectory]
) -> dict[str, Any]:
    """A round's figures on the test tasks. pass@1 is of the likeliest answers, pass@k of the samples; where
    there are none, nothing takes their place."""
    solved = solved_tasks(tests, greedy)
    return {
        "n_test": len(tests),
        "n_groups": len({task.group for task in tests}),
        **score(tests, solved),
        "pass_at_k": _pass_at_k(tests, sampled),
        "executed": share(sum(t.execution.ok for t in greedy), len(greedy)),
        "unknown": sum(t.verdict.verdict == "unknown" and not t.infra for t in greedy),
        "infra_errors": sum(t.infra for t in greedy),
        "by_level": _by(tests, solved, lambda task: str(task.level)),
        "by_kind": _by(tests, solved, lambda task: task.kind),
        "eval_outcomes": outcomes(greedy),
    }


def outcomes(attempts: Sequence[Trajectory]) -> dict[str, Any]:
    """How many attempts, how they were judged, how they executed. `solved` are right and not cut off."""
    return {
        "attempts": len(attempts),
        "distinct": len({(t.task, canonical_programs(t)) for t in attempts}),
        "solved": sum(t.solved for t in attempts),
        "right": sum(t.verdict.right for t in attempts),
        "wrong": sum(t.verdict.verdict == "wrong" for t in attempts),
        "unknown": sum(t.verdict.verdict == "unknown" and not t.infra for t in attempts),
        "infra_errors": sum(t.infra for t in attempts),
        "truncated": sum(t.truncated for t in attempts),
        "status": dict(sorted(Counter("infra" if t.infra else t.execution.status for t in attempts).items())),
    }


def training(found: RoundRecords) -> dict[str, Any]:
    """What the round learned from, and how well its self-reward told right from wrong."""
    rows = found.rows or ()
    return {
        "sft_rows": len(rows),
        "sft_rows_by_kind": dict(sorted(Counter(row.kind for row in rows).items())),
        "pairs": len(found.pairs),
        "training": dict(found.training),
        **({"skipped": dict(found.skipped)} if found.skipped else {}),
        **({} if found.luck is None else {"luck": found.luck}),
        **({"probe": outcomes(found.probed)} if found.probed else {}),
        "explore": outcomes(found.explored),
        "refine": outcomes(found.refined),
        "self_reward": {"explore": _separation(found.explored), "refine": _separation(found.refined)},
    }


def costs(found: RoundRecords) -> dict[str, Any]:
    """Seconds by stage, and tokens: those generated in kept records, those trained on in all passes."""
    tokens = {
        "probe": _generated(found.probed),
        "explore": _generated(found.explored),
        "refine": _generated(found.refined),
        **{stage: it["tokens"] for stage, it in found.training.items() if "tokens" in it},
        "evaluate": _generated(found.evaluated),
    }
    return {
        "seconds": dict(found.seconds),
        "tokens": {stage: count for stage, count in tokens.items() if count},
    }


def share(count: int, n: int) -> float:
    return round(count / n, 4)


def _pass_at_k(tests: Sequence[TaskRecord], sampled: Sequence[Trajectory]) -> dict[str, float]:
    """By k = 1, 2, 4, … as far as every task has samples; each task's estimate is from all of its samples."""
    drawn: defaultdict[str, list[bool]] = defaultdict(list)
    for t in sampled:
        drawn[t.task].append(t.solved)
    by_task = [drawn[task.id] for task in tests]
    fewest = min(map(len, by_task))
    powers = [2**i for i in range(fewest.bit_length())]
    return {
        str(k): round(sum(pass_at_k(len(s), sum(s), k) for s in by_task) / len(by_task), 4) for k in powers
    }


def _by(
    tests: Sequence[TaskRecord], solved: Solved, name: Callable[[TaskRecord], str]
) -> dict[str, dict[str, Any]]:
    """pass@1 of the tasks that share a name; tasks without one are left out."""
    parts: defaultdict[str, list[bool]] = defaultdict(list)
    for task, right in zip(tests, solved, strict=True):
        parts[name(task)].append(right)
    return {
        part: {"n_test": len(some), "pass_at_1": share(sum(some), len(some))}
        for part, some in sorted(parts.items())
        if part
    }


def _separation(attempts: Sequence[Trajectory]) -> dict[str, float | None]:
    """How well the score a program was sampled with tells solved from wrong; what is neither has no part."""
    scores = {
        "right": [t.self_reward for t in attempts if t.solved],
        "wrong": [t.self_reward for t in attempts if t.verdict.verdict == "wrong"],
    }
    area = auc(scores["right"], scores["wrong"])
    means = {name: round(sum(s) / len(s), 4) if s else None for name, s in scores.items()}
    return {"auc": None if area is None else round(area, 4), **means}


def _generated(attempts: Sequence[Trajectory]) -> int:
    return sum(len(step.completion_ids) for t in attempts for step in t.steps)
