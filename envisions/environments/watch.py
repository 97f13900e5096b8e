"""A clock on the code that an environment runs in this process.

A hook runs in a thread of its own, so that it can be left when its time is over; what it waits for the
sandbox, or for hooks beside it, does not count. A thread that is left is told to end; one that does not (it
sleeps, or is deep in C) stays behind as a daemon. Once a few of these are alive no hook is asked any more;
those that run beside the last of them may still be added. C code that holds the interpreter stops every
thread, clocks too: of it a timer tells on stderr, with every thread's line; such checks belong in the sandbox
(checker.py).
"""

from __future__ import annotations

import ctypes
import faulthandler
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from envisions.environments.faults import Fault, HookError, hook_name, overdue, raised
from envisions.errors import HarnessError, UserError
from symbolic.jobs import OffloadError
from symbolic.waiting import pausing

T = TypeVar("T")
GRACE = 1.0  # seconds that a thread has to end once it is told to
TICK = 0.01  # seconds between two looks at a hook whose time is nearly over
BEAT = 1.0  # seconds between two signs of life
_OTHERS = (UserError, HarnessError, OffloadError)  # not a hook's mistakes: told as they are


@dataclass(frozen=True)
class Bounds:
    """What is asked of an environment's own code; see `watch` in conf/config.yaml."""

    seconds: float
    left_behind: int
    faults: float
    seen: int
    observation: int


class Watch:
    """Calls hooks. `say` is told of the first fault of each hook and line."""

    def __init__(self, bounds: Bounds, say: Callable[[str], None] = lambda line: None) -> None:
        self.bounds, self._say = bounds, say
        self._told: set[tuple[str, str]] = set()
        self._left: list[threading.Thread] = []

    @property
    def exhausted(self) -> bool:
        """Whether so many hooks never came back that none is asked any more."""
        self._left = [thread for thread in self._left if thread.is_alive()]
        return len(self._left) >= self.bounds.left_behind

    def call(self, owner: Any, hook: str, function: Callable[[], T], times: float = 1) -> T:
        """What `owner`'s hook gives, within the bound on seconds, `times` over for one that does the work of
        many. Raises `HookError`."""
        if self.exhausted:
            left = f"was not asked: {len(self._left)} calls before it never came back"
            raise HookError(Fault(hook_name(owner, hook), left))
        call = _Call(function, self.bounds.seconds * max(times, 1))
        with _dog.watching(self.bounds.seconds):
            in_time = call.wait()
        if not in_time:
            fault = overdue(owner, hook, call.seconds, sys._current_frames().get(call.thread.ident or 0))
            if not call.end():
                self._left.append(call.thread)
            raise self._heard(fault)
        if isinstance(call.error, HookError):
            raise self._heard(call.error.fault)
        if isinstance(call.error, _OTHERS):
            raise call.error
        if call.error is not None:
            raise self._heard(raised(owner, hook, call.error)) from call.error
        value: T = call.value
        return value

    def refuse(self, owner: Any, hook: str, what: str) -> HookError:
        """The error of a hook that came back with something else than was asked for."""
        return self._heard(Fault(hook_name(owner, hook), what))

    def _heard(self, fault: Fault) -> HookError:
        if (fault.hook, fault.where) not in self._told:
            self._told.add((fault.hook, fault.where))
            self._say(f"  not judged: {fault}")
        return HookError(fault)


class _Clock:
    """Goes at an n-th of the pace while n hooks run, since one at a time holds the interpreter: a hook has as
    much time beside others as alone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running, self._read, self._at = 0, 0.0, time.monotonic()

    def read(self, more: int = 0) -> float:
        """Seconds since some time or other; from now on `more` hooks run."""
        with self._lock:
            now = time.monotonic()
            self._read += (now - self._at) / max(self._running, 1)
            self._at = now
            self._running += more
            return self._read


_clock = _Clock()


class _Call:
    """A function in a daemon thread: one that never ends does not keep the process from its end."""

    def __init__(self, function: Callable[[], Any], seconds: float) -> None:
        self.seconds, self.value, self.error = seconds, None, None
        self._lock = threading.Lock()
        self._used, self._since = 0.0, None  # of the clock, before now, and since when it runs
        self._ended = False
        run = partial(copy_context().run, self._inside, function)
        self.thread = threading.Thread(target=self._work, args=(run,), daemon=True, name="hook")

    error: BaseException | None
    value: Any
    _since: float | None

    def wait(self) -> bool:
        """Runs it; whether it came back in time."""
        self._run()
        self.thread.start()
        while (left := self._remaining()) > 0 and self.thread.is_alive():
            self.thread.join(min(max(left, TICK), threading.TIMEOUT_MAX))
        return not self.thread.is_alive() and self._remaining() > 0

    def end(self) -> bool:
        """Tells the thread to end, and whether it did. Never while it waits for the sandbox, whose own state
        that would leave half done."""
        with self._lock:
            runs = self._since is not None
            self._ended = True
            if runs and self.thread.ident is not None:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(self.thread.ident), ctypes.py_object(SystemExit)
                )
        self.thread.join(GRACE)
        self._rest()
        return not self.thread.is_alive()

    def _work(self, run: Callable[[], Any]) -> None:
        try:
            self.value = run()
        except BaseException as error:  # noqa: BLE001  whatever a stranger's code raises is its result
            self.error = error
        self._rest()

    def _inside(self, function: Callable[[], Any]) -> Any:
        pausing(self._pause)
        return function()

    def _run(self) -> None:
        with self._lock:
            if not self._ended and self._since is None:
                self._since = _clock.read(+1)

    def _rest(self) -> None:
        with self._lock:
            if self._since is not None:
                self._used += _clock.read(-1) - self._since
                self._since = None

    def _remaining(self) -> float:
        with self._lock:
            running = 0.0 if self._since is None else _clock.read() - self._since
            return self.seconds - self._used - running

    @contextmanager
    def _pause(self) -> Iterator[None]:
        if self._ended:
            raise SystemExit
        self._rest()
        try:
            yield
        finally:
            self._run()


class _Dog:
    """Tells of code that lets no other thread run. While hooks run, a thread sets faulthandler's timer anew
    with every beat; the timer is C's, and goes off where the beats stay away."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._watched, self._seconds = 0, 0.0
        self._busy = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def watching(self, seconds: float) -> Iterator[None]:
        with self._lock:
            self._watched += 1
            self._seconds = seconds
            if self._watched == 1:
                self._set()
                self._busy.set()
            if self._thread is None:
                self._thread = threading.Thread(target=self._beat, daemon=True, name="hook watchdog")
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                self._watched -= 1
                if not self._watched:
                    faulthandler.cancel_dump_traceback_later()

    def _beat(self) -> None:
        while self._busy.wait():
            time.sleep(BEAT)
            with self._lock:
                if self._watched:
                    self._set()
                else:
                    self._busy.clear()

    def _set(self) -> None:
        if sys.__stderr__ is None:
            return
        with suppress(OSError, ValueError):  # it is closed, or no file
            faulthandler.dump_traceback_later(BEAT + self._seconds, repeat=True, file=sys.__stderr__)


_dog = _Dog()
