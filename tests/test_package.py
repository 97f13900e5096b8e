"""The wheel: everything is inside, it runs outside the checkout, and what it imports it declares."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.conftest import PACKAGES, ROOT, copied, environment

# A stranger's package: its environment is the tests' toy, which imports from ours.
MAIN = """
from symbolic import Executor, Program

with Executor(workers=1) as executor:
    [execution] = executor.run([Program("def solution():\\n    return 6 * 7", entry="solution")])
print(execution.value)
"""


def run(python: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    outside = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [python, *arguments]
    return subprocess.run(command, cwd=cwd, env=outside, capture_output=True, text=True, check=False)


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


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout in a folder named as git names it."""
    folder = tmp_path_factory.mktemp("above") / "envisions"
    folder.mkdir()
    return copied(folder)


@pytest.mark.slow
def test_it_runs_from_the_folder_above_an_editable_checkout(clone: Path, tmp_path: Path) -> None:
    python = environment(tmp_path, "--editable", clone)
    for module in ("envisions.iterate", "envisions.check_env", "envisions.verify"):
        done = run(python, clone.parent, "-m", module, "--help")
        assert done.returncode == 0, done.stderr
        assert f"python -m {module}" in done.stdout
    done = run(python, clone.parent, "-c", "from envisions import ProgramEnvironment")
    assert done.returncode == 0, done.stderr


def test_it_runs_from_the_folder_above_where_a_wheel_is_installed(clone: Path, python: Path) -> None:
    done = run(python, clone.parent, "-m", "envisions.iterate", "--help")
    assert done.returncode == 0, done.stderr


def test_a_folder_that_hides_an_older_editable_install_is_named(clone: Path) -> None:
    """Its import hook finds the modules, but the package itself is taken for the folder."""
    code = (
        f"import sys, types; ours = types.ModuleType('envisions'); ours.__file__ = None\n"
        f"ours.__path__ = ['{clone}', '{ROOT / 'envisions'}']; sys.modules['envisions'] = ours\n"
        "from envisions.settings.cli import command\ncommand(print)"
    )
    done = run(Path(sys.executable), clone.parent, "-c", code)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: the folder '{clone}' hides the package 'envisions'")
    assert len(done.stderr.splitlines()) == 1


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
    lines = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    declared = {_normal(re.split(r"[<>=\[; ]", line)[0]) for line in lines}
    owners = packages_distributions()
    imported = set().union(*map(_imports, (ROOT / name for name in sources() if name.endswith(".py"))))
    foreign = {name for name in imported if name not in (*sys.stdlib_module_names, *PACKAGES)}
    missing = {name for name in foreign if not declared & set(map(_normal, owners.get(name, [name])))}
    assert missing == set()


def _imports(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    return {name.partition(".")[0] for name in names}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
