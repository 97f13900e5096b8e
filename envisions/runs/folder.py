"""The run directory: where everything a run computes is kept, so that it can be killed at any moment.

Records are JSON lines, appended and flushed a block at a time; every other file is replaced atomically. One
process at a time holds a run directory. It does not cover network file systems without `flock`.
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

T = TypeVar("T")


class RunDir:
    """A run's folder, locked for this process. Use as a context manager."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Self:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = open(self.path / ".lock", "w")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
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
        folder = self.path / f"round_{number}"
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
    """All whole lines, as `parse` makes them. A last line that a kill has torn is cut off, so that appending
    goes on cleanly. Raises `UserError` for any other damage."""
    if not path.exists():
        return []
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        os.truncate(path, len(whole))
    lines = whole.splitlines()
    reader = jsonlines.Reader(lines)
    return [_read(reader, parse, f"line {number} of '{path}'") for number in range(1, len(lines) + 1)]


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
