"""A folder of its own for every program that has files: there before it starts, gone when it has ended.

All lie in one place that nobody can list, under names that nobody can guess, so that no program finds
another's files. What a process left that was killed, the next one removes. Does not cover writing: a program
may write nowhere.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from symbolic.program import as_bytes


class Folders:
    """Used by one thread alone."""

    def __init__(self) -> None:
        self._place: TemporaryDirectory[str] | None = None
        _remove_abandoned()

    @property
    def place(self) -> str:
        """What holds them all; made when it is first asked for."""
        if self._place is None:
            self._place = TemporaryDirectory(prefix=f"{_prefix()}{os.getpid()}-")
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


@cache
def _prefix() -> str:
    """What the names of places begin with, of all processes that a process id tells apart: those of one
    start of one machine, in one container. Where that is not to be seen, of this process alone."""
    try:
        start = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
        known = start + os.readlink("/proc/self/ns/pid")
    except OSError:
        known = secrets.token_hex()
    return f"envisions-files-{hashlib.sha256(known.encode()).hexdigest()[:12]}-"


def _remove_abandoned() -> None:
    """The places of this user's whose process was killed."""
    with contextlib.suppress(OSError):
        for place in Path(tempfile.gettempdir()).glob(f"{_prefix()}*"):
            if _is_abandoned(place):
                place.chmod(0o700)
                shutil.rmtree(place, ignore_errors=True)


def _is_abandoned(place: Path) -> bool:
    owner, about = place.name.removeprefix(_prefix()).partition("-")[0], place.lstat()
    mine = stat.S_ISDIR(about.st_mode) and about.st_uid == os.geteuid()
    return mine and owner.isdecimal() and not _lives(int(owner))


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
