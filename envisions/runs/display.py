"""What a run shows: one progress bar for the stage at work, with an estimate of the time left, and a line for
each stage that has ended. Everything goes to stderr; the report's last word goes to stdout."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from envisions.runs.rollout import Advance


class Display:
    """Shows a run on a terminal; a line a stage where stderr is none."""

    def __init__(self) -> None:
        self.console = Console(stderr=True, highlight=False)

    def say(self, line: str) -> None:
        self.console.print(line, markup=False, soft_wrap=True)  # a line is a line, to search in a log

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
            *columns, console=self.console, transient=True, disable=not self.console.is_terminal
        ) as progress:
            bar = progress.add_task(name, total=total)
            yield lambda n: progress.advance(bar, n)
        self.say(f"{name}: {total} in {time.monotonic() - started:.0f} s")
