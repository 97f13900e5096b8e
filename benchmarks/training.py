"""Rows trained a second: shared prefixes computed once, beside the same rows one by one.

    python benchmarks/training.py [--model smollm2] [--repeats 3] [--steps 4]

Rows are of the shape that the math environment gives: a prompt of 100 tokens, 30 of which all prompts share,
and 20 learned tokens; tokens are random. Steps are of four rows (or two pairs). All sides take turns in one
process, so that a ratio holds on a machine whose speed wanders. A step's time is the median over all turns,
less each turn's first step, in which caches fill and a tree is tried. A reference's pass is counted with the
steps it is for. Ratios are to float32, one by one; the share is that of positions computed in tokens read.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from unittest import mock

from envisions.models import resolve
from envisions.records import PreferencePair, SFTRow
from train import Preference, Stage, Trainer

HEAD, QUESTION, COMPLETION, BATCH = 30, 70, 20, 4
Ids = tuple[int, ...]
Data = list[SFTRow] | list[PreferencePair]


def draw(count: int, stream: random.Random) -> Ids:
    return tuple(stream.randrange(100, 40_000) for _ in range(count))


def prompts(count: int, stream: random.Random) -> list[tuple[str, Ids]]:
    head = draw(HEAD, stream)
    return [(f"task {number}", head + draw(QUESTION, stream)) for number in range(count)]


def rows(steps: int, per_prompt: int, stream: random.Random) -> list[SFTRow]:
    return [
        SFTRow(task, "L1", prompt, draw(COMPLETION, stream), ("",))
        for task, prompt in prompts(steps * BATCH // per_prompt, stream)
        for _ in range(per_prompt)
    ]


def pairs(steps: int, stream: random.Random) -> list[PreferencePair]:
    return [
        PreferencePair(task, prompt, draw(COMPLETION, stream), draw(COMPLETION, stream), ("", ""))
        for task, prompt in prompts(steps * BATCH // 2, stream)
    ]


@contextmanager
def one_by_one() -> Iterator[None]:
    """As TRL trains: no tree pays."""
    with mock.patch("train.prefixes.PrefixScorer._pays", return_value=False):
        yield


@contextmanager
def clocked_reference(seconds: list[float]) -> Iterator[None]:
    from train.dpo import SharedDPOTrainer

    original: Callable[..., Any] = SharedDPOTrainer.compute_ref_log_probs

    def timed(*args: Any) -> Any:
        started = time.perf_counter()
        result = original(*args)
        seconds.append(time.perf_counter() - started)
        return result

    with mock.patch.object(SharedDPOTrainer, "compute_ref_log_probs", timed):
        yield


def step_seconds(stage: str, data: Data, model: Path, dtype: str) -> tuple[list[float], float]:
    """The seconds of every step but the first, with its share of the reference; and computed / read."""
    batch = BATCH if stage == "sft" else BATCH // 2
    trainer = Trainer(Stage(1e-6, 1, batch), Preference(1e-6, 1, batch), dtype=dtype)
    ticks: list[float] = []
    reference: list[float] = []
    with tempfile.TemporaryDirectory() as folder, clocked_reference(reference):
        target = Path(folder) / "out"
        getattr(trainer, stage)(model, data, target, 0, lambda share: ticks.append(time.perf_counter()))
        measured = json.loads((target / "training.json").read_text())
    share = statistics.median(reference[1:]) if reference else 0.0
    steps = [share + later - earlier for earlier, later in itertools.pairwise(ticks)]
    return steps[1:], measured["computed"] / measured["tokens"]


def main() -> None:
    parser = argparse.ArgumentParser(description="Rows trained a second, with and without sharing.")
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--steps", type=int, default=4)
    options = parser.parse_args()
    model, stream = resolve(options.model).path, random.Random(0)
    work: dict[str, tuple[str, Data]] = {
        "SFT, 4 rows a prompt": ("sft", rows(options.steps, 4, stream)),
        "SFT, 2 rows a prompt": ("sft", rows(options.steps, 2, stream)),
        "SFT, 1 row a prompt": ("sft", rows(options.steps, 1, stream)),
        "DPO, 1 pair a prompt": ("dpo", pairs(options.steps, stream)),
    }
    for name, (stage, data) in work.items():
        seconds: defaultdict[tuple[str, bool], list[float]] = defaultdict(list)
        computed: dict[tuple[str, bool], float] = {}
        for _, dtype, shared in itertools.product(
            range(options.repeats), ("float32", "bfloat16"), (False, True)
        ):
            with nullcontext() if shared else one_by_one():
                steps, computed[dtype, shared] = step_seconds(stage, data, model, dtype)
            seconds[dtype, shared] += steps
        base = statistics.median(seconds["float32", False])
        for (dtype, shared), values in seconds.items():
            each = statistics.median(values)
            print(
                f"{name:21} {dtype:9} {'shared' if shared else 'one by one':11}"
                f" {computed[dtype, shared]:6.0%} computed {each:6.2f} s a step"
                f" {BATCH / each:6.2f} rows/s {base / each:5.2f} ×",
                flush=True,
            )


if __name__ == "__main__":
    main()
