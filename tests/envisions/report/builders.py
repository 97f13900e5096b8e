"""A run directory with real records, made without a model: what the reports are tested on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from envisions.records import Kind, PromptKind, SFTRow, Task, Trajectory, digest
from envisions.records import Step as Turn
from envisions.runs.folder import RunDir, append_records, write_json, write_records
from envisions.runs.run import Run
from envisions.settings.compose import load
from symbolic import Execution, Program, Verdict

RIGHT = "def solution():\n    return 42"
TRAIN = [Task(f"Ann has {n} apples. How many?", 42) for n in range(6)]
TEST = [Task(f"Ben has {n} pears. How many?", 42) for n in range(10)]


def attempt(
    task: Task,
    verdict: str,
    *,
    kind: Kind = "explore",
    prompt: PromptKind = "few-shot",
    policy: str = "base",
    temperature: float = 1.0,
    index: int = 0,
    code: str = RIGHT,
    said: str = "It returned 42.",
    status: Any = "ok",
    parent: str | None = None,
) -> Trajectory:
    """One turn; right programs are likelier than others."""
    logprobs = (-0.5 if verdict == "right" else -1.0, -0.1 * (index + 1))
    execution = Execution(status, 42 if status == "ok" else None, isolation="strong")
    turn = Turn((1, 2, 3), (4, 5), logprobs, code, "stop", Program(code, entry="solution"), execution, said)
    return Trajectory(
        id=digest(task.id, kind, prompt, policy, temperature, index, parent),
        task=task.id,
        kind=kind,
        prompt=prompt,
        policy=policy,
        temperature=temperature,
        index=index,
        seed=0,
        steps=(turn,),
        verdict=Verdict(verdict, {"kind": "test"}),  # type: ignore[arg-type]
        terminated=True,
        truncated=False,
        parent=parent,
    )


def make_run(folder: Path, *, rounds: int = 2, isolation: str = "strong") -> Run:
    """A run that plans `rounds` rounds and has nothing in its folder yet."""
    environment: Any = SimpleNamespace(tasks={"train": TRAIN, "test": TEST}.__getitem__)
    executor: Any = SimpleNamespace(isolation=isolation)
    unused: Any = None
    with RunDir(folder) as directory:  # makes the folder
        names = {"env": "math-v1", "model": "tiny", "method": "envisions"}
        return Run(
            load(f"rounds={rounds}", "temperature=1"),
            directory,
            environment,
            executor,
            unused,
            unused,
            folder,
            unused,
            names,
        )


def add_base(run: Run, solved: int = 3) -> None:
    """The base solves the first `solved` test tasks few-shot, none zero-shot."""
    few = [_greedy(task, n < solved, "few-shot", "base") for n, task in enumerate(TEST)]
    zero = [_greedy(task, False, "zero-shot", "base") for task in TEST]
    _record(run, 0, "eval", [*few, *zero])
    write_json(run.folder(0) / "metrics.json", {"seconds": {"evaluate": 12.5}})


def add_round(run: Run, number: int, extra: Sequence[Trajectory] = ()) -> None:
    """Explores, repairs two, learns, and solves every test task but the first; `extra` is explored too."""
    explored = [
        attempt(task, "right" if n < 2 else "wrong", index=i, policy=f"round_{number - 1}")
        for n, task in enumerate(TRAIN)
        for i in range(2)
    ]
    repaired = [
        attempt(task, "right", kind="refine", prompt="refine", parent=first.id)
        for task, first in zip(TRAIN[3:5], explored[6:10:2], strict=True)
    ]
    _record(run, number, "explore", [*explored, *extra])
    _record(run, number, "refine", repaired)
    rows = [SFTRow(t.task, "L1", (1,), (2, 3), (t.id,)) for t in explored[:4]]
    write_records(run.folder(number) / "sft.jsonl", map(asdict, rows))
    write_records(run.folder(number) / "pairs.jsonl", [])
    solved = [_greedy(task, n > 0, "zero-shot", f"round_{number}") for n, task in enumerate(TEST)]
    _record(run, number, "eval", solved)
    write_json(run.folder(number) / "metrics.json", {"seconds": {"explore": 3.25, "sft": 4000.0}})


def add_failed_round(run: Run) -> None:
    """The first round of a base model that solves nothing."""
    _record(run, 1, "explore", [attempt(task, "wrong", status="error", said="It failed.") for task in TRAIN])
    write_records(run.folder(1) / "sft.jsonl", [])


def _greedy(task: Task, right: bool, prompt: PromptKind, policy: str) -> Trajectory:
    verdict = "right" if right else "wrong"
    return attempt(task, verdict, kind="eval", prompt=prompt, policy=policy, temperature=0.0)


def _record(run: Run, number: int, name: str, attempts: Sequence[Trajectory]) -> None:
    append_records(run.folder(number) / f"{name}.jsonl", (t.to_json() for t in attempts))
