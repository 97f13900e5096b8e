"""Attacks succeed where their guard is taken away, so that it is the guard which stops them.

No test here takes away the last thing that protects this machine: what could do harm runs in namespaces,
or reaches only for the bait, or only lacks the limit that would have ended it sooner.
"""

from __future__ import annotations

import pytest

from symbolic import Executor, Limits, Program
from symbolic.program import Execution
from symbolic.sandbox import isolation
from tests.symbolic.sandbox.attacks_on_machine import CALLS, FILES, NETWORK, PROCESSES
from tests.symbolic.sandbox.attacks_on_results import OUTPUT, TIME, Attack
from tests.symbolic.sandbox.test_executor_attacks import armed, bait

# Without Landlock; without the filter too, those on the bait as well. No other touches only the bait.
READ = {"read a file", "read the password file", "list a folder", "write a file", "a pickle that opens"}
BAIT = {"read by way of its process", "read through numpy", "list temporary files", "sympify that opens"}
BAIT |= {"make a directory", "remove a file", "rename a file", "link by name", "make a pipe with a name"}
BAIT |= {"change an attribute"}
# What the folder with the bait then holds.
CHANGED = {"remove a file": set(), "rename a file": {"mark"}}
MADE = {"write a file", "a pickle that opens", "sympify that opens", "make a directory", "link by name"}
MADE |= {"make a pipe with a name"}

# What the kernel refuses by itself to whoever has no privileges, or namespaces do not have.
PRIVILEGED = {"swap the root", "open a file system", "name the machine", "restart the machine", "mount"}
PRIVILEGED |= {"the kernel's log", "watch the file system", "accounting", "performance counters"}
PRIVILEGED |= {"raw packets", "trace its zygote", "become root", "become another group"}
PRIVILEGED |= {"fork for a terminal", "a shell", "a pool of processes", "resolve a name"}
# What other guards stop: limits that only go down, and what a program is given from the start.
OTHERS = {"raise the memory limit", "raise the processor limit", "raise the file limit"}
OTHERS |= {"read the environment", "use inherited descriptors", "read inherited input"}

# Time enough for a warm-up's imports, on a busy machine too.
LIMITS = Limits(cpu_s=1, wall_s=20)


def through(tier: isolation.Tier, attacks: list[Attack]) -> dict[str, set[str]]:
    """The hazards that a weakened tier does not stop as it should, tried one after the other, each with what
    its folder holds afterwards."""
    supervisor = isolation.supervise(tier, workers=1)
    found: dict[str, set[str]] = {}
    try:
        for attack in attacks:
            with bait() as folder:
                (result,) = supervisor.run([Program(armed(attack.code, folder, 9))], LIMITS)
                if result.status not in attack.ends.split() or attack.says not in result.error:
                    found[attack.hazard] = {path.name for path in folder.iterdir()}
    finally:
        supervisor.close()
    return found


def test_system_calls_get_through_without_the_filter() -> None:
    weak = isolation.Tier("no filter", namespaces=False, landlock=True, filter=False)
    assert {attack.hazard for attack in CALLS} - through(weak, CALLS).keys() <= PRIVILEGED


def test_processes_and_sockets_get_through_without_the_filter() -> None:
    """Within namespaces: there, another process is at most the zygote, and the network is empty."""
    if isolation.bubblewrap() is None:
        pytest.skip("bubblewrap is missing")
    weak = isolation.Tier("namespaces alone", namespaces=True, landlock=False, filter=False)
    attacks = [attack for attack in [*PROCESSES, *NETWORK] if attack.hazard != "fork bomb"]
    assert {attack.hazard for attack in attacks} - through(weak, attacks).keys() <= PRIVILEGED | OTHERS


@pytest.mark.parametrize(("filtered", "names"), [(True, READ), (False, READ | BAIT)])
def test_files_are_reached_without_landlock(filtered: bool, names: set[str]) -> None:
    weak = isolation.Tier("no Landlock", namespaces=False, landlock=False, filter=filtered)
    left = through(weak, [attack for attack in FILES if attack.hazard in names])
    whole = {name: {"secret", "mark"} if name in MADE else {"secret"} for name in names}
    assert left == whole | {name: held for name, held in CHANGED.items() if name in names}


def ended(attacks: list[Attack], limits: Limits) -> list[Execution]:
    with Executor() as executor:
        return executor.run([Program(attack.code) for attack in attacks], limits)


@pytest.mark.slow
def test_nothing_but_the_limit_ends_what_attacks_the_clock() -> None:
    """With a limit four times as far as in test_executor_attacks, each goes on until that one."""
    endless = [attack for attack in TIME if attack.ends != "ok"]
    for attack, result in zip(endless, ended(endless, Limits(cpu_s=0.4, wall_s=0.6)), strict=True):
        asleep = "did not end within 0.6 seconds" in result.error
        assert result.status == "timeout", attack.hazard
        assert asleep or result.seconds >= 0.4, attack.hazard


@pytest.mark.slow
def test_nothing_but_the_limit_ends_a_flood() -> None:
    floods = [attack for attack in OUTPUT if attack.ends in ("output", "result_size")]
    far = Limits(cpu_s=0.05, output_kb=10**7, result_kb=10**7)
    assert {result.status for result in ended(floods, far)} == {"timeout", "no_result"}
