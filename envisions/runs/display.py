"""What a run shows: one progress bar for the stage at work, with an estimate of the time left, and a line for
each stage that has ended. Where there is no terminal, a line a minute takes the bar's place, whatever the
stage waits for. Everything goes to stderr, and the lines to the run's log with their times; the report's last
word goes to stdout."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from envisions.runs.rollout import Advance

MINUTE = 60.0  # seconds
_REMEMBERED = 600.0  # seconds by whose pace the time left is estimated: completions end in bursts


class Display:
    """Shows a run on a terminal; a line a stage and one `every` so many seconds where stderr is none. `log`
    is a file that the lines are added to."""

    def __init__(self, log: Path | None = None, *, every: float = MINUTE) -> None:
        self.console = Console(stderr=True, highlight=False)
        self.log, self._every = log, every

    def say(self, line: str) -> None:
        self.console.print(line, markup=False, soft_wrap=True)  # a line is a line, to search in a log
        self._write_down(line)

    @contextmanager
    def stage(self, name: str, total: int) -> Iterator[Advance]:
        """A bar that counts to `total`; yields the function that advances it."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
        )
        started = time.monotonic()
        with Progress(
            *columns,
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
            speed_estimate_period=_REMEMBERED,
        ) as progress:
            bar = progress.add_task(name, total=total)
            with _repeatedly(self._every, lambda: self._beat(progress.tasks[0])):
                yield lambda n: progress.advance(bar, n)
        self.say(f"{name}: {total} in {time.monotonic() - started:.0f} s")

    def _beat(self, stage: Task) -> None:
        line = _so_far(stage)
        if not self.console.is_terminal:
            self.console.print(line, markup=False, soft_wrap=True)
        with suppress(OSError):  # the stage itself will say that the disk is full
            self._write_down(line)

    def _write_down(self, line: str) -> None:
        if self.log:
            with open(self.log, "a", encoding="utf-8") as file:
                file.write(f"{datetime.now().astimezone().isoformat(timespec='seconds')} {line}\n")


def _so_far(stage: Task) -> str:
    """ "round 1 explore: 37% of 320 after 2 min, about 4 min left" """
    left = stage.time_remaining
    told = "" if left is None else f", about {_span(left)} left"
    done = f"{stage.percentage:.0f}% of {stage.total:,.0f} after {_span(stage.elapsed or 0)}"
    return f"{stage.description}: {done}{told}"


def _span(seconds: float) -> str:
    minutes = round(seconds / MINUTE)
    if seconds < 1.5 * MINUTE:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


@contextmanager
def _repeatedly(seconds: float, act: Callable[[], None]) -> Iterator[None]:
    """Acts every so many seconds while the block is at work, even where it waits."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(seconds):
            act()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
