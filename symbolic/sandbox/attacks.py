"""Attacks run for real when an executor starts: a tier is claimed only if every one of them is stopped.

Each program must end in a refusal; one that gets through gives `answer`. Does not cover all that the test
suite tries: these few stand for one guard each, and are quick.
"""

from __future__ import annotations

import os
import secrets
import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from symbolic.program import Execution, Limits, Program
from symbolic.sandbox import places

LIMITS = Limits(cpu_s=0.2, wall_s=10, mem_mb=512)
_REFUSALS = ("PermissionError", "FileNotFoundError", "OSError", "ValueError", "Refused")

_SYSTEM_CALL = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def call(function, *arguments):
    if function(*arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")
"""

ATTACKS = {
    "write a file": "answer = open({folder!r} + '/mark', 'w').write('x')",
    "read a file": "answer = open({folder!r} + '/secret').read()",
    "list a folder": "import os; answer = os.listdir({folder!r})",
    "read this project's code": "answer = open({code!r}).read()",
    "connect by TCP": "import socket; answer = str(socket.create_connection(('127.0.0.1', {port}), 5))",
    "fork": "import os; answer = os.fork()",
    "start another program": "import os; os.execv('/bin/true', ['true'])",
    "signal its parent": "import os; os.kill(os.getppid(), 0); answer = 1",
    "signal everything": "import os; os.kill(-1, 0); answer = 1",
    "trace its parent": _SYSTEM_CALL + "call(libc.ptrace, 16, os.getppid(), 0, 0); answer = 1",
    "make a user namespace": _SYSTEM_CALL + "call(libc.unshare, 0x10000000); answer = 1",
    "make a file in memory": "import os; answer = os.memfd_create('x')",
    "raise its own limits": "import resource; answer = resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "read the environment": """
import os
answer = [name for name in os.environ if name not in {seeded!r}]
if not answer:
    raise RuntimeError("Refused")
""",
}


def attack(
    run: Callable[[Sequence[Program]], list[Execution]], seeded: Sequence[str]
) -> dict[str, Execution]:
    """Runs all; what each ended as, by name. `seeded` are the allowed names in the environment."""
    with _bait() as (folder, port):
        programs = [Program(_fill(code, folder, port, seeded)) for code in ATTACKS.values()]
        executions = dict(zip(ATTACKS, run(programs), strict=True))
        if os.path.exists(os.path.join(folder, "mark")):
            executions["write a file"] = Execution("ok", value="the file is there")
    return executions


def stopped(execution: Execution) -> bool:
    """Only an explicit refusal counts: a crash or a time-out might have been a success."""
    return execution.status == "error" and any(name in execution.error for name in _REFUSALS)


def _fill(code: str, folder: str, port: int, seeded: Sequence[str]) -> str:
    code_of_ours = os.path.join(places.PACKAGE, "judge.py")
    for name, value in (("folder", folder), ("seeded", list(seeded)), ("code", code_of_ours)):
        code = code.replace("{" + name + "!r}", repr(value))
    return code.replace("{port}", str(port))


@contextmanager
def _bait() -> Iterator[tuple[str, int]]:
    """A folder that file permissions alone would leave open, and a port that listens."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as server:
        os.chmod(folder, 0o777)
        with open(os.path.join(folder, "secret"), "w") as file:
            file.write(secrets.token_hex())
        yield folder, server.getsockname()[1]
