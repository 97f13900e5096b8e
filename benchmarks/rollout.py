"""Tokens per second in few-shot exploration: our decoder, vLLM where it is installed and `model.generate` at
its best batch size, against the machine's fp32 matrix limit, all in one run on the same prompts and sampling.

    python benchmarks/rollout.py [--tasks 192] [--samples 4] [--repeats 3] [--without-generate]
                                 [--dtypes float32,bfloat16] [--before FOLDER]

`--before` names a checkout of an earlier revision (`git worktree add FOLDER REVISION`); its decoder takes its
turn in a process of its own, 192 requests a call as its blocks were. Prints a table and one JSON line.
Machines are shared and noisy: the ratios are what counts. The matrix limit is what a forward pass would reach
at the speed of a large product (2 operations a weight and token).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from envisions.models import choose_device, load_model, resolve
from envisions.policies.decode import Decoder
from envisions.policies.encode import encode
from envisions.policies.protocol import Completion, Request, Sampling
from envs.math import MathEnvironment

BATCHES = (8, 16, 32, 64)
EARLIER = """
import importlib, json, sys, time

def find(name, *modules):
    for module in modules:
        try:
            return getattr(importlib.import_module(module), name)
        except (ModuleNotFoundError, AttributeError):
            pass

from envisions.models import choose_device, load_model, resolve
from envisions.policies.decode import Decoder
modules = "envisions.policies.protocol", "envisions.policy"
Request, Sampling = (find(name, *modules) for name in ("Request", "Sampling"))
given = json.load(sys.stdin)
requests = [Request(tuple(ids), seed) for ids, seed in given["requests"]]
decoder = Decoder(*load_model(resolve(given["model"]), choose_device()))
started = time.perf_counter()
sampling, done = Sampling(**given["sampling"]), []
for start in range(0, len(requests), 192):
    done += decoder.generate(requests[start : start + 192], sampling)
print(json.dumps([sum(len(c.ids) for c in done), time.perf_counter() - started]))
"""
Rates = tuple[float, float]  # generated tokens a second; prompt and generated tokens a second


class Completer(Protocol):
    def generate(self, requests: Sequence[Request], sampling: Sampling) -> list[Completion]: ...


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", default="smollm2")
    parser.add_argument("--tasks", type=int, default=192)
    parser.add_argument("--samples", type=int, default=4)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--max-new-tokens", type=int, default=128)
    parser.add_argument("--without-generate", action="store_true", help="model.generate takes longest")
    parser.add_argument("--dtypes", default="float32", help="what our decoder runs in, the first beside all")
    parser.add_argument("--before", type=Path, help="a checkout of an earlier revision")
    options = parser.parse_args()

    device = choose_device()
    source = resolve(options.model)
    models = {dtype: load_model(source, choose_device(dtype)) for dtype in options.dtypes.split(",")}
    main_dtype, *_ = models
    model, tokenizer = models[main_dtype]
    environment = MathEnvironment(n_train=options.tasks, n_test=8)
    prompts = [encode(tokenizer, environment.messages(t, few_shot=True)) for t in environment.tasks("train")]
    requests = [Request(p, 1000 * i + k) for i, p in enumerate(prompts) for k in range(options.samples)]
    sampling = Sampling(0.6, options.max_new_tokens, environment.stop)

    ways: dict[str, Callable[[], Rates]] = {
        "decoder" if dtype == main_dtype else f"decoder, {dtype}": partial(_ours, *loaded, requests, sampling)
        for dtype, loaded in models.items()
    }
    if options.before:
        ways["decoder before"] = lambda: _earlier(options.before, options.model, requests, sampling)
    if find_spec("vllm"):
        _vllm(source.path, requests[:1], sampling)  # starts the engine
        ways["vllm"] = lambda: _vllm(source.path, requests, sampling)
    if not options.without_generate:
        short = replace(sampling, max_new_tokens=32)  # to find the best batch, which the whole work then uses
        _generate(model, tokenizer, requests[:8], short, 8)  # warms up
        best = max(BATCHES, key=lambda size: _generate(model, tokenizer, requests[:size], short, size)[0])
        ways[f"generate, batch {best}"] = lambda: _generate(model, tokenizer, requests, sampling, best)
    rows: dict[str, list[Rates]] = {name: [] for name in ways}
    limits = [_matrix_limit(model)]
    for _ in range(options.repeats):
        for name, work in ways.items():
            rows[name].append(work())
        limits.append(_matrix_limit(model))
    _show(rows, statistics.median(limits), str(device))


def _complete(policy: Completer, requests: Sequence[Request], sampling: Sampling) -> Rates:
    started = time.perf_counter()
    done = policy.generate(requests, sampling)
    return _rates(requests, sum(len(c.ids) for c in done), time.perf_counter() - started)


def _ours(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    requests: Sequence[Request],
    sampling: Sampling,
) -> Rates:
    return _complete(Decoder(model, tokenizer), requests, sampling)


def _earlier(checkout: Path, model: str, requests: Sequence[Request], sampling: Sampling) -> Rates:
    """The decoder of another checkout, loaded afresh; only its generation is timed. Its blocks were in order
    of length."""
    ordered = sorted(requests, key=lambda request: (len(request.prompt_ids), request.prompt_ids))
    given = {
        "model": model,
        "requests": [(request.prompt_ids, request.seed) for request in ordered],
        "sampling": asdict(sampling),
    }
    environment = {**os.environ, "PYTHONPATH": str(checkout.resolve())}
    done = subprocess.run(
        [sys.executable, "-c", EARLIER],
        input=json.dumps(given),
        cwd=checkout,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    generated, seconds = json.loads(done.stdout)
    return _rates(requests, generated, seconds)


def _vllm(folder: Path, requests: Sequence[Request], sampling: Sampling) -> Rates:
    """The engine goes on between calls; the prompts it has cached do not."""
    from envisions.policies.vllm_policy import VLLMPolicy

    with closing(VLLMPolicy(folder, "base")) as policy:
        return _complete(policy, requests, sampling)


def _generate(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    requests: Sequence[Request],
    sampling: Sampling,
    size: int,
) -> Rates:
    model.set_attn_implementation("sdpa")
    generated, started = 0, time.perf_counter()
    ordered = sorted(requests, key=lambda request: len(request.prompt_ids))
    for start in range(0, len(ordered), size):
        batch = ordered[start : start + size]
        width = max(len(r.prompt_ids) for r in batch)
        pads = [width - len(r.prompt_ids) for r in batch]
        ids = torch.tensor([[0] * pad + list(r.prompt_ids) for pad, r in zip(pads, batch, strict=True)])
        mask = torch.tensor([[0] * pad + [1] * (width - pad) for pad in pads])
        out = model.generate(
            input_ids=ids.to(model.device),
            attention_mask=mask.to(model.device),
            do_sample=True,
            temperature=sampling.temperature,
            top_k=0,
            top_p=1.0,
            max_new_tokens=sampling.max_new_tokens,
            stop_strings=list(sampling.stop),
            tokenizer=tokenizer,
        )
        generated += int((out[:, width:] != tokenizer.pad_token_id).sum())
    return _rates(requests, generated, time.perf_counter() - started)


def _rates(requests: Sequence[Request], generated: int, seconds: float) -> Rates:
    """Generated tokens a second, and prompt and generated tokens a second."""
    prompt = sum(len(r.prompt_ids) for r in requests)
    return generated / seconds, (prompt + generated) / seconds


def _matrix_limit(model: PreTrainedModel) -> float:
    """Tokens a second that the model's weights would allow at the speed of a 2,048-square fp32 product."""
    a = torch.randn(2048, 2048, device=model.device)
    best = min(_timed(lambda: a @ a) for _ in range(10))
    return 2 * 2048**3 / best / (2 * sum(p.numel() for p in model.parameters()))


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _show(rows: dict[str, list[Rates]], limit: float, device: str) -> None:
    print(f"{device}; fp32 matrix limit {limit:.0f} tokens/s forward")
    print(f"{'':22} {'generated/s':>22} {'prompt + generated/s':>26}")
    medians = {}
    for name, rates in rows.items():
        columns = [[rate[i] for rate in rates] for i in range(2)]
        medians[name] = statistics.median(columns[0])
        shown = [f"{statistics.median(c):8.0f} ({min(c):.0f}-{max(c):.0f})" for c in columns]
        print(f"{name:22} {shown[0]:>22} {shown[1]:>26}")
    ours = medians["decoder"]
    ratios = {name: ours / theirs for name, theirs in medians.items() if name != "decoder"}
    for name, ratio in ratios.items():
        print(f"decoder / {name}: {ratio:.2f}x generated")
    print(f"the decoder generates at {ours / limit:.0%} of the matrix limit")
    print(json.dumps({"device": device, "matrix_limit": limit, "ratios": ratios, "rates": rows}))


if __name__ == "__main__":
    main()
