"""A model's `generation_config.json`, which transformers may read and yet refuse to save.

Runs sample by their own settings; all that is taken from this file are the tokens that end a text. A file
that could not be saved with a trained model is replaced from the start by one with these tokens alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import shorten
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transformers import GenerationConfig

NAME = "generation_config.json"
_TOKENS = ("bos_token_id", "eos_token_id", "pad_token_id")


def replaced(folder: Path) -> tuple[GenerationConfig, str] | None:
    """Ours, and why, in transformers' words; None where the folder's own can be saved."""
    try:
        own = _own(folder)
        with TemporaryDirectory() as trial:
            own.save_pretrained(trial)
    except (ValueError, TypeError, AttributeError) as error:
        return _ours(folder), shorten(str(error), 160, placeholder=" …")
    return None


def _own(folder: Path) -> GenerationConfig:
    """As transformers finds it: the older place of these settings is `config.json`."""
    from transformers import GenerationConfig

    try:
        return GenerationConfig.from_pretrained(folder, local_files_only=True)
    except OSError:  # none, or none that is JSON
        return GenerationConfig.from_pretrained(
            folder, config_file_name="config.json", local_files_only=True, _from_model_config=True
        )


def _ours(folder: Path) -> GenerationConfig:
    from transformers import GenerationConfig

    return GenerationConfig(**dict(_tokens(folder)))


def _tokens(folder: Path) -> Iterator[tuple[str, Any]]:
    """The tokens that either file names, the newer one's first."""
    for name in ("config.json", NAME):
        try:
            settings = json.loads((folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        for key in _TOKENS:
            value = settings.get(key) if isinstance(settings, dict) else None
            tokens = value if isinstance(value, list) else [value]
            if tokens and all(type(token) is int and token >= 0 for token in tokens):
                yield key, value
