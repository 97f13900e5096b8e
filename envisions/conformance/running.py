"""Checks of how programs run: cut off, side by side, without leaving anything behind."""

from __future__ import annotations

import gc
import statistics
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from envisions.conformance.footprint import footprint
from envisions.conformance.subject import DefectError, NotApplicableError, Subject
from envisions.records import Task
from symbolic import Program

OPENED = 1_000  # episodes opened and closed
KEPT = 100 << 10  # bytes that they may keep: caches of the interpreter's own


def hangs_are_cut(subject: Subject) -> str:
    if subject.program.language != "python":
        raise NotApplicableError(f"no program that hangs is known for {subject.program.language}")
    hang = replace(subject.program, code=f"def {subject.program.entry or 'f'}():\n    while True: pass\n")
    if subject.program.entry is None:
        hang = replace(hang, code="while True: pass")
    started = time.monotonic()
    [answer] = subject.play(subject.tasks[:1], [[hang]])
    if answer.execution.status != "timeout":
        raise DefectError("a program that never ends does not end as a timeout", answer.execution.status)
    if answer.verdict is not None and answer.verdict.verdict != "wrong":
        raise DefectError(f"a program that never ends is {answer.verdict.verdict}")
    return f"after {time.monotonic() - started:.1f} s"


def threads_change_nothing(subject: Subject) -> str:
    golden = subject.golden
    first = subject.probes[0]
    work = golden or [(task, [first.program(task)]) for task in subject.tasks]
    parts = [work[i::4] for i in range(4) if work[i::4]]

    def run(part: list[tuple[Task, list[Program]]]) -> list[Any]:
        answers = subject.play([task for task, _ in part], [programs for _, programs in part])
        return [(answer.verdict, answer.observation) for answer in answers]

    alone = [run(part) for part in parts]
    with ThreadPoolExecutor(len(parts)) as threads:
        together = list(threads.map(run, parts))
    for part, one, other in zip(parts, alone, together, strict=True):
        for (task, _), before, after in zip(part, one, other, strict=True):
            if before != after:
                raise DefectError("a verdict is another one beside other threads", task.question)
    return f"{len(parts)} threads"


def episodes_leak_nothing(subject: Subject) -> str:
    environment, task = subject.environment, subject.tasks[0]

    def rounds(count: int) -> None:
        for seed in range(count):
            environment.open(task, seed).close()

    rounds(OPENED // 10)  # whatever is made once is made
    before = footprint()
    tracemalloc.start()
    try:
        rounds(OPENED)
        gc.collect()
        kept = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    after = footprint()
    if grown := {what: after[what] - before[what] for what in after if after[what] > before[what]}:
        raise DefectError(f"{OPENED} episodes, all closed, leave something behind", grown)
    if kept > KEPT:
        raise DefectError(f"{OPENED} episodes, all closed, keep {kept >> 10} KiB of memory")
    return f"{OPENED:,} opened and closed"


def throughput(subject: Subject) -> str:
    """Never fails: a figure to plan with. Gold programs, or empty ones where there is no gold, each different
    from the others, since equal ones run once."""
    played = subject.golden or [(task, [subject.program]) for task in subject.tasks]
    tasks, seconds = [task for task, _ in played], []
    for index in range(3):
        programs = [
            [replace(program, code=program.code + "\n" * (index * len(played) + n)) for program in turns]
            for n, (_, turns) in enumerate(played)
        ]
        started = time.monotonic()
        subject.play(tasks, programs)
        seconds.append((time.monotonic() - started) / sum(map(len, programs)))
    return f"{1 / statistics.median(seconds):,.0f} programs a second"
