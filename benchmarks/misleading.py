"""Sums whose worked examples mislead: bare numbers, as a first environment may have them (docs/log.md).

    sizes="env.n_train=12 env.n_test=12 rounds=1 evaluation.samples=0 max_new_tokens=40"
    PYTHONPATH=benchmarks python -m envisions.iterate env=custom env._target_=misleading.Tiny $sizes

`Small` and `Sums` have larger numbers. With `method.prompt=few_shot method.keep_luck=true floor=1` nothing
looks after the newcomer: the base model explores with the examples, and what came true by luck is trained on.
"""

from __future__ import annotations

from random import Random

from envisions import ProgramEnvironment, Task


class Sums(ProgramEnvironment):
    """Of two numbers from 11 to 99."""

    id = "sums-v1"
    examples = (
        ("What is 3 plus 4?", "def solution():\n    return 7"),
        ("What is 6 plus 2?", "def solution():\n    return 8"),
        ("What is 1 plus 9?", "def solution():\n    return 10"),
    )
    low, high = 11, 99

    def make(self, stream: Random, level: int) -> Task:
        a, b = stream.randint(self.low, self.high), stream.randint(self.low, self.high)
        return Task(f"What is {a} plus {b}?", a + b, group=f"{a} {b}")


class Small(Sums):
    """From 3 to 20."""

    id = "small-v1"
    low, high = 3, 20


class Tiny(Sums):
    """From 1 to 9."""

    id = "tiny-v1"
    low, high = 1, 9
