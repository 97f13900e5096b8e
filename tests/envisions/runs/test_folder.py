"""A run folder that is in use, was begun otherwise, is damaged, or stands on a disk that fills up."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from envisions.runs.folder import RunDir
from envisions.runs.open import run_folder
from envisions.settings.compose import compose
from tests.envisions.command import assert_refused, run
from tests.launch import start
from tests.tiny import make_tiny_model

pytestmark = pytest.mark.slow  # whole runs

# What a file of a finished run is replaced with, and what has to be said: about the file, and what to do.
DAMAGE = {
    "config.yaml": ("rounds: [", "config.yaml", "restore it"),
    "tasks.jsonl": ("{}\n", "line 1 of", "tasks.jsonl", "restore it"),
    "manifest.json": ('{"started": ', "manifest.json", "restore it"),
    "round_1/metrics.json": ("3", "metrics.json", "restore it"),
    "round_0/eval.jsonl": ("{}\n", "line 1 of", "eval.jsonl", "restore it"),
    "round_1/explore.jsonl": ("\x00\x00\n", "line 1 of", "explore.jsonl", "restore it"),
    "round_1/sft.jsonl": ('{"task": "x"}\n', "line 1 of", "sft.jsonl", "restore it"),
    "round_1/checkpoint/model.safetensors": ("\x00", "round_1/checkpoint", "cannot be loaded"),
}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def finished(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one round that has ended."""
    folder = tmp_path_factory.mktemp("runs") / "finished"
    assert exit_code(arguments(model, folder), log := folder.with_name("log")) == 0, log.read_text()
    return folder


def arguments(model: Path, folder: Path) -> list[str]:
    return [
        *("env=custom", "env._target_=tests.toy.ToyEnvironment", "env.n_train=6", "env.n_test=4"),
        *(f"model={model}", "rounds=1", "samples=3", "max_new_tokens=12", "evaluation.samples=0"),
        *("policy.episodes=4", "train.sft.batch_size=2", "train.dpo.batch_size=2", f"run.dir={folder}"),
    ]


def exit_code(command: list[str], log: Path) -> int | None:
    log.unlink(missing_ok=True)
    process = start(command, log)
    process.join(240)
    return process.exitcode


def test_another_configuration_is_refused_with_the_difference(
    finished: Path, model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (finished / "config.yaml").read_bytes()
    ended = run([*arguments(model, finished), "samples=5", "seed=1"], monkeypatch, capsys)
    assert_refused(ended, str(finished), "samples: 3 there, 5 now", "seed: 0 there, 1 now", "another run.dir")
    assert (finished / "config.yaml").read_bytes() == before


@pytest.mark.parametrize(
    ("line", "raised", "said"),
    [
        ("rounds: 1", "rounds: 3", "has rounds=3; rounds may be raised, not lowered to 1"),
        (
            "faults: 0.05",
            "faults: 0.5",
            "has watch.faults=0.5; watch.faults may be raised, not lowered to 0.05",
        ),
        ("seen: 20", "seen: 40", "has watch.seen=40; watch.seen may be raised, not lowered to 20"),
    ],
)
def test_what_rounds_were_made_with_may_not_be_lowered(
    line: str,
    raised: str,
    said: str,
    finished: Path,
    model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    recorded = (finished / "config.yaml").read_text()
    (folder / "config.yaml").write_text(recorded.replace(line, raised))
    ended = run(arguments(model, folder), monkeypatch, capsys)
    assert_refused(ended, said)


def test_a_second_process_is_told_so(model: Path, tmp_path: Path) -> None:
    folder, log = tmp_path / "run", tmp_path / "log"
    with RunDir(folder):
        assert exit_code(arguments(model, folder), log) == 2
    said = log.read_text()
    assert "another process is working in" in said
    assert len(said.splitlines()) <= 3


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_file_is_named(name: str, finished: Path, model: Path, tmp_path: Path) -> None:
    folder, log = tmp_path / "run", tmp_path / "log"
    shutil.copytree(finished, folder)
    recorded = (folder / "config.yaml").read_text()
    (folder / "config.yaml").write_text(recorded.replace(str(finished), str(folder)))
    content, *words = DAMAGE[name]
    (folder / name).write_text(content)
    if name.endswith("safetensors"):
        (folder / "round_1/eval.jsonl").unlink()  # or nothing needs the weights
    assert exit_code(arguments(model, folder), log) == 2, log.read_text()
    said = log.read_text()
    assert "Traceback" not in said
    error = [line for line in said.splitlines() if line.startswith("error: ")]
    assert len(error) == 1
    assert [word for word in words if word not in error[0]] == [], error


def test_weights_that_changed_are_refused(finished: Path, tmp_path: Path) -> None:
    folder, log = tmp_path / "run", tmp_path / "log"
    shutil.copytree(finished, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["model"]["sha256"] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(manifest))
    name = manifest["model"]["name"]
    assert exit_code([*arguments(Path(name), folder)], log) == 2
    assert "model's weights have changed" in log.read_text()


def test_tasks_that_changed_are_refused(finished: Path, model: Path, tmp_path: Path) -> None:
    folder, log = tmp_path / "run", tmp_path / "log"
    shutil.copytree(finished, folder)
    path = folder / "tasks.jsonl"
    path.write_text(path.read_text().replace('"target": 0', '"target": 1'))
    assert exit_code(arguments(model, folder), log) == 2
    assert "holds other tasks than this run has" in log.read_text()
    assert "no test is possible under 6" not in log.read_text()


def test_a_run_says_at_once_that_no_test_is_possible(finished: Path) -> None:
    assert "4 test tasks of 4 templates: no test is possible under 6" in finished.with_name("log").read_text()


def test_interrupted_it_says_so_and_continues(model: Path, tmp_path: Path) -> None:
    folder, log = tmp_path / "run", tmp_path / "log"
    process = start(arguments(model, folder), log)
    while process.is_alive() and not (folder / "round_0/eval.jsonl").exists():
        time.sleep(0.002)
    assert process.pid
    os.kill(process.pid, signal.SIGINT)
    process.join(60)
    assert process.exitcode == 130, log.read_text()
    assert "interrupted; nothing is lost" in log.read_text()
    assert "Traceback" not in log.read_text()
    assert exit_code(arguments(model, folder), log) == 0, log.read_text()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for the records of the tiny run and one copy of its weights, not for two."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system takes root")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_disk_that_fills_up_loses_nothing(model: Path, small_disk: Path, tmp_path: Path) -> None:
    folder, log = small_disk / "run", tmp_path / "log"
    assert exit_code(arguments(model, folder), log) == 2, log.read_text()
    said = log.read_text()
    assert "no space is left on the disk" in said
    assert "the same command continues" in said
    assert "Traceback" not in said
    explored = (folder / "round_1/explore.jsonl").read_bytes()
    assert not (folder / "round_1/checkpoint").exists()
    subprocess.run(["mount", "-o", "remount,size=32m", str(small_disk)], check=True)
    assert exit_code(arguments(model, folder), log) == 0, log.read_text()
    assert (folder / "round_1/explore.jsonl").read_bytes() == explored


def test_a_full_disk_at_the_first_write(model: Path, tmp_path: Path) -> None:
    folder, log = tmp_path / "run", tmp_path / "log"
    folder.mkdir()
    (folder / ".manifest.json.tmp").symlink_to("/dev/full")
    assert exit_code(arguments(model, folder), log) == 2, log.read_text()
    assert log.read_text().startswith("error: no space is left on the disk")


def test_a_folder_without_permission(model: Path, tmp_path: Path) -> None:
    if not os.geteuid():
        pytest.skip("root may write everywhere")
    folder, log = tmp_path / "closed", tmp_path / "log"
    folder.mkdir(mode=0o500)
    assert exit_code(arguments(model, folder / "run"), log) == 2
    assert "choose another run.dir" in log.read_text()


@pytest.mark.parametrize(("override", "same"), [("rounds=7", True), ("samples=7", False), ("seed=7", False)])
def test_the_default_folder_is_named_after_the_configuration(
    override: str, same: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = []
    for arguments in (["method=rft"], ["method=rft", override]):
        monkeypatch.setattr("sys.argv", ["iterate", *arguments])
        [(settings, env)] = compose()
        folders.append(run_folder(settings, env))
    assert all(folder.match("runs/math-rft-????????") for folder in folders)
    assert (folders[0] == folders[1]) == same


def test_a_tilde_is_the_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["iterate", 'run.dir="~/run"'])
    [(settings, env)] = compose()
    assert run_folder(settings, env) == Path.home() / "run"
