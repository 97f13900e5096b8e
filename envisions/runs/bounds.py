"""When a round leaves the weights as they are: too little to learn from, or nothing left to learn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from envisions.records import PreferencePair, SFTRow, Trajectory
from envisions.runs import layout
from envisions.runs.folder import read_records
from envisions.runs.probe import PROMPTS
from envisions.runs.run import Run

REMEDY = (
    "take more training tasks (env.n_train), more samples, easier tasks (env.levels, env.data), a stronger"
    " model or a lower floor"
)


def enough(run: Run, number: int, stage: str, data: Sequence[SFTRow] | Sequence[PreferencePair]) -> bool:
    """Whether a stage of training has rows of enough tasks. One that is skipped is said, and on record."""
    found = {"rows": len(data), "tasks": len({row.task for row in data}), "floor": run.settings.floor}
    if found["tasks"] >= found["floor"]:
        return True
    if data:
        run.note(number, skipped={**run.metrics(number).get("skipped", {}), stage: found})
        run.display.say(f"round {number} {stage}: skipped, {too_few(found)}; {REMEDY}")
    return False


def told_floor(floor: int, tasks: int) -> str | None:
    """What is wrong with a floor that no round can reach, if it is one."""
    if floor <= tasks:
        return None
    return (
        f"no round can train: floor={floor:,} solved tasks are needed, of {tasks:,} training tasks in all;"
        " lower floor or take more training tasks (env.n_train)."
    )


def too_few(found: Mapping[str, int]) -> str:
    """In words what a skipped stage had."""
    rows, tasks = found["rows"], found["tasks"]
    return (
        f"{rows:,} row{'s' * (rows != 1)} of {tasks:,} solved task{'s' * (tasks != 1)}"
        f" where {found['floor']:,} tasks are needed (floor)"
    )


def mastered(run: Run, number: int, explored: Sequence[Trajectory]) -> bool:
    """Whether the base model can do it all already, training tasks and tests, and could only lose."""
    if run.trained(number - 1) > 0:
        return False
    answers = read_records(run.folder(0) / layout.EVAL, Trajectory.from_json)
    greedy = [[t for t in answers if t.temperature == 0 and t.prompt == prompt] for prompt in PROMPTS]
    known = min(_solved(explored), max(map(_solved, greedy))) >= run.settings.ceiling
    if known:
        run.note(number, mastered=True)
        run.display.say(
            f"round {number}: nothing to learn here, the base model was right in {_solved(explored):.1%} of"
            " its attempts; no further round is run"
        )
    return known


def _solved(attempts: Sequence[Trajectory]) -> float:
    return sum(t.solved for t in attempts) / len(attempts)
