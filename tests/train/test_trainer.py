"""Training on the tiny model: exactly the sampled tokens, every parameter, the right reference."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from envisions.models import choose_device
from envisions.records import PreferencePair, SFTRow
from tests.tiny import make_tiny_model, tiny_tokenizer
from train import Lora, Preference, Stage, Trainer

pytestmark = pytest.mark.slow  # TRL's imports, and a model made afresh

SFT = Stage(learning_rate=1e-3, epochs=2, batch_size=4)
DPO = Preference(learning_rate=1e-3, epochs=1, batch_size=2, sft_weight=0.0)
ROWS = [SFTRow("t", "L1", (5, 6, 7, i), (20 + i, 30, 2), ("s",)) for i in range(10, 16)]
PAIRS = [PreferencePair("t", (5, 6, i), (20, 21, 2), (22, 23, 24, 2), ("a", "b")) for i in range(10, 16)]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model.safetensors")


def measured(folder: Path) -> dict[str, float]:
    result: dict[str, float] = json.loads((folder / "training.json").read_text())
    return result


def ignore(share: float) -> None:
    pass


@pytest.mark.parametrize("stage", ["sft", "dpo"])
def test_every_parameter_moves(stage: str, model: Path, tmp_path: Path) -> None:
    trainer = Trainer(sft=SFT, dpo=DPO)
    data = ROWS if stage == "sft" else PAIRS
    getattr(trainer, stage)(model, data, tmp_path / "out", 0, ignore)
    before, after = weights(model), weights(tmp_path / "out")
    assert before.keys() == after.keys()
    assert [name for name in before if torch.equal(before[name], after[name])] == []


def test_lora_ends_as_plain_weights_that_have_moved(model: Path, tmp_path: Path) -> None:
    trainer = Trainer(sft=SFT, dpo=DPO, lora=Lora(rank=4, alpha=8))
    trainer.sft(model, ROWS, tmp_path / "sft", 0, ignore)
    trainer.dpo(tmp_path / "sft", PAIRS, tmp_path / "dpo", 0, ignore)
    assert measured(tmp_path / "dpo")["first_loss"] == pytest.approx(math.log(2), abs=1e-4)
    before, after = weights(model), weights(tmp_path / "dpo")
    assert before.keys() == after.keys()
    assert any(not torch.equal(before[name], after[name]) for name in before)


def test_the_first_sft_loss_is_that_of_the_completions_alone(model: Path, tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    trainer = Trainer(sft=replace(SFT, batch_size=len(ROWS), epochs=1), dpo=DPO)
    trainer.sft(model, ROWS, tmp_path / "out", 0, ignore)
    plain = AutoModelForCausalLM.from_pretrained(model)
    losses = []
    for row in ROWS:
        ids = torch.tensor([[*row.prompt, *row.completion]])
        logprobs = plain(ids).logits[0].detach().log_softmax(-1)
        losses += [-float(logprobs[len(row.prompt) - 1 + i, t]) for i, t in enumerate(row.completion)]
    assert measured(tmp_path / "out")["first_loss"] == pytest.approx(sum(losses) / len(losses), abs=1e-3)


def test_dpo_starts_at_ln_2_against_its_own_start(model: Path, tmp_path: Path) -> None:
    """The start is a folder that differs from the base its configuration may still name."""
    trainer = Trainer(sft=SFT, dpo=DPO)
    trainer.sft(model, ROWS, tmp_path / "sft", 0, ignore)
    trainer.dpo(tmp_path / "sft", PAIRS, tmp_path / "dpo", 0, ignore)
    assert measured(tmp_path / "dpo")["first_loss"] == pytest.approx(math.log(2), abs=1e-4)


def test_the_sft_term_is_added_to_the_dpo_loss(model: Path, tmp_path: Path) -> None:
    Trainer(sft=SFT, dpo=replace(DPO, sft_weight=1.0)).dpo(model, PAIRS, tmp_path / "dpo", 0, ignore)
    assert measured(tmp_path / "dpo")["first_loss"] > math.log(2) + 1


def test_training_again_gives_the_same_weights(model: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        Trainer(sft=SFT, dpo=DPO).sft(model, ROWS, tmp_path / name, 3, ignore)
    one, two = weights(tmp_path / "one"), weights(tmp_path / "two")
    assert all(torch.equal(one[name], two[name]) for name in one)


@pytest.mark.parametrize("stage", ["sft", "dpo"])
def test_a_budget_of_tokens_takes_the_place_of_epochs(stage: str, model: Path, tmp_path: Path) -> None:
    """What was trained on is counted: rows of 7 to 15 tokens, passes that do not come out even."""
    rows = [replace(row, prompt=row.prompt * (1 + i % 3)) for i, row in enumerate(ROWS)]
    pairs = [replace(pair, prompt=pair.prompt * (1 + i % 3)) for i, pair in enumerate(PAIRS)]
    budget = replace(DPO, tokens=1000)
    trainer = Trainer(sft=budget, dpo=budget)
    getattr(trainer, stage)(model, rows if stage == "sft" else pairs, tmp_path / "out", 0, ignore)
    assert measured(tmp_path / "out")["tokens"] == pytest.approx(1000, rel=0.05)
    getattr(Trainer(sft=DPO, dpo=DPO), stage)(
        model, ROWS if stage == "sft" else PAIRS, tmp_path / "one", 0, ignore
    )
    assert measured(tmp_path / "one")["tokens"] == 6 * (7 if stage == "sft" else 13), "one pass"


@pytest.mark.parametrize("lora", [None, Lora(rank=4, alpha=8)])
def test_what_a_task_s_rows_share_is_computed_once(lora: Lora | None, model: Path, tmp_path: Path) -> None:
    """Two tasks of three rows; a prompt of 9 tokens, completions of 3 of which the last predicts nothing."""
    rows = [SFTRow(f"t{i % 2}", "L1", (*range(5, 13), i % 2), (20 + i, 30, 2), ("s",)) for i in range(6)]
    trainer = Trainer(sft=replace(SFT, batch_size=3, epochs=1), dpo=DPO, lora=lora)
    trainer.sft(model, rows, tmp_path / "out", 0, ignore)
    assert measured(tmp_path / "out")["tokens"] == 6 * 12
    assert measured(tmp_path / "out")["computed"] == 2 * (9 + 3 * 2)


def test_a_model_that_cannot_share_is_said_so_once(tmp_path: Path) -> None:
    from transformers import MambaConfig, MambaForCausalLM, set_seed

    tokenizer = tiny_tokenizer()
    tokenizer.save_pretrained(tmp_path / "mamba")
    set_seed(0)
    config = MambaConfig(vocab_size=len(tokenizer), hidden_size=32, num_hidden_layers=2, state_size=4)
    MambaForCausalLM(config).save_pretrained(tmp_path / "mamba")
    with pytest.warns(UserWarning, match="row by row"):
        Trainer(sft=SFT, dpo=DPO).sft(tmp_path / "mamba", ROWS, tmp_path / "out", 0, ignore)
    assert measured(tmp_path / "out")["computed"] == measured(tmp_path / "out")["tokens"]


def test_the_number_format_is_a_choice_and_on_record(model: Path, tmp_path: Path) -> None:
    for dtype in ("auto", "float32", "bfloat16"):
        Trainer(sft=SFT, dpo=DPO, dtype=dtype).sft(model, ROWS, tmp_path / dtype, 0, ignore)
    auto, exact, rounded = (measured(tmp_path / dtype) for dtype in ("auto", "float32", "bfloat16"))
    assert auto == exact | {"dtype": choose_device().dtype}
    assert rounded["dtype"] == "bfloat16"
    assert 0 < abs(rounded["first_loss"] - exact["first_loss"]) < 0.02
    assert all(tensor.dtype == torch.float32 for tensor in weights(tmp_path / "bfloat16").values())


def test_an_unknown_number_format_is_refused() -> None:
    with pytest.raises(ValueError, match="dtype must be auto, float32 or bfloat16, not int8"):
        Trainer(sft=SFT, dpo=DPO, dtype="int8")


@pytest.mark.parametrize(("batch_size", "micro_batch", "steps"), [(3, 2, 2), (6, 4, 1), (4, 8, 2)])
def test_a_batch_is_as_large_as_it_says(
    batch_size: int, micro_batch: int, steps: int, model: Path, tmp_path: Path
) -> None:
    stage = replace(SFT, batch_size=batch_size, epochs=1)
    Trainer(sft=stage, dpo=DPO, micro_batch=micro_batch).sft(model, ROWS, tmp_path / "out", 0, ignore)
    assert measured(tmp_path / "out")["steps"] == steps


def test_progress_sums_to_one(model: Path, tmp_path: Path) -> None:
    shares: list[float] = []
    Trainer(sft=SFT, dpo=DPO).sft(model, ROWS, tmp_path / "out", 0, shares.append)
    assert sum(shares) == pytest.approx(1)


def test_a_stage_that_ends_too_early_leaves_no_result(model: Path, tmp_path: Path) -> None:
    def interrupt(share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Trainer(sft=SFT, dpo=DPO).sft(model, ROWS, tmp_path / "out", 0, interrupt)
    assert not (tmp_path / "out").exists()
