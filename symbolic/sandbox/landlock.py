"""Landlock: what a process may read, and that it may not write, connect by TCP or signal anyone outside.

A three-call kernel interface without a library. Does not cover the names and sizes of files (`stat`), nor
signals between a zygote and its programs, which share a domain: the filter of system calls has those.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same on every architecture
_PATH_BENEATH = 1
_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many file rights each version of the interface knows
_libc = ctypes.CDLL(None, use_errno=True)


def version() -> int:
    """The kernel's interface version, 0 where there is none."""
    return max(0, int(_libc.syscall(_CREATE_RULESET, None, 0, 1)))


def restrict(readable: Iterable[str], devices: Iterable[str]) -> None:
    """Confines this process and its children for good: `readable` paths may be read, `devices` also
    written, nothing else touched. Needs no_new_privs."""
    abi = version()
    files = (1 << _RIGHTS.get(abi, 16)) - 1
    ruleset = _create(files, 3 if abi >= 4 else 0, 3 if abi >= 6 else 0)
    for path in readable:
        _allow(ruleset, path, _READ_FILE | _READ_DIR)
    for path in devices:
        _allow(ruleset, path, _READ_FILE | _WRITE_FILE)
    _enforce(ruleset)


def _create(files: int, network: int, scopes: int) -> int:
    attributes = struct.pack("QQQ", files, network, scopes)
    size = 24 if scopes else 16 if network else 8  # as large as the kernel's version of it
    return _check(_libc.syscall(_CREATE_RULESET, attributes, size, 0))


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not os.path.isdir(path):
            rights &= ~_READ_DIR
        _check(_libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, struct.pack("=Qi", rights, handle), 0))
    finally:
        os.close(handle)


def _enforce(ruleset: int) -> None:
    _check(_libc.syscall(_RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)


def _check(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"landlock: {os.strerror(code)}")
    return result
