"""A long run of mixed programs, one in a hundred hostile: is every label right, does anything grow?

`python benchmarks/soak.py [--programs 100000] [--tier NAME]` prints a line every twentieth of the way and
ends with exit code 1 if a label was wrong, a result was `infra`, or descriptors, processes or memory grew.
The hostile programs are those of the attack tests that need nothing outside.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from symbolic import Execution, Executor, Limits, Program  # noqa: E402
from tests.symbolic.sandbox.attacks_on_results import MEMORY, OUTPUT, RESULT, TIME  # noqa: E402

BATCH = 250
GROWTH = 1.2  # of memory, after the first fifth: the rest is what a warm process keeps anyway
HOSTILE = [*TIME, *MEMORY, *OUTPUT, *RESULT]


def cases(count: int, seed: int) -> Iterator[tuple[Program, str, object]]:
    """Programs, each different, with the statuses they may end as and the value they must have."""
    draw = random.Random(seed)
    for n in range(count):
        if n % 100 == 99:
            attack = HOSTILE[n // 100 % len(HOSTILE)]
            yield Program(f"{attack.code}\n# {n}"), attack.ends, attack.value
        else:
            yield draw.choices([plain, mistaken, algebra, solver, graph], [66, 4, 18, 10, 2])[0](n)


def plain(n: int) -> tuple[Program, str, object]:
    code = f"def solution():\n    pens = {n}\n    lost = 3\n    return (pens - lost) * 2"
    return Program(code, entry="solution"), "ok", (n - 3) * 2


def mistaken(n: int) -> tuple[Program, str, object]:
    return Program(f"def solution():\n    return {n} / (len('') * 2)", entry="solution"), "error", ...


def algebra(n: int) -> tuple[Program, str, object]:
    code = f"import sympy\nx = sympy.Symbol('x')\nanswer = sympy.solve(2 * x - {2 * n}, x)"
    return Program(code), "ok", [n]


def solver(n: int) -> tuple[Program, str, object]:
    code = (
        "import z3\nx, s = z3.Int('x'), z3.Solver()\n"
        f"s.add(x > {n}, x < {n + 2})\ns.check()\nanswer = str(s.model()[x])"
    )
    return Program(code), "ok", str(n + 1)


def graph(n: int) -> tuple[Program, str, object]:
    last = n % 90 + 1
    code = (
        f"import networkx\npath = networkx.path_graph({last + 1})\n"
        f"answer = [networkx.shortest_path_length(path, 0, {last}), {n}]"
    )
    return Program(code), "ok", [last, n]


def sizes() -> dict[str, float]:
    """Of this process and all it started: descriptors here, processes, resident mebibytes."""
    family = descendants() | {os.getpid()}
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in family)
    return {
        "descriptors": len(os.listdir("/proc/self/fd")),
        "processes": len(family),
        "MiB": round(pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)),
    }


def descendants() -> set[int]:
    parents = {}
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            with contextlib.suppress(OSError):
                parents[int(place.name)] = int((place / "stat").read_text().rpartition(")")[2].split()[1])
    family: set[int] = set()
    while new := {pid for pid, parent in parents.items() if parent in family | {os.getpid()}} - family:
        family |= new
    return family


def check(result: Execution, ends: str, value: object) -> bool:
    return result.status in ends.split() and (value is ... or result.value == value)


def grown(first: dict[str, float], last: dict[str, float]) -> list[str]:
    kept = ("descriptors", "processes")
    return [name for name in kept if last[name] > first[name]] + ["MiB"] * (
        last["MiB"] > GROWTH * first["MiB"]
    )


def soak(executor: Executor, count: int, seed: int) -> list[str]:
    """Runs all; gives what was wrong."""
    stream, statuses, wrong = cases(count, seed), Counter[str](), list[str]()
    begun, done, first, shown = time.monotonic(), 0, {}, 0
    while batch := list(islice(stream, BATCH)):
        results = executor.run([program for program, _, _ in batch])
        for (program, ends, value), result in zip(batch, results, strict=True):
            statuses[result.status] += 1
            if not check(result, ends, value):
                wrong.append(f"wrong label: {result} for {program.code!r}")
        done += len(batch)
        if done * 20 // count > shown or done == count:
            shown = done * 20 // count
            now = sizes()
            first = first or (now if shown >= 4 else {})
            print(f"{done:7} {time.monotonic() - begun:7.0f} s {now} {dict(statuses)}", flush=True)
    wrong += [f"grew: {name}" for name in grown(first, now)]
    return wrong + ["infra"] * statuses["infra"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tier")
    options = parser.parse_args()
    with Executor(Limits(cpu_s=0.5, mem_mb=256), tier=options.tier) as executor:
        print(f"tier {executor.isolation}, {options.programs} programs")
        wrong = soak(executor, options.programs, options.seed)
    print("\n".join(wrong) or "every label as expected, nothing grew, no infra")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
