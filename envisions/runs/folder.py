"""The run directory: where everything a run computes is kept, so that it can be killed at any moment.

Records are JSON lines, appended and flushed a block at a time; every other file is replaced atomically. One
process at a time holds a run directory, and it alone mends what a kill has torn: a reader beside it changes
nothing. It does not cover network file systems without `flock`.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import jsonlines

from envisions.errors import UserError
from envisions.runs import layout

T = TypeVar("T")


class RunDir:
    """A run's folder, locked for this process. Use as a context manager."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Self:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = open(self.path / layout.LOCK, "w")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for path in layout.record_files(self.path):
                _cut_torn_line(path)
        except BlockingIOError:
            self._lock.close()
            raise UserError(
                f"another process is working in '{self.path}'; wait for it, or choose another run.dir."
            ) from None
        except OSError as error:
            raise UserError(
                f"'{self.path}' cannot be used ({error.strerror}: '{error.filename}');"
                " choose another run.dir."
            ) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.close()

    def round(self, number: int) -> Path:
        """The folder of a round, made if it is not there."""
        folder = layout.round_folder(self.path, number)
        folder.mkdir(exist_ok=True)
        return folder


def write_text(path: Path, text: str) -> None:
    """Replaces a file in one step: a reader sees the old text or the new, never half."""
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


def write_json(path: Path, data: Any) -> None:
    write_text(path, json.dumps(data, indent=2) + "\n")


def read_json(path: Path) -> dict[str, Any] | None:
    """The file's object, or None where there is no file. Raises `UserError` where it is damaged."""
    if not path.exists():
        return None
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise UserError(f"'{path}' is damaged ({error}); restore it, or delete it to do without.") from error


def append_records(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """Appends JSON lines, on disk when this returns."""
    with open(path, "a", encoding="utf-8") as file:
        jsonlines.Writer(file, dumps=json.dumps).write_all(records)  # ASCII: a lone surrogate is no UTF-8
        file.flush()
        os.fsync(file.fileno())


def write_records(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """Replaces a file of JSON lines in one step."""
    write_text(path, "".join(json.dumps(record) + "\n" for record in records))


def read_records(path: Path, parse: Callable[[dict[str, Any]], T]) -> list[T]:
    """All whole lines, as `parse` makes them; none where there is no file. A last line without its end is
    being written, or was torn by a kill: it is left out. Raises `UserError` for any other damage."""
    if not path.exists():
        return []
    content = path.read_bytes()
    lines = content[: content.rfind(b"\n") + 1].splitlines()
    reader = jsonlines.Reader(lines)
    return [_read(reader, parse, f"line {number} of '{path}'") for number in range(1, len(lines) + 1)]


def _cut_torn_line(path: Path) -> None:
    """Cuts off a last line that a kill has torn, so that appending goes on cleanly."""
    if not path.is_file() or not path.stat().st_size:
        return
    with open(path, "r+b") as file:
        file.seek(-1, os.SEEK_END)
        if file.read(1) != b"\n":
            file.seek(0)
            file.truncate(file.read().rfind(b"\n") + 1)


def _read(reader: jsonlines.Reader, parse: Callable[[dict[str, Any]], T], place: str) -> T:
    try:
        return parse(reader.read(type=dict))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"{place} is damaged ({reason}); restore it, or delete it to do without.") from error


def replace_folder(temporary: Path, target: Path) -> None:
    """Puts a finished folder in its place; what was there before is gone."""
    if target.exists():
        shutil.rmtree(target)
    os.replace(temporary, target)
