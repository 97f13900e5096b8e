"""Word problems that the model answers by writing `def solution(): …` (program-aided, arXiv 2211.10435).

Tasks are procedural, from the templates in templates/, or read from `data`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from envisions import ProgramEnvironment, TaskSplit, drawn_split
from envs.math.examples import EXAMPLES
from envs.math.procedural import draw


class MathEnvironment(ProgramEnvironment):
    """A level is the number of operations that a problem takes; the default mix leaves the default model
    between 10 and 50 % right."""

    id = "math-v2"
    examples = EXAMPLES
    default_levels: ClassVar[Mapping[int, float]] = {1: 0.9, 2: 0.1, 3: 0.0, 4: 0.0}

    def generate(self, n_train: int, n_test: int, levels: Mapping[int, float], seed: int) -> TaskSplit:
        return drawn_split(draw(seed), n_train, n_test, levels)
