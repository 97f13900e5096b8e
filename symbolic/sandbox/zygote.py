"""A warm, single-threaded process that forks once for every program and watches what it forked.

It runs inside the sandbox: it has no files, no network and no privileges when the first program comes. It
kills at the wall-clock limit, when a program prints too much, or when its result grows too long; processor
time is limited in the child itself. Does not cover judging: it reports facts (`outcome` reads them). It ends,
and every program with it, when the supervisor closes the connection or dies.
"""

from __future__ import annotations

import gc
import importlib
import math
import os
import resource
import select
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from typing import Any, NoReturn

from symbolic.sandbox import child, confinement
from symbolic.sandbox.wire import Unpacker, pack

_CHUNK = 1 << 16


@dataclass(slots=True)
class Run:
    """One program's process while it lives. `pid` is 0 once it has been reaped."""

    id: int
    pid: int
    handle: int
    begun: float
    deadline: float
    strict: bool  # the deadline is not to be discussed
    pipes: dict[int, tuple[str, int]]  # descriptor -> (what it carries, bytes allowed)
    data: dict[str, bytearray] = field(
        default_factory=lambda: {"result_size": bytearray(), "output": bytearray()}
    )
    reason: str = ""

    def kill(self, reason: str) -> None:
        self.reason = self.reason or reason
        self.deadline = math.inf
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)


class Zygote:
    def __init__(self, connection: socket.socket, parent: int) -> None:
        self._connection, self._parent = connection, parent
        self._unpacker = Unpacker()
        self._poll = select.epoll()
        self._runs: list[Run] = []
        self._watched: dict[int, Run] = {}  # by each of their descriptors
        self._pid, self._cold = os.getpid(), ""

    def serve(self) -> NoReturn:
        self._poll.register(self._connection, select.EPOLLIN)
        self._poll.register(self._parent, select.EPOLLIN)
        self._obey(b"")  # what came together with the plan
        while True:
            for descriptor, _ in self._poll.poll(self._patience()):
                self._handle(descriptor)
            self._kill_late()

    def prepare(self) -> None:
        """Reads the plan, gives up privileges, warms up, says what it has become."""
        plan = self._receive_one()
        self._plan = confinement.Confinement(
            plan["landlock"], bytes.fromhex(plan["filter"]), plan["uid"], tuple(plan["readable"])
        )
        confinement.enter(self._plan)
        self._warm(plan["warm"])
        _import(plan["libraries"])
        child.rehearse()
        sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
        gc.collect()
        gc.freeze()
        self._baseline = _address_space()
        self._send({"ready": {"uid": os.geteuid(), "cold": self._cold}})

    def _warm(self, text: str) -> None:
        try:
            exec(text, {})  # noqa: S102 - our own text
        except Exception as problem:  # noqa: BLE001 - a program that imports it meets the same, and reports it
            self._cold = f"{type(problem).__name__}: {problem}"

    def _receive_one(self) -> dict[str, Any]:
        while True:
            for message in self._unpacker.feed(self._receive()):
                return message

    def _receive(self) -> bytes:
        data = self._connection.recv(1 << 20)
        if not data:
            self._end()
        return data

    def _send(self, message: dict[str, Any]) -> None:
        try:
            self._connection.sendall(pack(message))
        except OSError:
            self._end()

    def _end(self) -> NoReturn:
        os._exit(0)  # the kernel kills the programs with it

    def _patience(self) -> float | None:
        nearest = min((run.deadline for run in self._runs), default=math.inf)
        return None if nearest == math.inf else max(0.0, nearest - time.monotonic())

    def _kill_late(self) -> None:
        now = time.monotonic()
        for run in self._runs:
            if run.deadline > now:
                continue
            if run.strict:
                run.kill("wall")
            else:  # the supervisor can see whether it slept or was starved
                run.deadline = math.inf
                self._send({"late": run.id, "pid": run.pid, "elapsed": now - run.begun})

    def _handle(self, descriptor: int) -> None:
        if descriptor == self._connection.fileno():
            self._obey(self._receive())
        elif descriptor == self._parent:
            self._end()
        elif run := self._watched.get(descriptor):
            if descriptor == run.handle:
                self._finish(run)
            else:
                self._read(run, descriptor)

    def _obey(self, data: bytes) -> None:
        for message in self._unpacker.feed(data):
            if "late" in message:
                self._sentence(message)
            else:
                self._start(message)

    def _sentence(self, message: dict[str, Any]) -> None:
        for run in self._runs:
            if run.id == message["late"]:
                if message["grant"] > 0:
                    run.deadline = time.monotonic() + message["grant"]
                else:
                    run.kill("wall")

    def _start(self, job: dict[str, Any]) -> None:
        result, result_end = os.pipe2(os.O_CLOEXEC)
        output, output_end = os.pipe2(os.O_CLOEXEC)
        pid = os.fork()
        if pid == 0:
            self._become(job, result_end, output_end)
        os.close(result_end)
        os.close(output_end)
        self._watch(job, pid, result, output)

    def _become(self, job: dict[str, Any], result: int, output: int) -> NoReturn:
        """The child's whole life; nothing of the zygote's may be left to it."""
        try:
            os.dup2(output, 1)
            os.dup2(output, 2)
            os.dup2(result, child.RESULT)
            os.closerange(child.RESULT + 1, 1 << 16)
            if job["folder"]:
                os.chdir(job["folder"])
            confinement.lock(self._plan, self._pid, job["cpu"], self._baseline + job["memory"])
        except BaseException as error:  # noqa: BLE001 - a program must not run half confined
            os.write(2, repr(error).encode())
            os.kill(os.getpid(), signal.SIGKILL)
        try:
            child.run(job)
            os._exit(0)
        finally:
            os._exit(1)

    def _watch(self, job: dict[str, Any], pid: int, result: int, output: int) -> None:
        pipes = {result: ("result_size", job["result"]), output: ("output", job["output"])}
        now, wall = time.monotonic(), job["wall"]
        run = Run(job["id"], pid, os.pidfd_open(pid), now, now + wall, job["strict"], pipes)
        self._runs.append(run)
        for descriptor in (*pipes, run.handle):
            os.set_blocking(descriptor, False)
            self._watched[descriptor] = run
            self._poll.register(descriptor, select.EPOLLIN)

    def _read(self, run: Run, descriptor: int) -> bool:
        """Takes a piece of what is there; false when there is no more to take."""
        name, limit = run.pipes[descriptor]
        data = run.data[name]
        try:
            piece = os.read(descriptor, _CHUNK)
        except BlockingIOError:
            return False
        if not piece:
            del run.pipes[descriptor]
            self._drop(descriptor)
            return False
        data += piece[: limit + 1 - len(data)]
        if len(data) > limit:
            run.kill(name)
        return len(data) <= limit

    def _drop(self, descriptor: int) -> None:
        self._poll.unregister(descriptor)
        del self._watched[descriptor]
        os.close(descriptor)

    def _finish(self, run: Run) -> None:
        pid, status, used = os.wait4(run.pid, os.WNOHANG)
        if not pid:
            return  # an event meant for an earlier owner of this descriptor's number
        run.pid = 0
        for descriptor in list(run.pipes):
            while self._read(run, descriptor):
                pass
        for descriptor in (*run.pipes, run.handle):
            self._drop(descriptor)
        self._runs.remove(run)
        self._send({
            "id": run.id, "code": os.waitstatus_to_exitcode(status), "reason": run.reason,
            "cpu": used.ru_utime + used.ru_stime,
            "result": run.data["result_size"].decode("latin-1"),
            "output": run.data["output"].decode("utf-8", "replace"),
        })  # fmt: skip


def _import(libraries: list[str]) -> None:
    """What was declared must be there: if it is not, the zygote ends, since no program could be blamed.
    Random numbers start from one seed all the same."""
    for name in libraries:
        importlib.import_module(name)
    if libraries:
        sys.modules["random"].seed(0)
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed(0)


def _address_space() -> int:
    """This process's size in bytes, found as the limit under which it cannot grow: there is no /proc here."""
    import mmap

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    low, high = 0, 1 << 47
    while high - low > mmap.PAGESIZE:
        middle = (low + high) // 2
        resource.setrlimit(resource.RLIMIT_AS, (middle, hard))
        try:
            mmap.mmap(-1, mmap.PAGESIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).close()
            high = middle
        except OSError:
            low = middle
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    return high


def main(connection: int, parent: int) -> NoReturn:
    zygote = Zygote(socket.socket(fileno=connection), parent)
    zygote.prepare()
    zygote.serve()
