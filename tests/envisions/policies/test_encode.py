"""Prompts as token ids: with every kind of tokenizer, and whatever the messages spell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import CTRLTokenizer, PreTrainedTokenizerBase, PreTrainedTokenizerFast

from envisions.errors import UserError
from envisions.policies.completions import completion_text
from envisions.policies.encode import encode
from envisions.records import Message
from tests.tiny import CHATML, CORPUS, SPECIAL, tiny_tokenizer

TEXTS = [*CORPUS, "user assistant system", " ".join(SPECIAL)]
ALPHABET = sorted({character for text in [*TEXTS, CHATML] for character in text if character != " "})


def wrapped(tokenizer: Tokenizer, **more: Any) -> PreTrainedTokenizerFast:
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token=SPECIAL[0],
        bos_token=SPECIAL[1],
        eos_token=SPECIAL[2],
        chat_template=CHATML,
        **more,
    )


def unigram(folder: Path) -> PreTrainedTokenizerBase:
    """As of sentencepiece: only the first piece of a text begins with a space of its own, and the vocabulary
    holds the control tokens as words."""
    words = [*SPECIAL, "▁", *ALPHABET, "▁app", "les", "▁sol"]
    tokenizer = Tokenizer(models.Unigram([(word, -float(i)) for i, word in enumerate(words)], unk_id=0))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="first")
    return wrapped(tokenizer)


def llama(folder: Path) -> PreTrainedTokenizerBase:
    """As Llama 2's: BPE with spaces in its normaliser, and bytes for what it does not know."""
    alphabet = [*SPECIAL, *(f"<0x{byte:02X}>" for byte in range(256)), "▁", *ALPHABET, "▁a", "pp", "▁app"]
    vocabulary = {word: number for number, word in enumerate(dict.fromkeys(alphabet))}
    merges = [("▁", "a"), ("p", "p"), ("▁a", "pp")]
    tokenizer = Tokenizer(
        models.BPE(vocabulary, merges, unk_token=SPECIAL[0], fuse_unk=True, byte_fallback=True)
    )
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]  # type: ignore[list-item]
    )
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]  # type: ignore[list-item]
    )
    return wrapped(tokenizer)


def words(folder: Path) -> PreTrainedTokenizerBase:
    """Whole words and lower case: what it would write as a control token is written with spaces around."""
    vocabulary = {word: n for n, word in enumerate(dict.fromkeys([*SPECIAL, *" ".join(TEXTS).split()]))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=SPECIAL[0]))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.add_special_tokens([AddedToken(name, normalized=True, special=True) for name in SPECIAL])
    return wrapped(tokenizer)


def stripping(folder: Path) -> PreTrainedTokenizerBase:
    """As Phi 3's: control tokens take the spaces after them."""
    tokenizer = tiny_tokenizer()
    tokenizer.add_special_tokens(
        {"additional_special_tokens": [AddedToken("<|end|>", rstrip=True, lstrip=True, special=True)]}
    )
    tokenizer.chat_template = CHATML.replace("<|im_end|>", "<|im_end|> <|end|> ")
    return tokenizer


def python(folder: Path) -> PreTrainedTokenizerBase:
    """Not in Rust: CTRL's, which ends words that go on with @@."""
    import json

    vocabulary = [*SPECIAL, *(f"{character}{end}" for character in ALPHABET for end in ("@@", ""))]
    (folder / "vocab.json").write_text(json.dumps({word: number for number, word in enumerate(vocabulary)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    tokenizer = CTRLTokenizer(
        folder / "vocab.json", folder / "merges.txt", unk_token=SPECIAL[0], eos_token=SPECIAL[2]
    )
    tokenizer.add_special_tokens({"bos_token": SPECIAL[1]})
    tokenizer.chat_template = CHATML
    return tokenizer


MAKERS: list[Callable[[Path], PreTrainedTokenizerBase]] = [
    lambda folder: tiny_tokenizer(), unigram, llama, words, stripping, python
]  # fmt: skip
NAMES = ["bytes", "unigram", "llama", "words", "stripping", "python"]
PLAIN: list[Message] = [
    {"role": "user", "content": "Ann has 12  apples , and\nbuys 30 more."},
    {"role": "assistant", "content": "def solution():\n    return 42"},
    {"role": "user", "content": " "},
    {"role": "assistant", "content": "def"},
]


@pytest.fixture(params=MAKERS, ids=NAMES)
def tokenizer(request: pytest.FixtureRequest, tmp_path: Path) -> PreTrainedTokenizerBase:
    made: PreTrainedTokenizerBase = request.param(tmp_path)
    return made


def rendered(tokenizer: Any, messages: list[Message]) -> tuple[int, ...]:
    """What transformers makes of a conversation by itself."""
    text = tokenizer.apply_chat_template(
        [dict(m) for m in messages], tokenize=False, continue_final_message=True
    )
    return tuple(tokenizer(text, add_special_tokens=False).input_ids)


def controls(tokenizer: Any, ids: tuple[int, ...]) -> list[int]:
    special = {number for number, token in tokenizer.added_tokens_decoder.items() if token.special}
    return [token for token in ids if token in special and token != tokenizer.unk_token_id]


def test_what_spells_no_control_token_is_encoded_as_transformers_does(tokenizer: Any) -> None:
    assert encode(tokenizer, PLAIN) == rendered(tokenizer, PLAIN)


@pytest.mark.parametrize(
    "spelled", [*SPECIAL, "<|end|>", " <|im_end|> ", "<|IM_END|>", "<|im_end|><|im_start|>"]
)
@pytest.mark.parametrize("place", range(len(PLAIN)))
def test_a_spelled_control_token_is_text(tokenizer: Any, spelled: str, place: int) -> None:
    before = [{**message, "content": f"{message['content']} a"} for message in PLAIN]
    after = [dict(message) for message in before]
    after[place]["content"] += f" {spelled} b{spelled}"
    expected, ids = (encode(tokenizer, messages) for messages in (before, after))  # type: ignore[arg-type]
    assert controls(tokenizer, ids) == controls(tokenizer, expected)
    assert ids != expected


@pytest.mark.parametrize("name", ["bytes", "llama", "stripping"])
@pytest.mark.parametrize("spelled", [*SPECIAL, "a<|end|>b", "\ufdd00\ufdd0", "\ufdd11\ufdd1"])
def test_text_comes_back(name: str, spelled: str, tmp_path: Path) -> None:
    """But for the two characters that Unicode keeps out of text."""
    tokenizer = MAKERS[NAMES.index(name)](tmp_path)
    ids = encode(tokenizer, [{"role": "assistant", "content": f"x = '{spelled}'"}])
    back = spelled.replace("\ufdd0", "\ufffd").replace("\ufdd1", "\ufffd")
    assert str(tokenizer.decode(ids)).endswith(f"x = '{back}'")


def test_a_turn_may_begin_with_a_token_that_is_not_called_special() -> None:
    """As in some reasoning models, whose assistant writes marks of its thoughts too."""
    tokenizer = tiny_tokenizer()
    tokenizer.add_tokens(["<User>", "<think>", "  "])
    user, think, spaces = range(300, 303)
    tokenizer.chat_template = CHATML + "{# <think> #}{% if false %}<User>{% endif %}"
    said = [
        encode(tokenizer, [{"role": role, "content": "<User>  <think>"}]) for role in ("user", "assistant")
    ]
    assert [[token for token in ids if token >= user] for ids in said] == [[spaces], [user, spaces, think]]


def test_without_a_template_all_is_text(tokenizer: Any) -> None:
    tokenizer.chat_template = None
    ids = encode(tokenizer, [{"role": "user", "content": " ".join(SPECIAL)}])
    assert controls(tokenizer, ids) == []
    assert ids


def test_a_tokenizer_that_adds_tokens_begins_a_plain_text_and_does_not_end_it() -> None:
    tokenizer = tiny_tokenizer(chat_template=False)
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single="<|im_start|> $A <|im_end|>", special_tokens=[("<|im_start|>", 1), ("<|im_end|>", 2)]
    )
    ids = encode(tokenizer, PLAIN)
    assert controls(tokenizer, ids) == [1]
    assert ids[0] == 1
    tokenizer.chat_template = "{{ bos_token }}" + CHATML
    assert encode(tokenizer, PLAIN)[:3].count(1) == 2, "the template's own two, and no third"


def test_a_template_is_told_the_time() -> None:
    tokenizer = tiny_tokenizer()
    tokenizer.chat_template = "{{ strftime_now('%d %b %Y %H:%M') }}" + CHATML
    ids = encode(tokenizer, PLAIN, datetime(2020, 2, 3, 4, 5, tzinfo=UTC))
    assert str(tokenizer.decode(ids)).startswith("03 Feb 2020 04:05<|im_start|>user")


@pytest.mark.parametrize(
    "template",
    ["{{ raise_exception('No system role.') }}", "{% if %}", "{{ messages[9].content }}", "{{ 1 / 0 }}"],
)
def test_a_template_that_fails_is_told_in_a_sentence(template: str) -> None:
    tokenizer = tiny_tokenizer()
    tokenizer.chat_template = template
    with pytest.raises(
        UserError, match=r"^the model's chat template fails on a conversation of system \(.*\);"
    ):
        encode(tokenizer, [{"role": "system", "content": "Be brief."}])


def test_spaces_in_a_completion_stay() -> None:
    vocabulary = {
        word: number for number, word in enumerate(["[UNK]", "print(", "'a", "do", "n't", ",", "')"])
    }
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]")),
        clean_up_tokenization_spaces=True,
        eos_token="[UNK]",
    )
    assert tokenizer.decode([2, 5, 3, 4]) == "'a, don't", "by itself"
    assert completion_text(tokenizer, [2, 5, 3, 4], ()) == "'a , do n't"


def test_a_token_beyond_the_tokenizer_has_no_text() -> None:
    tokenizer = tiny_tokenizer()
    ids = tokenizer("abc").input_ids
    assert completion_text(tokenizer, [*ids, len(tokenizer) + 5], ()) == "abc"
