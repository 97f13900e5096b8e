"""A run's records, from its folder. Reads only; what is computed from them is in figures.py."""

from __future__ import annotations

from dataclasses import asdict
from enum import Enum
from pathlib import Path
from typing import Any

from envisions.errors import UserError
from envisions.records import Luck, PreferencePair, SFTRow, Trajectory
from envisions.report.inputs import BaselineOutcome, RoundRecords, RunRecords
from envisions.runs import layout
from envisions.runs.folder import read_json, read_records
from envisions.runs.manifest import plans
from envisions.runs.run import Run
from envisions.runs.tasks import read_tasks, tests


def read_run(run: Run) -> RunRecords:
    """Reads a run's folder. Raises `UserError` where the base has not been evaluated to the end."""
    folder, settings = run.directory.path, run.settings
    test_tasks = tests(read_tasks(folder))
    base, *later = (read_round(folder, number) for number in range(settings.rounds + 1))
    if len(base.greedy) < 2 * len(test_tasks):
        raise UserError(f"'{folder}' has no evaluation of the base model yet; let the run go on.")
    finished = [found for found in later if found.untrained or len(found.greedy) >= len(test_tasks)]
    rowless = [found for found in later if found.rows is not None and not found.rows]
    as_run, manifest = _plain(run.method), read_json(folder / layout.MANIFEST) or {}
    return RunRecords(
        names=run.names,
        seed=settings.seed,
        temperature=settings.temperature,
        plans=plans(manifest) or (settings.rounds,),
        near_duplicates=manifest.get("tasks", {}).get("counts", {}).get("near_duplicates"),
        isolation=run.executor.isolation,
        tests=test_tasks,
        rounds=[base, *finished],
        learned_nothing=bool(rowless),
        only_luck=any(found.luck for found in rowless),
        mastered=next((found for found in later if found.mastered), None),
        baselines=read_records(layout.round_folder(folder, 0) / layout.BASELINES, BaselineOutcome.from_json),
        method=as_run,
        method_changes={key: now for key, now in as_run.items() if _plain(settings.method)[key] != now},
    )


def read_round(run: Path, number: int) -> RoundRecords:
    """The round's records, trajectories in the order of their ids."""
    folder = layout.round_folder(run, number)
    metrics = read_json(folder / layout.METRICS) or {}
    rows, luck = folder / layout.SFT_ROWS, folder / layout.LUCK
    return RoundRecords(
        number,
        evaluated=read_trajectories(folder / layout.EVAL),
        probed=read_trajectories(folder / layout.PROBE),
        explored=read_trajectories(folder / layout.EXPLORE),
        refined=read_trajectories(folder / layout.REFINE),
        rows=read_records(rows, SFTRow.from_json) if rows.exists() else None,
        pairs=read_records(folder / layout.PAIRS, PreferencePair.from_json),
        luck=len(read_records(luck, Luck.from_json)) if luck.exists() else None,
        mastered=metrics.get("mastered", False),
        prompt=metrics.get("prompt", ""),
        seconds=metrics.get("seconds", {}),
        training=metrics.get("training", {}),
        skipped=metrics.get("skipped", {}),
    )


def read_trajectories(path: Path) -> list[Trajectory]:
    return sorted(read_records(path, Trajectory.from_json), key=lambda t: t.id)


def _plain(method: Any) -> dict[str, Any]:
    return {k: v.value if isinstance(v, Enum) else v for k, v in asdict(method).items()}
