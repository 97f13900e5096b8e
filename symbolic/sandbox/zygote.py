"""Starts and watches programs, each a process forked from a warm `seed`.

It runs inside the sandbox: it has no files, no network and no privileges when the first program comes. It
kills at the wall-clock limit, when a program prints too much, begins too many threads, or when its result
grows too long; processor time is limited in the child itself. Does not cover judging: it reports facts
(`outcome` reads them). It ends, and every program with it, when the supervisor closes the connection or dies.
"""

from __future__ import annotations

import ctypes
import json
import math
import os
import select
import signal
import socket
import time
from dataclasses import dataclass, field
from typing import Any, NoReturn

from symbolic.sandbox import confinement, finder, seed, threads
from symbolic.sandbox.wire import Unpacker, pack, receive_one

_CHUNK = 1 << 16
_LIMITS = {"cpu": 9, "memory": 1 << 40, "result": 99}
_REHEARSAL = {
    "id": -1,
    "job": json.dumps({"code": "answer = 1", "entry": None, "args": [], "folder": "", **_LIMITS}),
    "look": math.inf,
    "threads": 0,
    "output": _CHUNK,
    "result": _CHUNK,
}
_PUNCTUAL_S = 0.5  # who looks later than this after a deadline was stopped, or starved, itself


@dataclass(slots=True)
class Run:
    """One program's process while it lives. `pid` is 0 once it has been reaped."""

    id: int
    pid: int
    handle: int
    begun: float
    deadline: float
    pipes: dict[int, tuple[str, int]]  # descriptor -> (what it carries, bytes allowed)
    spare: int  # threads that it may still begin
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
        self._listener: threads.Listener | None = None

    def serve(self) -> NoReturn:
        self._poll.register(self._connection, select.EPOLLIN)
        while True:
            for descriptor, _ in self._poll.poll(self._patience()):
                self._handle(descriptor)
            self._look_at_late()

    def prepare(self) -> None:
        """Reads the plan, gives up privileges, forks the seed, and says what it has become when that is
        warm."""
        plan = receive_one(
            self._connection
        )  # and no more: what comes after it is not for the seed to inherit
        finder.install(plan["shelves"])
        confined = confinement.Confinement(
            plan["landlock"], bytes.fromhex(plan["filter"]), plan["uid"], tuple(plan["readable"])
        )
        confinement.enter(confined)
        self._listener = threads.listen(bytes.fromhex(plan["threads"]))
        self._seed, self._seed_life = self._fork_seed(confined, plan)
        for descriptor in (self._parent, self._seed_life, self._seed):
            self._poll.register(descriptor, select.EPOLLIN)
        if self._listener:
            self._poll.register(self._listener.descriptor, select.EPOLLIN)
        self._await_seed()
        self._poll.unregister(self._seed)
        ready = json.loads(self._seed.recv(_CHUNK) or self._end())
        for _ in range(2):
            self._rehearse()
        self._send({"ready": {**ready, "threads": self._listener is not None, "fixed": _fixed()}})

    def _fork_seed(
        self, confined: confinement.Confinement, plan: dict[str, Any]
    ) -> tuple[socket.socket, int]:
        """Its end of our connection with it, and the descriptor that tells of its end."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pid = os.fork()
        if pid == 0:
            mine = theirs.detach()
            os.closerange(3, mine)
            os.closerange(mine + 1, 1 << 16)
            seed.main(socket.socket(fileno=mine), confined, plan["warm"], plan["libraries"])
        theirs.close()
        return ours, os.pidfd_open(pid)

    def _rehearse(self) -> None:
        """What is done for the first time leaves traces, and no program is to be another's first."""
        self._start(_REHEARSAL)
        while self._runs:
            for descriptor, _ in self._poll.poll():
                self._handle(descriptor)

    def _await_seed(self) -> None:
        """Its libraries may begin threads while they warm up."""
        while True:
            for descriptor, _ in self._poll.poll():
                if descriptor == self._seed.fileno():
                    return
                if descriptor in (self._parent, self._seed_life):
                    self._end()
                if self._listener and descriptor == self._listener.descriptor:
                    self._ask_about_thread(self._listener)

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
        os._exit(0)  # the kernel kills the seed and the programs with it

    def _patience(self) -> float | None:
        nearest = min((run.deadline for run in self._runs), default=math.inf)
        return None if nearest == math.inf else max(0.0, nearest - time.monotonic())

    def _look_at_late(self) -> None:
        """The supervisor can see whether who is late slept or was starved, which is not to be seen here."""
        now = time.monotonic()
        for run in self._runs:
            if run.deadline <= now:
                late = {"late": run.id, "pid": run.pid, "elapsed": now - run.begun}
                self._send({**late, "punctual": now - run.deadline < _PUNCTUAL_S})
                run.deadline = math.inf

    def _handle(self, descriptor: int) -> None:
        if descriptor == self._connection.fileno():
            self._obey(self._receive())
        elif descriptor in (self._parent, self._seed_life):
            self._end()
        elif self._listener and descriptor == self._listener.descriptor:
            self._ask_about_thread(self._listener)
        elif run := self._watched.get(descriptor):
            if descriptor == run.handle:
                self._finish(run)
            else:
                self._read(run, descriptor)

    def _ask_about_thread(self, listener: threads.Listener) -> None:
        question = listener.ask()
        if question is None:
            return
        run = next((run for run in self._runs if run.pid and question.is_of(run.pid)), None)
        if run:
            run.spare += 1 if question.ends else -1
        if run and run.spare < 0:
            run.kill("threads")
        else:
            listener.allow(question)

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
        text = os.memfd_create("program")
        os.write(text, job["job"].encode())
        socket.send_fds(self._seed, [b"f"], [text, result_end, output_end])
        for descriptor in (text, result_end, output_end):
            os.close(descriptor)
        (pid,) = seed.FORKED.unpack(self._ask_seed())
        self._watch(job, pid, result, output)

    def _ask_seed(self, command: bytes = b"") -> bytes:
        try:
            if command:
                self._seed.send(command)
            return self._seed.recv(_CHUNK) or self._end()
        except OSError:
            self._end()

    def _watch(self, job: dict[str, Any], pid: int, result: int, output: int) -> None:
        pipes = {result: ("result_size", job["result"]), output: ("output", job["output"])}
        now = time.monotonic()
        run = Run(job["id"], pid, os.pidfd_open(pid), now, now + job["look"], pipes, job["threads"])
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
        pid, status, used = seed.COLLECTED.unpack(self._ask_seed(seed.COLLECT.pack(run.pid)))
        if not pid:
            return  # an event meant for an earlier owner of this descriptor's number
        run.pid = 0
        for descriptor in list(run.pipes):
            while self._read(run, descriptor):
                pass
        for descriptor in (*run.pipes, run.handle):
            self._drop(descriptor)
        self._runs.remove(run)
        if run.id == _REHEARSAL["id"]:
            return
        self._send({
            "id": run.id, "code": os.waitstatus_to_exitcode(status), "reason": run.reason,
            "cpu": used,
            "result": run.data["result_size"].decode("latin-1"),
            "output": run.data["output"].decode("utf-8", "replace"),
        })  # fmt: skip


def _fixed() -> bool:
    """Whether the kernel puts memory at the same addresses every time."""
    return bool(ctypes.CDLL(None).personality(0xFFFFFFFF) & 0x0040000)


def main(connection: int, parent: int) -> NoReturn:
    zygote = Zygote(socket.socket(fileno=connection), parent)
    zygote.prepare()
    zygote.serve()
