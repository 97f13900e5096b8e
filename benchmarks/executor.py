"""How many programs a second one core runs: here, in fresh processes, in bare forks.

`python benchmarks/executor.py [--programs N] [--tier NAME] [--sleepers N]` prints a table. Every way runs the
same programs in a process of its own; its processor time, with all it started and without its start, gives
programs per second and core. Ratios carry over to other machines, absolutes do not.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = str(Path(__file__).parent.parent)
sys.path.insert(0, ROOT)

from symbolic import Executor, Limits, Program  # noqa: E402
from symbolic.sandbox import places  # noqa: E402
from symbolic.sandbox.images import WARM, image_for  # noqa: E402

Run = Callable[[list[str]], None]
LIMITS = Limits(cpu_s=10)
PLAIN = """def solution():
    apples = {n}
    eaten = 3
    left = apples - eaten
    return left * 7
"""
SYMPY = """from sympy import symbols, solve
def solution():
    x, y = symbols("x y")
    found = solve([x + y - {n}, x - y - 1], [x, y])
    return str(found[x])
"""
Z3 = """from z3 import Int, Solver, sat
def solution():
    x, y, s = Int("x"), Int("y"), Solver()
    s.add(x + y == {n}, x > y, y > 0)
    return s.check() == sat
"""


def programs(kind: str, count: int) -> list[str]:
    texts = {"plain": [PLAIN], "sympy": [SYMPY], "z3": [Z3], "mixed": [PLAIN] * 7 + [SYMPY] * 2 + [Z3]}[kind]
    return [texts[n % len(texts)].replace("{n}", str(n + 3)) for n in range(count)]


def executor(tier: str) -> Iterator[Run]:
    with Executor(LIMITS, tier=tier) as it:

        def run(texts: list[str]) -> None:
            results = it.run([Program(text, entry="solution") for text in texts])
            assert all(result.ok for result in results)

        yield run


def fresh(tier: str) -> Iterator[Run]:
    """One `python -I -S` a program (without `-S` it starts slower), its result as JSON on its output."""
    paths = list(places.shelves(places.LIBRARIES))

    def run(texts: list[str]) -> None:
        for text in texts:
            code = f"import json, sys\nsys.path += {paths}\n{text}\nprint(json.dumps(solution()))"
            done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, check=True)
            json.loads(done.stdout)

    yield run


def process(tier: str) -> Iterator[Run]:
    """One `multiprocessing` process a program, its result in a manager's list: as harnesses do."""

    def run(texts: list[str]) -> None:
        for text in texts:
            with multiprocessing.Manager() as manager:
                results = manager.list()
                worker = multiprocessing.Process(target=_guarded, args=(text, results))
                worker.start()
                worker.join(60)
                assert len(results) == 1

    yield run


def _guarded(text: str, results: Any) -> None:
    for name in ("kill", "system", "fork", "forkpty", "remove", "rename", "rmdir", "chmod", "putenv"):
        setattr(os, name, None)
    scope: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        exec(text, scope)  # noqa: S102
        results.append(scope["solution"]())


def floor(tier: str) -> Iterator[Run]:
    """A bare fork of the same warm image that runs the program and gives nothing back."""

    def run(texts: list[str]) -> None:
        for text in texts:
            pid = os.fork()
            if pid == 0:
                scope: dict[str, Any] = {}
                exec(text, scope)  # noqa: S102
                scope["solution"]()
                os._exit(0)
            os.waitpid(pid, 0)

    for image in sys.argv[-1].split("+"):
        exec(WARM[image], {})  # noqa: S102
    gc.freeze()
    yield run


WAYS: dict[str, Callable[[str], Iterator[Run]]] = {
    "executor": executor, "fresh": fresh, "process": process, "floor": floor,
}  # fmt: skip


def measure(way: str, kind: str, count: int, tier: str) -> float:
    """Milliseconds of processor time a program, in this process and all it started."""
    for run in WAYS[way](tier):
        run(programs(kind, 10))  # whatever is to be started is started
        before = family_seconds()
        run(programs(kind, count))
        after = family_seconds()
    return (after - before) / count * 1e3


def family_seconds() -> float:
    """Processor time of this process and its living descendants, with that of all they have waited for."""
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError), open(f"/proc/{name}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
                parents[int(name)] = int(fields[1]), sum(map(int, fields[11:15]))
    family, total = {os.getpid()}, parents[os.getpid()][1]
    while new := {pid for pid, (parent, _) in parents.items() if parent in family} - family:
        family |= new
        total += sum(parents[pid][1] for pid in new)
    return total / os.sysconf("SC_CLK_TCK")


def elsewhere(way: str, kind: str, count: int, tier: str) -> float:
    """The median of three measurements, each in a fresh process."""
    images = "+".join(sorted({image_for(Program(text)) for text in programs(kind, 10)}))
    command = [sys.executable, __file__, "--tier", tier, "--one", way, kind, str(count), images]
    return statistics.median(float(subprocess.check_output(command)) for _ in range(3))


def lateness(tier: str) -> dict[str, float]:
    """How much later than its limit a program ends, in milliseconds: medians."""
    cpu, wall = [], []
    with Executor(tier=tier, workers=1) as it:
        for n in range(15):
            spin = it.run([Program(f"while True: {n}")], Limits(cpu_s=0.2))[0]
            cpu.append((spin.seconds - 0.2) * 1e3)
            start = time.perf_counter()
            it.run([Program(f"import time; time.sleep(9 + {n})")], Limits(cpu_s=1, wall_s=0.2))
            wall.append((time.perf_counter() - start - 0.2) * 1e3)
    return {"processor time": statistics.median(cpu), "wall clock": statistics.median(wall)}


def sleepers(count: int, tier: str | None) -> float:
    """Seconds that programs take which sleep for ever, with the default limits."""
    with Executor(tier=tier) as it:
        start = time.perf_counter()
        results = it.run([Program(f"import time; time.sleep({1000 + n})") for n in range(count)])
        assert {result.status for result in results} == {"timeout"}
        return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=300)
    parser.add_argument("--tier", default="")
    parser.add_argument("--sleepers", type=int, default=0, help="only time so many that sleep")
    parser.add_argument("--one", nargs=4, metavar=("WAY", "KIND", "COUNT", "IMAGES"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        way, kind, count, _ = options.one
        print(measure(way, kind, int(count), options.tier or None))
        return
    if options.sleepers:
        print(f"{options.sleepers} sleepers: {sleepers(options.sleepers, options.tier or None):.0f} s")
        return
    with Executor(tier=options.tier or None) as it:
        tier = it.isolation
    print(f"tier {tier}, Python {sys.version.split()[0]}, {os.cpu_count()} cores")
    print("milliseconds of processor time a program; how many times the executor's, and it the floor's")
    print(f"{'':8}{'executor':>10}{'per s':>8}{'fresh':>10}{'process':>10}{'floor':>10}")
    for kind, slow in (("plain", 4), ("sympy", 30), ("z3", 10), ("mixed", 10)):
        few = max(10, options.programs // slow)
        ms = {
            way: elsewhere(way, kind, few if way in ("fresh", "process") else options.programs, tier)
            for way in WAYS
        }
        here = ms["executor"]
        ratios = f"{ms['fresh'] / here:.1f}x {ms['process'] / here:.1f}x {here / ms['floor']:.2f}x"
        numbers = f"{here:10.2f}{1e3 / here:8.0f}{ms['fresh']:10.1f}{ms['process']:10.1f}{ms['floor']:10.2f}"
        print(f"{kind:8}{numbers}   {ratios}", flush=True)
    for clock, late in lateness(tier).items():
        print(f"killed late by {late:.1f} ms of {clock} (median)")


if __name__ == "__main__":
    main()
