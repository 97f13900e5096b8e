"""How much of a run's wall time is neither generation nor training.

    python benchmarks/overhead.py env=math rounds=1 env.n_train=64 env.n_test=32 run.dir=/tmp/overhead

Takes the arguments of `python -m envisions.iterate`, runs it in this process with a clock around the policy's
generation and scoring, the training stages and the executor, and prints the shares. Start-up (imports, the
model's check, the executor's self-test) is shown apart: it happens once a run.
"""

from __future__ import annotations

import functools
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from envisions.iterate import main
from envisions.settings.cli import command

SECONDS: defaultdict[str, float] = defaultdict(float)


def clocked(owner: Any, method: str, name: str) -> None:
    """Adds the method's wall time to SECONDS[name]."""
    original: Callable[..., Any] = getattr(owner, method)

    @functools.wraps(original)
    def timed(*args: Any, **kwargs: Any) -> Any:
        started = time.perf_counter()
        try:
            return original(*args, **kwargs)
        finally:
            SECONDS[name] += time.perf_counter() - started

    setattr(owner, method, timed)


def measured() -> None:
    import envisions.loop
    from envisions.policies.transformers_policy import TransformersPolicy
    from symbolic import Executor
    from train import Trainer

    clocked(TransformersPolicy, "generate", "generation")
    clocked(TransformersPolicy, "score", "generation")
    clocked(Trainer, "sft", "training")
    clocked(Trainer, "dpo", "training")
    clocked(Executor, "run", "execution")
    clocked(envisions.loop, "write_report", "report")
    clocked(envisions.loop, "self_train", "loop")
    started = time.perf_counter()
    main()
    loop = SECONDS.pop("loop")
    print(f"start-up {time.perf_counter() - started - loop:.1f} s; the loop {loop:.1f} s, of which")
    for name, seconds in SECONDS.items():
        print(f"  {name:12} {seconds:7.1f} s  {seconds / loop:6.1%}")
    outside = loop - SECONDS["generation"] - SECONDS["training"]
    print(f"  outside generation and training {outside:.1f} s  {outside / loop:.1%}")


if __name__ == "__main__":
    command(measured)
