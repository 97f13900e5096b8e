"""What every command has in common: a user's mistake is one sentence on stderr and exit code 2."""

from __future__ import annotations

import errno
import inspect
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import NoReturn

from envisions.errors import HarnessError, UserError, did_you_mean
from envisions.settings.shadowing import check_shadowing

# Libraries that write files report a full disk in exceptions of their own; only the text is left.
_FULL = re.compile(r"No space left|os error (28|122)\b|Disk quota exceeded|disk is full")
_SPINS = "1000"  # some tens of microseconds: longer than most waits between threads that both have a core
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}


def command(main: Callable[[], None], about: str | None = None) -> NoReturn:
    """Runs a command's `main` and exits: 0, 2 for a user's mistake, 1 for a fault of ours, 130 for Ctrl-C.
    With `--help` it only prints what the command is `about`, unless `main` answers to that."""
    _step_back()
    _print_what_can_be()
    try:
        check_shadowing()
        if about and {"-h", "--help"} & {*sys.argv[1:]}:
            print(inspect.cleandoc(about))
        else:
            main()
        _flush()
    except UserError as error:
        _fail(str(error), 2)
    except HarnessError as error:
        _fail(f"this is a fault of the harness, not of the model: {error}", 1)
    except BrokenPipeError:  # a reader that has gone (`| head`) has seen enough
        _silence()
    except KeyboardInterrupt:
        _fail("interrupted; nothing is lost, the same command continues.", 130)
    except Exception as error:
        if sentence := _about_files(error):
            _fail(sentence, 2)
        raise
    sys.exit(0)


def only_key(key: str, arguments: Sequence[str], usage: str) -> str:
    """The value of the one key that a command takes. Raises `UserError` where anything else is given."""
    return only_keys([key], arguments, usage)[key]


def only_keys(keys: Sequence[str], arguments: Sequence[str], usage: str) -> dict[str, str]:
    """The values of the keys that a command takes, the first of which has to be given. Raises `UserError`
    where anything else is."""
    given: dict[str, str] = {}
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if not equals or name not in keys:
            hint = did_you_mean(name, keys)
            raise UserError(f"'{argument}' is not understood; write {usage}.{hint}")
        if not value or name in given:
            raise UserError(f"{name} has to be given once: {usage}")
        given[name] = value
    if keys[0] not in given:
        raise UserError(f"{keys[0]} has to be given once: {usage}")
    return given


def own_key(key: str) -> str | None:
    """Takes key=VALUE out of the arguments, where it is a command's own and none of a run's configuration."""
    named = [argument for argument in sys.argv[1:] if argument.startswith(f"{key}=")]
    sys.argv[1:] = [argument for argument in sys.argv[1:] if argument not in named]
    return named[-1].removeprefix(f"{key}=") if named else None


def own_switch(key: str) -> bool:
    """As `own_key`, of true or false; not given it is false."""
    value = own_key(key) or "false"
    if value not in ("true", "false"):
        raise UserError(f"{key} must be true or false, not '{value}'.")
    return value == "true"


def own_path(key: str) -> Path | None:
    """As `own_key`, of a file that is to be written. Raises `UserError` now if it cannot be, not at the end
    of the work."""
    if (value := own_key(key)) is None:
        return None
    path = Path(os.path.expanduser(value))
    if path.is_dir():
        raise UserError(f"{key}={value} is a folder; give the path of a file.")
    if not path.parent.is_dir():
        raise UserError(
            f"{key}={value}: there is no folder '{path.parent}'; make it, or choose another path."
        )
    return path


def _step_back() -> None:
    """Threads that wait for one another let go of their cores at once, where the user has not said otherwise.

    By its default GNU's OpenMP, which torch brings along, spins for milliseconds at the end of an operation:
    beside other work that takes the core from the very thread that is waited for. It reads this as it is
    loaded, so torch must come later; `benchmarks/manners.py` measures both.
    """
    if not os.environ.keys() & {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT"}:
        os.environ["GOMP_SPINCOUNT"] = _SPINS


def _print_what_can_be() -> None:
    """A terminal that has no sign for a character (cp1252, ASCII) gets another, and no traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


def _about_files(error: BaseException) -> str | None:
    """A sentence for a full disk or a missing permission, wherever in the chain of causes it stands."""
    for link in _chain(error):
        name = link.filename if isinstance(link, OSError) else None
        place = f" at '{name}'" if name else ""
        if _FULL.search(str(link)):
            return f"no space is left on the disk{place}; make room, then the same command continues."
        if isinstance(link, OSError) and link.errno in _DENIED:
            return f"permission denied{place}; choose another run.dir, or ask for the permission."
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _fail(sentence: str, code: int) -> NoReturn:
    print(f"error: {sentence}", file=sys.stderr, flush=True)
    try:
        _flush()
    except OSError:
        _silence()
    sys.exit(code)


def _flush() -> None:
    """Passes on what was printed. A reader that has gone (`| head`) has seen enough: that is no error."""
    try:
        print(end="", flush=True)
    except BrokenPipeError:
        _silence()


def _silence() -> None:
    """Lets go of a standard output that cannot be written, or Python complains once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
