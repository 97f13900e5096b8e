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
from envisions.conformance.subject import DefectError, NotSeenError, Subject
from envisions.records import Task
from symbolic import Program

OPENED = 1_000  # episodes opened and closed
KEPT = 100 << 10  # bytes that they may keep: caches of the interpreter's own


def hangs_are_cut(subject: Subject) -> str:
    """The environment's own programs that hang, of which the last turn's does, or the usual one in every
    turn."""
    task = subject.tasks[0]
    own = list(subject.environment.hanging(task))
    programs = own or _usual_hang(subject)
    started = time.monotonic()
    [answers] = subject.play_turns([task], [programs])
    for answer in answers[-1:] if own else answers:
        status = answer.execution.status
        if status != "timeout" and not own:
            raise NotSeenError(f"the usual endless program ended as {status!r}: {_HOW_TO_HANG}")
        if status != "timeout":
            raise DefectError("a program that never ends does not end as a timeout", status)
        if answer.found is not None and answer.found.verdict != "wrong":
            raise DefectError(f"a program that never ends is {answer.found.verdict}")
    return f"{len(answers)} in {time.monotonic() - started:.1f} s"


_HOW_TO_HANG = "give hanging(task), an attempt whose last program never ends"


def _usual_hang(subject: Subject) -> list[Program]:
    empty = subject.program
    if empty.language != "python":
        raise NotSeenError(f"no program in {empty.language} that never ends is known: {_HOW_TO_HANG}")
    loop = "while True: pass\n"
    code = f"def {empty.entry}(*asked):\n    {loop}" if empty.entry else loop
    return subject.every_turn(replace(empty, code=code))


def threads_change_nothing(subject: Subject) -> str:
    golden = subject.golden
    work = golden or [(task, subject.turns(task)) for task in subject.tasks]
    parts = [work[i::4] for i in range(4) if work[i::4]]

    def run(part: list[tuple[Task, list[Program]]]) -> list[Any]:
        played = subject.play_turns([task for task, _ in part], [programs for _, programs in part])
        return [[(answer.found, answer.observation) for answer in answers] for answers in played]

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
    programs = subject.every_turn(subject.program)
    [answers] = subject.play_turns([task], [programs])

    def rounds(count: int) -> None:
        for seed in range(count):
            episode = environment.open(task, seed)
            for program, answer in zip(programs, answers, strict=False):
                episode.step(program, answer.execution)
            episode.close()

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
    return f"{OPENED:,} opened, played and closed"


def throughput(subject: Subject) -> str:
    """Never fails: a figure to plan with. Gold programs, or empty ones where there is no gold, each different
    from the others, since equal ones run once."""
    played = subject.golden or [(task, subject.turns(task)) for task in subject.tasks]
    tasks, seconds = [task for task, _ in played], []
    for index in range(3):
        programs = [
            [replace(program, code=program.code + "\n" * (index * len(played) + n)) for program in turns]
            for n, (_, turns) in enumerate(played)
        ]
        started = time.monotonic()
        answered = sum(map(len, subject.play_turns(tasks, programs)))
        seconds.append((time.monotonic() - started) / answered)
    return f"{1 / statistics.median(seconds):,.0f} programs a second"
