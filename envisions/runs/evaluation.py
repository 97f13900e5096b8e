"""Plays programs that no model wrote: an environment's baselines, on a run's test tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from envisions.environments.protocol import Environment, Transition, advance
from envisions.errors import HarnessError
from envisions.records import Task
from envisions.runs import layout
from envisions.runs.attempt import UNFINISHED
from envisions.runs.folder import append_records, read_records
from envisions.runs.losses import check_verdicts
from envisions.runs.run import Run
from symbolic import Executor, Program, Verdict
from symbolic.recheck import KINDS


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
            played = _played(run, name, missing, programs)
            check_verdicts([Verdict(**record["verdict"]) for record in played], run.environment, ended=True)
            append_records(path, played)
            advance(1 / len(baselines))
    run.note(0, baselines=sorted(baselines))


def _played(
    run: Run, name: str, tasks: Sequence[Task], programs: Mapping[str, Sequence[Program]]
) -> list[dict[str, Any]]:
    given = [programs.get(task.id, ()) for task in tasks]
    answered = play_programs(run.environment, tasks, given, run.executor)
    return [
        {"name": name, "task": task.id, "programs": [p.code for p in played], **_judged(last)}
        for task, played, last in zip(tasks, given, answered, strict=True)
    ]


def _judged(last: Transition | None) -> dict[str, Any]:
    """The verdict; and the value that it is about, where the certificate is not one that holds it."""
    verdict = _verdict(last)
    own = last is not None and verdict.certificate.get("kind") not in KINDS
    return {"verdict": asdict(verdict), **({"value": last.execution.value} if last and own else {})}


def _verdict(last: Transition | None) -> Verdict:
    if last is not None and last.execution.status == "infra" and not last.at_fault:
        raise HarnessError(
            f"a baseline could not be executed, which is not its fault ({last.execution.error});"
            " nothing is lost, and the same command continues."
        )
    return (last and last.found) or UNFINISHED


def play_programs(
    environment: Environment, tasks: Sequence[Task], programs: Sequence[Sequence[Program]], executor: Executor
) -> list[Transition | None]:
    """Plays each task's programs, one a turn, until they or the episode end; gives the answer to the last,
    None where there was none."""
    played = play_turns(environment, tasks, programs, executor)
    return [answers[-1] if answers else None for answers in played]


def play_turns(
    environment: Environment, tasks: Sequence[Task], programs: Sequence[Sequence[Program]], executor: Executor
) -> list[list[Transition]]:
    """As `play_programs`, with the answers of all turns."""
    episodes = [environment.open(task, 0) for task in tasks]
    played: list[list[Transition]] = [[] for _ in tasks]
    try:
        for turn in range(environment.max_turns):
            live = [i for i, given in enumerate(programs) if turn < len(given) and not _over(played[i])]
            answers = advance(
                environment,
                [tasks[i] for i in live],
                [episodes[i] for i in live],
                [programs[i][turn] for i in live],
                executor,
            )
            for i, answer in zip(live, answers, strict=True):
                played[i].append(answer)
    finally:
        for episode in episodes:
            episode.close()
    return played


def _over(answers: Sequence[Transition]) -> bool:
    """A fault of ours ends it too, so that it is seen."""
    last = answers[-1] if answers else None
    return last is not None and (last.terminated or last.truncated or last.execution.status == "infra")
