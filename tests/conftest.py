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
    folder = copied(tmp_path_factory.mktemp("package"))
    subprocess.run([*PIP, "wheel", *OFFLINE, "--wheel-dir", folder / "dist", folder], check=True)
    [built] = (folder / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="session")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel."""
    return environment(tmp_path_factory.mktemp("environment"), wheel)


def copied(folder: Path) -> Path:
    """What a package is built from, copied to `folder`, since setuptools writes beside its sources."""
    for name in (*PACKAGES, "pyproject.toml", "LICENSE", "README.md"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        if (ROOT / name).exists():
            copy(ROOT / name, folder / name)
    return folder


def environment(folder: Path, *installed: str | Path) -> Path:
    """The interpreter of a fresh environment in which pip has installed this, and which borrows what that
    depends on from the present one."""
    venv.create(folder, symlinks=True)
    python = folder / "bin/python"
    [site] = folder.glob("lib/python*/site-packages")
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib"))  # setuptools, which builds, among it
    subprocess.run([*PIP, "--python", python, "install", *OFFLINE, *installed], check=True)
    return python


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests first: with two processes the last to end would otherwise leave the other idle."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
