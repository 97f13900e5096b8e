"""What of a completion every policy reads in the same way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def completion_text(tokenizer: Any, ids: Sequence[int], stops: Sequence[str]) -> str:
    """The text of sampled token ids, special tokens left out, up to the first string of `stops`."""
    text = str(tokenizer.decode(ids, skip_special_tokens=True))
    return text[: min((text.index(stop) for stop in stops if stop in text), default=None)]
