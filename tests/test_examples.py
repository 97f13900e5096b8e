"""A package from outside the source tree: installed, found by its name, checked, and trained on for a
round."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from envisions.errors import UserError
from envisions.models import resolve
from tests.conftest import OFFLINE, PIP, ROOT


@pytest.fixture(scope="module")
def clock(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The environment's interpreter, with the example installed."""
    copy = tmp_path_factory.mktemp("example") / "clock"
    shutil.copytree(ROOT / "examples/clock", copy)
    # setuptools, which builds it, is borrowed like all else
    subprocess.run([*PIP, "wheel", *OFFLINE, "--wheel-dir", copy / "dist", copy], check=True)
    [wheel] = (copy / "dist").glob("*.whl")
    subprocess.run([*PIP, "--python", python, "install", *OFFLINE, wheel], check=True)
    return python


def run(clock: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([clock, "-m", *arguments], cwd=cwd, capture_output=True, text=True, check=False)


def test_its_name_is_known(clock: Path, tmp_path: Path) -> None:
    done = run(clock, tmp_path, "envisions.iterate", "env=clok")
    assert done.returncode == 2
    assert "Did you mean 'clock'?" in done.stderr


@pytest.mark.slow
def test_it_passes_the_checks_and_trains_a_round(clock: Path, tmp_path: Path) -> None:
    try:
        resolve("smollm2")
    except UserError as error:
        pytest.skip(f"the default model is not to be had: {error}")
    checked = run(clock, tmp_path, "envisions.check_env", "env=clock", "json=checks.json")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    checks = json.loads((tmp_path / "checks.json").read_text())
    assert {check["status"] for check in checks["checks"]} == {"pass"}

    sizes = ("env.n_train=16", "env.n_test=4", "samples=4", "rounds=1", "evaluation.samples=0")
    trained = run(
        clock, tmp_path, "envisions.iterate", "env=clock", *sizes, "run.dir=run", "train.sft.epochs=1"
    )
    assert trained.returncode == 0, trained.stderr
    report = json.loads((tmp_path / "run/report.json").read_text())
    assert (report["env"], report["rounds"][-1]["round"]) == ("clock", 1)
    assert report["rounds"][1]["sft_rows"] > 0
    assert (tmp_path / "run/round_1/checkpoint/model.safetensors").exists()
