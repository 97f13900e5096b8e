"""A folder of its own for every program that has files: there before it starts, gone when it has ended.

All lie in one place that nobody can list, under names that nobody can guess, so that no program finds
another's files. Does not cover writing: a program may write nowhere.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from symbolic.program import as_bytes


class Folders:
    """Used by one thread alone."""

    def __init__(self) -> None:
        self._place: TemporaryDirectory[str] | None = None

    @property
    def place(self) -> str:
        """What holds them all; made when it is first asked for."""
        if self._place is None:
            self._place = TemporaryDirectory(prefix="envisions-files-")
            os.chmod(self._place.name, 0o311)
        return self._place.name

    def make(self, files: Mapping[str, str | bytes]) -> str:
        """A new folder with these files, for everybody to read. OSError where they cannot be written."""
        folder = mkdtemp(dir=self.place)
        try:
            os.chmod(folder, 0o755)
            for name, content in files.items():
                _write(Path(folder, name), as_bytes(content))
        except OSError as problem:
            self.remove(folder)
            raise OSError(f"its files could not be written: {problem}") from problem
        return folder

    def remove(self, folder: str) -> None:
        shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Removes all; may be called twice."""
        if self._place is not None:
            os.chmod(self._place.name, 0o700)
            self._place.cleanup()
            self._place = None


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
