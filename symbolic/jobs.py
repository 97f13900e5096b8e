"""Runs functions of this package in an executor: what may touch text that a model wrote, or take long.

A job is a function's name and plain arguments; nothing is evaluated in the caller's process. Without an
executor of the caller's, one is started on first use and closed at exit. Not for programs of a model's.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Sequence
from typing import Any

from symbolic.executor import Executor
from symbolic.program import Execution, Limits, Program

LIMITS = Limits(cpu_s=10.0)


class OffloadError(RuntimeError):
    """A job did not finish; `status` is the execution's."""

    def __init__(self, status: str, error: str) -> None:
        super().__init__(f"{status}: {error}")
        self.status = status


def call(module: str, function: str, *args: Any, library: str, executor: Executor | None = None) -> Any:
    """`function(*args)` of `symbolic.<module>`, run in an executor. Raises `OffloadError`.

    `library` is what the function mostly uses: named first, it sends the job to where that is warm.
    """
    [execution] = call_all(module, function, [args], library=library, executor=executor)
    if not execution.ok:
        raise OffloadError(execution.status, execution.error)
    return execution.value


def call_all(
    module: str,
    function: str,
    arguments: Sequence[Sequence[Any]],
    *,
    library: str,
    executor: Executor | None = None,
) -> list[Execution]:
    """As `call`, for many arguments at once, with the executions as they are."""
    jobs = [job(module, function, args, library=library) for args in arguments]
    return (executor or _shared.get()).run(jobs, LIMITS)


def job(module: str, function: str, args: Sequence[Any], *, library: str) -> Program:
    """The program that calls `function(*args)` of `symbolic.<module>`; see `call`."""
    return Program(f"import {library}\nfrom symbolic.{module} import {function}\n", entry=function, args=args)


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
