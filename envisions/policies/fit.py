"""Does a model fit what will be asked of it, and can what a checkpoint needs beside weights be saved?

Asked at every start, before anything is computed, of the tokenizer and the configuration alone: whether the
weights fit is found out when they are loaded, which is the first thing that a run does with them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from envisions.errors import UserError
from envisions.models import context, load_config, load_tokenizer
from envisions.models.generation import replaced
from envisions.policies.encode import encode, unseen
from envisions.records import Message

Encode = Callable[[Sequence[Message]], tuple[int, ...]]


def load_encoder(folder: Path, moment: datetime) -> tuple[Encode, int]:
    """What `encode` does with the tokenizer of a model's folder, and the model's context in tokens."""
    tokenizer = load_tokenizer(folder)
    return lambda messages: encode(tokenizer, messages, moment), context(load_config(folder))


@dataclass(frozen=True, slots=True)
class Fit:
    """A model that fits: the SHA-256 of its prompts, as token ids, and what the user is told."""

    prompts: str
    warnings: tuple[str, ...]


def check_fit(
    folder: Path, conversations: Iterable[Sequence[Message]], new_tokens: int, moment: datetime
) -> Fit:
    """What comes of encoding all that the model in `folder` will be asked.

    Raises `UserError` where the tokenizer has tokens that the model has not, the chat template fails or
    leaves out what is said, no prompt leaves room for `new_tokens` in the model's context, or tokenizer and
    configuration cannot be saved.
    """
    tokenizer, config = load_tokenizer(folder), load_config(folder)
    _check_vocabulary(tokenizer, config, folder)
    hashed, lengths = hashlib.sha256(), list[int]()
    kinds: dict[tuple[str, ...], Sequence[Message]] = {}
    for messages in conversations:
        roles = tuple(message["role"] for message in messages)
        if roles not in kinds:
            kinds[roles] = messages
            _check_seen(tokenizer, messages, moment, folder)
        ids = encode(tokenizer, messages, moment)
        _check_embedded(tokenizer, ids, config, folder)
        lengths.append(len(ids) + new_tokens)
        hashed.update(repr(ids).encode())
    _check_saved(tokenizer, config, kinds.values(), folder)
    return Fit(hashed.hexdigest(), (*_told_room(lengths, context(config)), *_told_generation(folder)))


def _told_room(lengths: Sequence[int], room: int) -> Iterator[str]:
    remedy = "leave long tasks out, lower max_new_tokens, or choose a model with a longer context"
    if lengths and min(lengths) > room:
        raise UserError(
            f"the shortest prompt and max_new_tokens need {min(lengths)} tokens, the model has room for"
            f" {room}; {remedy}."
        )
    if long := sum(length > room for length in lengths):
        yield f"{long} of {len(lengths)} prompts and max_new_tokens need more than {room} tokens; {remedy}."


def _told_generation(folder: Path) -> Iterator[str]:
    if replacement := replaced(folder):
        yield (
            "the model's generation_config cannot be saved with trained weights; ours takes its place, with"
            f" the same end tokens ({replacement[1]})."
        )


def _check_vocabulary(tokenizer: Any, config: Any, folder: Path) -> None:
    """Every token that a text may become, or that ends one, has an embedding. Special tokens that nobody uses
    may lack theirs, as those of images in a model of text."""
    unused = {number for number, token in tokenizer.added_tokens_decoder.items() if token.special}
    unused -= {tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id}
    _check_embedded(tokenizer, sorted({*tokenizer.get_vocab().values()} - unused), config, folder)


def _check_embedded(tokenizer: Any, ids: Sequence[int], config: Any, folder: Path) -> None:
    embeddings = config.get_text_config().vocab_size
    if (highest := max(ids, default=0)) >= embeddings:
        token = tokenizer.convert_ids_to_tokens(highest)
        raise UserError(
            f"The tokenizer in {folder} is larger than its model, which has {embeddings} embeddings and none"
            f" for token {highest}, '{token}': choose a model whose tokenizer fits, or resize this one"
            " (resize_token_embeddings(len(tokenizer)), then save_pretrained)."
        )


def _check_seen(tokenizer: Any, messages: Sequence[Message], moment: datetime, folder: Path) -> None:
    if message := unseen(tokenizer, messages, moment):
        raise UserError(
            f"The chat template in {folder} leaves out what the {message['role']} says, perhaps since it"
            " expects a list of parts and not text: mend it, delete it to have plain text, or choose another"
            " model."
        )


def _check_saved(
    tokenizer: Any, config: Any, conversations: Iterable[Sequence[Message]], folder: Path
) -> None:
    """A checkpoint's tokenizer has to be the same again."""
    texts = [message["content"] for messages in conversations for message in messages]
    try:
        with TemporaryDirectory() as trial:
            config.save_pretrained(trial)
            tokenizer.save_pretrained(trial)
            again = load_tokenizer(Path(trial))
    except OSError:  # a full disk: no word about the model
        raise
    except Exception as error:
        reason = str(error).strip().partition("\n")[0]
        raise UserError(
            f"What is in {folder} could not be saved with trained weights ({reason}): mend the folder or"
            " choose another model."
        ) from error
    if again.chat_template != tokenizer.chat_template or any(
        again(text).input_ids != tokenizer(text).input_ids for text in texts
    ):
        raise UserError(
            f"The tokenizer in {folder} is another after it was saved: save it once (AutoTokenizer's"
            " save_pretrained) beside the weights, and give that folder."
        )
