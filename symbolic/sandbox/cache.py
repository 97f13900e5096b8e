"""Results kept in a file, so that a program seen before costs nothing.

The key is a hash of the program, its limits and everything that could change the result: the tier, the
interpreter, the libraries. Does not keep `infra`, which says nothing about the program. A damaged or
unwritable file costs the reuse, never a run.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import sys
import threading
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from pathlib import Path

from symbolic.program import STATUSES, Execution, Limits, OwnProgram, Program, as_bytes
from symbolic.sandbox.declared import versions

_FORMAT = 3  # raise it when the same program may get another result from this package
_FIELDS = {field.name for field in fields(Execution)}


def key(program: Program, limits: Limits, isolation: str, libraries: Sequence[str]) -> str:
    """`limits` and `libraries` are those that hold for it. ValueError if its arguments are no JSON data."""
    files = {name: _hash(as_bytes(content)) for name, content in program.files.items()}
    whole = {
        **asdict(program),
        "own": isinstance(program, OwnProgram),
        "files": files,
        "limits": asdict(limits),
    }
    parts = [whole, isolation, _FORMAT, sys.version, *libraries, *map(versions, libraries)]
    try:
        text = json.dumps(parts, sort_keys=True)
    except (TypeError, ValueError) as problem:
        raise ValueError(f"program.args must be JSON data: {problem}") from None
    return _hash(text.encode())


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Cache:
    """Executions by key; usable from any thread, and by several processes on the same file."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._database = _open_or_renew(path)

    def get(self, keys: Iterable[str]) -> dict[str, Execution]:
        found = {}
        with self._lock, contextlib.suppress(sqlite3.Error):
            for name in keys if self._database else ():
                assert self._database is not None
                row = self._database.execute(
                    "SELECT execution FROM executions WHERE key = ?", (name,)
                ).fetchone()
                if row and (execution := _read(row[0])):
                    found[name] = execution
        return found

    def put(self, executions: dict[str, Execution]) -> None:
        rows = [(name, json.dumps(asdict(it))) for name, it in executions.items() if it.status != "infra"]
        with self._lock, contextlib.suppress(sqlite3.Error):
            if self._database:
                with self._database:
                    self._database.executemany("INSERT OR REPLACE INTO executions VALUES (?, ?)", rows)

    def close(self) -> None:
        with self._lock:
            if self._database:
                self._database.close()
                self._database = None


def _read(text: object) -> Execution | None:
    """The execution in a row, or None where the row is damaged: nothing in it may be made up."""
    try:
        data = json.loads(text)  # type: ignore[arg-type]
        whole = data.keys() == _FIELDS and data["status"] in STATUSES
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    return Execution(**data) if whole else None


def _open_or_renew(path: Path) -> sqlite3.Connection | None:
    try:
        return _open(path)
    except sqlite3.OperationalError:
        return None  # locked, or no place to write
    except sqlite3.DatabaseError:  # no database: put aside, not removed, in case it is something else
        with contextlib.suppress(OSError, sqlite3.Error):
            path.rename(f"{path}.damaged")
            return _open(path)
    return None


def _open(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, check_same_thread=False)
    try:
        database.execute(
            "CREATE TABLE IF NOT EXISTS executions (key TEXT PRIMARY KEY, execution TEXT) WITHOUT ROWID"
        )
    except sqlite3.Error:
        database.close()
        raise
    return database
