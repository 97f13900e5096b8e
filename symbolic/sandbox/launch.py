"""Starting a zygote: a fresh interpreter, in namespaces where bubblewrap makes them.

Never a fork of the caller: its threads, locks and descriptors stay its own. Does not cover what the zygote
does to itself afterwards; that is `confinement`.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from symbolic.sandbox import places
from symbolic.sandbox.places import Place

ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    "LD_BIND_NOW": "1",  # what a child would otherwise resolve, each one again
    "PWD": "/",
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",  # else each thread takes 64 MiB of the address space that `mem_mb` limits
}
# A program's memory looks the same every time: what is found or ordered by address does not differ. Then the
# package is entered without running its __init__, which would draw the parent's half of it into memory.
_BOOT = """
import ctypes, os, sys
personality = ctypes.CDLL(None).personality
kept = personality(0xFFFFFFFF)
if not kept & 0x0040000 and personality(kept | 0x0040000) != -1:
    if personality(0xFFFFFFFF) & 0x0040000:
        os.execv(sys.orig_argv[0], sys.orig_argv)
package = type(sys)("symbolic")
package.__path__ = [sys.argv[3]]
sys.modules["symbolic"] = package
from symbolic.sandbox import zygote
zygote.main(int(sys.argv[1]), int(sys.argv[2]))
"""
_NAMESPACES = ("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")


@dataclass(slots=True)
class Launched:
    process: subprocess.Popen[bytes]
    connection: socket.socket


def bubblewrap() -> str | None:
    return shutil.which("bwrap")


def bubblewrap_version() -> str:
    """Its own word, such as "0.8.0"."""
    said = subprocess.run([bubblewrap() or "bwrap", "--version"], capture_output=True, text=True, check=False)
    return said.stdout.split()[-1] if said.stdout else ""


def launch(namespaces: bool, readable: Sequence[Place]) -> Launched:
    """A zygote that waits for its plan on the other end of `connection`."""
    ours, theirs = socket.socketpair()
    parent = os.pidfd_open(os.getpid())
    try:
        process = subprocess.Popen(
            _command(theirs.fileno(), parent, readable if namespaces else None),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            pass_fds=(theirs.fileno(), parent), cwd="/", env=ENVIRONMENT, start_new_session=True,
        )  # fmt: skip
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
        os.close(parent)
    return Launched(process, ours)


def _command(connection: int, parent: int, mounted: Sequence[Place] | None) -> list[str]:
    # -I would ignore the fixed hash seed; the environment is ours, so these are as isolated.
    python = [places.interpreter(), "-P", "-s", "-S", "-B", "-c", _BOOT]
    arguments = [f"{connection:05}", f"{parent:05}", places.PACKAGE]  # as long every time
    return [*(() if mounted is None else _wrap(mounted)), *python, *arguments]


def _wrap(readable: Sequence[Place]) -> list[str]:
    """A root of its own that holds the readable places and nothing else. Root needs no user namespace
    for this, and keeps what it needs to become nobody inside."""
    command = [bubblewrap() or "bwrap", "--die-with-parent", "--new-session", *_NAMESPACES]
    command += (
        ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"] if os.geteuid() == 0 else ["--unshare-user"]
    )
    for path, target in places.links().items():
        command += [*_directories(path), "--symlink", target, path]
    for place in sorted([*readable, Place(places.RUNTIME)], key=lambda place: len(place.path)):
        command += [*_directories(place.path), *_mount(place)]
    command += ["--dir", "/dev", "--dev-bind", "/dev/null", "/dev/null", "--chdir", "/"]
    return [*command, "--remount-ro", "/"]


def _directories(path: str) -> list[str]:
    """What it lies in; bubblewrap's own would be closed to a private uid."""
    parents = [str(parent) for parent in PurePath(path).parents][-2::-1]
    return [word for parent in parents for word in ("--dir", parent)]


def _mount(place: Place) -> list[str]:
    """The place, with nothing in the directories that are hidden in it."""
    command = ["--ro-bind", place.path, place.path]
    for name in place.hidden:
        path = os.path.join(place.path, name)
        command += ["--tmpfs", path] if os.path.isdir(path) else ["--ro-bind", "/dev/null", path]
    return command
