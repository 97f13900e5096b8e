"""The method, top to bottom (arXiv 2406.11736; docs/concepts/method.md tells where and why it differs).

Every step finds what it has already done in the run directory and does the rest, so that the loop can be
killed anywhere and started again. What the steps are made of: rollout, pool, curate, evaluation, report.
"""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from envisions.environments.protocol import prompts
from envisions.methods.luck import find_luck, set_aside
from envisions.methods.pool import Pool, build_pools, canonical_programs, replaced
from envisions.methods.rows import Ids, curate_rows, to_score
from envisions.records import Message, PreferencePair, SFTRow, Task, Trajectory, seed_from
from envisions.report import write_report
from envisions.runs import layout
from envisions.runs.attempt import Attempt
from envisions.runs.bounds import enough, mastered
from envisions.runs.evaluation import evaluate_baselines
from envisions.runs.folder import read_json, read_records, write_records
from envisions.runs.probe import PROMPTS, choose_prompt
from envisions.runs.run import Run
from envisions.settings.schema import Refine, Start


def self_train(run: Run) -> dict[str, Any]:
    """Runs all rounds and returns the report."""
    evaluate_base(run)
    choose_prompt(run)
    for number in range(1, run.settings.rounds + 1):
        explored = explore(run, number)
        if mastered(run, number, explored):  # there is nothing to learn here
            break
        refined = refine(run, number, explored)
        pools = remember(run, number, [*explored, *refined])
        rows, pairs = curate(run, number, pools)
        if not rows:  # nothing was solved
            run.display.say(f"round {number}: no rows, so nothing to learn from; no further round is run")
            break
        train(run, number, rows, pairs)
        evaluate(run, number)
        write_report(run)
    return write_report(run)


def evaluate_base(run: Run) -> None:
    """The starting point, few-shot and zero-shot; samples for pass@k with the better of the two."""
    tests, samples = run.tasks["test"], run.settings.evaluation.samples
    path = run.folder(0) / layout.EVAL
    with run.stage(0, "evaluate", len(tests) * (2 + samples)) as advance:
        greedy = [
            run.attempt(0, task, "eval", prompt, 0, temperature=0) for prompt in PROMPTS for task in tests
        ]
        solved = Counter(t.prompt for t in run.play(greedy, 0, path, advance) if t.solved)
        best = max(PROMPTS, key=lambda prompt: solved[prompt])
        drawn = [run.attempt(0, task, "eval", best, 1 + i) for task in tests for i in range(samples)]
        run.play(drawn, 0, path, advance)
    evaluate_baselines(run)
    write_report(run)


def explore(run: Run, number: int) -> list[Trajectory]:
    """`samples` new attempts at every training task, with the weights the last round ended with."""
    prompt, samples = run.plain_prompt(number - 1), run.settings.samples
    drawn = samples * (number - 1 - run.trained(number - 1))  # with the same weights, in rounds not trained
    attempts = [
        run.attempt(number - 1, task, "explore", prompt, index)
        for task in run.tasks["train"]
        for index in range(drawn, drawn + samples)
    ]
    with run.stage(number, "explore", len(attempts)) as advance:
        return run.play(attempts, number - 1, run.folder(number) / layout.EXPLORE, advance)


def refine(run: Run, number: int, explored: Sequence[Trajectory]) -> list[Trajectory]:
    """A second attempt, given the first and what its execution said. The base model gets none, as published:
    it has not been shown how to repair, and a model of this size then never does."""
    if run.trained(number - 1) == 0:
        return []
    tasks = {task.id: task for task in run.tasks["train"]}
    attempts = [
        _refinement(run, number, tasks[first.task], first)
        for first in _to_refine(explored, run.method.refine)
    ]
    if not attempts:
        return []
    with run.stage(number, "refine", len(attempts)) as advance:
        return run.play(attempts, number - 1, run.folder(number) / layout.REFINE, advance)


def remember(run: Run, number: int, fresh: Sequence[Trajectory]) -> dict[str, Pool]:
    """The attempts of every round so far, by task, one for each distinct program."""
    earlier = [
        attempt
        for past in range(1, number)
        for name in (layout.EXPLORE, layout.REFINE)
        for attempt in read_records(run.folder(past) / name, Trajectory.from_json)
    ]
    attempts = [*earlier, *fresh]
    return build_pools(replaced(attempts) if run.method.replace else attempts, run.method.distinct)


def curate(run: Run, number: int, pools: Mapping[str, Pool]) -> tuple[list[SFTRow], list[PreferencePair]]:
    """SFT rows and preference pairs, from candidates ranked by self-reward."""
    tasks, method = run.tasks["train"], run.method

    def plain(task: Task, candidate: Trajectory) -> list[Ids]:
        return _prompts(run, number, task, candidate, few_shot=False)

    def repair(task: Task, failed: Trajectory) -> Ids:
        feedback = failed.steps[-1].observation if method.feedback else ""
        messages = run.environment.refine_messages(task, failed.program, feedback)
        return run.policy(number - 1).encode(messages)

    path = run.folder(number) / layout.SFT_ROWS
    if not path.exists():
        with run.stage(number, "curate", len(pools)) as advance:
            luck = find_luck(tasks, pools, lambda task: _shown(run, number, task))
            pools = pools if method.keep_luck else set_aside(pools, luck)
            scores = _scores(run, number, pools)
            rows, pairs = curate_rows(tasks, pools, scores, method, run.settings.seed, plain, repair)
            write_records(run.folder(number) / layout.LUCK, map(asdict, luck))
            write_records(run.folder(number) / layout.PAIRS, map(asdict, pairs))
            write_records(path, map(asdict, rows))  # last: it says that the step is done
            advance(len(pools))
    pairs = read_records(path.with_name(layout.PAIRS), PreferencePair.from_json)
    return read_records(path, SFTRow.from_json), pairs


def train(run: Run, number: int, rows: Sequence[SFTRow], pairs: Sequence[PreferencePair]) -> None:
    """SFT, then DPO where there are pairs; the policy's memory is freed first. A stage with rows of too few
    tasks is skipped; without SFT the weights are left as they are."""
    if not enough(run, number, "sft", rows):
        return
    pairs = pairs if enough(run, number, "dpo", pairs) else []
    checkpoint, tuned = run.folder(number) / layout.CHECKPOINT, run.folder(number) / layout.TUNED
    from_base = run.method.start is Start.base
    start, _ = run.weights(0 if from_base else number - 1)
    if not checkpoint.exists():
        run.policies.release()
        _train_stage(run, number, "sft", start, rows, tuned if pairs else checkpoint)
    if pairs:
        _train_stage(run, number, "dpo", tuned, pairs, checkpoint)
    shutil.rmtree(tuned, ignore_errors=True)


def evaluate(run: Run, number: int) -> list[Trajectory]:
    """The held-out tasks, zero-shot: the likeliest answer, and samples for pass@k. Weights that were left as
    they are have been evaluated."""
    if run.trained(number) != number:
        return []
    tests, samples = run.tasks["test"], run.settings.evaluation.samples
    greedy = [run.attempt(number, task, "eval", "zero-shot", 0, temperature=0) for task in tests]
    drawn = [run.attempt(number, task, "eval", "zero-shot", 1 + i) for task in tests for i in range(samples)]
    path = run.folder(number) / layout.EVAL
    with run.stage(number, "evaluate", len(greedy) + len(drawn)) as advance:
        return run.play([*greedy, *drawn], number, path, advance)


def _to_refine(explored: Sequence[Trajectory], which: Refine) -> list[Trajectory]:
    """All attempts, or one for each distinct program that was wrong. What was cut off is no attempt."""
    whole = [first for first in explored if not first.truncated and not first.infra]
    if which is Refine.all:
        return whole
    if which is Refine.none:
        return []
    wrong = (first for first in whole if first.verdict.verdict == "wrong")
    return list({(first.task, canonical_programs(first)): first for first in wrong}.values())


def _refinement(run: Run, number: int, task: Task, first: Trajectory) -> Attempt:
    """Shows the question, the program and what its execution said: neither verdict nor target."""
    feedback = first.steps[-1].observation if run.method.feedback else ""

    def messages() -> list[Message]:
        return run.environment.refine_messages(task, first.program, feedback)

    return run.attempt(number - 1, task, "refine", "refine", first.index, messages=messages, parent=first.id)


def _scores(run: Run, number: int, pools: Mapping[str, Pool]) -> dict[str, float]:
    """Self-reward by trajectory. Scores compare only under one policy and one prompt: where the method asks
    for it, a candidate that was not written in this round's exploration is scored as if it had been."""
    candidates = [t for pool in pools.values() for t in to_score(pool, run.method, run.settings.seed)]
    scores = {t.id: t.self_reward for t in candidates}
    if run.method.rescore:
        kind, (_, name) = run.plain_prompt(number - 1), run.weights(number - 1)
        tasks = {task.id: task for task in run.tasks["train"]}
        foreign = [t for t in candidates if (t.policy, t.prompt) != (name, kind)]
        turns = [
            (t.id, prompt, step.completion_ids)
            for t in foreign
            for prompt, step in zip(
                _prompts(run, number, tasks[t.task], t, few_shot=kind == "few-shot"), t.steps, strict=True
            )
        ]
        scored: defaultdict[str, list[float]] = defaultdict(list)
        logprobs = run.policy(number - 1).score([turn[1:] for turn in turns]) if turns else []
        for (candidate, *_), values in zip(turns, logprobs, strict=True):
            scored[candidate] += values
        scores.update((candidate, sum(values) / len(values)) for candidate, values in scored.items())
    return scores


def _prompts(run: Run, number: int, task: Task, candidate: Trajectory, *, few_shot: bool) -> list[Ids]:
    """The prompt of each of the candidate's turns, had it begun with the plain one."""
    first = run.environment.messages(task, few_shot=few_shot)
    policy = run.policy(number - 1)
    return [policy.encode(messages) for messages in prompts(run.environment, first, candidate)]


def _shown(run: Run, number: int, task: Task) -> str:
    """What the prompt that rows are trained on says of the task, as far as it can be made."""
    asked = run.attempt(number - 1, task, "explore", "zero-shot", 0)
    return "\n".join([task.question, *(message["content"] for message in asked.messages)])


def _train_stage(
    run: Run,
    number: int,
    name: str,
    start: Path,
    data: Sequence[SFTRow] | Sequence[PreferencePair],
    target: Path,
) -> None:
    """One stage of training, unless its result is there; what it measured goes to the round's metrics."""
    if not target.exists():
        seed = seed_from(run.settings.seed, number, name) % 2**31
        with run.stage(number, name, len(data)) as advance:
            stage = getattr(run.trainer, name)
            stage(start, data, target, seed, lambda share: advance(share * len(data)))
    measured = {name: read_json(target / layout.TRAINING)}
    run.note(number, training={**run.metrics(number).get("training", {}), **measured})
