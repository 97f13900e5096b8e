"""The command as a user types it: in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from envisions import __version__

ROOT = Path(__file__).parents[3]
HEAVY = ("torch", "transformers", "trl", "datasets", "sympy", "z3", "matplotlib", "scipy")


def iterate(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "envisions.iterate", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_mistake_is_one_line_and_exit_code_2() -> None:
    done = iterate("rounds=two")
    assert done.returncode == 2
    assert done.stderr == "error: rounds: value 'two' of type 'str' could not be converted to Integer.\n"
    assert done.stdout == ""


def test_mistakes_are_found_before_heavy_imports() -> None:
    """A wrong data file is noticed last of all that is checked before the model."""
    code = f"""
import sys
from envisions.errors import UserError
from envisions.iterate import main
sys.argv = ["iterate", "env.data=nope.jsonl"]
try:
    main()
except UserError as error:
    print(error, [name for name in {HEAVY} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "no such data file: nope.jsonl" in done.stdout
    assert done.stdout.endswith("[]\n")


@pytest.mark.parametrize("name", ["train.py", "envs/__init__.py", "symbolic/notes.txt", "conf/__init__.py"])
def test_a_file_that_hides_a_package_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()
    done = iterate("rounds=two", cwd=tmp_path)
    assert done.returncode == 2
    if name == "symbolic/notes.txt":  # a folder without code hides nothing
        assert "rounds" in done.stderr
    else:
        assert str(tmp_path / name) in done.stderr
        assert "rename it, or start from another folder" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    command = f"{sys.executable} -m envisions.iterate --help | head -n 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1


def test_a_full_disk_under_standard_output() -> None:
    command = f"{sys.executable} -m envisions.iterate --help > /dev/full"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: no space is left on the disk")
    assert len(done.stderr.splitlines()) == 1


def test_what_the_terminal_has_no_sign_for_is_replaced() -> None:
    code = "from envisions.settings.cli import command; command(lambda: print('α = 1·2'))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "? = 1?2\n", "")


def test_version() -> None:
    assert iterate("--version").stdout == f"envisions {__version__}\n"


@pytest.mark.parametrize(
    ("given", "expected"),
    [({}, "1000"), ({"GOMP_SPINCOUNT": "5"}, "5"), ({"OMP_WAIT_POLICY": "active"}, "None")],
)
def test_threads_step_back_unless_the_user_says_otherwise(given: dict[str, str], expected: str) -> None:
    """It must be said before torch loads its OpenMP."""
    code = """
import os, sys
from envisions.settings.cli import command
command(lambda: print(os.environ.get("GOMP_SPINCOUNT"), "torch" in sys.modules))
"""
    kept = {k: v for k, v in os.environ.items() if k not in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")}
    environment = {**kept, **given, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.stdout == f"{expected} False\n"
