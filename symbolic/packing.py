"""Writes any answer into a certificate as strict JSON, and reads it back the same.

What JSON lacks (nan, infinities, huge integers, tuples, sets, fractions, keys that are no text) is an
object with one "$" key. Foreign objects are written as the name of their type and read back as `Foreign`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

_PLAIN_INT = 2**63
_MAX_DEPTH = 20
_FIRST_LONG: int = 10**4000  # Python refuses to write integers of more than 4,300 digits


@dataclass(frozen=True, slots=True)
class Foreign:
    """Stands for a value that is no plain data; equal to nothing that is."""

    name: str


def is_long(value: int | Fraction) -> bool:
    """Whether an exact number has so many digits that Python may refuse to write it."""
    return max(abs(value.numerator), value.denominator) >= _FIRST_LONG


def pack(value: Any, depth: int = 0) -> Any:
    """Strict JSON data for `value`; calls no method of foreign objects."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is int:
        return value if -_PLAIN_INT < value < _PLAIN_INT else {"$int": hex(value)}
    if kind is float:
        return value if math.isfinite(value) else {"$float": repr(value)}
    if kind is Decimal or (kind is Fraction and not is_long(value)):
        return {f"${kind.__name__.lower()}": str(value)}
    if depth < _MAX_DEPTH:
        if kind is list:
            return [pack(item, depth + 1) for item in value]
        if kind in (tuple, set, frozenset):
            items = [pack(item, depth + 1) for item in value]
            return {"$tuple": items} if kind is tuple else {"$set": sorted(items, key=repr)}
        if kind is dict:
            return {"$dict": [[pack(key, depth + 1), pack(item, depth + 1)] for key, item in value.items()]}
    return {"$foreign": value.name if kind is Foreign else kind.__name__}


def unpack(data: Any) -> Any:
    """The value that was packed. Raises ValueError for data that `pack` does not write."""
    if type(data) is list:
        return [unpack(item) for item in data]
    if type(data) is not dict:
        return data
    if len(data) != 1:
        raise ValueError("a packed value is an object with one key")
    [(tag, body)] = data.items()
    try:
        return _READERS[tag](body)
    except (KeyError, TypeError, ArithmeticError) as error:
        raise ValueError(f"not a packed value: {tag!r}") from error


_FRACTION = re.compile(r"-?[0-9]+(?:/[0-9]+)?")


def read_fraction(text: str) -> Fraction:
    """A fraction as `str` writes it. Raises ValueError for all else: "1e999999999" would fill the memory."""
    if not (isinstance(text, str) and len(text) < 4000 and _FRACTION.fullmatch(text)):
        raise ValueError(f"{text!r:.40} is no fraction")
    try:
        return Fraction(text)
    except ZeroDivisionError as error:
        raise ValueError(f"{text!r:.40} is no fraction") from error


_READERS: dict[str, Callable[[Any], Any]] = {
    "$int": lambda body: int(body, 16),
    "$float": float,
    "$fraction": read_fraction,
    "$decimal": Decimal,
    "$tuple": lambda body: tuple(unpack(body)),
    "$set": lambda body: {item if type(item) is not list else tuple(item) for item in unpack(body)},
    "$dict": lambda body: {unpack(key): unpack(item) for key, item in body},
    "$foreign": Foreign,
}
