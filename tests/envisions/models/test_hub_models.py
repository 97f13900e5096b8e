"""Hub ids, against a small hub on this machine that the real client talks to."""

from __future__ import annotations

import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from huggingface_hub import constants

from envisions.errors import UserError
from envisions.models import Device, load_model, resolve
from envisions.models.folder import file_sha256
from tests.tiny import make_tiny_model

COMMIT = "c" * 40


class Hub(ThreadingHTTPServer):
    """Serves `root`/owner/name as models. Tests see what was `served`, say what is `gated`, and which
    file's transfer is `cut` half-way."""

    def __init__(self, root):
        super().__init__(("127.0.0.1", 0), Handler)
        self.root, self.gated, self.served, self.cut = root, set(), [], None


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        path = self.path.partition("?")[0]
        self.server.served.append(path)
        model = "/".join(path.removeprefix("/api/models").split("/")[1:3])
        folder = self.server.root / model
        if model in self.server.gated:
            self.answer(403, b"", {"X-Error-Code": "GatedRepo"})
        elif not folder.is_dir():
            self.answer(404, b"", {"X-Error-Code": "RepoNotFound"})
        elif "/resolve/" in path:
            data = (folder / path.partition(f"/resolve/{COMMIT}/")[2]).read_bytes()
            self.answer(200, data, {"ETag": f'"{etag(data)}"', "X-Repo-Commit": COMMIT})
        else:
            self.answer(200, json.dumps(self.listing(model, folder, tree="/tree/" in path)).encode())

    def listing(self, model, folder, *, tree):
        files = sorted(file for file in folder.rglob("*") if file.is_file())
        if not tree:
            names = [{"rfilename": str(file.relative_to(folder))} for file in files]
            return {"id": model, "sha": COMMIT, "siblings": names}
        return [
            {
                "type": "file",
                "path": str(file.relative_to(folder)),
                "size": file.stat().st_size,
                "oid": etag(file.read_bytes()),
            }
            for file in files
        ]

    def answer(self, status, data, headers=()):
        self.send_response(status)
        for name, value in {"Content-Length": str(len(data)), **dict(headers)}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            half = self.server.cut and self.path.endswith(self.server.cut)
            self.wfile.write(data[: len(data) // 2] if half else data)
            self.close_connection = bool(half)

    def log_message(self, *arguments):
        pass


def etag(data):
    return hashlib.sha1(data).hexdigest()


@pytest.fixture
def hub(tmp_path, monkeypatch):
    server = Hub(tmp_path / "hub")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    endpoint = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    monkeypatch.setattr(
        constants, "HUGGINGFACE_CO_URL_TEMPLATE", endpoint + "/{repo_id}/resolve/{revision}/{filename}"
    )
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub_cache"))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    server.stop = lambda: (server.shutdown(), server.server_close(), thread.join())
    yield server
    server.stop()


@pytest.fixture
def published(hub):
    return make_tiny_model(hub.root / "owner" / "tiny")


def test_a_hub_model_is_fetched_and_its_commit_recorded(hub, published):
    source = resolve("owner/tiny")
    assert (source.name, source.revision, source.origin) == ("owner/tiny", COMMIT, "hub model owner/tiny")
    assert source.sha256 == file_sha256(published / "model.safetensors")
    load_model(source, Device("cpu", "float32", ""))


def test_once_fetched_it_needs_no_hub(hub, published):
    first = resolve("owner/tiny")
    hub.stop()
    assert resolve("owner/tiny") == first


def test_neither_code_nor_pickles_nor_other_formats_are_fetched(hub, published):
    for name in ["modeling.py", "pytorch_model.bin", "consolidated.safetensors", "onnx/config.json"]:
        (published / name).parent.mkdir(exist_ok=True)
        (published / name).write_text("{}")
    names = {file.name for file in resolve("owner/tiny").path.rglob("*")}
    assert "model.safetensors" in names
    assert not names & {"modeling.py", "pytorch_model.bin", "consolidated.safetensors", "onnx"}


def test_custom_code_is_refused_before_the_weights_are_fetched(hub, published):
    config = json.loads((published / "config.json").read_text())
    config |= {"model_type": "strange", "auto_map": {"AutoModelForCausalLM": "modeling.Strange"}}
    (published / "config.json").write_text(json.dumps(config))
    with pytest.raises(UserError, match="hub model owner/tiny needs Python code of its own"):
        resolve("owner/tiny")
    assert not any(path.endswith(".safetensors") for path in hub.served)


def test_a_hub_model_without_safetensors_is_refused(hub, published):
    (published / "model.safetensors").rename(published / "pytorch_model.bin")
    with pytest.raises(UserError, match="hub model owner/tiny has no safetensors"):
        resolve("owner/tiny")


def test_an_unknown_id_is_one_sentence(hub, published):
    with pytest.raises(UserError, match="no public model 'owner/tinny': check the spelling") as info:
        resolve("owner/tinny")
    assert "\n" not in str(info.value)


def test_a_gated_model_says_how_to_get_in(hub, published):
    hub.gated.add("owner/tiny")
    with pytest.raises(UserError, match=r"'owner/tiny' is gated: .* `hf auth login`"):
        resolve("owner/tiny")


def test_a_hub_that_is_away_is_one_sentence(hub, published):
    hub.stop()
    with pytest.raises(UserError, match=r"could not be fetched from the hub \(.*refused.*\)") as info:
        resolve("owner/tiny")
    assert "\n" not in str(info.value)


def test_a_fetch_that_broke_off_is_no_model_and_is_taken_up_later(hub, published, monkeypatch):
    hub.cut = "model.safetensors"
    with pytest.raises(UserError, match="could not be fetched") as info:
        resolve("owner/tiny")
    assert "\n" not in str(info.value)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(UserError, match="could not be fetched"):
        resolve("owner/tiny")
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    hub.cut = None
    assert resolve("owner/tiny").sha256 == file_sha256(published / "model.safetensors")
