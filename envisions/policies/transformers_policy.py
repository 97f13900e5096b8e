"""The policy on transformers: for CPUs, Macs, and wherever vLLM is not installed."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from envisions.models import DType
from envisions.policies.protocol import Completion, OnCompletion, Request, Sampling
from envisions.records import Message

if TYPE_CHECKING:
    from envisions.policies.decode import Decoder


class TransformersPolicy:
    """Loads a model folder and samples from it; `rows` sequences are decoded together, and those of
    `episodes` follow one another in their places. `date` (ISO 8601) is what chat templates print as now."""

    def __init__(
        self,
        folder: Path,
        name: str,
        episodes: int = 768,
        rows: int = 192,
        dtype: DType = "auto",
        date: str | None = None,
    ) -> None:
        if episodes < 1 or rows < 1:
            raise ValueError(f"episodes and rows must be at least 1, not {episodes} and {rows}.")
        from envisions.models import choose_device, context, load_model
        from envisions.policies.decode import Decoder

        self.name, self.episodes = name, episodes
        self._moment = datetime.fromisoformat(date) if date else None
        device = choose_device(dtype)
        self.overlaps = device.kind != "cpu"  # where decoding needs the cores, programs wait
        model, self._tokenizer = load_model(folder, device)
        self.context: int = context(model.config)
        self._decoder: Decoder | None = Decoder(model, self._tokenizer, rows)

    def encode(self, messages: Sequence[Message]) -> tuple[int, ...]:
        from envisions.policies.encode import encode

        return encode(self._tokenizer, messages, self._moment)

    def generate(
        self, requests: Sequence[Request], sampling: Sampling, on_completion: OnCompletion | None = None
    ) -> list[Completion]:
        return self._open().generate(requests, sampling, on_completion)

    def score(self, pairs: Sequence[tuple[tuple[int, ...], tuple[int, ...]]]) -> list[tuple[float, ...]]:
        return self._open().score(pairs)

    def close(self) -> None:
        import torch

        self._decoder = None
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _open(self) -> Decoder:
        if self._decoder is None:
            raise RuntimeError(f"policy {self.name} is closed")
        return self._decoder
