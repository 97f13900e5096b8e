"""The exploration of a few tasks, done here and in the rhythm of the ENVISIONS reference code: one prompt at
a time, five sequences together, each program run by `exec` in the same process under an alarm. Both generate
with transformers on this machine (the reference's own engine is vLLM), so what differs is how.

    python benchmarks/original.py [--tasks 12] [--repeats 2] [--data FILE]

Prints seconds and the ratio. The same prompts, samples, temperature and longest completion for both.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import signal
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from envisions.models import choose_device, load_model, resolve
from envisions.policies.encode import encode
from envisions.policies.protocol import Sampling
from envisions.policies.transformers_policy import TransformersPolicy
from envisions.records import Task, seed_from
from envisions.runs import layout
from envisions.runs.rollout import Attempt, play
from envs.math import MathEnvironment
from symbolic import Executor

SAMPLES, SECONDS = 5, 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--tasks", type=int, default=12)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--data")
    options = parser.parse_args()

    source, device = resolve("smollm2"), choose_device()
    environment = MathEnvironment(n_train=options.tasks, n_test=8, data=options.data)
    tasks = environment.tasks("train")
    sampling = Sampling(0.6, 128, environment.stop)
    model, tokenizer = load_model(source, device)
    policy = TransformersPolicy(source.path, "base")
    ways: dict[str, Callable[[], int]] = {
        "here": lambda: _here(tasks, environment, policy, sampling),
        "one prompt at a time": lambda: _prompt_by_prompt(tasks, environment, model, tokenizer, sampling),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(options.repeats):
        for name, work in ways.items():
            started = time.perf_counter()
            ran = work()
            seconds[name].append(time.perf_counter() - started)
            print(
                f"{name}: {seconds[name][-1]:.1f} s, {ran} of {len(tasks) * SAMPLES} programs ran", flush=True
            )
    here, other = (statistics.median(seconds[name]) for name in ways)
    print(f"{device}: one prompt at a time takes {other / here:.1f} times as long")


def _here(
    tasks: Sequence[Task], environment: MathEnvironment, policy: TransformersPolicy, sampling: Sampling
) -> int:
    attempts = [
        Attempt(
            task=task,
            kind="explore",
            prompt="few-shot",
            policy="base",
            index=index,
            seed=seed_from(task.id, index),
            messages=tuple(environment.messages(task, few_shot=True)),
            sampling=sampling,
        )
        for task in tasks
        for index in range(SAMPLES)
    ]
    with tempfile.TemporaryDirectory() as folder, Executor() as executor:
        played = play(attempts, environment, lambda: policy, executor, Path(folder) / layout.EXPLORE)
    return sum(trajectory.execution.ok for trajectory in played)


def _prompt_by_prompt(
    tasks: Sequence[Task], environment: MathEnvironment, model: Any, tokenizer: Any, sampling: Sampling
) -> int:
    model.set_attn_implementation("sdpa")
    ran = 0
    for task in tasks:
        prompt = torch.tensor([encode(tokenizer, environment.messages(task, few_shot=True))])
        out = model.generate(
            input_ids=prompt.to(model.device),
            attention_mask=torch.ones_like(prompt).to(model.device),
            do_sample=True,
            temperature=sampling.temperature,
            top_k=0,
            top_p=1.0,
            num_return_sequences=SAMPLES,
            max_new_tokens=sampling.max_new_tokens,
            stop_strings=list(sampling.stop),
            tokenizer=tokenizer,
        )
        texts = tokenizer.batch_decode(out[:, prompt.shape[1] :], skip_special_tokens=True)
        ran += sum(_executes(environment.parse(text.partition("```")[0]).code) for text in texts)
    return ran


def _executes(code: str) -> bool:
    def alarm(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, alarm)
    signal.alarm(SECONDS)
    scope: dict[str, Any] = {}
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(code, scope)  # noqa: S102
            scope["solution"]()
    except BaseException:  # noqa: BLE001
        return False
    finally:
        signal.alarm(0)
    return True


if __name__ == "__main__":
    main()
