"""A budget of steps for what is computed about text of unknown origin in this process.

Counted are values of nodes and products of polynomial terms: some hundred thousand steps take a few seconds.
The count, not the clock, decides, so that the same text gets the same verdict on a loaded machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_left: ContextVar[list[int] | None] = ContextVar("steps left", default=None)


class ExhaustedError(Exception):
    """The budget is spent."""


@contextmanager
def budget(steps: int) -> Iterator[None]:
    """Lets what runs inside take so many steps."""
    token = _left.set([steps])
    try:
        yield
    finally:
        _left.reset(token)


def take(steps: int = 1) -> None:
    """Spends steps. Raises `ExhaustedError` where a budget was set and is spent."""
    left = _left.get()
    if left is not None:
        left[0] -= steps
        if left[0] < 0:
            raise ExhaustedError
