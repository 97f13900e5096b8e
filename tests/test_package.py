"""The wheel: everything is inside, it runs outside the checkout, and what it imports it declares."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
from importlib.metadata import packages_distributions
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("conf", "envisions", "envs", "symbolic", "train")
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")

# A stranger's package: its environment is the tests' toy, which imports from ours.
MAIN = """
from symbolic import Executor, Program

with Executor(workers=1) as executor:
    [execution] = executor.run([Program("def solution():\\n    return 6 * 7", entry="solution")])
print(execution.value)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, since setuptools writes beside its sources."""
    folder = tmp_path_factory.mktemp("package")
    for name in (*PACKAGES, "pyproject.toml", "LICENSE", "README.md"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        if (ROOT / name).exists():
            copy(ROOT / name, folder / name)
    offline = ("--no-deps", "--no-build-isolation", "--no-index")
    subprocess.run([*PIP, "wheel", *offline, "--wheel-dir", folder / "dist", folder], check=True)
    [built] = (folder / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel, which borrows the dependencies from this one."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    python = folder / "bin/python"
    subprocess.run([*PIP, "--python", python, "install", "--no-deps", "--no-index", wheel], check=True)
    [site] = folder.glob("lib/python*/site-packages")
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    return python


def run(python: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([python, *arguments], cwd=cwd, capture_output=True, text=True, check=False)


def sources() -> set[str]:
    paths = (path for package in PACKAGES for path in (ROOT / package).rglob("*"))
    return {str(path.relative_to(ROOT)) for path in paths if path.is_file() and path.suffix != ".pyc"}


def test_every_file_is_inside(wheel: Path) -> None:
    inside = {name for name in ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert inside == sources()
    assert {f"{package}/py.typed" for package in PACKAGES if package != "conf"} <= inside


def test_it_runs_outside_the_checkout(python: Path, tmp_path: Path) -> None:
    done = run(python, tmp_path, "-m", "envisions.iterate", "method=rft", "--cfg", "job")
    assert done.returncode == 0, done.stderr
    assert "name: rft" in done.stdout
    assert "_target_: envs.math.MathEnvironment" in done.stdout


def test_a_stranger_s_package_plugs_in(python: Path, tmp_path: Path) -> None:
    shutil.copy(ROOT / "tests/toy.py", tmp_path / "stranger.py")
    arguments = ("env=custom", "env._target_=stranger.ToyEnvironment", "model=./nothing")
    done = run(python, tmp_path, "-m", "envisions.iterate", *arguments)
    assert "'./nothing' does not exist" in done.stderr, done.stderr  # so the environment was made before


def test_the_executor_works_from_there(python: Path, tmp_path: Path) -> None:
    done = run(python, tmp_path, "-c", MAIN)
    assert done.stdout == "42\n", done.stderr


def test_what_is_imported_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {_normal(re.split(r"[<>=\[; ]", line)[0]) for line in project["dependencies"]}
    owners = packages_distributions()
    imported = set().union(*map(_imports, (ROOT / name for name in sources() if name.endswith(".py"))))
    foreign = {name for name in imported if name not in (*sys.stdlib_module_names, *PACKAGES)}
    missing = {name for name in foreign if not declared & set(map(_normal, owners.get(name, [])))}
    assert missing == set()


def _imports(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    return {name.partition(".")[0] for name in names}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
