"""Models: fetched, converted, repaired and loaded for real, on a tiny model; only CUDA is pretended."""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch
from gguf import GGMLQuantizationType
from gguf.quants import dequantize, quantize
from safetensors.torch import load_file, save_file

from envisions.errors import UserError
from envisions.models import Device, choose_device, load_model, resolve
from envisions.models.folder import file_sha256
from envisions.models.packaged import cache, packaged_source
from tests.envisions.gguf_wheel import QUANTISED, package
from tests.tiny import make_tiny_model

CPU = Device("cpu", "float32", "test")
needs_pip = pytest.mark.skipif(importlib.util.find_spec("pip") is None, reason="needs pip")


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    return make_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def folder(tiny, tmp_path):
    """A copy that a test may damage."""
    return shutil.copytree(tiny, tmp_path / "model")


@pytest.fixture
def packaged(folder, tmp_path, monkeypatch):
    """A packaged model whose index is a folder, and an empty cache."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    monkeypatch.setenv("ENVISIONS_CACHE", str(tmp_path / "cache"))
    return package(folder, tmp_path / "index")


def in_cache(pattern):
    return sorted(path.name for path in cache().glob(pattern))


@needs_pip
class TestPackaged:
    def test_it_is_fetched_converted_and_loads_as_the_model_that_was_packed(self, packaged, tiny):
        source = packaged_source(packaged)
        model, tokenizer = load_model(source, CPU)
        original, original_tokenizer = load_model(tiny, CPU)
        expected = original.state_dict()
        q4 = GGMLQuantizationType.Q4_1
        expected[QUANTISED] = torch.from_numpy(dequantize(quantize(expected[QUANTISED].numpy(), q4), q4))
        got = model.state_dict()
        assert got.keys() == expected.keys()
        for name, tensor in expected.items():
            assert torch.equal(got[name], tensor), name
        text = "<|im_start|>user\nAnn has  12 apples .<|im_end|>\n\tnaïve 日本"
        assert tokenizer(text).input_ids == original_tokenizer(text).input_ids
        assert tokenizer.decode(tokenizer(text).input_ids) == text
        assert tokenizer.chat_template == original_tokenizer.chat_template
        assert tokenizer.eos_token_id == model.generation_config.eos_token_id == 2
        assert source.sha256 == file_sha256(source.path / "model.safetensors")
        assert packaged.sha256 in source.origin

    def test_only_the_converted_model_stays(self, packaged):
        source = packaged_source(packaged)
        assert in_cache("*") == [source.path.name, f"{source.path.name}.lock"]
        assert not list(cache().rglob("*.whl")) + list(cache().rglob("*.gguf"))

    def test_the_second_start_needs_neither_index_nor_a_writable_cache(self, packaged, tmp_path, capsys):
        first = packaged_source(packaged)
        shutil.rmtree(tmp_path / "index")
        (cache() / f"{first.path.name}.lock").unlink()
        cache().chmod(0o555)
        capsys.readouterr()
        try:
            assert packaged_source(packaged) == first
        finally:
            cache().chmod(0o755)
        assert capsys.readouterr().err == ""
        assert in_cache("*") == [first.path.name]

    @pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json", "envisions.json"])
    def test_a_damaged_cache_is_noticed_and_made_again(self, packaged, capsys, file):
        first = packaged_source(packaged)
        damaged = first.path / file
        data = bytearray(damaged.read_bytes())
        data[len(data) // 2] ^= 1
        damaged.write_bytes(data)
        assert packaged_source(packaged) == first
        assert "damaged: making it again" in capsys.readouterr().err
        load_model(first, CPU)

    def test_a_missing_file_is_made_again(self, packaged):
        first = packaged_source(packaged)
        (first.path / "config.json").unlink()
        assert packaged_source(packaged) == first
        assert (first.path / "config.json").is_file()

    def test_a_wheel_with_another_hash_is_never_used(self, packaged, tmp_path, capsys):
        (wheel,) = (tmp_path / "index").iterdir()
        wheel.write_bytes(wheel.read_bytes() + b"\0")
        with pytest.raises(UserError, match="another hash than the pinned one"):
            packaged_source(packaged)
        assert "arrived damaged: trying once more" in capsys.readouterr().err
        assert in_cache("tiny-*") == in_cache("*.lock")

    @pytest.mark.parametrize("page", ["{name}", "{name}#sha256={hash}"])
    def test_a_transfer_cut_half_way_is_made_again(self, packaged, tmp_path, monkeypatch, page):
        (wheel,) = (tmp_path / "index").iterdir()
        link = page.format(name=wheel.name, hash=packaged.sha256)

        def cut_the_first(data, count):
            return data[: len(data) // 2] if count == 1 else data

        with package_index(wheel, link, cut_the_first) as (url, served):
            monkeypatch.setenv("PIP_FIND_LINKS", url)
            load_model(packaged_source(packaged), CPU)
        assert served == [wheel.name] * 2

    def test_an_index_without_it_is_one_sentence_with_the_remedy(self, packaged, tmp_path):
        shutil.rmtree(tmp_path / "index")
        with pytest.raises(
            UserError, match=r"(?s)tiny could not be fetched with pip .*PIP_FIND_LINKS"
        ) as info:
            packaged_source(packaged)
        assert "\n" not in str(info.value)

    def test_a_module_named_pip_in_the_working_directory_is_not_run(self, packaged, tmp_path, monkeypatch):
        (tmp_path / "pip.py").write_text("raise SystemExit('shadowed')")
        monkeypatch.chdir(tmp_path)
        packaged_source(packaged)

    def test_a_killed_preparation_is_noticed_and_done_again(self, packaged, tmp_path, monkeypatch, capsys):
        (wheel,) = (tmp_path / "index").iterdir()
        asked, answer = threading.Event(), threading.Event()

        def hold_the_first(data, count):
            if count == 1:
                asked.set()
                answer.wait(300)
            return data

        with package_index(wheel, wheel.name, hold_the_first) as (url, _):
            monkeypatch.setenv("PIP_FIND_LINKS", url)
            child = start_preparing(packaged)
            assert asked.wait(300)
            child.kill()
            child.wait()
            try:
                assert is_locked()  # by pip, which lives on and would write into what is cleared away
            finally:
                answer.set()
            source = packaged_source(packaged)
        assert "was interrupted" in capsys.readouterr().err
        assert in_cache("*") == [source.path.name, f"{source.path.name}.lock"]
        load_model(source, CPU)

    def test_of_two_processes_one_prepares_and_the_other_waits(self, packaged, capsys):
        child = start_preparing(packaged)
        source = packaged_source(packaged)
        assert capsys.readouterr().err == "Another process is preparing tiny: waiting for it.\n"
        assert child.wait() == 0
        load_model(source, CPU)


def is_locked():
    (lock,) = cache().glob("*.lock")
    with lock.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextlib.contextmanager
def package_index(wheel, link, transfer):
    """A package index of one wheel; gives its address and what it served. The first, second … time
    somebody asks for the wheel, `transfer(data, 1)`, `transfer(data, 2)` … says what is sent of it."""
    served = []

    class Index(BaseHTTPRequestHandler):
        def do_GET(self):
            listing = not self.path.endswith(".whl")
            data = f'<a href="/{link}">{wheel.name}</a>'.encode() if listing else wheel.read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", "text/html" if listing else "application/zip")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if not listing:
                served.append(wheel.name)
                data = transfer(data, len(served))
            self.wfile.write(data)

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Index) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", served
        finally:
            server.shutdown()
            thread.join()


def start_preparing(packaged):
    """A process that is under way: its partial folder is there."""
    code = (
        "from envisions.models.packaged import packaged_source\n"
        f"from envisions.models.wheel import PackagedModel\npackaged_source({packaged!r})"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    while not in_cache("*.partial-*"):
        assert child.poll() is None
        time.sleep(0.005)
    return child


def test_a_python_without_pip_is_told_how_to_get_it(packaged, tmp_path, monkeypatch):
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nshift\nexec {sys.executable} -S -P "$@"\n')
    bare.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(bare))
    with pytest.raises(UserError, match=r"which this Python lacks: run `\S+ -m ensurepip`"):
        packaged_source(packaged)


def test_a_cache_that_cannot_be_written_is_named(packaged, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ENVISIONS_CACHE", str(tmp_path / "file"))
    with pytest.raises(UserError, match=r"cache \S+/file/models cannot be written .* ENVISIONS_CACHE"):
        packaged_source(packaged)


def test_a_disk_without_room_is_named(packaged):
    with pytest.raises(UserError, match="needs 1000000000000 MB of free disk"):
        packaged_source(dataclasses.replace(packaged, disk_mb=10**12))


def test_the_cache_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.delenv("ENVISIONS_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache() == tmp_path / "envisions" / "models"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache() == tmp_path / ".cache" / "envisions" / "models"


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
