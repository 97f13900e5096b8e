"""Shared prefixes are computed once, and nothing but time changes."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
import torch
from transformers import (
    GPT2Config,
    GPTNeoXConfig,
    LlamaConfig,
    MambaConfig,
    MistralConfig,
    PretrainedConfig,
    Qwen2Config,
    set_seed,
)
from transformers.models.auto import AutoModelForCausalLM
from trl.trainer.dpo_trainer import DataCollatorForPreference
from trl.trainer.utils import add_fused_lm_head, pad

from train.order import TaskSampler
from train.prefixes import IGNORED, PrefixScorer
from train.tree import grow

HEAD = [1, 2, 3, 4, 5, 6]
ROWS = [  # prompt and completion
    ([*HEAD, 7, 8], [20, 21, 22]),
    ([*HEAD, 7, 8], [20, 21, 23, 24]),  # completions, too, may begin alike
    ([*HEAD, 7, 8], [20, 21, 22]),  # the same twice counts twice
    ([*HEAD, 9], [25, 26]),
    ([10, 11], [20]),
]
SIZES = {
    "vocab_size": 40,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}
ABLE = [LlamaConfig, Qwen2Config, GPT2Config, GPTNeoXConfig]


def make(kind: type[PretrainedConfig], **more: Any) -> Any:
    """A random model in float64, large enough in its weights that context matters."""
    set_seed(0)
    sizes = {**SIZES, "initializer_range": 0.2, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
    model = AutoModelForCausalLM.from_config(kind(**sizes, **more)).double()
    add_fused_lm_head(model)
    return model


def batch() -> dict[str, torch.Tensor]:
    """What TRL's collators make of `ROWS`."""
    ids = [torch.tensor(prompt + completion) for prompt, completion in ROWS]
    labels = [torch.tensor([IGNORED] * len(prompt) + completion) for prompt, completion in ROWS]
    return {
        "input_ids": pad(ids),
        "labels": pad(labels, padding_value=IGNORED),
        "attention_mask": pad([torch.ones_like(row) for row in ids]),
    }


def one_by_one(model: Any) -> torch.Tensor:
    """The sum of all rows' losses, each weighed by its number, by plain forward passes."""
    total = torch.zeros((), dtype=torch.float64)
    for number, (prompt, completion) in enumerate(ROWS, start=1):
        logprobs = model(torch.tensor([prompt + completion])).logits[0].log_softmax(-1)
        for place, token in enumerate(completion, start=len(prompt) - 1):
            total = total - number * logprobs[place, token]
    return total


def gradients(model: Any) -> dict[str, torch.Tensor]:
    found = {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}
    model.zero_grad()
    return found


@pytest.mark.parametrize("kind", ABLE)
def test_loss_and_gradients_are_those_of_the_rows_one_by_one(kind: type[PretrainedConfig]) -> None:
    model = make(kind).eval()
    score = PrefixScorer(model.config, tolerance=1e-3)
    logps = score(model, **batch(), fused_lm_head=True, use_cache=False).log_probs
    loss = -(logps.sum(dim=1) * torch.arange(1, len(ROWS) + 1)).sum()
    loss.backward()
    shared = gradients(model)
    expected = one_by_one(model)
    expected.backward()
    assert score.able
    assert loss.item() == pytest.approx(expected.item(), rel=1e-6)
    for name, gradient in gradients(model).items():  # some norms compute in float32 whatever they are given
        assert (shared[name] - gradient).norm() <= 1e-5 * gradient.norm(), name


def test_what_was_read_and_what_was_computed_are_counted() -> None:
    model = make(LlamaConfig)
    score = PrefixScorer(model.config, tolerance=1e-3)
    score(model, **batch(), fused_lm_head=True)
    with torch.no_grad():  # a reference's pass is no training
        score(model, **batch(), fused_lm_head=True)
    # The head, "7 8", "20 21" and "23" (a last token predicts nothing), "9 25", "10 11".
    assert score.counts == {"read": 11 + 12 + 11 + 9 + 3, "computed": 6 + 2 + 2 + 1 + 2 + 2}


@pytest.mark.parametrize("kind", [MambaConfig, partial(MistralConfig, sliding_window=4)])
def test_a_model_that_cannot_takes_the_rows_as_they_are(kind: type[PretrainedConfig]) -> None:
    model = make(kind)
    score = PrefixScorer(model.config, tolerance=1e-3)
    found = score(model, **batch(), fused_lm_head=True).log_probs
    assert torch.equal(found, model(**batch(), fused_lm_head=True).log_probs)
    assert score.counts["computed"] == batch()["input_ids"].numel()


def test_a_tree_that_is_dearer_than_its_rows_is_not_taken() -> None:
    """Long rows with nothing in common: each would be compared with all others."""
    model = make(LlamaConfig, max_position_embeddings=2048)
    score = PrefixScorer(model.config, tolerance=1e-3)
    ids = torch.arange(4 * 400).reshape(4, 400) % 39 + 1
    ids[:, 0] = torch.tensor([1, 2, 3, 4])
    score(model, input_ids=ids, labels=ids, attention_mask=torch.ones_like(ids), fused_lm_head=True)
    assert score.counts == {"read": 1600, "computed": 1600}
    assert score.able is None


def test_both_sides_of_a_preference_share_their_prompt() -> None:
    collate = DataCollatorForPreference(pad_token_id=0)
    inputs = collate([{"prompt_ids": [1, 2, 3], "chosen_ids": [4, 5], "rejected_ids": [6, 7, 8]}])
    labels = inputs["input_ids"].masked_fill(inputs.pop("completion_mask") == 0, IGNORED)
    model = make(LlamaConfig)
    score = PrefixScorer(model.config, tolerance=1e-3)
    found = score(model, **inputs, labels=labels, fused_lm_head=True).log_probs
    expected = model(**inputs, labels=labels, fused_lm_head=True).log_probs  # TRL's head computes in float32
    assert torch.allclose(found.float(), expected, atol=1e-5)
    assert score.counts == {"read": 11, "computed": 6}


def test_a_tree_merges_rows_up_to_where_they_part() -> None:
    tree = grow([[5, 6, 7], [5, 6, 8], [6]])
    assert tree.tokens == [5, 6, 7, 8, 6]
    assert tree.depths == [0, 1, 2, 2, 0]
    assert tree.paths == [[0, 1, 2], [0, 1, 3], [4]]
    assert tree.ancestry().int().tolist() == [
        [1, 0, 0, 0, 0],
        [1, 1, 0, 0, 0],
        [1, 1, 1, 0, 0],
        [1, 1, 0, 1, 0],
        [0, 0, 0, 0, 1],
    ]


def test_a_task_s_rows_stay_together_in_an_order_that_each_epoch_draws() -> None:
    tasks = [f"t{row % 10}" for row in range(30)]
    sampler = TaskSampler(tasks, seed=0)
    orders = []
    for epoch in (0, 1):
        sampler.set_epoch(epoch)
        orders.append(list(sampler))
        assert sorted(orders[-1]) == list(range(30))
        assert all(len({tasks[row] for row in orders[-1][i : i + 3]}) == 1 for i in range(0, 30, 3))
    assert orders[0] != orders[1]
    assert list(TaskSampler(tasks, seed=0)) == orders[0] != list(TaskSampler(tasks, seed=1))
