"""Dates and times, which look like arithmetic or ratios. Purely textual."""

from __future__ import annotations

import re

_DATE = re.compile(r"(\d{1,4})([-/.:])(\d{1,2})\2(\d{1,4})", re.ASCII)
_TIME = re.compile(r"\d{1,2}:[0-5]\d(?::[0-5]\d)?", re.ASCII)
_YEARS = range(1000, 3000)


def is_time(text: str) -> bool:
    """ "12:30", "12:30:00"."""
    return _TIME.fullmatch(text) is not None


def is_date(text: str) -> bool:
    """Year, month and day in any usual order, the year of four digits or, at the end, of two."""
    found = _DATE.fullmatch(text)
    if found is None:
        return False
    first, last = found[1], found[4]
    middle = int(found[3])
    if int(first) in _YEARS:
        return _are_day_and_month(middle, int(last))
    return (int(last) in _YEARS or len(last) == 2) and _are_day_and_month(int(first), middle)


def has_full_year(text: str) -> bool:
    """Whether a date names its year in four digits, or begins a part with 0, as no number does."""
    return re.search(r"\d{4}|(?<!\d)0\d", text) is not None


def _are_day_and_month(one: int, other: int) -> bool:
    return 1 <= min(one, other) <= 12 and max(one, other) <= 31
