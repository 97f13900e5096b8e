"""In which order rows are trained on."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence

from torch.utils.data import Sampler


class TaskSampler(Sampler[int]):
    """All rows of a data set, those of a task one after another, so that a batch shares their prompt.
    The order of tasks, and of each one's rows, is drawn anew for every epoch."""

    def __init__(self, tasks: Sequence[str], seed: int) -> None:
        self._seed, self._epoch = seed, 0
        self._rows: dict[str, list[int]] = defaultdict(list)
        for row, task in enumerate(tasks):
            self._rows[task].append(row)

    def set_epoch(self, epoch: int) -> None:
        """Called by accelerate: a stage that goes on in its middle draws the same order again."""
        self._epoch = epoch

    def __len__(self) -> int:
        return sum(map(len, self._rows.values()))

    def __iter__(self) -> Iterator[int]:
        draw = random.Random(f"{self._seed} {self._epoch}")
        tasks = list(self._rows.values())
        for rows in draw.sample(tasks, len(tasks)):
            yield from draw.sample(rows, len(rows))
