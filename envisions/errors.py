"""Errors with an owner: the user's are one sentence and exit code 2, ours are loud."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """Something the user can mend. The message names the offender and the remedy in one sentence."""


class HarnessError(Exception):
    """Our fault, never the model's: the stage stops, nothing is scored, the same command continues."""


def nearest(word: str, known: Iterable[str], cutoff: float = 0.5) -> str | None:
    """The one of `known` that is most like `word`, if it is like it to `cutoff` (0 to 1)."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=cutoff)), None)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """ " Did you mean 'x'?" with the nearest of `known` to `word`, or an empty string."""
    close = nearest(word, known)
    return f" Did you mean '{close}'?" if close else ""
