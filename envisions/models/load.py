"""Loads a model folder with transformers, quietly and safely. Not covered: quantised loading."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envisions.errors import UserError
from envisions.models.device import Device
from envisions.models.folder import ModelSource
from envisions.models.generation import replaced

if TYPE_CHECKING:
    from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase


def load_model(source: ModelSource | Path, device: Device) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """The model, in evaluation mode on `device`, and its tokenizer, which has a padding token.

    Takes what `resolve` returned or any folder in Hugging Face format, a round's checkpoint for one.
    Raises UserError where the folder cannot be loaded, or its weights do not cover its architecture or are no
    numbers.
    """
    path = source.path if isinstance(source, ModelSource) else source
    with quiet(), _told(path):
        tokenizer = _tokenizer(path)
        model = _model(path, device)
        check_finite(model)
    model.config.pad_token_id = tokenizer.pad_token_id
    if model.generation_config is not None:
        model.generation_config.pad_token_id = tokenizer.pad_token_id
    return model, tokenizer


def load_tokenizer(path: Path) -> PreTrainedTokenizerBase:
    """The tokenizer of a model's folder. It names an end of text, which is its padding too where it has none:
    batches and trainers need one. Raises UserError."""
    with quiet(), _told(path):
        return _tokenizer(path)


def load_config(path: Path) -> PreTrainedConfig:
    """The configuration of a model's folder. Raises UserError."""
    from transformers import AutoConfig

    with quiet(), _told(path):
        config: PreTrainedConfig = AutoConfig.from_pretrained(
            path, local_files_only=True, trust_remote_code=False
        )
        return config


def context(config: PreTrainedConfig) -> int:
    """Tokens that prompt and completion may have together; some architectures set no limit."""
    limit: int | None = getattr(config.get_text_config(), "max_position_embeddings", None)
    return limit or sys.maxsize


def check_finite(model: PreTrainedModel) -> None:
    """Raises ValueError where a weight is NaN or infinite."""
    for name, weights in model.named_parameters():
        if not weights.isfinite().all():
            raise ValueError(
                f"the weights of {name} are not finite in {str(weights.dtype).partition('.')[2]}"
            )


def _model(path: Path, device: Device) -> PreTrainedModel:
    from transformers import AutoModelForCausalLM

    auto: Any = AutoModelForCausalLM  # its type does not know output_loading_info
    ours = replaced(path)
    model, report = auto.from_pretrained(
        path,
        dtype=device.dtype,
        use_safetensors=True,
        local_files_only=True,
        trust_remote_code=False,
        output_loading_info=True,
        generation_config=ours and ours[0],
    )
    # transformers fills what is missing with random numbers and only warns.
    if report["missing_keys"]:
        raise ValueError(f"its weights lack {min(report['missing_keys'])}")
    loaded: PreTrainedModel = model.to(device.kind)
    return loaded


def _tokenizer(path: Path) -> PreTrainedTokenizerBase:
    from transformers import AutoTokenizer

    tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(
        path, local_files_only=True, trust_remote_code=False
    )
    if tokenizer.eos_token is None:
        raise UserError(
            f"The tokenizer in {path} names no end-of-text token: set eos_token in its tokenizer_config.json."
        )
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Whatever the libraries raise of a folder, as a sentence; tokenizers knows no more special exception."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        raise UserError(
            f"The model in {path} cannot be loaded ({reason}): mend the folder or choose another model."
        ) from error


@contextmanager
def quiet() -> Iterator[None]:
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
