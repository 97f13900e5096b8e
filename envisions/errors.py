"""Errors with an owner: the user's are one sentence and exit code 2, ours are loud."""

from __future__ import annotations

import difflib
import traceback
from collections.abc import Iterable
from pathlib import Path
from types import FrameType

_LONGEST = 300  # characters of what a stranger's exception says


class UserError(Exception):
    """Something the user can mend. The message names the offender and the remedy in one sentence."""


class AuthorError(UserError):
    """A class that is plugged in, `name`, raised as it was imported or made. `what` goes on after the name:
    "raised KeyError: 'x'"; `where` is the last line of the author's own."""

    def __init__(self, name: str, error: Exception) -> None:
        self.what, self.where = f"raised {told(error)}", _where(error, name.partition(".")[0])
        super().__init__(f"{name} {self.what} ({self.where}); mend it, and the same command continues.")


class HarnessError(Exception):
    """Our fault, never the model's: the stage stops, nothing is scored, the same command continues."""


def told(error: BaseException) -> str:
    """ "KeyError: 'x'", of whatever a stranger's code raised."""
    try:
        said = " ".join(str(error).split())
    except Exception:  # noqa: BLE001  what a stranger's exception does when it is read
        said = ""
    return f"{type(error).__name__}: {said[:_LONGEST]}" if said else type(error).__name__


def line_of(frame: FrameType, number: int) -> str:
    """ "letters.py:3", relative to the working directory where the file lies in it."""
    file = Path(frame.f_code.co_filename)
    shown = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
    return f"{shown}:{number}"


def _where(error: Exception, package: str) -> str:
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    places = list(traceback.walk_tb(error.__traceback__))
    own = [place for place in places if str(place[0].f_globals.get("__name__")).split(".")[0] == package]
    return line_of(*(own or places)[-1])


def nearest(word: str, known: Iterable[str], cutoff: float = 0.5) -> str | None:
    """The one of `known` that is most like `word`, if it is like it to `cutoff` (0 to 1)."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=cutoff)), None)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """ " Did you mean 'x'?" with the nearest of `known` to `word`, or an empty string."""
    close = nearest(word, known)
    return f" Did you mean '{close}'?" if close else ""
