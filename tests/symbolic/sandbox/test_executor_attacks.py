"""Every attack in the tables, in every tier that this machine offers.

After each, a canary and a look for stray processes. test_executor_guards takes the guards away.
"""

from __future__ import annotations

import os
import platform
import re
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from symbolic import Executor, Limits, Program
from symbolic.sandbox import syscalls
from symbolic.sandbox.isolation import IsolationError
from symbolic.sandbox.launch import ENVIRONMENT
from tests.symbolic.sandbox.attacks_on_machine import CALLS, FILES, NETWORK, PROCESSES, X86
from tests.symbolic.sandbox.attacks_on_results import MEMORY, OUTPUT, RESULT, TIME, Attack

LIMITS = Limits(cpu_s=0.6, mem_mb=128)
HASTE = Limits(cpu_s=0.1, mem_mb=128)
ATTACKS = [*TIME, *MEMORY, *OUTPUT, *RESULT, *FILES, *PROCESSES, *NETWORK, *CALLS]
ATTACKS += X86 if platform.machine() == "x86_64" else []
WARM_UP = ["answer = 1", "import sympy", "import z3", "import networkx"]


@dataclass
class Field:
    """An executor of one tier, and what must be unchanged after every attack: its own processes, and those
    of the other executors that this process has."""

    executor: Executor
    folder: Path
    port: int
    processes: set[int]
    others: set[int]


def armed(code: str, folder: Path, port: int) -> str:
    """An attack with its bait, and this machine's numbers for system calls."""
    code = code.replace("FOLDER", str(folder)).replace("PORT", str(port))
    return re.sub(r"NR_(\w+)", lambda match: str(number_of(match.group(1))), code)


def number_of(name: str) -> int:
    return int(syscalls.library().seccomp_syscall_resolve_name(name.encode()))


def descendants() -> set[int]:
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    family: set[int] = set()
    while new := {pid for pid, parent in parents.items() if parent in family | {os.getpid()}} - family:
        family |= new
    return family


@contextmanager
def bait() -> Iterator[Path]:
    """A folder that permissions leave open to all."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        (folder / "secret").write_text("secret")
        yield folder


@pytest.fixture(scope="module", params=["strong", "kernel-filter", "namespace"])
def field(request: pytest.FixtureRequest) -> Iterator[Field]:
    before = descendants()
    try:
        executor = Executor(LIMITS, workers=2, tier=request.param)
    except IsolationError as error:
        pytest.skip(str(error))
    with executor, bait() as folder, socket.create_server(("127.0.0.1", 0)) as server:
        executor.run([Program(code) for code in WARM_UP], Limits(cpu_s=10))
        yield Field(executor, folder, server.getsockname()[1], descendants() - before, before)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.hazard)
def test_attack_is_stopped(field: Field, attack: Attack) -> None:
    program = Program(armed(attack.code, field.folder, field.port))
    (result,) = field.executor.run([program], HASTE if attack in TIME else LIMITS)
    assert result.status in attack.ends.split(), result
    assert attack.says in result.error
    if attack.value is not ...:
        assert result.value == (sorted(ENVIRONMENT) if attack.value == "SEEDED" else attack.value)
    check_unharmed(field)


def check_unharmed(field: Field) -> None:
    canary = field.executor.run([Program("import math\nanswer = [6 * 7, math.sqrt(9)]")])[0]
    assert canary.value == [42, 3.0]
    assert field.processes <= descendants()
    strays = descendants() - field.processes - field.others
    assert not {pid for pid in strays if is_zygote_or_child(pid)}
    assert [path.name for path in field.folder.iterdir()] == ["secret"]


def is_zygote_or_child(pid: int) -> bool:
    try:
        return b"symbolic.sandbox" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
