"""What the kernel denies a zygote and each program: `enter` once in the zygote, `limit` in what it forks
from, `lock` in every child.

Limits, Landlock and the filter of system calls. Does not cover namespaces (made before, by bubblewrap), nor
what all processes of a machine share: its kernel, its clock, its processor's caches.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
import sys
from dataclasses import dataclass

from symbolic.sandbox import landlock
from symbolic.sandbox.syscalls import PID_PLACE

_DUMPABLE, _NO_NEW_PRIVILEGES, _PDEATHSIG, _SECCOMP = 4, 38, 1, 22
_SECCOMP_MODE_FILTER = 2
_CLOCK_PROCESS_CPU = 2
_CAPABILITY_VERSION = 0x20080522
_MAX_DESCRIPTORS = 64


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


# Looked up and laid out here, once: whatever a child does first costs it pages to copy.
_libc = ctypes.PyDLL(None)
_timers = _libc if hasattr(_libc, "timer_create") else ctypes.PyDLL("librt.so.1")  # before glibc 2.34
_prctl, _timer_create, _timer_settime = _libc.prctl, _timers.timer_create, _timers.timer_settime
_timer_create.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p]
_timer_settime.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p]
_kill_event = struct.pack("qii48x", 0, signal.SIGKILL, 0)  # struct sigevent: no value, by signal
_timer = ctypes.c_void_p()
_timer_place = ctypes.byref(_timer)
_filter = _Filter()
_filter_place = ctypes.byref(_filter)


@dataclass(frozen=True, slots=True)
class Confinement:
    """What a zygote applies. `uid` None keeps the present one; `filter` empty means no system-call filter."""

    landlock: bool
    filter: bytes
    uid: int | None
    readable: tuple[str, ...]


def enter(plan: Confinement) -> None:
    """Gives up privileges and the file system for good; called once, by the zygote, before it warms up."""
    _check(_prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    if os.geteuid() == 0:
        _become_nobody(plan.uid)
    _check(_prctl(_DUMPABLE, 0, 0, 0, 0))
    if plan.landlock:
        landlock.restrict(plan.readable, ("/dev/null",))


def _become_nobody(uid: int | None) -> None:
    """Root becomes a uid of its own, or (where the interpreter is readable by root alone) keeps its
    number and loses every capability."""
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    _check(_libc.capset(header, (ctypes.c_uint32 * 6)()))


def limit() -> None:
    """The same for every program: no core dump, no file longer than nothing; and it ends with its parent."""
    end_with(os.getppid())
    for kind, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        if hard == resource.RLIM_INFINITY or hard > value:
            resource.setrlimit(kind, (value, value))


def end_with(parent: int) -> None:
    """SIGKILL comes when the parent ends."""
    _check(_prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0))
    if os.getppid() != parent:
        os._exit(1)  # it died before it could be watched


def lock(plan: Confinement, seed: int, cpu_s: float, memory: int) -> None:
    """Called in the child, last of all before the program's text is touched. `memory` is the largest
    address space in bytes. The rest is inherited from the process it was forked from."""
    end_with(seed)
    resource.setrlimit(resource.RLIMIT_NOFILE, (_MAX_DESCRIPTORS, _MAX_DESCRIPTORS))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    _limit_cpu(cpu_s)
    if plan.filter:
        _install(plan.filter)


def _limit_cpu(seconds: float) -> None:
    """SIGKILL by the kernel's own timer: precise, cannot be ignored, and costs no watching. The limit in
    whole seconds stays behind it."""
    whole = int(seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (whole + 2, whole + 2))
    _check(_timer_create(_CLOCK_PROCESS_CPU, _kill_event, _timer_place))
    rest = max(int((seconds - whole) * 1e9), 1)  # of nothing at all there is no timer
    _check(_timer_settime(_timer, 0, struct.pack("4l", 0, 0, whole, rest), None))


def _install(template: bytes) -> None:
    code = template.replace(_word(PID_PLACE), _word(os.getpid()))
    _filter.length, _filter.instructions = len(code) // 8, code
    _check(_prctl(_SECCOMP, _SECCOMP_MODE_FILTER, _filter_place, 0, 0))


def _word(value: int) -> bytes:
    return value.to_bytes(4, sys.byteorder)


def _check(result: int) -> None:
    if result != 0:
        raise OSError("the kernel refused a part of the confinement")
