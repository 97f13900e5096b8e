"""A wheel of this checkout, and a virtual environment that has it installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("conf", "envisions", "envs", "symbolic", "train")
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")
OFFLINE = ("--no-deps", "--no-build-isolation", "--no-index")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, since setuptools writes beside its sources."""
    folder = tmp_path_factory.mktemp("package")
    for name in (*PACKAGES, "pyproject.toml", "LICENSE", "README.md"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        if (ROOT / name).exists():
            copy(ROOT / name, folder / name)
    subprocess.run([*PIP, "wheel", *OFFLINE, "--wheel-dir", folder / "dist", folder], check=True)
    [built] = (folder / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="session")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel, which borrows the dependencies from this one."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    python = folder / "bin/python"
    subprocess.run([*PIP, "--python", python, "install", "--no-deps", "--no-index", wheel], check=True)
    [site] = folder.glob("lib/python*/site-packages")
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    return python


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests first: with two processes the last to end would otherwise leave the other idle."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
