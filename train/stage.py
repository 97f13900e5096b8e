"""What a user sets of training: the optimiser of each stage, and adapters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Stage:
    """One stage's optimiser. The schedule is linear to zero after `warmup` (a share of the steps).

    With `tokens` (every row's, its prompt included though it may be computed once for several) rows are gone
    through until about as many have been read, whatever `epochs` says: so methods that make different numbers
    of rows are compared on equal terms.
    """

    learning_rate: float
    epochs: float
    batch_size: int
    tokens: int | None = None
    warmup: float = 0.03

    def __post_init__(self) -> None:
        _check_positive(self, "learning_rate", "epochs", "batch_size")
        if self.tokens is not None:
            _check_positive(self, "tokens")

    def passes(self, available: int) -> float:
        """How often rows of `available` tokens are gone through."""
        return self.epochs if self.tokens is None else self.tokens / available


@dataclass(frozen=True)
class Preference(Stage):
    """DPO (arXiv 2305.18290) with an SFT term on the chosen side, which keeps its likelihood from falling."""

    beta: float = 0.1
    sft_weight: float = 1.0


@dataclass(frozen=True)
class Lora:
    """Low-rank adapters (arXiv 2106.09685) on all linear layers, merged when a stage ends."""

    rank: int = 32
    alpha: int = 64

    def __post_init__(self) -> None:
        _check_positive(self, "rank", "alpha")

    def config(self) -> Any:
        from peft import LoraConfig

        return LoraConfig(
            r=self.rank, lora_alpha=self.alpha, target_modules="all-linear", task_type="CAUSAL_LM"
        )


def _check_positive(settings: Any, *names: str) -> None:
    for name in names:
        if not 0 < getattr(settings, name) < math.inf:
            raise ValueError(f"{name} must be a finite number above 0, not {getattr(settings, name)}.")
