"""Separators that group the digits of a number by thousands, or part items. Purely textual."""

from __future__ import annotations

import itertools
import re

from symbolic.answers.notation import split
from symbolic.answers.numerals import read_number

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_GROUPED = re.compile(r"(?<![0-9_.,])[1-9][0-9]{0,2}(?:,[0-9]{3})+(?!,?[0-9])")
_CERTAIN = re.compile(r";|,(?![0-9])")
"""What parts items even among numbers with thousands."""


_TIGHT = re.compile(r",(?=[1-9])")


def parted(text: str) -> str:
    """The text of a set or interval, where a comma parts ends unless 0 follows it."""
    return _TIGHT.sub(", ", text)


def parts(text: str, bracket: str) -> tuple[list[str], bool]:
    """The items of a list without its brackets, and whether commas may also group their digits.

    In square brackets and braces, where programs print lists, a comma parts items: "[1,234]". Elsewhere
    "1,234" inside a longer text may be a number or two, and "1,000" is one everywhere.
    """
    bare = _QUOTED.sub("", text)
    depths = list(itertools.accumulate((letter in "([{") - (letter in ")]}") for letter in bare))
    found = [group for group in _GROUPED.finditer(bare) if depths[group.start()] == 0]
    printed = bracket not in ("", "()")
    if not found or (printed and not any(",0" in group[0] for group in found)):
        return split(text), False
    return [part.strip() for part in _CERTAIN.split(text) if part.strip()], True


def are_grouped(items: list[str]) -> bool:
    """Whether there are several items, each a number with thousands."""
    return len(items) > 1 and all("," in item and read_number(item) is not None for item in items)
