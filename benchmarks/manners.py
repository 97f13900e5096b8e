"""A generation beside other work: how much longer than its fair share of the processor it takes, and what the
manners cost on an idle machine.

    python benchmarks/manners.py [--repeats 3] [--requests 32] [--settings passive,1000,10000,default]

Each setting of GOMP_SPINCOUNT (how long a thread that waits spins; `passive`: not at all; `default`: unset)
decodes the same requests alone and beside as many busy processes as there are cores, in turn, in one run.
With as many busy processes as threads a fair share is half of the cores, so twice the time.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

SPINS = {"passive": "0", "default": None}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--requests", type=int, default=32)
    parser.add_argument("--settings", default="passive,1000,10000,default")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(_decode(options.requests))
        return
    settings = options.settings.split(",")
    alone: dict[str, list[float]] = {setting: [] for setting in settings}
    beside: dict[str, list[float]] = {setting: [] for setting in settings}
    for _ in range(options.repeats):
        for setting in settings:
            alone[setting].append(_run(setting, options.requests))
            with _busy(os.cpu_count() or 1):
                beside[setting].append(_run(setting, options.requests))
    _show(alone, beside)


def _decode(requests: int) -> float:
    """Seconds for `requests` completions of 16 tokens."""
    import time

    from envisions.models import choose_device, load_model, resolve
    from envisions.policies.decode import Decoder
    from envisions.policies.protocol import Request, Sampling

    decoder = Decoder(*load_model(resolve("smollm2"), choose_device()))
    work = [Request(tuple(range(100, 140)), seed) for seed in range(requests)]
    decoder.generate(work, Sampling(0.6, 2))
    started = time.perf_counter()
    decoder.generate(work, Sampling(0.6, 16))
    return time.perf_counter() - started


def _run(setting: str, requests: int) -> float:
    spins = SPINS.get(setting, setting)
    environment = {key: value for key, value in os.environ.items() if key != "GOMP_SPINCOUNT"}
    if spins is not None:
        environment["GOMP_SPINCOUNT"] = spins
    command = [sys.executable, __file__, "--child", "--requests", str(requests)]
    return float(subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout)


@contextmanager
def _busy(count: int) -> Iterator[None]:
    started = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


def _show(alone: dict[str, list[float]], beside: dict[str, list[float]]) -> None:
    base = statistics.median(alone.get("default", next(iter(alone.values()))))
    print(f"{'spins':>10} {'alone, s':>10} {'/ default':>10} {'beside, s':>10} {'/ fair share':>13}")
    for setting in alone:
        idle, loaded = statistics.median(alone[setting]), statistics.median(beside[setting])
        share = loaded / (2 * idle)
        print(f"{setting:>10} {idle:10.2f} {idle / base:10.2f} {loaded:10.2f} {share:13.2f}")
    print(json.dumps({"alone": alone, "beside": beside}))


if __name__ == "__main__":
    main()
