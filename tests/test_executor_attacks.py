"""Every attack in the tables, in every tier that this machine offers.

After each, a canary and a look for stray processes. Two tests take a guard away and see attacks succeed.
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
from symbolic.sandbox import isolation, syscalls
from symbolic.sandbox.isolation import IsolationError
from symbolic.sandbox.launch import ENVIRONMENT
from tests.attacks_on_machine import CALLS, FILES, NETWORK, PROCESSES, X86
from tests.attacks_on_results import MEMORY, OUTPUT, RESULT, TIME, Attack

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


def through(tier: isolation.Tier, attacks: list[Attack], folder: Path) -> set[str]:
    """The hazards that a weakened tier does not stop as it should."""
    supervisor = isolation.supervise(tier, workers=2)
    programs = [Program(armed(attack.code, folder, 9)) for attack in attacks]
    try:
        results = supervisor.run(programs, Limits(cpu_s=1, wall_s=20))
    finally:
        supervisor.close()
    pairs = zip(attacks, results, strict=True)
    return {
        a.hazard for a, result in pairs if result.status not in a.ends.split() or a.says not in result.error
    }


def test_system_calls_get_through_without_the_filter() -> None:
    """All but those that the kernel itself refuses to whoever has no privileges."""
    weak = isolation.Tier("no filter", namespaces=False, landlock=True, filter=False)
    with bait() as folder:
        stopped = {attack.hazard for attack in CALLS} - through(weak, CALLS, folder)
    privileged = {"swap the root", "open a file system", "name the machine", "restart the machine", "mount"}
    privileged |= {"the kernel's log", "watch the file system", "accounting", "performance counters"}
    assert stopped <= privileged


def test_files_are_reached_without_landlock() -> None:
    weak = isolation.Tier("no Landlock", namespaces=False, landlock=False)
    names = {"read a file", "read the password file", "list a folder", "write a file", "a pickle that opens"}
    with bait() as folder:
        assert through(weak, [attack for attack in FILES if attack.hazard in names], folder) == names
        assert (folder / "mark").exists()
