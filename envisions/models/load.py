"""Loads a model folder with transformers, quietly and safely. Not covered: quantised loading."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envisions.errors import UserError
from envisions.models.device import Device
from envisions.models.folder import ModelSource

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


def load_model(source: ModelSource | Path, device: Device) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """The model, in evaluation mode on `device`, and its tokenizer, which has a padding token.

    Takes what `resolve` returned or any folder in Hugging Face format, a round's checkpoint for one.
    Raises UserError where the folder cannot be loaded, or its weights do not cover its architecture.
    """
    from safetensors import SafetensorError

    path = source.path if isinstance(source, ModelSource) else source
    try:
        with _quiet():
            model, tokenizer = _load(path, device)
    except (OSError, ValueError, ImportError, RuntimeError, SafetensorError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise UserError(
            f"The model in {path} cannot be loaded ({reason}): mend the folder or choose another model."
        ) from error
    _align_padding(model, tokenizer, path)
    return model, tokenizer


def _load(path: Path, device: Device) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    auto: Any = AutoModelForCausalLM  # its type does not know output_loading_info
    tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=True, trust_remote_code=False)
    model, report = auto.from_pretrained(
        path,
        dtype=device.dtype,
        use_safetensors=True,
        local_files_only=True,
        trust_remote_code=False,
        output_loading_info=True,
    )
    # transformers fills what is missing with random numbers and only warns.
    if report["missing_keys"]:
        raise ValueError(f"its weights lack {min(report['missing_keys'])}")
    return model.to(device.kind), tokenizer


def _align_padding(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, path: Path) -> None:
    """Batches and trainers need a padding token; many models name none, and then the end serves."""
    if tokenizer.eos_token is None:
        raise UserError(
            f"The tokenizer in {path} names no end-of-text token: set eos_token in its tokenizer_config.json."
        )
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    model.config.pad_token_id = tokenizer.pad_token_id
    if model.generation_config is not None:
        model.generation_config.pad_token_id = tokenizer.pad_token_id


@contextmanager
def _quiet() -> Iterator[None]:
    """transformers' progress bars and remarks, off; errors still raise."""
    from transformers import utils

    logging: Any = utils.logging  # untyped
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()
