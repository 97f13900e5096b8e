"""The parent's end: one thread that owns the zygotes, hands them programs and collects what they report.

Callers on any thread put a batch in and wait for it. At most `workers` programs run at once, beside those
that are asleep. A zygote that is lost is replaced and its programs run again. A program that took too long
runs once more, when all else is done and at most half the workers are busy, before that becomes its result:
unless it slept of its own will, which no machine is too busy for. Does not cover reuse of results.
"""

from __future__ import annotations

import os
import selectors
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from symbolic.program import Execution, Limits, Program
from symbolic.sandbox.folders import Folders
from symbolic.sandbox.handle import Handle, Lost
from symbolic.sandbox.images import Image, image_of
from symbolic.sandbox.outcome import read_report
from symbolic.sandbox.starvation import Activity, activity

_STUCK_S = 120.0  # longer than a zygote takes to warm up on a busy machine
_LONGEST = 10  # times the wall limit: a machine so busy is no machine to judge programs on
_ATTEMPTS = 4  # two of them alone
_LOOK_S = 0.25  # after so long a program is looked at, and another takes the place of one that sleeps
_SLEEPERS = 8  # for each worker, at most
_STARVED = 0.1  # of its wall-clock limit in the queue for a processor: too much to judge by that limit


@dataclass(slots=True, eq=False)
class Batch:
    """What one call of `run` waits for."""

    results: list[Execution | None]
    left: int
    done: threading.Event = field(default_factory=threading.Event)
    failure: BaseException | None = None

    def put(self, index: int, execution: Execution) -> None:
        self.results[index] = execution
        self.left -= 1
        if self.left == 0:
            self.done.set()

    def fail(self, failure: BaseException) -> None:
        self.failure = failure
        self.done.set()


@dataclass(slots=True)
class Job:
    batch: Batch
    index: int
    program: Program
    limits: Limits
    image: Image
    folder: str = ""  # where its files are while it runs
    alone: bool = False
    lost: int = 0
    overdue: float = 0.0
    asleep: bool = False
    settled: bool = False  # a second run could not end otherwise


class Supervisor:
    def __init__(
        self, start: Callable[[Image], Handle], workers: int, isolation: str, folders: Folders
    ) -> None:
        self._start, self._workers, self._isolation, self._folders = start, workers, isolation, folders
        self._batches: set[Batch] = set()  # that somebody waits for
        self._inbox: deque[list[Job]] = deque()
        self._queue: deque[Job] = deque()
        self._alone: deque[Job] = deque()
        self._running: dict[int, tuple[Job, Handle]] = {}
        self._handles: dict[Image, Handle] = {}
        self._ids = count()
        self._closing, self._lock = False, threading.Lock()
        self._selector = selectors.DefaultSelector()
        self._bell = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._selector.register(self._bell, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._serve, name="symbolic-executor", daemon=True)
        self._thread.start()

    def run(self, programs: Sequence[Program], limits: Limits) -> list[Execution]:
        """Executes all, in order; `limits` are for programs without their own. Raises what made the executor
        fail, never what a program did."""
        if not programs:
            return []
        batch = Batch([None] * len(programs), len(programs))
        jobs = [
            Job(batch, index, program, program.limits or limits, image_of(program))
            for index, program in enumerate(programs)
        ]
        try:
            self._post(batch, jobs)
            batch.done.wait()
        except BaseException as interruption:
            batch.fail(interruption)  # what has not begun is dropped
            raise
        finally:
            with self._lock:
                self._batches.discard(batch)
        if batch.failure:
            raise batch.failure
        return [execution for execution in batch.results if execution is not None]

    def close(self) -> None:
        """Ends every zygote and the thread; may be called twice."""
        with self._lock:
            if not self._closing:
                self._closing = True
                os.eventfd_write(self._bell, 1)
        self._thread.join()

    def processes(self) -> list[int]:
        """The process id of every zygote (of bubblewrap, where it holds the zygote)."""
        return [handle.process.pid for handle in list(self._handles.values())]

    def facts(self) -> dict[str, Any]:
        """What the zygotes have become: the uid they run as, whether threads are counted and addresses the
        same every time (None before the first is ready), which image could not warm up, and why."""
        ready = {str(image): handle.ready for image, handle in list(self._handles.items()) if handle.ready}
        first: dict[str, Any] = next(iter(ready.values()), {})
        return {
            "uid": first.get("uid"),
            "threads_limited": first.get("threads"),
            "addresses_fixed": first.get("fixed"),
            "cold": {image: said["cold"] for image, said in ready.items() if said["cold"]},
        }

    def _post(self, batch: Batch, jobs: list[Job]) -> None:
        with self._lock:
            if self._closing:
                raise RuntimeError("the executor is closed")
            self._batches.add(batch)
            self._inbox.append(jobs)
            os.eventfd_write(self._bell, 1)

    def _serve(self) -> None:
        failure: BaseException = RuntimeError("the executor was closed while programs ran")
        try:
            while not self._closing:
                for key, events in self._selector.select(5.0 if self._running else None):
                    self._handle(key, events)
                self._check_stuck()
                self._dispatch()
        except BaseException as error:  # noqa: BLE001 - every caller must hear of it
            failure = error
        finally:
            self._shut(failure)

    def _handle(self, key: selectors.SelectorKey, events: int) -> None:
        if key.fd == self._bell:
            os.eventfd_read(self._bell)
            while self._inbox:
                self._queue.extend(self._inbox.popleft())
            return
        handle: Handle = key.data
        try:
            if events & selectors.EVENT_WRITE:
                self._send(handle)
            if events & selectors.EVENT_READ:
                for report in handle.receive():
                    if "late" in report:
                        self._late(handle, report)
                    else:
                        self._report(report)
        except Lost as loss:
            self._bury(handle, str(loss))

    def _dispatch(self) -> None:
        """Starts what may start: up to `workers` at once, and what must be alone when all else is done."""
        while (self._queue or self._alone) and not self._full():
            self._begin((self._queue or self._alone).popleft())

    def _full(self) -> bool:
        awake = sum(not job.asleep for job, _ in self._running.values())
        alone = not self._queue or any(job.alone for job, _ in self._running.values())
        places = max(1, self._workers // 2) if alone else self._workers
        return awake >= places or len(self._running) >= self._workers * (1 + _SLEEPERS)

    def _begin(self, job: Job) -> None:
        """What cannot be started fails its own batch alone, or is tried again where the system refused."""
        if job.batch.failure:
            return
        try:
            handle = self._hand_over(job)
        except OSError as problem:
            self._discard(job)
            self._again(job, f"it could not be started: {problem}")
        except Exception as problem:  # noqa: BLE001 - its caller must hear of it, and nobody else
            self._discard(job)
            job.batch.fail(problem)
        else:
            self._send_or_bury(handle)

    def _hand_over(self, job: Job) -> Handle:
        if job.program.files:
            job.folder = self._folders.make(job.program.files)
        handle = self._handles.get(job.image) or self._open(job.image)
        number = next(self._ids)
        handle.put(number, job.program, job.limits, job.folder, min(_LOOK_S, job.limits.wall))
        job.asleep = job.settled = False
        job.overdue = time.monotonic() + _LONGEST * job.limits.wall + _STUCK_S
        self._running[number] = job, handle
        return handle

    def _open(self, image: Image) -> Handle:
        handle = self._start(image)
        self._selector.register(handle.connection, selectors.EVENT_READ, handle)
        self._handles[image] = handle
        return handle

    def _send_or_bury(self, handle: Handle) -> None:
        try:
            self._send(handle)
        except Lost as loss:
            self._bury(handle, str(loss))

    def _send(self, handle: Handle) -> None:
        more = handle.send()
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if more else 0)
        self._selector.modify(handle.connection, events, handle)

    def _late(self, handle: Handle, report: dict[str, Any]) -> None:
        """A program still runs: is it asleep, and is it to go on?"""
        job, _ = self._running[report["late"]]
        seen = activity(handle.process.pid, report["pid"])
        slept = _slept(seen, report["elapsed"])
        job.asleep = slept > 0
        wall, strict = job.limits.wall, job.limits.wall_s is not None
        left = wall - (report["elapsed"] if strict else slept)
        if not (report["punctual"] or strict):
            left = wall  # the zygote was stopped or starved, and so may its programs have been
        elif left <= 0 and seen and report["punctual"]:
            job.settled = not strict or seen.queued < _STARVED * wall
        handle.grant(report["late"], min(max(left, 0.0), report["elapsed"]))  # seldomer from look to look
        self._send(handle)

    def _report(self, report: dict[str, Any]) -> None:
        ready = self._running[report["id"]][1].ready or {}
        job = self._end(report["id"])
        execution = read_report(report, job.limits, self._isolation)
        if ready.get("lacking"):  # it ran without what it was to have, and so would the next
            job.batch.put(job.index, Execution("infra", error=ready["lacking"], isolation=self._isolation))
            return
        if execution.status == "infra":
            self._again(job, execution.error)
        elif execution.status == "timeout" and not job.alone and not job.settled:
            job.alone = True
            self._alone.append(job)
        else:
            job.batch.put(job.index, execution)

    def _bury(self, handle: Handle, reason: str) -> None:
        """Every program that was with a lost zygote runs again."""
        self._selector.unregister(handle.connection)
        self._handles = {image: other for image, other in self._handles.items() if other is not handle}
        handle.close()
        lost = [number for number, (_, owner) in self._running.items() if owner is handle]
        for number in lost:
            self._again(self._end(number), reason)

    def _end(self, number: int) -> Job:
        """A job that runs no longer, however it ended."""
        job, _ = self._running.pop(number)
        self._discard(job)
        return job

    def _discard(self, job: Job) -> None:
        """The files it had while it ran."""
        if job.folder:
            self._folders.remove(job.folder)
            job.folder = ""

    def _again(self, job: Job, reason: str) -> None:
        job.lost += 1
        if job.lost >= _ATTEMPTS:
            job.batch.put(job.index, Execution("infra", error=reason, isolation=self._isolation))
        elif job.lost == 1 and not job.alone:
            self._queue.append(job)
        else:
            job.alone = True
            self._alone.append(job)

    def _check_stuck(self) -> None:
        now = time.monotonic()
        stuck = {id(handle): handle for job, handle in self._running.values() if job.overdue < now}
        for handle in stuck.values():
            self._bury(handle, "its zygote did not answer")

    def _shut(self, failure: BaseException) -> None:
        """Whoever waits hears of it first, wherever their programs are."""
        with self._lock:
            self._closing = True
            for batch in self._batches:
                if not batch.done.is_set():
                    batch.fail(failure)
        for handle in self._handles.values():
            handle.close()
        self._handles.clear()
        self._folders.close()
        self._selector.close()
        os.close(self._bell)


def _slept(seen: Activity | None, elapsed: float) -> float:
    """Seconds of those; 0 for who wants a processor now, all for whom nothing is known of."""
    if seen is None:
        return elapsed
    return max(elapsed - seen.ran - seen.queued, 0.0) if seen.resting else 0.0
