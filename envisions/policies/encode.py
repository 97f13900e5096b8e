"""Conversations as token ids: by the tokenizer's chat template, or as plain text where it has none.

What a message says is text, whatever it looks like: a question, a program or an observation that spells a
control token is encoded as the characters it consists of, and can neither end a turn nor begin one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from envisions.errors import UserError
from envisions.records import Message

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

# Unicode keeps these two out of text; around a number they stand for a control token, as text or as itself.
_TEXT, _CONTROL = "\ufdd0", "\ufdd1"
_RESERVED = str.maketrans(dict.fromkeys((_TEXT, _CONTROL), "\ufffd"))


def encode(
    tokenizer: PreTrainedTokenizerBase, messages: Sequence[Message], moment: datetime | None = None
) -> tuple[int, ...]:
    """The prompt's token ids, special tokens included; an assistant message that comes last is left open, for
    the model to go on. Messages without a chat template are joined by empty lines, roles left out.

    `moment` is what a template that prints the date or the time takes for now; None: the clock. Raises
    `UserError` where the template fails.
    """
    spelling = _spelling(tokenizer)
    hidden = [Message(role=message["role"], content=spelling.hide(message)) for message in messages]
    if tokenizer.chat_template:
        return tuple(spelling.encode(_render(tokenizer, hidden, moment)))
    text = "\n\n".join(message["content"] for message in hidden)
    is_open = messages[-1]["role"] == "assistant"
    return (*_beginning(tokenizer), *spelling.encode(text if is_open else text + "\n\n"))


def unseen(
    tokenizer: PreTrainedTokenizerBase, messages: Sequence[Message], moment: datetime | None = None
) -> Message | None:
    """The first message whose text the chat template leaves out, thoughts of the assistant's aside."""
    if not tokenizer.chat_template:
        return None
    text = _apply(tokenizer, messages, moment)
    said = (message["content"].rpartition("</think>")[2].strip() for message in messages)
    return next((m for m, content in zip(messages, said, strict=True) if content not in text), None)


def _render(tokenizer: PreTrainedTokenizerBase, messages: Sequence[Message], moment: datetime | None) -> str:
    is_open = messages[-1]["role"] == "assistant"
    return _apply(
        tokenizer, messages, moment, add_generation_prompt=not is_open, continue_final_message=is_open
    )


def _apply(tokenizer: Any, messages: Sequence[Message], moment: datetime | None, **how: bool) -> str:
    clock = {"strftime_now": moment.strftime} if moment else {}  # before the function that templates have
    try:
        return str(tokenizer.apply_chat_template([{**m} for m in messages], tokenize=False, **how, **clock))
    except Exception as error:  # a template is a stranger's program, and raises what it likes
        roles = ", ".join(message["role"] for message in messages)
        kind, reason = type(error).__name__, str(error).strip().partition("\n")[0].rstrip(".")
        raise UserError(
            f"the model's chat template fails on a conversation of {roles} ({kind}: {reason}); mend"
            " it in the model's folder, delete it to have plain text, or choose another model."
        ) from error


def _beginning(tokenizer: Any) -> list[int]:
    """What the tokenizer puts before plain text; what it puts after it would tell the model to stop."""
    return [token for token in tokenizer("").input_ids[:1] if token == tokenizer.bos_token_id]


class _Spelling:
    """A tokenizer's control tokens, and what encodes text in which they and their spelling are told apart.

    They are its special tokens, and those added tokens that the chat template writes, which may begin a turn
    too; but the assistant's own messages may hold the latter, as marks of its thoughts or calls.
    """

    def __init__(self, tokenizer: Any) -> None:
        added, template = tokenizer.added_tokens_decoder.values(), str(tokenizer.chat_template)
        special = {token.content for token in added if token.special} | {*tokenizer.all_special_tokens}
        written = {token.content for token in added if token.content.strip() and token.content in template}
        self._names = sorted(special | written, key=lambda name: (-len(name), name))
        self._numbers = {name: number for number, name in enumerate(self._names)}
        self._pattern = _any_of(self._names)
        self._special = _any_of([name for name in self._names if name in special])
        private = {name: f"{_CONTROL}{number}{_CONTROL}" for name, number in self._numbers.items()}
        self._private = private
        backend = getattr(tokenizer, "backend_tokenizer", None)
        self._ids: Callable[[str], Sequence[int]] = (
            _renamed(backend, private) if backend else _in_pieces(tokenizer, private)
        )

    def hide(self, message: Message) -> str:
        """What is said, with a stand-in for every control token that it spells."""
        pattern = self._special if message["role"] == "assistant" else self._pattern
        return pattern.sub(
            lambda found: f"{_TEXT}{self._numbers[found[0]]}{_TEXT}", message["content"].translate(_RESERVED)
        )

    def encode(self, text: str) -> Sequence[int]:
        """The ids of a rendered text: what spells a control token is one, what `hide` put there is text."""
        controlled = self._pattern.sub(lambda found: self._private[found[0]], text)
        return self._ids(re.sub(f"{_TEXT}(\\d+){_TEXT}", lambda hid: self._names[int(hid[1])], controlled))


def _any_of(names: Sequence[str]) -> re.Pattern[str]:
    """The longest comes first."""
    return re.compile("|".join(map(re.escape, names)) or r"(?!)")


@lru_cache(maxsize=2)  # of a policy, and of a policy that takes its place
def _spelling(tokenizer: PreTrainedTokenizerBase) -> _Spelling:
    return _Spelling(tokenizer)


def _renamed(backend: Any, names: Mapping[str, str]) -> Callable[[str], Sequence[int]]:
    """The tokenizer with other names for its control tokens, which no text spells: in all else, and in their
    ids, the same. To forbid them in text (`split_special_tokens`) is not enough: a vocabulary may hold them
    among its words."""
    from tokenizers import Tokenizer

    state = json.loads(backend.to_str())
    for token in state["added_tokens"]:
        if token["content"] in names:
            token.update(content=names[token["content"]], normalized=False)
    model = state["model"]
    vocabulary = model["vocab"]
    if isinstance(vocabulary, dict):
        model["vocab"] = {names.get(word, word): number for word, number in vocabulary.items()}
    else:  # Unigram
        model["vocab"] = [[names.get(word, word), score] for word, score in vocabulary]
    if "unk_token" in model:
        model["unk_token"] = names.get(model["unk_token"], model["unk_token"])
    copy = Tokenizer.from_str(json.dumps(state))
    copy.no_truncation()
    copy.no_padding()
    return lambda text: copy.encode(text, add_special_tokens=False).ids


def _in_pieces(tokenizer: Any, names: Mapping[str, str]) -> Callable[[str], Sequence[int]]:
    """The same for a tokenizer in Python, which keeps nothing in mind from one control token to the next."""
    ids = {private: tokenizer.convert_tokens_to_ids(name) for name, private in names.items()}

    def pieces(text: str) -> list[int]:
        found: list[int] = []
        for piece in re.split(f"({_CONTROL}\\d+{_CONTROL})", text):
            if piece in ids:
                found.append(ids[piece])
            elif piece:
                found += tokenizer(piece, add_special_tokens=False, split_special_tokens=True).input_ids
        return found

    return pieces
