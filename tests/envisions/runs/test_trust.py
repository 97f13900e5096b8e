"""What a run's folder from anybody cannot make `verify` do."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from envisions import Task
from envisions.records import SPLITS
from envisions.runs.tasks import record_tasks
from envisions.runs.verification import verify
from envisions.settings.build import build
from tests.envisions.runs.test_rechecks import HERE, HONEST, TASKS, configure, record, run, write

__all__ = ["run"]  # the fixture


EVIL = "from pathlib import Path\nPath('PWNED').touch()\nclass Env: tasks = open = recheck = None\n"


@pytest.mark.parametrize("target", ["run.evil.Env", "beside.Env", "this.s", f"{HERE}.Divisors"])
def test_a_run_cannot_choose_what_is_imported(
    target: str, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "down"
    place.mkdir()
    run = shutil.copytree(run, place / "run", ignore=lambda *_: ["down"])
    for name in ("run/evil.py", "beside.py"):
        (place / name).write_text(EVIL)
    dist = place / "evil-1.dist-info"  # an entry point that came along with the run
    dist.mkdir()
    (dist / "METADATA").write_text("Metadata-Version: 2.1\nName: evil\nVersion: 1\n")
    (dist / "entry_points.txt").write_text("[envisions.envs]\na = run.evil:Env\nb = beside:Env\n")
    monkeypatch.chdir(place)
    monkeypatch.syspath_prepend(str(place))  # as python -m does
    sys.modules.pop("this", None)
    configure(run, target)
    write(run, *HONEST)
    [(_, reason)] = verify(run).not_recheckable
    assert f"name the class with env._target_={target}" in reason
    assert not (place / "PWNED").exists()
    assert "this" not in sys.modules
    if target == "run.evil.Env":
        assert "the run's own folder" in str(verify(run, env=target).not_recheckable)
        assert not (place / "PWNED").exists()


def test_another_class_than_the_runs_is_not_asked(run: Path) -> None:
    write(run, *HONEST)
    assert "not env._target_=my.Other" in str(verify(run, env="my.Other").not_recheckable)


def test_an_installed_packages_environment_is_made_without_asking(
    run: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(run, *HONEST)
    site = tmp_path / "site/divisors-1.dist-info"
    site.mkdir(parents=True)
    (site / "METADATA").write_text("Metadata-Version: 2.1\nName: divisors\nVersion: 1\n")
    (site / "entry_points.txt").write_text(f"[envisions.envs]\ndivisors = {HERE}:Divisors\n")
    monkeypatch.syspath_prepend(str(site.parent))
    monkeypatch.chdir(tmp_path)
    inner = shutil.copytree(run, tmp_path / "runs/mine", ignore=lambda *_: ["site", "runs"])
    assert verify(inner).checked.total() == 3


def shipped(run: Path, name: str = "math.MathEnvironment", **keys: Any) -> list[Task]:
    config = {"_target_": f"envs.{name}", "n_train": 4, "n_test": 4, **keys}
    (run / "config.yaml").write_text(yaml.safe_dump({"env": config, "seed": 0}))
    if keys:
        return TASKS
    tasks = {split: build(config, group="env", seed=0).tasks(split) for split in SPLITS}
    (run / "tasks.jsonl").unlink()
    record_tasks(run, tasks)
    return list(tasks["train"])


def test_a_kind_that_a_shipped_environment_does_not_give_is_refuted(run: Path) -> None:
    [task, *_] = shipped(run)
    write(run, record(4, task=task, kind="shiny"))
    assert "of no kind that its environment gives" in verify(run).complaints[0]


def test_data_on_a_hub_are_not_fetched(run: Path) -> None:
    shipped(run, "program.DataEnvironment", data="hub:evil/set")
    write(run, *HONEST)
    assert "nothing is fetched" in str(verify(run).not_recheckable)


def test_data_that_never_come_hold_nothing_up(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("envisions.runs.rechecks.MAKING", 0.01)
    os.mkfifo(run / "data.jsonl")
    shipped(run, "program.DataEnvironment", data=str(run / "data.jsonl"))
    config = yaml.safe_load((run / "config.yaml").read_text())
    (run / "config.yaml").write_text(yaml.safe_dump({**config, "watch": {"seconds": 0.5}}))
    write(run, *HONEST)
    started = time.monotonic()
    assert "its environment cannot be made" in str(verify(run).not_recheckable)
    assert time.monotonic() - started < 20
