"""Whether a program that reached its wall-clock limit slept, or waited for a processor it did not get.

A machine that is busy with something else must not turn a right program into one that ran too long. Read from
the kernel's accounts in /proc, which the sandbox does not have. Does not cover waiting for a disk.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")


def seconds_asleep(ancestor: int, inner: int, elapsed: float) -> float:
    """How long the descendant of `ancestor` that calls itself `inner` in its own namespace has slept, of
    `elapsed` seconds; 0 if one of its threads wants a processor now. All of it if nothing can be learned."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        for pid in _descendants(ancestor):
            if _inner_pid(pid) == inner:
                threads = [thread for thread in (pid / "task").iterdir() if thread.is_dir()]
                if any(_state(thread) == "R" for thread in threads):
                    return 0.0
                return elapsed - max(map(_active, threads))
    return elapsed


def _descendants(ancestor: int) -> Iterator[Path]:
    parents = {}
    for place in _PROC.iterdir():
        if place.name.isdigit():
            with contextlib.suppress(OSError):
                parents[int(place.name)] = int(_stat(place)[1])
    family = {ancestor}
    while new := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= new
        yield from (_PROC / str(pid) for pid in new)


def _stat(place: Path) -> list[str]:
    """The fields after the name, which may hold anything: state, parent, …"""
    return (place / "stat").read_text().rpartition(")")[2].split()


def _state(thread: Path) -> str:
    return _stat(thread)[0]


def _inner_pid(pid: Path) -> int:
    for line in (pid / "status").read_text().splitlines():
        if line.startswith("NSpid:"):
            return int(line.split()[-1])
    return int(pid.name)


def _active(thread: Path) -> float:
    """Seconds on a processor and in the queue for one."""
    ran, waited, _ = (thread / "schedstat").read_text().split()
    return (int(ran) + int(waited)) / 1e9
