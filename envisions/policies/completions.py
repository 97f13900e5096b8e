"""What of a completion every policy reads in the same way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def decoded(tokenizer: Any, ids: Sequence[int]) -> str:
    """The text of sampled token ids, special tokens left out. Some tokenizers would take out spaces before
    punctuation too, which a program may need."""
    return str(tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False))


def completion_text(tokenizer: Any, ids: Sequence[int], stops: Sequence[str]) -> str:
    """What `decoded` gives, up to the first string of `stops`."""
    text = decoded(tokenizer, ids)
    return text[: min((text.index(stop) for stop in stops if stop in text), default=None)]
