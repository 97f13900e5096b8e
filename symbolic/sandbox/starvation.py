"""Whether a program that takes long sleeps, or waits for a processor it does not get.

A machine that is busy with something else must not turn a right program into one that ran too long. Read from
the kernel's accounts in /proc, which the sandbox does not have. Does not cover waiting for a disk that is
over.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_AWAKE = "RD"  # states: runs or could, waits for a disk


@dataclass(frozen=True, slots=True)
class Activity:
    """What the busiest thread of a program has done since it began: seconds on a processor and in the queue
    for one. `resting` if at this moment all sleep: nobody waits for a processor or a disk."""

    ran: float
    queued: float
    resting: bool


def activity(ancestor: int, inner: int) -> Activity | None:
    """That of the descendant of `ancestor` that calls itself `inner` in its own namespace; None if nothing
    can be learned."""
    for pid in _descendants(ancestor):
        with contextlib.suppress(OSError, ValueError, IndexError):  # gone meanwhile, mostly some other
            if _inner_pid(pid) == inner:
                threads = [thread for thread in (pid / "task").iterdir() if thread.is_dir()]
                resting = not any(_state(thread) in _AWAKE for thread in threads)
                return Activity(*max(map(_times, threads), key=sum), resting)
    return None


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


def _times(thread: Path) -> tuple[float, float]:
    ran, queued, _ = (thread / "schedstat").read_text().split()
    return int(ran) / 1e9, int(queued) / 1e9
