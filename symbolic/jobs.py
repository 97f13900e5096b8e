"""Runs functions of this package in an executor: what may touch text that a model wrote, or take long.

A job is a function's name and plain arguments; nothing is evaluated in the caller's process. Without an
executor of the caller's (an argument, or `using`), one is started on first use and closed at exit. Not for
programs of a model's.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from symbolic.executor import Executor
from symbolic.program import Execution, Limits, OwnProgram

LIMITS = Limits(cpu_s=10.0)


@dataclass(frozen=True, slots=True)
class Job:
    """`function(*args)` of `symbolic.<module>`, with plain arguments."""

    module: str
    function: str
    args: tuple[Any, ...]

    def program(self, library: str) -> OwnProgram:
        """What an executor runs; `library`, named first, sends it to where that is warm."""
        code = f"import {library}\nfrom symbolic.{self.module} import {self.function}\n"
        return OwnProgram(code, entry=self.function, args=self.args)


class OffloadError(RuntimeError):
    """A job did not finish; `status` is the execution's."""

    def __init__(self, status: str, error: str) -> None:
        super().__init__(f"{status}: {error}")
        self.status = status


def call_all(
    module: str,
    function: str,
    arguments: Sequence[Sequence[Any]],
    *,
    library: str,
    executor: Executor | None = None,
) -> list[Execution]:
    """`function(*args)` of `symbolic.<module>` for each, in one batch, with the executions as they are.

    `library` is what the function mostly uses: named first, it sends the job to where that is warm.
    """
    jobs = [Job(module, function, tuple(args)) for args in arguments]
    return run_jobs(jobs, library=library, executor=executor)


def run_jobs(
    jobs: Sequence[Job], *, library: str, executor: Executor | None = None, limits: Limits = LIMITS
) -> list[Execution]:
    """As `call_all`, for different functions."""
    return (executor or _chosen.get() or _shared.get()).run([job.program(library) for job in jobs], limits)


@contextmanager
def using(executor: Executor) -> Iterator[None]:
    """Jobs that name no executor run in this one, so that a run has one and not two."""
    token = _chosen.set(executor)
    try:
        yield
    finally:
        _chosen.reset(token)


class _Shared:
    """The executor of a process that brought none; a forked child starts its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._executor: Executor | None = None
        self._owner = 0

    def get(self) -> Executor:
        with self._lock:
            if self._executor is None or self._owner != os.getpid():
                self._executor, self._owner = Executor(limits=LIMITS), os.getpid()
                atexit.register(self.close)
            return self._executor

    def close(self) -> None:
        if self._executor is not None and self._owner == os.getpid():
            self._executor.close()
            self._executor = None


_shared = _Shared()
_chosen: ContextVar[Executor | None] = ContextVar("executor", default=None)
