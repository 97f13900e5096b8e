"""The first command, stage by stage, beside an earlier revision's, one after the other on the same machine.

    python benchmarks/first_command.py FOLDER [--before CHECKOUT] [overrides…]

Runs `python -m envisions.iterate env=math` into FOLDER/now and, with a checkout of an earlier revision
(`git worktree add CHECKOUT REVISION`), into FOLDER/before. A stage's share of the limit is the part of its
time that its tokens would take at the speed of a large float32 product, measured before and after each run:
2 operations a weight and generated token, 6 a weight and trained position. Prompts are not counted, so a
generating stage does more than its share says.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import torch

SIZE = 2048  # of the square product that stands for the machine's limit
TRAINED = ("sft", "dpo")


@dataclass(frozen=True)
class Run:
    """A finished run: seconds by stage, and tokens by stage, those trained being positions computed."""

    seconds: dict[str, float]
    tokens: dict[str, float]
    wall: float
    limit: float  # operations a second
    verdict: str


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--before", type=Path, help="a checkout of an earlier revision")
    parser.add_argument("--weights", type=float, default=134.5e6, help="of the model, for the limit")
    options, overrides = parser.parse_known_args()
    now = run(Path(__file__).parent.parent, options.folder / "now", overrides)
    before = run(options.before, options.folder / "before", overrides) if options.before else None
    show(now, before, options.weights)


def run(checkout: Path, folder: Path, overrides: list[str]) -> Run:
    """Runs the command of a checkout."""
    limits = [limit()]
    command = [
        sys.executable,
        "-m",
        "envisions.iterate",
        "env=math",
        f"run.dir={folder.resolve()}",
        *overrides,
    ]
    started = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": str(checkout.resolve())}
    subprocess.run(command, cwd=checkout, env=environment, check=True)
    wall = time.perf_counter() - started
    limits.append(limit())
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    seconds, tokens = Counter[str](), Counter[str]()
    for entry in report["rounds"]:
        stage = {name: f"{name}, base" if entry["round"] == 0 else name for name in entry["seconds"]}
        for name, value in entry["seconds"].items():
            seconds[stage[name]] += value
        computed = {
            name: it.get("computed", it.get("tokens", 0)) for name, it in entry.get("training", {}).items()
        }
        for name, value in {**entry["tokens"], **computed}.items():
            tokens[stage.get(name, name)] += value
    return Run(dict(seconds), dict(tokens), wall, statistics.mean(limits), report["verdict"])


def limit() -> float:
    """Operations a second in a large float32 product, the best of ten."""
    a = torch.randn(SIZE, SIZE)
    best = float("inf")
    for _ in range(10):
        started = time.perf_counter()
        a @ a
        best = min(best, time.perf_counter() - started)
    return 2 * SIZE**3 / best


def show(now: Run, before: Run | None, weights: float) -> None:
    """Prints the table in Markdown."""
    print(f"\n{torch.get_num_threads()} threads, {now.limit / 1e9:.0f} GFLOP/s. {now.verdict}\n")
    print("| stage | seconds | tokens | a second | of the limit | before, seconds | times as long |")
    print("|---|---|---|---|---|---|---|")
    for stage, seconds in [*now.seconds.items(), ("all, with loading", now.wall)]:
        tokens = now.tokens.get(stage, 0)
        operations = (6 if stage in TRAINED else 2) * weights * tokens
        cells = [f"{tokens:,.0f}", f"{tokens / seconds:.0f}", f"{operations / seconds / now.limit:.0%}"]
        was = (before.wall if stage not in now.seconds else before.seconds.get(stage)) if before else None
        then = [f"{was:.0f}", f"{was / seconds:.2f}"] if was else ["", ""]
        print("|", " | ".join([stage, f"{seconds:.0f}", *(cells if tokens else [""] * 3), *then]), "|")


if __name__ == "__main__":
    main()
