"""What goes into the executor and what comes out of it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from types import NoneType
from typing import Any, Literal, get_args

Status = Literal[
    "ok",  # the program ended by itself and its result is in `value`
    "error",  # it raised, exited, or tried what the sandbox forbids
    "timeout",  # it used up its processor time, or waited past the wall limit
    "memory",  # it asked for more memory than allowed
    "output",  # it printed more than allowed
    "result_size",  # its result is larger than allowed
    "no_result",  # it ended without giving a result
    "bad_result",  # what came back is not a well-formed result
    "crash",  # it was killed by a signal of its own making
    "infra",  # our fault: never scored, never trained on
]
STATUSES: tuple[Status, ...] = get_args(Status)
_ENDLESS = 2**31  # more of anything is no limit, and more than the kernel takes


@dataclass(frozen=True, slots=True)
class Program:
    """A text to execute. With `entry`, that function is called with `args` (JSON data) and its return
    value is the result; without, the result is what the program leaves in the global variable `answer`.

    `files` (relative path to text or bytes) lie in its working directory, which is its own and is read only;
    modules among them can be imported. `libraries` are installed packages that it may import, beside those
    that every program may, and that are imported before it starts, at no cost to it. `limits` take the place
    of the executor's.
    """

    code: str
    language: str = "python"
    entry: str | None = None
    args: Sequence[Any] = ()
    files: Mapping[str, str | bytes] = field(default_factory=dict, hash=False)
    libraries: Sequence[str] = ()
    limits: Limits | None = None

    def __post_init__(self) -> None:
        self._check_types()
        if self.args and self.entry is None:
            raise ValueError("program.args needs program.entry, the name of the function that takes them")
        for name, content in self.files.items():
            if not _inside(name):
                raise ValueError(f"program.files: {name!r} is no relative path of a file inside one folder")
            if not isinstance(content, str | bytes):
                raise ValueError(f"program.files: {name!r} is {type(content).__name__}, not str or bytes")

    def _check_types(self) -> None:
        """What an environment hands over may be of any type, and is to be refused before it runs."""
        for name, (wanted, kinds) in _FIELDS.items():
            value = getattr(self, name)
            if not isinstance(value, kinds):
                raise ValueError(f"program.{name} must be {wanted}, not {type(value).__name__}")


def _inside(name: object) -> bool:
    if not isinstance(name, str):
        return False
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts and _is_name(name)


def _is_name(path: str) -> bool:
    """Whether a file system can hold it."""
    try:
        return b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False


def as_bytes(content: str | bytes) -> bytes:
    """A file's content. What is no text, a lone surrogate, is kept: a model may write it, and Python, not
    the executor, is to find fault with it."""
    return content.encode(errors="surrogatepass") if isinstance(content, str) else content


@dataclass(frozen=True, slots=True)
class OwnProgram(Program):
    """One that this package wrote: it may import this package, its arguments may hold expected answers, and
    it shares no process, nor the memory of one, with what anybody else wrote."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one program may use. Seconds, mebibytes and kibibytes as the names say; `threads` at a time,
    beside the first.

    Labels are decided by processor time, so that they hold on a loaded machine; `wall_s` is only
    the backstop for programs that sleep: four times `cpu_s` unless given, and then longer for a
    program that is not asleep but gets little of a processor.
    """

    cpu_s: float = 2.0
    wall_s: float | None = None
    mem_mb: int = 1024
    output_kb: int = 64
    result_kb: int = 64
    threads: int = 64

    def __post_init__(self) -> None:
        for name in ("cpu_s", "wall_s", "mem_mb", "output_kb", "result_kb", "threads"):
            value = getattr(self, name)
            if value is None and name == "wall_s":
                continue
            if not (isinstance(value, int | float) and 0 < value < _ENDLESS):
                raise ValueError(f"limits.{name} must be greater than 0 and less than 2**31, not {value!r}")

    @property
    def wall(self) -> float:
        """The wall-clock backstop in seconds."""
        return 4 * self.cpu_s if self.wall_s is None else self.wall_s


@dataclass(frozen=True, slots=True)
class Execution:
    """What one program did.

    `value` is plain data (None, bool, int, float, str, lists and dicts of them), set only when
    `status` is "ok". `output` is what it printed. `error` says what went wrong in words a model can
    repair from (the last line of a traceback and the program's own line). `seconds` is processor
    time, `isolation` the name of the tier that confined it.
    """

    status: Status
    value: Any = None
    output: str = ""
    error: str = ""
    seconds: float = 0.0
    isolation: str = ""

    @property
    def ok(self) -> bool:
        return self.status == "ok"


_FIELDS: dict[str, tuple[str, tuple[type, ...]]] = {  # of a program: what each is, in words and as types
    "code": ("text", (str,)),
    "language": ("text", (str,)),
    "entry": ("the name of a function", (str, NoneType)),
    "args": ("a list", (list, tuple)),
    "files": ("a mapping of paths to contents", (Mapping,)),
    "libraries": ("a list of names", (list, tuple)),
    "limits": ("Limits", (Limits, NoneType)),
}
