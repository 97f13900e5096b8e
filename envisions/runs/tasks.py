"""`tasks.jsonl`: a run's tasks, written once, so that its records can be read without its environment.

`target` is as in certificates (symbolic.packing); programs that solve the tasks are not recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from envisions.errors import UserError
from envisions.records import Split, Task
from envisions.runs import layout
from envisions.runs.folder import read_records, write_records
from symbolic.packing import pack


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """A task as recorded; `id` is that of its trajectories."""

    id: str
    side: Split
    group: str
    level: int
    question: str
    target: Any
    kind: str = ""

    @classmethod
    def of(cls, task: Task, side: Split) -> TaskRecord:
        return cls(task.id, side, task.group, task.level, task.question, pack(task.target), task.kind)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> TaskRecord:
        return cls(**data)


def record_tasks(run: Path, tasks: Mapping[Split, Sequence[Task]]) -> None:
    """Writes the tasks of a new run. Raises `UserError` where other ones are recorded."""
    now = [TaskRecord.of(task, side) for side, some in tasks.items() for task in some]
    path = run / layout.TASKS
    if not path.exists():
        write_records(path, map(asdict, now))
    elif read_tasks(run) != now:
        raise UserError(
            f"'{path}' holds other tasks than this run has; restore it, or choose another run.dir."
        )


def read_tasks(run: Path) -> list[TaskRecord]:
    """All tasks, in the order of the run."""
    return read_records(run / layout.TASKS, TaskRecord.from_json)


def tests(tasks: Iterable[TaskRecord]) -> list[TaskRecord]:
    return [task for task in tasks if task.side == "test"]
