"""Without a terminal a run says a line a minute; its log has them too."""

from __future__ import annotations

import re
import time
from datetime import datetime
from pathlib import Path

import pytest

from envisions.runs.display import Display, _span
from envisions.runs.open import open_run
from envisions.settings.compose import load
from tests.tiny import make_tiny_model


def waiting(display: Display, seconds: float, *advances: float) -> None:
    with display.stage("round 1 sft", 200) as advance:
        for amount in advances:
            advance(amount)
            time.sleep(seconds)


def test_a_line_every_so_often_with_the_time_left(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    waiting(Display(tmp_path / "run.log", every=0.1), 0.15, 50, 20, 30)
    said = capsys.readouterr().err.splitlines()
    beats, last = said[:-1], said[-1]
    assert len(beats) >= 3
    assert all(
        re.fullmatch(r"round 1 sft: \d+% of 200 after \d+ s(, about \d+ s left)?", line) for line in beats
    )
    assert "left" in beats[-1]
    assert beats[-1].startswith("round 1 sft: 50%")
    assert last == "round 1 sft: 200 in 0 s"
    written = (tmp_path / "run.log").read_text().splitlines()
    assert [line.partition(" ")[2] for line in written] == said
    assert datetime.fromisoformat(written[0].partition(" ")[0]).tzinfo is not None


def test_a_stage_that_waits_says_so_too(capsys: pytest.CaptureFixture[str]) -> None:
    waiting(Display(every=0.05), 0.2, 0)
    assert capsys.readouterr().err.count("round 1 sft: 0% of 200 after") >= 2


def test_lines_are_not_broken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Display().say("word " * 60)
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_no_line_comes_after_a_stage(capsys: pytest.CaptureFixture[str]) -> None:
    waiting(Display(every=0.05), 0.06, 1)
    capsys.readouterr()
    time.sleep(0.2)
    assert capsys.readouterr().err == ""


def test_on_a_terminal_only_the_log_has_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    display = Display(tmp_path / "run.log", every=0.05)
    display.console._force_terminal = True
    waiting(display, 0.2, 10)
    assert "5% of 200 after" not in capsys.readouterr().err
    assert "5% of 200 after" in (tmp_path / "run.log").read_text()


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0 s"), (75, "75 s"), (100, "2 min"), (3599, "1 h 0 min"), (7260, "2 h 1 min")]
)
def test_spans(seconds: float, said: str) -> None:
    assert _span(seconds) == said


def test_a_run_s_start_warns_of_a_misspelt_hook(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_tiny_model(tmp_path / "model")
    kind = "tests.envisions.conformance.test_one_cause.Slip"
    sizes = ("env.n_train=2", "env.n_test=2", "policy=transformers")
    keys = (f"env._target_={kind}", f"model={tmp_path / 'model'}", f"run.dir={tmp_path / 'run'}")
    with open_run(load("env=custom", *sizes, *keys), "custom"):
        said = capsys.readouterr().err
    assert "warning: Slip has 'judgee' (did you mean 'judge'?), which nothing uses" in said
    assert "did you mean 'judge'?" in (tmp_path / "run/run.log").read_text()


def test_a_floor_that_no_round_can_reach_is_told_at_the_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_tiny_model(tmp_path / "model")
    sizes = ("env.n_train=2", "env.n_test=2", "policy=transformers", "env._target_=tests.toy.ToyEnvironment")
    keys = (f"model={tmp_path / 'model'}", f"run.dir={tmp_path / 'run'}")
    for floor, told in ((3, True), (2, False)):
        with open_run(load("env=custom", f"floor={floor}", *sizes, *keys), "custom"):
            assert ("warning: no round can train: floor=3" in capsys.readouterr().err) == told
        (tmp_path / "run/config.yaml").unlink()
