"""Counts the threads of every program: the kernel asks before one begins, and tells when one ends.

A filter of system calls cannot count, and the kernel's own limit is of all processes of a user together; but
a filter can ask another process (seccomp_unotify(2), Linux 5.5), here the zygote. Needs no privilege. Does
not cover processes, of which a program has one.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import struct
from dataclasses import dataclass

_SET_MODE_FILTER = 1
_NEW_LISTENER, _WAIT_KILLABLE = 1 << 3, 1 << 5  # the second since Linux 5.19: no signal asks twice
_RECEIVE, _ANSWER = 0xC0502100, 0xC0182101
_CONTINUE = 1
_NUMBERS = {"x86_64": (317, 234, 60), "aarch64": (277, 131, 93)}  # seccomp, tgkill, exit
_QUESTION = struct.Struct("=QIIi")  # struct seccomp_notif: id, thread, flags, system call
_REPLY = struct.Struct("=QqiI")
_libc = ctypes.CDLL(None, use_errno=True)
_seccomp, _tgkill, _exit = _NUMBERS.get(os.uname().machine, (0, 0, 0))


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


@dataclass(frozen=True, slots=True)
class Question:
    """A thread is about to begin, or (`ends`) to end; `thread` is the one that does it."""

    id: int
    thread: int
    ends: bool

    def is_of(self, process: int) -> bool:
        return not _libc.syscall(_tgkill, process, self.thread, 0)


class Listener:
    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def ask(self) -> Question | None:
        """What has been asked; None if whoever did is gone."""
        place = bytearray(80)
        try:
            fcntl.ioctl(self.descriptor, _RECEIVE, place)
        except OSError:
            return None
        number, thread, _, call = _QUESTION.unpack_from(place)
        return Question(number, thread, call == _exit)

    def allow(self, question: Question) -> None:
        try:
            fcntl.ioctl(self.descriptor, _ANSWER, bytearray(_REPLY.pack(question.id, 0, 0, _CONTINUE)))
        except OSError:
            return  # it is gone


def listen(instructions: bytes) -> Listener | None:
    """Puts this process and its children under the filter for good; None where the kernel has no such
    thing."""
    if not (instructions and _seccomp):
        return None
    place = ctypes.byref(_Filter(len(instructions) // 8, instructions))
    for flags in (_NEW_LISTENER | _WAIT_KILLABLE, _NEW_LISTENER):
        descriptor = int(_libc.syscall(_seccomp, _SET_MODE_FILTER, flags, place))
        if descriptor >= 0:
            return Listener(descriptor)
    return None
