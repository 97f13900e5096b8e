"""The embedded model: found, fetched, converted and kept, for real, on a tiny one."""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import importlib.util
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

from envisions.errors import UserError
from envisions.models import Device, load_model
from envisions.models.folder import file_sha256
from envisions.models.packaged import cache, packaged_source
from tests.envisions.models.gguf_wheel import QUANTISED

CPU = Device("cpu", "float32", "test")
needs_pip = pytest.mark.skipif(importlib.util.find_spec("pip") is None, reason="needs pip")


def in_cache(pattern):
    return sorted(path.name for path in cache().glob(pattern))


@needs_pip
@pytest.mark.slow
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
