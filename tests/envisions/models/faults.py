"""Faults of a model's folder, by name: each changes a sound one."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoTokenizer, LlamaForCausalLM, MistralForCausalLM, set_seed

from tests.envisions.models.test_models import split
from tests.tiny import CHATML, SPECIAL, tiny_config, tiny_tokenizer

WEIGHTS = "model.safetensors"


def edit(folder: Path, file: str, **changes: Any) -> None:
    """Changes keys of a JSON file; those that become None are removed."""
    path = folder / file
    settings = {**(json.loads(path.read_text()) if path.exists() else {}), **changes}
    path.write_text(json.dumps({key: value for key, value in settings.items() if value is not None}))


def template(text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / "chat_template.jinja").write_text(text)


def generation(**settings: Any) -> Callable[[Path], object]:
    return lambda folder: edit(folder, "generation_config.json", **settings)


def configured(**settings: Any) -> Callable[[Path], object]:
    return lambda folder: edit(folder, "config.json", **settings)


def tokenizing(**settings: Any) -> Callable[[Path], object]:
    return lambda folder: edit(folder, "tokenizer_config.json", **settings)


def reweighted(change: Callable[[dict[str, torch.Tensor]], object]) -> Callable[[Path], object]:
    def write(folder: Path) -> None:
        weights = load_file(folder / WEIGHTS)
        change(weights)
        save_file(weights, folder / WEIGHTS, metadata={"format": "pt"})

    return write


def more_tokens(*names: str, special: bool = False) -> Callable[[Path], object]:
    """The tokenizer grows, the embedding does not."""

    def write(folder: Path) -> None:
        tokenizer = AutoTokenizer.from_pretrained(folder)
        tokenizer.add_tokens(list(names), special_tokens=special)
        tokenizer.save_pretrained(folder)

    return write


def remade(model: type[Any], **settings: Any) -> Callable[[Path], object]:
    """Weights of another kind, for the same tokenizer."""

    def write(folder: Path) -> None:
        config = {**tiny_config(tiny_tokenizer()).to_dict(), **settings}
        set_seed(0)
        model(model.config_class(**config)).save_pretrained(folder)

    return write


def halved(folder: Path) -> None:
    edit(folder, "config.json", dtype="float16")
    reweighted(lambda weights: weights.update({n: w.half() for n, w in weights.items()}))(folder)


def both(*changes: Callable[[Path], object]) -> Callable[[Path], object]:
    return lambda folder: [change(folder) for change in changes]


BOS_TWICE = "<|endoftext|>" + CHATML  # by the template, and by the tokenizer


def with_bos(folder: Path) -> None:
    """Its tokenizer puts a beginning before every text and an end after it."""
    state = json.loads((folder / "tokenizer.json").read_text())
    parts = [{"SpecialToken": {"id": SPECIAL[0], "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}]
    parts.append({"SpecialToken": {"id": SPECIAL[2], "type_id": 0}})
    specials = {name: {"id": name, "ids": [SPECIAL.index(name)], "tokens": [name]} for name in SPECIAL[::2]}
    state["post_processor"] = {
        "type": "TemplateProcessing", "single": parts, "pair": parts, "special_tokens": specials
    }  # fmt: skip
    (folder / "tokenizer.json").write_text(json.dumps(state))
    edit(folder, "tokenizer_config.json", bos_token=SPECIAL[0])


UNSAVED: Mapping[str, Callable[[Path], object]] = {
    "sampling settings without sampling": generation(do_sample=False, temperature=0.6, top_p=0.9),
    "a setting that is checked as it is read": generation(cache_implementation="nonsense"),
    "more answers than beams": generation(num_return_sequences=4),
    "a setting of another type": generation(max_new_tokens="many"),
    "settings in the older place": both(
        lambda folder: (folder / "generation_config.json").unlink(),
        configured(temperature=0.6, num_return_sequences=4),
    ),
}
# Several traits a model, since each takes whole rounds.
HARMLESS: Mapping[str, Callable[[Path], object]] = {
    "weights: a head of its own, more embeddings than tokens, dropout, float16": both(
        remade(LlamaForCausalLM, tie_word_embeddings=False, vocab_size=384, attention_dropout=0.1), halved
    ),
    "tokens: several ends, no padding, two beginnings, one not embedded, spaces cleaned up": both(
        more_tokens("<image>", special=True),
        generation(eos_token_id=[2, 0]),
        configured(eos_token_id=[2, 0], pad_token_id=None),
        with_bos,
        template(BOS_TWICE),
        tokenizing(pad_token=None, clean_up_tokenization_spaces=True),
    ),
    "neither chat template nor generation_config": lambda folder: [
        (folder / name).unlink() for name in ("chat_template.jinja", "generation_config.json")
    ],
    "a sliding window, no generation prompt, a generation_config that is no JSON": both(
        remade(
            MistralForCausalLM, model_type="mistral", sliding_window=8, layer_types=None, rope_parameters=None
        ),
        template(CHATML.partition("{% if add_generation_prompt")[0]),
        lambda folder: (folder / "generation_config.json").write_text("{"),
    ),
}
RAISES_FOR = (
    "{{% for m in messages %}}{{% if {} %}}{{{{ raise_exception('no such role') }}}}{{% endif %}}"
    "{{% endfor %}}"
)
REFUSED: Mapping[str, tuple[Callable[[Path], object], str]] = {
    "a template that refuses the assistant": (
        template(RAISES_FOR.format("m.role == 'assistant'") + CHATML),
        "no such role",
    ),
    "a template of another language": (template("{% for %}"), "TemplateSyntaxError"),
    "a template that wants parts": (
        template("{% for m in messages %}{% for part in m.content %}{{ part.text }}{% endfor %}{% endfor %}"),
        "leaves out what the user says",
    ),
    "a template that leaves the question out": (
        template(RAISES_FOR.format("false") + CHATML.replace("message['content']", "message.text")),
        "leaves out what the user says",
    ),
    "several templates, none for chat": (
        lambda folder: [
            (folder / "chat_template.jinja").unlink(),
            edit(folder, "tokenizer_config.json", chat_template=[{"name": "rag", "template": CHATML}]),
        ],
        "chat template fails",
    ),
    "a tokenizer larger than the embedding": (more_tokens("more", "and"), "larger than its model"),
    "a padding token without embedding": (
        both(more_tokens("<pad>", special=True), tokenizing(pad_token="<pad>")),
        "token 300, '<pad>'",
    ),
    "a damaged tokenizer": (lambda f: (f / "tokenizer.json").write_text('{"model": 1}'), "cannot be loaded"),
    "a tokenizer without an end": (tokenizing(eos_token=None, pad_token=None), "names no end-of-text token"),
    "a context shorter than the prompts": (configured(max_position_embeddings=20), "has room for 20"),
    "weights that are no numbers": (
        reweighted(lambda weights: weights["model.norm.weight"].fill_(float("nan"))),
        "not finite in float32",
    ),
    "weights that lack a tensor": (
        reweighted(lambda weights: weights.pop("model.norm.weight")),
        "lack model.norm",
    ),
    "weights whose sums overflow": (
        reweighted(
            lambda weights: [
                weights["model.norm.weight"].fill_(3e38),
                weights["model.embed_tokens.weight"].mul_(100),
            ]
        ),
        "logits are not finite",
    ),
    "a shard that is missing": (
        lambda folder: [split(folder), (folder / "model-2.safetensors").unlink()],
        "lacks 1 of its 2",
    ),
    "a head that is missing": (configured(tie_word_embeddings=False), "lack lm_head"),
    "an unknown architecture": (configured(model_type="strange"), "'strange'"),
}
