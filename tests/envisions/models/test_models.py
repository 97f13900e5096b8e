"""Models of folders: resolved, repaired and loaded for real, on a tiny model; only CUDA is pretended."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys

import pytest
import torch
from safetensors.torch import load_file, save_file

from envisions.errors import UserError
from envisions.models import Device, choose_device, load_model, resolve
from envisions.models.folder import file_sha256
from tests.tiny import make_tiny_model

CPU = Device("cpu", "float32", "test")


class TestFolder:
    def test_it_resolves_with_the_hash_of_its_weights(self, folder):
        source = resolve(str(folder))
        assert source.path == folder.resolve()
        assert source.sha256 == file_sha256(folder / "model.safetensors")
        assert source.revision is None

    def test_shards_are_read_and_hashed_together(self, folder):
        whole = load_model(folder, CPU)[0].state_dict()
        split(folder)
        source = resolve(str(folder))
        listing = subprocess.run("sha256sum model-*", shell=True, cwd=folder, capture_output=True, check=True)
        assert source.sha256 == hashlib.sha256(listing.stdout).hexdigest()
        for name, tensor in load_model(source, CPU)[0].state_dict().items():
            assert torch.equal(whole[name], tensor), name

    @pytest.mark.parametrize(
        ("remove", "says"),
        [
            ("config.json", "no config.json"),
            ("model.safetensors", "no safetensors"),
            ("tokenizer.json", "no tokenizer"),
        ],
    )
    def test_what_is_missing_is_named(self, folder, remove, says):
        (folder / remove).unlink()
        with pytest.raises(UserError, match=says):
            resolve(str(folder))

    def test_a_missing_shard_is_named(self, folder):
        split(folder)
        (folder / "model-2.safetensors").unlink()
        with pytest.raises(UserError, match=r"lacks 1 of its 2 weight files \(model-2"):
            resolve(str(folder))

    def test_pickled_weights_are_refused_with_the_way_out(self, folder):
        (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
        with pytest.raises(UserError, match=r"pytorch_model\.bin, but only safetensors .* save_pretrained"):
            resolve(str(folder))

    def test_weights_cut_short_are_noticed(self, folder):
        os.truncate(folder / "model.safetensors", 5000)
        with pytest.raises(UserError, match="damaged weights"):
            resolve(str(folder))

    def test_an_adapter_is_no_model(self, folder):
        (folder / "config.json").rename(folder / "adapter_config.json")
        with pytest.raises(UserError, match="LoRA adapter"):
            resolve(str(folder))

    @pytest.mark.parametrize("text", ["{", "[]", "\udcff"])
    def test_a_config_that_is_no_json_object_is_named(self, folder, text):
        (folder / "config.json").write_bytes(text.encode(errors="surrogateescape"))
        with pytest.raises(UserError, match=r"config\.json"):
            resolve(str(folder))

    def test_code_that_comes_with_a_model_is_never_run(self, folder):
        edit_config(folder, model_type="strange", auto_map={"AutoModelForCausalLM": "code.Strange"})
        (folder / "code.py").write_text("raise SystemExit('ran')")
        with pytest.raises(UserError, match="never run"):
            resolve(str(folder))

    def test_code_beside_a_known_architecture_is_ignored(self, folder):
        edit_config(folder, auto_map={"AutoModelForCausalLM": "code.Strange"})
        (folder / "code.py").write_text("raise SystemExit('ran')")
        load_model(resolve(str(folder)), CPU)

    def test_another_kind_of_model_is_named(self, folder):
        edit_config(folder, model_type="t5")
        with pytest.raises(UserError, match="'t5', which is no causal language model"):
            resolve(str(folder))

    def test_a_file_is_no_folder(self, folder):
        with pytest.raises(UserError, match="is a file"):
            resolve(str(folder / "model.safetensors"))

    @pytest.mark.parametrize(
        "path",
        [
            "/no/such",
            "./such",
            "~/no-such",
            "~nobody-here/x",
            "runs/math/round_1/checkpoint",
            "/" + "x" * 300,
        ],
    )
    def test_a_path_that_is_not_there_is_not_asked_of_the_hub(self, path):
        with pytest.raises(UserError, match="does not exist"):
            resolve(path)


def split(folder):
    """Makes two shards and their index of the one file."""
    weights = load_file(folder / "model.safetensors")
    names = sorted(weights)
    where = {name: f"model-{1 + i % 2}.safetensors" for i, name in enumerate(names)}
    for file in set(where.values()):
        save_file(
            {n: weights[n] for n in names if where[n] == file}, folder / file, metadata={"format": "pt"}
        )
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": where}))


def edit_config(folder, **changes):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, **changes}))


@pytest.mark.parametrize("word", ["smolm2", "SmolLM2", "smollm"])
def test_a_mistyped_alias_is_guessed(word):
    with pytest.raises(UserError, match=r"Did you mean 'smollm2'\?$"):
        resolve(word)


@pytest.mark.parametrize("word", ["", " ", "a b", "owner/na me", "owner/"])
def test_what_cannot_be_a_model_is_refused(word):
    with pytest.raises(UserError, match="is no alias"):
        resolve(word)


class TestLoad:
    def test_a_checkpoint_loads_in_evaluation_mode(self, folder, capfd):
        model, tokenizer = load_model(folder, CPU)
        assert not model.training
        assert model.dtype == torch.float32
        assert tokenizer.pad_token_id == model.config.pad_token_id == 2
        assert capfd.readouterr() == ("", "")

    def test_the_format_follows_the_device(self, folder):
        assert load_model(folder, Device("cpu", "bfloat16", ""))[0].dtype == torch.bfloat16

    def test_a_missing_padding_token_becomes_the_end_token(self, folder):
        file = folder / "tokenizer_config.json"
        settings = json.loads(file.read_text())
        del settings["pad_token"]
        file.write_text(json.dumps(settings))
        edit_config(folder, pad_token_id=None)
        model, tokenizer = load_model(folder, CPU)
        assert tokenizer.pad_token == "<|im_end|>"
        assert model.config.pad_token_id == model.generation_config.pad_token_id == 2

    def test_weights_that_lack_a_tensor_are_not_filled_with_noise(self, folder):
        weights = load_file(folder / "model.safetensors")
        del weights["model.norm.weight"]
        save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
        with pytest.raises(UserError, match=r"lack model\.norm\.weight"):
            load_model(folder, CPU)

    def test_weights_of_another_shape_are_named(self, folder):
        edit_config(folder, intermediate_size=96)
        with pytest.raises(UserError, match="cannot be loaded"):
            load_model(folder, CPU)

    def test_a_model_without_chat_template_loads(self, tmp_path):
        tokenizer = load_model(make_tiny_model(tmp_path, chat_template=False), CPU)[1]
        assert tokenizer.chat_template is None

    def test_the_tiny_model_is_the_same_for_the_same_seed(self, tiny, tmp_path):
        same, other = make_tiny_model(tmp_path / "0"), make_tiny_model(tmp_path / "1", seed=1)
        names = ["model.safetensors", "tokenizer.json"]
        assert [file_sha256(same / name) for name in names] == [file_sha256(tiny / name) for name in names]
        assert file_sha256(other / names[0]) != file_sha256(tiny / names[0])


class TestDevice:
    @pytest.mark.skipif(torch.cuda.is_available() or torch.backends.mps.is_available(), reason="has a GPU")
    def test_a_cpu_is_described(self, monkeypatch):
        monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
        assert str(choose_device()) == "cpu, float32, 2 threads"

    @pytest.mark.parametrize(("native", "dtype"), [(True, "bfloat16"), (False, "float16")])
    def test_cuda_is_taken_in_the_format_it_has(self, monkeypatch, native, dtype):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: native)
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Card")
        assert str(choose_device()) == f"cuda, {dtype}, Card"


def test_importing_the_package_loads_neither_torch_nor_transformers():
    heavy = {"torch", "transformers", "huggingface_hub", "gguf", "numpy"}
    code = f"import sys, envisions.models; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
