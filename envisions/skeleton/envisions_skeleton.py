"""What the model is asked in env=skeleton, and what is right."""

from __future__ import annotations

from random import Random
from typing import Any

from envisions import ProgramEnvironment, Task

WORDS = (
    *("almond", "apple", "apricot", "banana", "cherry", "currant", "damson", "date", "fig", "grape", "kiwi"),
    *("lemon", "lime", "mango", "medlar", "melon", "olive", "orange", "papaya", "peach", "pear", "plum"),
    *("pomelo", "quince", "raisin", "sloe", "tangerine", "walnut"),
)


class SkeletonEnvironment(ProgramEnvironment):
    """Questions about made-up words.

    Args:
        longest: How many words are put together, at most.
    """

    id = "skeleton-v1"  # another version when tasks or verdicts become others
    examples = (  # of the few-shot prompt; their subjects occur in no task
        ('How many letters has "hazelnut"?', 'def solution():\n    return len("hazelnut")'),
        ('What is "cress" backwards?', 'def solution():\n    return "cress"[::-1]'),
    )

    def __init__(self, *, longest: int = 2, **keys: Any) -> None:
        if longest < 1:
            raise ValueError(f"env.longest must be at least 1, not {longest}.")
        self.longest = longest
        super().__init__(**keys)

    def make(self, stream: Random, level: int) -> Task:
        """A task, all of it drawn from the stream. Tasks of one group are for training or for testing whole;
        `gold` is a program that solves it."""
        word = "".join(stream.choice(WORDS) for _ in range(stream.randint(1, self.longest)))
        if stream.random() < 0.5:
            gold = f'def solution():\n    return len("{word}")'
            return Task(f'How many letters has "{word}"?', len(word), group=word, gold=gold)
        gold = f'def solution():\n    return "{word}"[::-1]'
        return Task(f'What is "{word}" backwards?', word[::-1], group=word, gold=gold)
