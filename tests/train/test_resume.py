"""A stage of training that was killed goes on from its middle, to the same weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.train.test_trainer import DPO, PAIRS, ROWS, SFT, ignore, measured, model, weights
from train import Lora, Trainer, checkpoints

__all__ = ["model"]  # the fixture

STEPS = 6  # of the stages here


class KilledError(Exception):
    pass


@pytest.fixture
def whole(model: Path, tmp_path: Path) -> Path:
    """The SFT stage without a break, and without a checkpoint."""
    run("sft", model, tmp_path / "whole")
    return tmp_path / "whole"


@pytest.fixture
def at_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checkpoints."""
    monkeypatch.setattr(checkpoints, "EVERY", 0.0)
    monkeypatch.setattr(checkpoints, "SHARE", float("inf"))


def killed_after(steps: int) -> Callable[[float], None]:
    """A listener that ends the stage once so many steps are done and the one before is on disk."""
    done = 0.0

    def advance(share: float) -> None:
        nonlocal done
        done += share
        if done > (steps - 0.5) / STEPS:
            raise KilledError

    return advance


def run(stage: str, model: Path, target: Path, advance: Any = ignore, **settings: Any) -> None:
    trainer = Trainer(sft=replace(SFT, epochs=3), dpo=replace(DPO, epochs=2), **settings)
    getattr(trainer, stage)(model, ROWS if stage == "sft" else PAIRS, target, 0, advance)


@pytest.mark.parametrize(
    ("stage", "settings"),
    [("sft", {}), ("dpo", {}), ("sft", {"lora": Lora(4, 8)}), ("sft", {"micro_batch": 2})],
)
def test_it_ends_with_the_same_weights(
    stage: str, settings: dict[str, Any], model: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    run(stage, model, tmp_path / "whole", **settings)
    request.getfixturevalue("at_every_step")
    heard: list[float] = []
    for steps in (2, 6):  # in the first pass, and within the last
        with pytest.raises(KilledError):
            run(stage, model, tmp_path / "out", killed_after(steps), **settings)
    run(stage, model, tmp_path / "out", heard.append, **settings)
    assert heard[0] == pytest.approx(5 / STEPS), "what was done before is not done again"
    assert sum(heard) == pytest.approx(1)
    whole, out = weights(tmp_path / "whole"), weights(tmp_path / "out")
    assert all(torch.equal(whole[name], out[name]) for name in whole)
    assert measured(tmp_path / "whole") == measured(tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_checkpoint_that_a_kill_left_half_written_does_not_count(
    whole: Path, at_every_step: None, model: Path, tmp_path: Path
) -> None:
    with pytest.raises(KilledError):
        run("sft", model, tmp_path / "out", killed_after(3))
    half = tmp_path / ".out.steps" / "checkpoint-3"
    half.mkdir()
    (half / "model.safetensors").write_bytes(b"torn")
    run("sft", model, tmp_path / "out")
    expected, out = weights(whole), weights(tmp_path / "out")
    assert all(torch.equal(expected[name], out[name]) for name in expected)


@pytest.mark.usefixtures("at_every_step")
def test_checkpoints_of_other_work_are_not_taken(model: Path, tmp_path: Path) -> None:
    with pytest.raises(KilledError):
        run("sft", model, tmp_path / "out", killed_after(3))
    heard: list[float] = []
    Trainer(sft=replace(SFT, epochs=3, learning_rate=2e-3), dpo=DPO).sft(
        model, ROWS, tmp_path / "out", 0, heard.append
    )
    assert heard[0] == 0
