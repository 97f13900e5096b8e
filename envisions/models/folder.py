"""A model folder in Hugging Face format: is everything there, and what do its weights hash to.

Structure only: whether the tensors fit the configuration is found out when they are loaded.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from envisions.errors import UserError

WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"
TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt", "spiece.model")


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model that is complete on disk.

    `name` is what the user asked for, `origin` where it came from, in words. `sha256` is that of
    model.safetensors; where the weights are in shards, that of the lines "<sha256>  <file>\\n" that
    sha256sum prints for them in the order of their names. `revision` is the hub's commit.
    """

    name: str
    path: Path
    origin: str
    sha256: str
    revision: str | None = None


def folder_source(name: str, path: Path, origin: str, revision: str | None = None) -> ModelSource:
    """Checks the folder and hashes its weights (about a second a GB). Raises UserError."""
    check_architecture(path, origin)
    files = weight_files(path, origin)
    for file in files:
        _check_readable(path / file, origin)
    check_tokenizer(path, origin)
    return ModelSource(name, path, origin, weights_sha256(path, files), revision)


def check_tokenizer(path: Path, origin: str) -> None:
    """Refuses a folder without one."""
    if not any((path / file).is_file() for file in TOKENIZERS):
        raise UserError(
            f"The {origin} has no tokenizer ({', '.join(TOKENIZERS[:2])}, …): copy the tokenizer files of"
            " the model it was made from into it."
        )


def check_architecture(path: Path, origin: str) -> None:
    """Refuses what transformers has no causal language model class for, custom code included."""
    config = _config(path, origin)
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

    kind = config.get("model_type")
    if kind in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
        return
    if "auto_map" in config:
        raise UserError(
            f"The {origin} needs Python code of its own (auto_map in config.json), which is never run:"
            " choose a model whose architecture transformers ships."
        )
    raise UserError(
        f"The {origin} is of type {kind!r}, which is no causal language model that transformers knows:"
        " choose another model, or install a transformers that has it."
    )


def weight_files(path: Path, origin: str) -> list[str]:
    """The names of the safetensors files, sorted, all of them present."""
    if (path / WEIGHTS).is_file():
        return [WEIGHTS]
    if (path / INDEX).is_file():
        files = _shards(path, origin)
        missing = [file for file in files if not (path / file).is_file()]
        if not missing:
            return files
        raise UserError(
            f"The {origin} lacks {len(missing)} of its {len(files)} weight files ({missing[0]}):"
            " copy or download it again."
        )
    pickles = sorted(file.name for pattern in ("*.bin", "*.pt", "*.pth") for file in path.glob(pattern))
    if pickles:
        raise UserError(
            f"The {origin} holds its weights as {pickles[0]}, but only safetensors are read, because a"
            " pickle can run code: where you trust it, load it with transformers, call save_pretrained"
            " and give that folder."
        )
    raise UserError(f"The {origin} has no safetensors ({WEIGHTS} or {INDEX}): choose a model that has.")


def weights_sha256(path: Path, files: list[str]) -> str:
    """See `ModelSource`."""
    digests = {file: file_sha256(path / file) for file in files}
    if files == [WEIGHTS]:
        return digests[WEIGHTS]
    listing = "".join(f"{digest}  {file}\n" for file, digest in digests.items())
    return hashlib.sha256(listing.encode()).hexdigest()


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _config(path: Path, origin: str) -> Mapping[str, Any]:
    if (path / "config.json").is_file():
        return _read_object(path / "config.json", origin)
    if (path / "adapter_config.json").is_file():
        raise UserError(
            f"The {origin} holds a LoRA adapter and no model: merge it into its base (peft's"
            " merge_and_unload), call save_pretrained and give that folder."
        )
    raise UserError(
        f"The {origin} has no config.json: give a folder as transformers' save_pretrained writes it."
    )


def _shards(path: Path, origin: str) -> list[str]:
    names = _read_object(path / INDEX, origin).get("weight_map")
    if not isinstance(names, dict) or not names:
        raise UserError(f"The {origin} has a damaged {INDEX} (no weight_map): copy or download it again.")
    return sorted(set(names.values()))


def _read_object(file: Path, origin: str) -> Mapping[str, Any]:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"The {origin} has an unreadable {file.name} ({error}): copy it again.") from error
    if not isinstance(data, dict):
        raise UserError(f"The {origin} has a {file.name} that is no JSON object: copy it again.")
    return data


def _check_readable(file: Path, origin: str) -> None:
    """Reads the header, which also tells a file that was cut short."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, framework="numpy"):
            pass
    except (OSError, SafetensorError) as error:
        raise UserError(
            f"The {origin} has damaged weights ({file.name}: {error}): copy or download it again."
        ) from error
