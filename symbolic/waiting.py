"""Says when a thread waits for the sandbox, so that a clock on its own work can leave that out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar

Pause = Callable[[], AbstractContextManager[None]]
_pause: ContextVar[Pause | None] = ContextVar("pause", default=None)


def pausing(pause: Pause) -> None:
    """From now on `pause` is entered whenever this thread waits, and left when it goes on."""
    _pause.set(pause)


@contextmanager
def waiting() -> Iterator[None]:
    """Around what a thread waits for."""
    pause = _pause.get()
    if pause is None:
        yield
        return
    with pause():
        yield
