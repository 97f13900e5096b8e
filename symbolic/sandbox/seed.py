"""The process that every program is forked from: warm libraries, and nothing of any program.

It does two things when the zygote says so: fork a child that is handed its descriptors, or collect one that
has ended. What a program is, and what it gave, passes it by; so no program finds anything of another in its
memory, and each starts from the same image, with the same objects at the same addresses.
"""

from __future__ import annotations

import gc
import importlib
import itertools
import json
import os
import resource
import signal
import socket
import struct
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

from symbolic.sandbox import child, confinement

FORKED = struct.Struct("=i")  # the process id
_DESCRIPTORS = struct.Struct("=iii")
_ROOM = socket.CMSG_LEN(_DESCRIPTORS.size)
COLLECT = struct.Struct("=i")  # of whom; the other command, to fork, is one byte with three descriptors
COLLECTED = struct.Struct("=iid")  # process id (0: it lives), status, seconds of processor time
_SIZES = range(16, 513, 16)  # of the blocks that Python's own allocator gives
_POOL = 1 << 14
_LAST = 8


def main(
    control: socket.socket, plan: confinement.Confinement, warm: str, libraries: Sequence[str]
) -> NoReturn:
    """The process's whole life after it was forked from the zygote, at whose end it ends."""
    confinement.limit()
    cold = _warm(warm)
    lacking = _import(libraries)
    _seed_random()
    child.rehearse()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    sys.set_int_max_str_digits(0)  # processor time is limited
    seed = Seed(control, plan, address_space())
    gc.collect()
    ballast = _fill(lambda size: 4 * _POOL // size)
    gc.freeze()
    control.send(json.dumps({"uid": os.geteuid(), "cold": cold, "lacking": lacking}).encode())
    seed.serve(ballast)


class Seed:
    def __init__(self, control: socket.socket, plan: confinement.Confinement, baseline: int) -> None:
        self._control, self._plan, self._baseline, self._pid = control, plan, baseline, os.getpid()

    def serve(self, ballast: list[list[Any]]) -> NoReturn:
        """`ballast` is held for good."""
        while True:
            # Not `recv_fds`, of which each call leaves something behind: this process must not change.
            command, passed, _, _ = self._control.recvmsg(COLLECT.size, _ROOM)
            if passed:
                self._fork(*_DESCRIPTORS.unpack(passed[0][2]))
            elif command:
                self._collect(*COLLECT.unpack(command))
            else:
                os._exit(0)

    def _fork(self, *descriptors: int) -> None:
        pid = os.fork()
        if pid == 0:
            self._become(*descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        self._control.send(FORKED.pack(pid))

    def _collect(self, pid: int) -> None:
        pid, status, used = os.wait4(pid, os.WNOHANG)
        self._control.send(COLLECTED.pack(pid, status, used.ru_utime + used.ru_stime))

    def _become(self, text: int, result: int, output: int) -> NoReturn:
        """The child's whole life."""
        try:
            gc.collect()  # next to nothing, but this empties Python's lists of spare objects
            held = _fill(lambda _: _LAST)  # noqa: F841 - for good, too
            job = json.loads(os.pread(text, os.fstat(text).st_size, 0))
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


def _fill(many: Callable[[int], int]) -> list[list[Any]]:
    """Takes so many free blocks of each size from Python's allocator: what comes later lies in fresh memory,
    where the order of addresses does not depend on what has been freed before."""
    return [[_block(size, n) for n in range(many(size))] for size in _SIZES]


def _block(size: int, n: int) -> Any:
    if size > 32:
        return bytes(size - sys.getsizeof(b""))
    return object() if size == 16 else (1 << 40) + n


def _warm(text: str) -> str:
    """Why it could not, or nothing."""
    try:
        exec(text, {})  # noqa: S102 - our own text
    except Exception as problem:  # noqa: BLE001 - a program that imports it meets the same, and reports it
        return f"{type(problem).__name__}: {problem}"
    return ""


def _import(libraries: Sequence[str]) -> str:
    """Why one of them could not be imported, or nothing."""
    for name in libraries:
        try:
            with _temporary_places():
                importlib.import_module(name)
        except Exception as problem:  # noqa: BLE001 - whatever a library raises
            reason = f"{type(problem).__name__}: {problem}"
            return f"the library {name!r} cannot be imported in the sandbox ({reason})"
    return ""


def _seed_random() -> None:
    """Whatever has been drawn so far: a program's first random number is always the same. So are those of
    numpy's generators that nobody seeds, as `images` has it for Python's."""
    import random

    random.seed(0)
    if "numpy" in sys.modules:
        import numpy.random.bit_generator

        numpy.random.seed(0)
        numbers = itertools.count(1)
        numpy.random.bit_generator.randbits = lambda _: next(numbers)  # type: ignore[attr-defined]


@contextmanager
def _temporary_places() -> Iterator[None]:
    """Libraries such as matplotlib ask for a folder for their caches when they are imported, and can do
    without writing to it: they get the name of one where nobody can write."""
    import tempfile

    kept = tempfile.mkdtemp
    tempfile.mkdtemp = lambda *_, **__: "/"  # type: ignore[assignment]
    try:
        yield
    finally:
        tempfile.mkdtemp = kept


def address_space() -> int:
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
