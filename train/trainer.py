"""Training on TRL: rows and pairs of token ids in, a Hugging Face folder out.

Rows are trained on exactly as sampled: no text is tokenised here. A stage starts from a folder, ends with one
that is put in place at once, goes on from its middle if it was killed, and holds its memory while it runs. It
does not cover several devices beyond what accelerate does by itself.
"""

from __future__ import annotations

import gc
import math
import shutil
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envisions.errors import UserError
from envisions.models import Device, DType, check_finite, choose_device, load_model
from envisions.records import PreferencePair, SFTRow, digest
from envisions.runs.folder import replace_folder, write_json
from envisions.runs.layout import TRAINING
from train.quiet import progress_callback, quiet
from train.stage import Lora, Preference, Stage

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

Advance = Callable[[float], None]  # the share of a stage's steps done since it was last called


class Trainer:
    """Trains in stages; see `conf/train/`. At most `micro_batch` rows, or pairs, go through the model at
    once; gradients are gathered up to a stage's `batch_size`.

    `dtype` is what the model computes in, its weights being kept in float32: "float32", "bfloat16" or "auto"
    (as `choose_device` says).
    """

    def __init__(
        self,
        sft: Stage,
        dpo: Preference,
        lora: Lora | None = None,
        micro_batch: int = 8,
        dtype: DType = "auto",
    ) -> None:
        self._sft, self._dpo, self._lora, self._micro_batch = sft, dpo, lora, micro_batch
        self._dtype = dtype
        if micro_batch < 1:
            raise ValueError(f"micro_batch must be at least 1, not {micro_batch}.")
        if dtype not in ("auto", "float32", "bfloat16"):
            raise ValueError(f"dtype must be auto, float32 or bfloat16, not {dtype}.")

    def sft(self, start: Path, rows: Sequence[SFTRow], target: Path, seed: int, advance: Advance) -> None:
        """Supervised fine-tuning from the model in `start` to a folder `target`: cross-entropy (nats) of the
        completions' token ids, averaged over them; prompts carry no loss. `advance` is told the share of the
        steps that each took."""
        from trl import SFTConfig

        from train.sft import SharedSFTTrainer

        records = [
            {
                "input_ids": [*row.prompt, *row.completion],
                "completion_mask": [0] * len(row.prompt) + [1] * len(row.completion),
            }
            for row in rows
        ]
        job = _Job(
            SharedSFTTrainer,
            SFTConfig,
            self._sft,
            {"completion_only_loss": True},
            records,
            [row.task for row in rows],
            lambda record: len(record["input_ids"]),
        )
        self._run(job, start, target, seed, advance)

    def dpo(
        self, start: Path, pairs: Sequence[PreferencePair], target: Path, seed: int, advance: Advance
    ) -> None:
        """Preference training on pairs of token ids. The reference is `start` itself, scored before the first
        step, so that the DPO term begins at ln 2."""
        from trl import DPOConfig

        from train.dpo import SharedDPOTrainer

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
            SharedDPOTrainer,
            DPOConfig,
            self._dpo,
            special,
            records,
            [pair.task for pair in pairs],
            lambda r: 2 * len(r["prompt_ids"]) + len(r["chosen_ids"]) + len(r["rejected_ids"]),
        )
        self._run(job, start, target, seed, advance)

    def _run(self, job: _Job, start: Path, target: Path, seed: int, advance: Advance) -> None:
        """Loads `start`, trains, puts the result at `target` in one step, and frees the memory."""
        import torch
        from transformers import set_seed

        from train.checkpoints import Checkpoints

        set_seed(seed)
        device = choose_device(self._dtype)
        # Master weights in float32: updates of this size vanish in bfloat16, which is only computed in.
        model, tokenizer = load_model(start, replace(device, dtype="float32"))
        middle = target.with_name(f".{target.name}.steps")
        checkpoints = Checkpoints(middle, digest(job.identity, self._lora, self._micro_batch, device, seed))
        with quiet():
            trainer = self._build(job, model, tokenizer, device, seed, middle, advance)
            trainer.add_callback(checkpoints)
            trainer.train(resume_from_checkpoint=checkpoints.last)
            folder = target.with_name(f".{target.name}.tmp")
            shutil.rmtree(folder, ignore_errors=True)
            trained = trainer.model.merge_and_unload() if self._lora else trainer.model
            _check_sound(trained)
            trained.save_pretrained(folder)
            tokenizer.save_pretrained(folder)
            write_json(folder / TRAINING, {**_measured(trainer.state.log_history), "dtype": device.dtype})
        shutil.rmtree(middle, ignore_errors=True)  # before: nothing comes back here once the result is there
        replace_folder(folder, target)
        if trainer.scorer.able is False:
            warnings.warn("This model is trained row by row: it cannot share prompts.", stacklevel=1)
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
        folder: Path,
        advance: Advance,
    ) -> Any:
        from datasets import Dataset
        from transformers.trainer_callback import PrinterCallback

        stage = job.stage
        micro = max(n for n in range(1, self._micro_batch + 1) if stage.batch_size % n == 0)
        epochs = stage.passes(job.all_tokens)
        steps = math.ceil(math.ceil(len(job.records) / stage.batch_size) * epochs)
        arguments = job.config(
            output_dir=str(folder),
            learning_rate=stage.learning_rate,
            num_train_epochs=epochs,
            per_device_train_batch_size=micro,
            gradient_accumulation_steps=stage.batch_size // micro,
            warmup_steps=round(stage.warmup * steps),
            lr_scheduler_type="linear",
            optim="adamw_torch_fused",
            gradient_checkpointing=device.kind != "cpu",
            bf16=device.dtype == "bfloat16",
            fp16=device.dtype == "float16",
            use_cpu=device.kind == "cpu",
            max_length=None,  # rollouts have kept within the model's context
            logging_steps=1,
            save_strategy="no",  # by the clock: see Checkpoints
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
            tasks=job.tasks,
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
    tasks: list[str]  # of the records
    tokens: Callable[[dict[str, list[int]]], int]  # of a record, as often as its rows hold them

    @property
    def all_tokens(self) -> int:
        return sum(map(self.tokens, self.records))

    @property
    def identity(self) -> tuple[Any, ...]:
        return self.trainer.__name__, self.stage, self.special, self.records, self.tasks


def _check_sound(model: PreTrainedModel) -> None:
    """Weights that have become NaN are no result, and no fault of what wrote the rows."""
    try:
        check_finite(model)
    except ValueError as error:
        raise UserError(
            f"training came apart: {error}; lower the stage's learning_rate, or set train.dtype=float32."
        ) from error


def _measured(history: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The first and the last loss (nats), the steps, and in all passes the tokens of rows and the positions
    that were computed for them (fewer where rows begin alike; a reference's are in neither)."""
    steps = [entry for entry in history if "loss" in entry]
    return {
        "first_loss": steps[0]["loss"],
        "last_loss": steps[-1]["loss"],
        "steps": len(steps),
        "tokens": sum(entry["read"] for entry in steps),
        "computed": sum(entry["computed"] for entry in steps),
    }
