"""Errors with an owner: the user's are one sentence and exit code 2, ours are loud."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """Something the user can mend. The message names the offender and the remedy in one sentence."""


class HarnessError(Exception):
    """Our fault, never the model's: the stage stops, nothing is scored, the same command continues."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """ " Did you mean 'x'?" with the nearest of `known` to `word`, or an empty string."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f" Did you mean '{close[0]}'?" if close else ""
