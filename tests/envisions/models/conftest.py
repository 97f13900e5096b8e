"""A tiny model in a folder, and packaged as the embedded one is."""

from __future__ import annotations

import os
import shutil

import pytest

from tests.envisions.models.gguf_wheel import package
from tests.tiny import make_tiny_model


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
