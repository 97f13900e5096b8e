"""Conversations as token ids: by the tokenizer's chat template, or as plain text where it has none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from transformers import AutoConfig, AutoTokenizer, PreTrainedTokenizerBase

from envisions.records import Message


def encode(tokenizer: PreTrainedTokenizerBase, messages: Sequence[Message]) -> tuple[int, ...]:
    """The prompt's token ids, special tokens included; an assistant message that comes last is left open, for
    the model to go on. Messages without a chat template are joined by empty lines, roles left out."""
    is_open = messages[-1]["role"] == "assistant"
    if tokenizer.chat_template:
        text = tokenizer.apply_chat_template(
            [{"role": message["role"], "content": message["content"]} for message in messages],
            tokenize=False,
            add_generation_prompt=not is_open,
            continue_final_message=is_open,
        )
        return tuple(tokenizer(text, add_special_tokens=False).input_ids)
    text = "\n\n".join(message["content"] for message in messages)
    return tuple(tokenizer(text if is_open else text + "\n\n").input_ids)


def load_encoder(folder: Path) -> tuple[Callable[[Sequence[Message]], tuple[int, ...]], int]:
    """What `encode` does with the tokenizer of a model's folder, and the model's context in tokens."""
    tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    config: Any = AutoConfig.from_pretrained(folder, local_files_only=True)
    return lambda messages: encode(tokenizer, messages), config.get_text_config().max_position_embeddings
