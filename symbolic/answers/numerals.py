"""Reads numbers from text and compares them: exactly, but for floats, which carry rounding.

Read are fractions, mixed numbers, decimals, scientific notation, thousands commas, the Unicode minus
and infinities. Not read are percent signs, units, digit underscores, hexadecimal and non-ASCII digits.
Arithmetic ("2^3", a LaTeX fraction) is not covered here: see `parsing`.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from fractions import Fraction

from symbolic.packing import is_long

Numeral = int | Fraction | float  # int and Fraction are exact; a float is rounded or infinite

FLOAT_TOLERANCE = Fraction(1, 10**12)
"""Relative difference within which a rounded float stands for another number."""

_MOST_ROUNDING = Fraction(1, 8)  # between a float and an exact number: what is 1 apart is never one number
_EXACT_FLOAT = 2.0**53  # below it, every whole number is a float
_MAX_TEXT = 4000  # characters; Python itself refuses to read integers of more than 4,300 digits
_MAX_EXPONENT = 4000
_LONG = 10  # decimals that tell of rounding

_DECIMAL = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+"
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_NUMBER = re.compile(
    rf"""(?P<sign>[+-]?)\s*
    (?: (?P<whole>\d+)\s+(?P<part>[1-9]\d?)\s*/\s*(?P<of>\d+)
      | (?P<top>{_DECIMAL})\s*/\s*(?P<bottom>{_DECIMAL})
      | (?P<decimal>{_DECIMAL})
        (?: [eE](?P<exp>[+-]?\d+)
          | \s*(?:[*×]|\\times|\\cdot)\s*10\s*(?:\^|\*\*)\s*[({{]?(?P<power>[+-]?\d+)[)}}]?
        )?
    )""",
    re.ASCII | re.VERBOSE,
)
_INFINITY = re.compile(r"([+-]?)\s*(?:inf|infinity|oo|∞|\\infty)", re.ASCII | re.IGNORECASE)


class TooLargeError(ValueError):
    """A number whose digits would not be written out."""


def read_float(value: float) -> Numeral:
    """A whole float below 2**53 is exactly that integer; any other stands for itself, rounded."""
    if value.is_integer() and abs(value) < _EXACT_FLOAT:
        return int(value)
    return value


def read_number(text: str) -> Numeral | None:
    """The number a text spells, or None. `text` is stripped, its minus signs ASCII; nan is not a number.

    Raises `TooLargeError` for a number of more than some four thousand digits.
    """
    if len(text) > _MAX_TEXT:
        if _NUMBER.fullmatch(text[:_MAX_TEXT]):
            raise TooLargeError
        return None
    if _INTEGER.fullmatch(text):
        return int(text)
    if found := _INFINITY.fullmatch(text):
        return -math.inf if found[1] == "-" else math.inf
    found = _NUMBER.fullmatch(text)
    return None if found is None else _value(found)


def _value(found: re.Match[str]) -> Numeral | None:
    top, bottom = _ratio(found)
    if not bottom:
        return None
    size = top / bottom
    exponent = found["exp"] or found["power"]
    if exponent:
        if len(exponent) > 6 or abs(int(exponent)) > _MAX_EXPONENT:
            raise TooLargeError
        size *= Fraction(10) ** int(exponent)
    if is_long(size):
        raise TooLargeError
    return -size if found["sign"] == "-" else size


def _ratio(found: re.Match[str]) -> tuple[Fraction, Fraction]:
    if found["whole"]:
        if int(found["part"]) >= int(found["of"]):  # no mixed number: two numbers side by side
            return Fraction(0), Fraction(0)
        return int(found["whole"]) * int(found["of"]) + _fraction(found["part"]), _fraction(found["of"])
    if found["top"]:
        return _fraction(found["top"]), _fraction(found["bottom"])
    return _fraction(found["decimal"]), Fraction(1)


def _fraction(decimal: str) -> Fraction:
    whole, _, part = decimal.replace(",", "").partition(".")
    return Fraction(int(whole + part or "0"), 10 ** len(part))


def same_number(left: Numeral, right: Numeral) -> bool | None:
    """Exact equality, unless one is a rounded float: then within its `reach`, or with the same nearest float.

    Nothing but zero equals zero, and whole floats below 2**53 are exact. Beyond, neighbouring floats are more
    than 1 apart: None where two numbers differ by no more than rounding may have done.
    """
    if left == right:
        return True
    floats = [side for side in (left, right) if isinstance(side, float)]
    if not floats or any(math.isinf(side) for side in floats):
        return False
    one, other = Fraction(left), Fraction(right)
    apart = abs(one - other)
    if apart <= min(_MOST_ROUNDING, max(map(reach, floats))) or _rounds(one, other):
        return True
    beyond = max(abs(one), abs(other)) >= _EXACT_FLOAT
    return None if beyond and apart <= max(map(reach, floats)) else False


def reach(value: float) -> Fraction:
    """How far from a finite float a real number may lie that it stands for.

    `FLOAT_TOLERANCE` times its size; or half a unit of its last decimal where it is written out to ten
    decimals or more, as data sets round thirds (0.6666666667).
    """
    relative = FLOAT_TOLERANCE * abs(Fraction(value))
    _, digits, exponent = Decimal(repr(value)).as_tuple()
    if isinstance(exponent, int) and exponent <= -_LONG and len(digits) >= _LONG - 1:
        return max(relative, Fraction(1, 2 * 10**-exponent))
    return relative


def _rounds(one: Fraction, other: Fraction) -> bool:
    """Whether two numbers other than 0 have the same nearest float, as the smallest floats do from afar."""
    try:
        return bool(one and other) and float(one) == float(other) != 0
    except OverflowError:
        return False
