"""Does a model fit what will be asked of it, and can what a checkpoint needs beside weights be saved?

Asked at every start, before anything is computed, of the tokenizer and the configuration alone: whether the
weights fit is found out when they are loaded, which is the first thing that a run does with them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from envisions.errors import UserError
from envisions.models import context, load_config, load_tokenizer
from envisions.policies.encode import encode, unseen
from envisions.records import Message

Encode = Callable[[Sequence[Message]], tuple[int, ...]]


def load_encoder(folder: Path, moment: datetime) -> tuple[Encode, int]:
    """What `encode` does with the tokenizer of a model's folder, and the model's context in tokens."""
    tokenizer = load_tokenizer(folder)
    return lambda messages: encode(tokenizer, messages, moment), context(load_config(folder))


def check_fit(
    folder: Path, asked: Iterable[tuple[str, Sequence[Message]]], new_tokens: int, moment: datetime
) -> str:
    """The SHA-256 of the token ids of all that is `asked`, pairs of a task's id and a conversation.

    Raises `UserError` where the tokenizer has tokens that the model has not, the chat template fails or
    leaves out what is said, a prompt and `new_tokens` exceed the model's context, or tokenizer and
    configuration cannot be saved.
    """
    tokenizer, config = load_tokenizer(folder), load_config(folder)
    _check_vocabulary(tokenizer, config, folder)
    hashed, kinds = hashlib.sha256(), dict[tuple[str, ...], Sequence[Message]]()
    for task, messages in asked:
        roles = tuple(message["role"] for message in messages)
        if roles not in kinds:
            kinds[roles] = messages
            _check_seen(tokenizer, messages, moment, folder)
        ids = encode(tokenizer, messages, moment)
        check_room(task, ids, new_tokens, context(config))
        _check_embedded(tokenizer, ids, config, folder)
        hashed.update(repr(ids).encode())
    _check_saved(tokenizer, config, kinds.values(), folder)
    return hashed.hexdigest()


def check_room(task: str, prompt: Sequence[int], new_tokens: int, room: int) -> None:
    """Raises `UserError` where a prompt's token ids and `new_tokens` more exceed the context."""
    if (needed := len(prompt) + new_tokens) > room:
        raise UserError(
            f"the prompt of task {task} and max_new_tokens need {needed} tokens, the model has room for"
            f" {room}; leave long tasks out or lower max_new_tokens."
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
