"""Whole runs with an environment whose judge fails: what is said and recorded, and how they go on."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from envisions import Execution, Message, Program, Task, Verdict
from envisions.verify import main as verify
from tests.envisions.command import Ended, run
from tests.tiny import make_tiny_model
from tests.toy import ToyEnvironment

pytestmark = pytest.mark.slow  # whole runs of a tiny model


class Moody(ToyEnvironment):
    """Its judge fails as the mood is, which a test sets as an author would mend the file."""

    id = "moody-v1"
    mood = "sound"

    def messages(self, task: Task, *, few_shot: bool) -> list[Message]:
        if self.mood == "speechless" or (self.mood == "shy" and few_shot):
            raise LookupError(task.question)
        return super().messages(task, few_shot=few_shot)

    def judge(self, task: Task, execution: Execution) -> Verdict | Program:
        if self.mood == "raising":
            raise LookupError(task.question)
        if self.mood == "hanging":
            time.sleep(600)
        if self.mood == "fussy" and task.question == "test 3":
            raise LookupError(task.question)
        if self.mood == "wordy":
            return "right"  # type: ignore[return-value]
        if self.mood == "checking":
            return Program("def f(a, b):\n    return a == b", entry="f", args=[execution.value, task.target])
        return super().judge(task, execution)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(autouse=True)
def sound() -> Iterator[None]:
    yield
    Moody.mood = "sound"


@pytest.fixture
def trained(model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def train(mood: str, folder: Path, *keys: str) -> Ended:
        Moody.mood = mood
        sizes = ("env.n_train=8", "env.n_test=24", "rounds=1", "samples=3", "max_new_tokens=12")
        target = f"env._target_={__name__}.Moody"
        batches = ("policy.episodes=16", "train.sft.batch_size=2", "train.dpo.batch_size=2")
        stages = ("evaluation.samples=1", *batches)
        arguments = ("env=custom", target, *sizes, *stages, f"model={model}", f"run.dir={folder}", *keys)
        return run(arguments, monkeypatch, capsys)

    return train


def report(folder: Path) -> Any:
    found = json.loads((folder / "report.json").read_text())
    for entry in found["rounds"]:
        entry.pop("seconds")
    return found


SENTENCES = {
    "raising": "Moody.judge raised LookupError: test ",
    "hanging": "Moody.judge took more than 0.5 s (",
    "wordy": "Moody.judge returned str ('right'), where a Verdict or a checker Program is expected",
}


@pytest.mark.parametrize("mood", SENTENCES)
def test_it_ends_in_one_sentence_and_goes_on_when_mended(mood: str, trained: Any, tmp_path: Path) -> None:
    ended = trained(mood, tmp_path / "run", "watch.seconds=0.5")
    assert ended.code == 2
    assert "Traceback" not in ended.stderr
    [sentence] = [line for line in ended.stderr.splitlines() if line.startswith("error: ")]
    assert SENTENCES[mood] in sentence
    assert "the same command continues" in sentence
    lost = [json.loads(line) for line in (tmp_path / "run/round_0/eval.jsonl").read_text().splitlines()]
    assert {record["verdict"]["verdict"] for record in lost} == {"unknown"}
    assert all(record["steps"][0]["completion_ids"] for record in lost)

    if mood == "raising":
        assert trained("sound", tmp_path / "run").code == 0
        assert trained("sound", tmp_path / "never failed").code == 0
        assert report(tmp_path / "run") == report(tmp_path / "never failed")


@pytest.mark.parametrize("mood", ["shy", "speechless"])
def test_it_goes_on_when_what_makes_prompts_is_mended(mood: str, trained: Any, tmp_path: Path) -> None:
    ended = trained(mood, tmp_path / "run")
    assert (ended.code, "Traceback" in ended.stderr) == (2, False)
    assert "Moody.messages raised LookupError: t" in ended.stderr
    assert trained("sound", tmp_path / "run").code == 0
    ended = trained(mood, tmp_path / "run")
    assert "have changed" not in ended.stderr, "fails again: no other prompts"
    assert trained("sound", tmp_path / "run").code == 0


def test_a_few_faults_are_counted_and_never_trained_on(
    trained: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = trained("fussy", tmp_path / "run", "watch.faults=0.2")
    assert ended.code == 0
    assert "Moody.judge raised LookupError: test 3 (tests/envisions/runs/" in ended.stderr
    for entry in report(tmp_path / "run")["rounds"]:
        assert (entry["infra_errors"], entry["unknown"]) == (1, 0)
        assert entry["eval_outcomes"]["status"]["infra"] == 1
    assert verify([f"run.dir={tmp_path / 'run'}"]) == 0
    assert "unknown  hook" in capsys.readouterr().out


def test_a_checkers_run_is_verified(trained: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert trained("checking", tmp_path / "run").code == 0
    named = [f"run.dir={tmp_path / 'run'}", f"env._target_={__name__}.Moody"]
    assert verify(named) == 0
    said = capsys.readouterr().out
    assert "0 refuted, 0 not re-checkable here" in said
    path = tmp_path / "run/round_1/explore.jsonl"
    path.write_text(path.read_text().replace('"verdict": "wrong"', '"verdict": "right"', 1))
    assert verify(named) == 1
    assert "1 refuted" in capsys.readouterr().out
