"""Starting a zygote: a fresh interpreter, in namespaces where bubblewrap makes them.

Never a fork of the caller: its threads, locks and descriptors stay its own. Does not cover what the zygote
does to itself afterwards; that is `confinement`.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from symbolic.sandbox import places

ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    "LD_BIND_NOW": "1",  # what a child would otherwise resolve, each one again
    "PWD": "/",
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
# The package is entered without running its __init__, which would draw the parent's half of it into memory
# that is copied for every program. Programs that import it get it whole, through the finder.
_BOOT = """
import sys
sys.path += sys.argv[4:]
package = type(sys)("symbolic")
package.__path__ = [sys.argv[3]]
sys.modules["symbolic"] = package
from symbolic.sandbox import finder, zygote
finder.install(sys.argv[3])
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


def launch(readable: Sequence[str], namespaces: bool) -> Launched:
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


def _command(connection: int, parent: int, root: Sequence[str] | None) -> list[str]:
    # -I would ignore the fixed hash seed; the environment is ours, so these are as isolated.
    python = [places.interpreter(), "-P", "-s", "-S", "-B", "-c", _BOOT]
    arguments = [str(connection), str(parent), places.PACKAGE, *places.import_path()]
    return [*(_wrap(root) if root else ()), *python, *arguments]


def _wrap(readable: Sequence[str]) -> list[str]:
    """A root of its own that holds the readable places and nothing else. Root needs no user namespace
    for this, and keeps what it needs to become nobody inside."""
    command = [bubblewrap() or "bwrap", "--die-with-parent", "--new-session", *_NAMESPACES]
    command += (
        ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"] if os.geteuid() == 0 else ["--unshare-user"]
    )
    for parent in _ancestors(readable):
        command += ["--dir", parent]  # bubblewrap's own would be closed to a private uid
    for path in readable:
        if os.path.islink(path) and os.path.dirname(path) == "/":  # /lib -> usr/lib
            command += ["--symlink", os.readlink(path), path]
        else:
            command += ["--ro-bind", path, path]
    return [
        *command,
        "--dir",
        "/dev",
        "--dev-bind",
        "/dev/null",
        "/dev/null",
        "--chdir",
        "/",
        "--remount-ro",
        "/",
    ]


def _ancestors(paths: Iterable[str]) -> list[str]:
    found = {str(parent) for path in paths for parent in PurePath(path).parents}
    return sorted(found - {"/"}, key=len)
