"""The system calls a program may make, as a seccomp filter made by libseccomp.

An allow-list: whatever is not named here fails with EPERM, and a call in another architecture's numbering
(i386, x32) kills the process. Does not cover which files are opened: that is Landlock's or the mount
namespace's part.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

# Stands in the filter for the process id, which is known only after the fork.
PID_PLACE = 0x5EC0DE11

NAME = "libseccomp.so.2"
_ALLOWED = """
    read readv pread64 preadv preadv2 write writev pwrite64 lseek close close_range dup dup2 dup3
    open openat stat lstat fstat newfstatat fstatat64 statx access faccessat faccessat2
    readlink readlinkat getdents getdents64 getcwd fadvise64
    mmap munmap mprotect mremap brk madvise membarrier
    futex futex_waitv set_robust_list get_robust_list rseq sched_yield sched_getaffinity
    rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack pause
    alarm setitimer getitimer restart_syscall nanosleep clock_nanosleep
    clock_gettime clock_getres gettimeofday time times getrusage
    poll ppoll select pselect6
    getpid gettid getppid getpgrp getpgid getsid getuid geteuid getgid getegid getgroups getresuid getresgid
    getrlimit uname sysinfo getrandom getcpu exit exit_group
"""

_ALLOW = 0x7FFF0000
_KILL_PROCESS = 0x80000000
_NOTIFY = 0x7FC00000
_BAD_ARCH_ACTION, _OPTIMIZE = 2, 8  # attributes of a filter
_LESS, _EQUAL, _MASKED_EQUAL = 2, 4, 7  # comparisons, of all 64 bits
_CLONE_THREAD = 0x00010000
_CLONE_NAMESPACES = 0x7E020000


class LibraryMissingError(ValueError):
    """libseccomp is not installed."""


class _Compare(ctypes.Structure):
    _fields_ = (
        ("argument", ctypes.c_uint),
        ("comparison", ctypes.c_int),
        ("a", ctypes.c_uint64),
        ("b", ctypes.c_uint64),
    )


def _equal(argument: int, value: int) -> _Compare:
    return _Compare(argument, _EQUAL, value, 0)


def _masked(argument: int, mask: int, value: int) -> _Compare:
    return _Compare(argument, _MASKED_EQUAL, mask, value)


def _only(argument: int, values: tuple[int, ...]) -> list[list[_Compare]]:
    return [[_equal(argument, value)] for value in values]


def _conditional() -> dict[str, list[list[_Compare]]]:
    """Calls allowed with some arguments only: alternatives, each a list of conditions that must all hold."""
    own = _equal(0, PID_PLACE)
    return {
        "clone": [[_masked(0, _CLONE_THREAD | _CLONE_NAMESPACES, _CLONE_THREAD)]],
        "kill": [[own, signal] for signal in _all_signals_but_kill(1)],
        "tgkill": [[own, signal] for signal in _all_signals_but_kill(2)],
        "prlimit64": [[_equal(2, 0)]],  # reading a limit
        "prctl": _only(0, (15, 16, 0x53564D41)),  # names of threads and of memory
        "fcntl": _only(1, (0, 1, 2, 3, 4, 1030)),  # duplicate, flags; no owner to be signalled, no locks
        "ioctl": _only(1, (0x5401, 0x5450, 0x5451)),  # is it a terminal; close on exec
    }


def _all_signals_but_kill(argument: int) -> list[_Compare]:
    """0-8, 10-11, 12-15, 16-31. SIGKILL is left to us, so that one from elsewhere shows as no fault of
    the program; and the kernel reads 32 bits where the filter compares 64, so "not 9" would not do."""
    ranges = ((~0x1, 10), (~0x3, 12), (~0xF, 16))
    masked = [_masked(argument, mask & 0xFFFFFFFFFFFFFFFF, value) for mask, value in ranges]
    return [_Compare(argument, _LESS, 9, 0), *masked]


@cache
def library() -> ctypes.CDLL:
    """libseccomp with its functions' types; LibraryMissingError names the package to install."""
    try:
        lib = ctypes.CDLL(NAME)
    except OSError:
        raise LibraryMissingError(
            "libseccomp is missing, which makes the filter of system calls: install the package "
            "`libseccomp2` (Debian, Ubuntu) or `libseccomp` (Fedora, Arch, Alpine)"
        ) from None
    lib.seccomp_init.argtypes, lib.seccomp_init.restype = [ctypes.c_uint32], ctypes.c_void_p
    lib.seccomp_release.argtypes, lib.seccomp_release.restype = [ctypes.c_void_p], None
    lib.seccomp_attr_set.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_uint32]
    lib.seccomp_syscall_resolve_name.argtypes = [ctypes.c_char_p]
    lib.seccomp_rule_add_array.argtypes = [
        ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.POINTER(_Compare),
    ]  # fmt: skip
    lib.seccomp_version.restype = ctypes.POINTER(ctypes.c_uint * 3)
    lib.seccomp_export_bpf.argtypes = [ctypes.c_void_p, ctypes.c_int]
    return lib


def library_version() -> str:
    """libseccomp's own version."""
    return ".".join(map(str, library().seccomp_version().contents))


@cache
def program_filter() -> bytes:
    """The filter as the kernel's BPF instructions; install it with `confinement`."""
    with _filter(_error(errno.EPERM)) as (lib, context):
        _check(lib.seccomp_attr_set(context, _BAD_ARCH_ACTION, _KILL_PROCESS))
        lib.seccomp_attr_set(context, _OPTIMIZE, 2)  # a search tree; older libraries keep a list
        for name in _ALLOWED.split():
            _add(lib, context, _ALLOW, name, [])
        for name, alternatives in _conditional().items():
            for conditions in alternatives:
                _add(lib, context, _ALLOW, name, conditions)
        # The C library falls back to clone, whose flags a filter can read.
        _add(lib, context, _error(errno.ENOSYS), "clone3", [])
        return _export(lib, context)


@cache
def thread_filter() -> bytes:
    """A filter that allows all, but tells the zygote of every thread that begins or ends; empty where the
    kernel or the library knows no such thing."""
    with _filter(_ALLOW) as (lib, context):
        try:
            _check(lib.seccomp_attr_set(context, _BAD_ARCH_ACTION, _ALLOW))
            _add(lib, context, _NOTIFY, "clone", [_masked(0, _CLONE_THREAD, _CLONE_THREAD)])
            _add(lib, context, _NOTIFY, "exit", [])
            return _export(lib, context)
        except OSError:
            return b""


@contextmanager
def _filter(action: int) -> Iterator[tuple[ctypes.CDLL, int]]:
    lib = library()
    context = lib.seccomp_init(action)
    try:
        yield lib, context
    finally:
        lib.seccomp_release(context)


def _error(number: int) -> int:
    return 0x00050000 | number


def _add(lib: ctypes.CDLL, context: int, action: int, name: str, conditions: list[_Compare]) -> None:
    number = lib.seccomp_syscall_resolve_name(name.encode())
    if number < 0:
        return  # this architecture or library does not know it: it stays forbidden
    _check(lib.seccomp_rule_add_array(context, action, number, len(conditions),
                                      (_Compare * len(conditions))(*conditions)))  # fmt: skip


def _export(lib: ctypes.CDLL, context: int) -> bytes:
    read_end, write_end = os.pipe()
    with os.fdopen(read_end, "rb") as reader:
        with os.fdopen(write_end, "wb"):
            _check(lib.seccomp_export_bpf(context, write_end))
        return reader.read()


def _check(code: int) -> None:
    if code < 0:
        raise OSError(-code, f"libseccomp: {os.strerror(-code)}")
