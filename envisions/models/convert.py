"""GGUF to a folder in Hugging Face format, for the packaged model: a SmolLM2, quantised.

Written out rather than left to transformers' GGUF reader, whose weights are the same to the bit, but
whose tokenizer names the wrong end token and splits a number from the spaces before it in a way that
the model was not trained on. Not covered: other architectures, other tokenizers and output embeddings
of their own (ValueError).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from gguf import GGUFReader
    from numpy.typing import NDArray
    from transformers import LlamaConfig, PreTrainedTokenizerFast

TENSORS = {
    "token_embd": "model.embed_tokens",
    "output_norm": "model.norm",
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
CONTROL_TOKEN = 3  # GGUF's token_type of a special token


def convert(gguf: Path, folder: Path) -> None:
    """Writes configuration, tokenizer with chat template, and float32 safetensors into a new folder."""
    from gguf import GGUFReader
    from safetensors.numpy import save_file

    reader = GGUFReader(gguf)
    meta = {name: field.contents() for name, field in reader.fields.items()}
    if (meta["general.architecture"], meta["tokenizer.ggml.pre"]) != ("llama", "smollm"):
        raise ValueError(f"{gguf.name} is no SmolLM2")
    config = _config(meta)
    config.save_pretrained(folder)
    (folder / "generation_config.json").write_text(_generation_config(config))
    _tokenizer(meta).save_pretrained(folder)
    save_file(_weights(reader, meta), folder / "model.safetensors", metadata={"format": "pt"})


def _config(meta: Mapping[str, Any]) -> LlamaConfig:
    from transformers import LlamaConfig

    return LlamaConfig(
        architectures=["LlamaForCausalLM"],
        dtype="float32",
        vocab_size=len(meta["tokenizer.ggml.tokens"]),
        hidden_size=meta["llama.embedding_length"],
        intermediate_size=meta["llama.feed_forward_length"],
        num_hidden_layers=meta["llama.block_count"],
        num_attention_heads=meta["llama.attention.head_count"],
        num_key_value_heads=meta["llama.attention.head_count_kv"],
        max_position_embeddings=meta["llama.context_length"],
        rms_norm_eps=meta["llama.attention.layer_norm_rms_epsilon"],
        rope_parameters={"rope_type": "default", "rope_theta": meta["llama.rope.freq_base"]},
        bos_token_id=meta["tokenizer.ggml.bos_token_id"],
        eos_token_id=meta["tokenizer.ggml.eos_token_id"],
        pad_token_id=meta["tokenizer.ggml.padding_token_id"],
        tie_word_embeddings=True,
    )


def _generation_config(config: LlamaConfig) -> str:
    return json.dumps(
        {f"{name}_token_id": getattr(config, f"{name}_token_id") for name in ("bos", "eos", "pad")}
    )


def _tokenizer(meta: Mapping[str, Any]) -> PreTrainedTokenizerFast:
    """Byte-level BPE in which every digit stands alone (GGUF's pre-tokenizer "smollm")."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    tokens = meta["tokenizer.ggml.tokens"]
    merges = [tuple(merge.split(" ")) for merge in meta["tokenizer.ggml.merges"]]
    tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    types = zip(tokens, meta["tokenizer.ggml.token_type"], strict=True)
    special = [
        AddedToken(token, special=True, normalized=False) for token, kind in types if kind == CONTROL_TOKEN
    ]
    tokenizer.add_special_tokens(special)
    names = {"bos": "bos", "eos": "eos", "unk": "unknown", "pad": "padding"}
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        chat_template=meta["tokenizer.chat_template"],
        clean_up_tokenization_spaces=False,
        model_max_length=meta["llama.context_length"],
        **{f"{name}_token": tokens[meta[f"tokenizer.ggml.{key}_token_id"]] for name, key in names.items()},
    )


def _weights(reader: GGUFReader, meta: Mapping[str, Any]) -> dict[str, NDArray[np.float32]]:
    from gguf.quants import dequantize

    heads = {
        "attn_q": meta["llama.attention.head_count"],
        "attn_k": meta["llama.attention.head_count_kv"],
    }
    weights = {}
    for tensor in reader.tensors:
        prefix, part = _place(tensor.name)
        values = dequantize(tensor.data, tensor.tensor_type)
        if part in heads:
            values = _rotate_halves(values, heads[part])
        weights[f"{prefix}{TENSORS[part]}.weight"] = values
    return weights


def _place(name: str) -> tuple[str, str]:
    """Where a tensor belongs: blk.3.attn_q.weight → ("model.layers.3.", "attn_q")."""
    found = re.fullmatch(r"(?:blk\.(\d+)\.)?(\w+)\.weight", name)
    if not found or found[2] not in TENSORS:
        raise ValueError(f"unknown tensor {name}")
    return (f"model.layers.{found[1]}." if found[1] else ""), found[2]


def _rotate_halves(weight: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """GGUF pairs neighbouring rows of a head for the rotary embedding, transformers its two halves."""
    rows, columns = weight.shape
    paired = weight.reshape(heads, rows // heads // 2, 2, columns)
    return paired.swapaxes(1, 2).reshape(rows, columns)  # a copy, and so contiguous
