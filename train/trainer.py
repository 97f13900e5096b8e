"""Training on TRL: rows and pairs of token ids in, a Hugging Face folder out.

Rows are trained on exactly as sampled: no text is tokenised here. A stage starts from a folder, ends with a
folder put in place at once, and holds its memory only while it runs. It does not cover several devices beyond
what accelerate does by itself.
"""

from __future__ import annotations

import gc
import math
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envisions.models import Device, choose_device, load_model
from envisions.records import PreferencePair, SFTRow
from envisions.runs.folder import replace_folder, write_json
from envisions.runs.layout import TRAINING
from train.quiet import progress_callback, quiet

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

Advance = Callable[[float], None]  # the share of a stage's steps done since it was last called


@dataclass(frozen=True)
class Stage:
    """One stage's optimiser: AdamW, `learning_rate` at its peak, then linear to zero after `warmup` (a share
    of the steps). `epochs` are passes over the rows, and may be a fraction; `batch_size` is rows a step.

    With `tokens` (prompts included) rows are gone through until about as many have been trained on, whatever
    `epochs` says: so methods that make different numbers of rows are compared at equal cost.
    """

    learning_rate: float
    epochs: float
    batch_size: int
    tokens: int | None = None
    warmup: float = 0.03

    def __post_init__(self) -> None:
        _check_positive(self, "learning_rate", "epochs", "batch_size")
        if self.tokens is not None:
            _check_positive(self, "tokens")

    def passes(self, available: int) -> float:
        """How often rows of `available` tokens (prompts included) are gone through."""
        return self.epochs if self.tokens is None else self.tokens / available


@dataclass(frozen=True)
class Preference(Stage):
    """DPO (arXiv 2305.18290, equation 7) with an SFT term on the chosen side, which keeps its likelihood from
    falling. `beta` scales the difference of log-ratios (nats); `sft_weight` multiplies the mean loss a
    token."""

    beta: float = 0.1
    sft_weight: float = 1.0


@dataclass(frozen=True)
class Lora:
    """Low-rank adapters (arXiv 2106.09685) on all linear layers but the head, merged when a stage ends. What
    they add is scaled by `alpha / rank`."""

    rank: int = 32
    alpha: int = 64

    def __post_init__(self) -> None:
        _check_positive(self, "rank", "alpha")

    def config(self) -> Any:
        from peft import LoraConfig

        return LoraConfig(
            r=self.rank, lora_alpha=self.alpha, target_modules="all-linear", task_type="CAUSAL_LM"
        )


class Trainer:
    """Trains in stages; see `conf/train/`. At most `micro_batch` rows, or pairs, go through the model at
    once; gradients are gathered up to a stage's `batch_size`. Weights, gradients and checkpoints are float32;
    on a GPU the passes are computed in the dtype that `choose_device` picks."""

    def __init__(
        self,
        sft: Stage,
        dpo: Preference,
        lora: Lora | None = None,
        micro_batch: int = 8,
    ) -> None:
        self._sft, self._dpo, self._lora, self._micro_batch = sft, dpo, lora, micro_batch
        if micro_batch < 1:
            raise ValueError(f"micro_batch must be at least 1, not {micro_batch}.")

    def sft(self, start: Path, rows: Sequence[SFTRow], target: Path, seed: int, advance: Advance) -> None:
        """Supervised fine-tuning from the model in `start` to a folder `target`: cross-entropy (nats) of the
        completions' token ids, averaged over them; prompts carry no loss. `advance` is told the share of the
        steps that each took."""
        from trl import SFTConfig, SFTTrainer

        records = [
            {
                "input_ids": [*row.prompt, *row.completion],
                "completion_mask": [0] * len(row.prompt) + [1] * len(row.completion),
            }
            for row in rows
        ]
        job = _Job(
            SFTTrainer,
            SFTConfig,
            self._sft,
            {
                "completion_only_loss": True,
                # Grouping puts long rows first: a pass that a budget cuts short would hold more tokens.
                "train_sampling_strategy": "random" if self._sft.tokens else "group_by_length",
            },
            records,
            lambda record: len(record["input_ids"]),
        )
        self._run(job, start, target, seed, advance)

    def dpo(
        self, start: Path, pairs: Sequence[PreferencePair], target: Path, seed: int, advance: Advance
    ) -> None:
        """Preference training on pairs of token ids. The reference is `start` itself, scored before the first
        step, so that the DPO term begins at ln 2."""
        from trl import DPOConfig

        from train.pretokenized import PretokenizedDPOTrainer

        records = [
            {"prompt_ids": list(p.prompt), "chosen_ids": list(p.chosen), "rejected_ids": list(p.rejected)}
            for p in pairs
        ]
        special = {
            "beta": self._dpo.beta,
            "loss_type": ["sigmoid", "sft"],
            "loss_weights": [1.0, self._dpo.sft_weight],
            "precompute_ref_log_probs": True,
        }
        job = _Job(
            PretokenizedDPOTrainer,
            DPOConfig,
            self._dpo,
            special,
            records,
            lambda r: 2 * len(r["prompt_ids"]) + len(r["chosen_ids"]) + len(r["rejected_ids"]),
        )
        self._run(job, start, target, seed, advance)

    def _run(self, job: _Job, start: Path, target: Path, seed: int, advance: Advance) -> None:
        """Loads `start`, trains, puts the result at `target` in one step, and frees the memory."""
        import torch
        from transformers import set_seed

        set_seed(seed)
        device = choose_device()
        # Master weights in float32: updates of this size vanish in bfloat16, where CUDA only computes.
        model, tokenizer = load_model(start, replace(device, dtype="float32"))
        with tempfile.TemporaryDirectory() as scratch, quiet():
            trainer = self._build(job, model, tokenizer, device, seed, scratch, advance)
            trainer.train()
            folder = target.with_name(f".{target.name}.tmp")
            shutil.rmtree(folder, ignore_errors=True)
            trained = trainer.model.merge_and_unload() if self._lora else trainer.model
            trained.save_pretrained(folder)
            tokenizer.save_pretrained(folder)
            write_json(folder / TRAINING, _measured(trainer.state.log_history))
        replace_folder(folder, target)
        del trainer, model, trained
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _build(
        self,
        job: _Job,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        device: Device,
        seed: int,
        scratch: str,
        advance: Advance,
    ) -> Any:
        from datasets import Dataset
        from transformers.trainer_callback import PrinterCallback

        stage = job.stage
        micro = max(n for n in range(1, self._micro_batch + 1) if stage.batch_size % n == 0)
        epochs = stage.passes(job.all_tokens)
        steps = math.ceil(math.ceil(len(job.records) / stage.batch_size) * epochs)
        arguments = job.config(
            output_dir=scratch,
            learning_rate=stage.learning_rate,
            num_train_epochs=epochs,
            per_device_train_batch_size=micro,
            gradient_accumulation_steps=stage.batch_size // micro,
            warmup_steps=round(stage.warmup * steps),
            lr_scheduler_type="linear",
            gradient_checkpointing=device.kind != "cpu",
            bf16=device.dtype == "bfloat16",
            fp16=device.dtype == "float16",
            use_cpu=device.kind == "cpu",
            max_length=None,  # rollouts have kept within the model's context
            logging_steps=1,
            save_strategy="no",
            report_to=[],
            disable_tqdm=True,
            seed=seed,
            data_seed=seed,
            **job.special,
        )
        arguments._n_gpu = min(arguments.n_gpu, 1)  # each further GPU would multiply the batch
        trainer = job.trainer(
            model=model,
            args=arguments,
            train_dataset=Dataset.from_list(job.records),
            processing_class=tokenizer,
            peft_config=self._lora.config() if self._lora else None,
            callbacks=[progress_callback(advance)],
        )
        trainer.remove_callback(PrinterCallback)
        return trainer


@dataclass(frozen=True)
class _Job:
    """What differs between stages."""

    trainer: Any
    config: Any
    stage: Stage
    special: Mapping[str, Any]
    records: list[dict[str, list[int]]]
    tokens: Callable[[dict[str, list[int]]], int]  # of a record, as often as the model reads them

    @property
    def all_tokens(self) -> int:
        return sum(map(self.tokens, self.records))


def _check_positive(settings: Any, *names: str) -> None:
    for name in names:
        if not 0 < getattr(settings, name) < math.inf:
            raise ValueError(f"{name} must be a finite number above 0, not {getattr(settings, name)}.")


def _measured(history: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The first and the last step's loss (nats), the number of optimiser steps, and the tokens trained on in
    all passes, as TRL counts them."""
    losses = [entry["loss"] for entry in history if "loss" in entry]
    tokens = [entry["num_tokens"] for entry in history if "num_tokens" in entry]
    return {
        "first_loss": losses[0],
        "last_loss": losses[-1],
        "steps": len(losses),
        "tokens": round(tokens[-1]),
    }
