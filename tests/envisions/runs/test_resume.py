"""A run that is killed again and again ends as one that never was."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

import pytest

from tests.launch import start
from tests.tiny import make_tiny_model

pytestmark = pytest.mark.slow  # whole runs, some of them many times

# What appears in the run directory when a stage has begun to leave something; the kill comes soon after.
MARKS = (
    "config.yaml",
    "round_0/eval.jsonl",
    "round_0/probe.jsonl",
    "round_1/explore.jsonl",
    "round_1/sft.jsonl",
    "round_1/.sft.tmp",
    "round_1/sft",
    "round_1/checkpoint",
    "round_1/eval.jsonl",
    "round_2/explore.jsonl",
    "round_2/refine.jsonl",
    "round_2/pairs.jsonl",
    "round_2/checkpoint",
)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


def arguments(model: Path, run: Path) -> list[str]:
    return [
        "env=custom",
        "env._target_=tests.toy.ToyEnvironment",
        "env.n_train=6",
        "env.n_test=6",
        f"model={model}",
        "rounds=2",
        "samples=3",
        "probe=6",
        "max_new_tokens=12",
        "evaluation.samples=2",
        "policy.episodes=4",
        "train.sft.batch_size=2",
        "train.dpo.batch_size=2",
        f"run.dir={run}",
    ]


def finish(command: list[str], log: Path) -> None:
    process = start(command, log)
    process.join(240)
    assert process.exitcode == 0, log.read_text()


def report_without_times(run: Path) -> Any:
    report: Any = json.loads((run / "report.json").read_text())
    for entry in report["rounds"]:
        entry.pop("seconds")
    return report


def test_killed_in_every_stage_it_ends_like_the_uninterrupted_run(model: Path, tmp_path: Path) -> None:
    finish(arguments(model, tmp_path / "whole"), tmp_path / "whole.log")
    expected = report_without_times(tmp_path / "whole")
    assert expected["rounds"][-1]["round"] == 2
    assert expected["rounds"][1]["pairs"] > 0
    assert expected["rounds"][1]["sft_rows_by_kind"].keys() == {"L1", "L2"}

    run, chance, kills = tmp_path / "killed", random.Random(7), 0
    for number in range(len(MARKS)):
        process = start(arguments(model, run), tmp_path / "killed.log")
        while process.is_alive() and not any((run / mark).exists() for mark in MARKS[number:]):
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.25))
        if process.is_alive():
            process.kill()
            kills += 1
        process.join()
        assert process.exitcode in (0, -9), (tmp_path / "killed.log").read_text()
        _tear(run, chance)
    assert kills >= len(MARKS) - 2, "the run was too quick to be killed where it should"
    finish(arguments(model, run), tmp_path / "killed.log")
    assert report_without_times(run) == expected


def test_a_finished_run_only_shows_its_report(model: Path, tmp_path: Path) -> None:
    command = arguments(model, tmp_path / "run")
    finish(command, tmp_path / "log")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "run").rglob("*.jsonl")}
    weights = (tmp_path / "run/round_2/checkpoint/model.safetensors").stat().st_mtime_ns
    finish(command, tmp_path / "log")
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert (tmp_path / "run/round_2/checkpoint/model.safetensors").stat().st_mtime_ns == weights


def test_rounds_may_be_raised(model: Path, tmp_path: Path) -> None:
    command = arguments(model, tmp_path / "run")
    finish([*command, "rounds=1"], tmp_path / "log")
    first = report_without_times(tmp_path / "run")["rounds"][1]
    finish([*command, "rounds=2"], tmp_path / "log")
    report = report_without_times(tmp_path / "run")
    rounds = report["rounds"]
    assert len(rounds) == 3
    assert (report["plans"], report["primary_test"]["look"]) == ([1, 2], 2)
    manifest = json.loads((tmp_path / "run/manifest.json").read_text())
    assert [start["rounds"] for start in manifest["starts"]] == [1, 2]
    assert rounds[1]["pass_at_1"] == first["pass_at_1"]


def _tear(run: Path, chance: random.Random) -> None:
    """What a kill in the middle of a write leaves: the beginning of a line."""
    files = [path for path in run.glob("round_*/[ep]*.jsonl") if path.stat().st_size]
    if files:
        with open(chance.choice(sorted(files)), "a") as file:
            file.write('{"id": "0123", "task"')
