"""Plays programs that no model wrote: an environment's baselines, on a run's test tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from envisions.environments.protocol import Environment, Transition, advance
from envisions.errors import HarnessError
from envisions.records import Task
from envisions.runs import layout
from envisions.runs.folder import append_records, read_records
from envisions.runs.rollout import UNFINISHED
from envisions.runs.run import Run
from symbolic import Executor, Program, Verdict


def evaluate_baselines(run: Run) -> None:
    """Records each baseline's verdict on each test task, less what is there already. A baseline without
    programs for a task has not solved it."""
    if run.metrics(0).get("baselines"):
        return
    path = run.folder(0) / layout.BASELINES
    done = set(read_records(path, lambda record: (record["name"], record["task"])))
    with run.stage(0, "baselines", 1) as advance:
        baselines = run.environment.baselines()
        for name, programs in baselines.items():
            missing = [task for task in run.tasks["test"] if (name, task.id) not in done]
            append_records(path, _played(run, name, missing, programs))
            advance(1 / len(baselines))
    run.note(0, baselines=sorted(baselines))


def _played(
    run: Run, name: str, tasks: Sequence[Task], programs: Mapping[str, Sequence[Program]]
) -> list[dict[str, Any]]:
    given = [programs.get(task.id, ()) for task in tasks]
    verdicts = [_verdict(last) for last in play_programs(run.environment, tasks, given, run.executor)]
    return [
        {"name": name, "task": task.id, "programs": [p.code for p in played], "verdict": asdict(verdict)}
        for task, played, verdict in zip(tasks, given, verdicts, strict=True)
    ]


def _verdict(last: Transition | None) -> Verdict:
    if last is not None and last.execution.status == "infra":
        raise HarnessError(
            f"a baseline could not be executed, which is not its fault ({last.execution.error});"
            " nothing is lost, and the same command continues."
        )
    return (last and last.verdict) or UNFINISHED


def play_programs(
    environment: Environment, tasks: Sequence[Task], programs: Sequence[Sequence[Program]], executor: Executor
) -> list[Transition | None]:
    """Plays each task's programs, one a turn, until they or the episode end; gives the answer to the last,
    None where there was none."""
    episodes = [environment.open(task, 0) for task in tasks]
    last: list[Transition | None] = [None] * len(tasks)
    try:
        for turn in range(environment.max_turns):
            live = [i for i, given in enumerate(programs) if turn < len(given) and not _over(last[i])]
            answers = advance(
                environment,
                [tasks[i] for i in live],
                [episodes[i] for i in live],
                [programs[i][turn] for i in live],
                executor,
            )
            for i, answer in zip(live, answers, strict=True):
                last[i] = answer
    finally:
        for episode in episodes:
            episode.close()
    return last


def _over(answer: Transition | None) -> bool:
    """A fault of ours ends it too, so that it is seen."""
    return answer is not None and (
        answer.terminated or answer.truncated or answer.execution.status == "infra"
    )
