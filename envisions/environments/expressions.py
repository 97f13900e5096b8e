"""Arithmetic over a question's numbers: which small expressions come to a task's answer.

Read are numbers in digits ("1,250", "2.50") and in words up to twelve. An expression names them a, b, c, d in
the order in which they stand, uses each at most once, and has two operations at most. A fifth number is not
looked at.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import permutations
from typing import Any, Final

Number = int | float
Compute = Callable[[Sequence[Number]], Number]

NAMES: Final = "abcd"
_WORDS: Final = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBER = re.compile(rf"\d+(?:,\d{{3}})*(?:\.\d+)?|\b(?:{'|'.join(_WORDS)})\b", re.ASCII | re.IGNORECASE)
_OPERATIONS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def numbers(text: str) -> list[Number]:
    """The numbers of a text, in order. "One" is taken for a pronoun."""
    return [_value(word) for word in _NUMBER.findall(text)]


def replaced_numbers(text: str, new: Mapping[Number, Number]) -> str:
    """The text with some of its numbers replaced by others, wherever they stand."""
    return _NUMBER.sub(lambda found: str(new.get(_value(found[0]), found[0])), text)


def explanations(question: str, target: Any) -> list[str]:
    """The expressions over the question's numbers whose value is the target, shorter ones first."""
    if isinstance(target, bool) or not isinstance(target, int | float):
        return []
    known = numbers(question)[: len(NAMES)]
    return [text for text, compute in _expressions(len(known)).items() if _comes_to(compute, known, target)]


def assignments(question: str) -> list[str]:
    """Python statements that give the question's numbers their names."""
    return [f"{name} = {value}" for name, value in zip(NAMES, numbers(question), strict=False)]


def _value(word: str) -> Number:
    if word.lower() in _WORDS:
        return 2 + _WORDS.index(word.lower())
    digits = word.replace(",", "")
    return float(digits) if "." in digits else int(digits)


def _comes_to(compute: Compute, known: Sequence[Number], target: Number) -> bool:
    try:
        return math.isclose(compute(known), target, rel_tol=1e-9, abs_tol=1e-9)
    except (ZeroDivisionError, OverflowError):
        return False


@cache
def _expressions(count: int) -> Mapping[str, Compute]:
    """Every expression over `count` numbers, by its text."""
    single = {name: operator.itemgetter(place) for place, name in enumerate(NAMES[:count])}
    pairs = {
        f"{one} {sign} {other}": _combined(sign, single[one], single[other])
        for one, other in permutations(single, 2)
        for sign in _signs(one, other)
    }
    return {**single, **pairs, **dict(_longer(single, pairs))}


def _longer(single: Mapping[str, Compute], pairs: Mapping[str, Compute]) -> Iterator[tuple[str, Compute]]:
    """Each pair with a third number, before or after it."""
    for pair, inner in pairs.items():
        for name in (name for name in single if name not in pair):
            for sign in _OPERATIONS:
                yield f"({pair}) {sign} {name}", _combined(sign, inner, single[name])
            for sign in "-/":
                yield f"{name} {sign} ({pair})", _combined(sign, single[name], inner)


def _signs(one: str, other: str) -> str:
    """Of sums and products one order is enough."""
    return "+-*/" if one < other else "-/"


def _combined(sign: str, one: Compute, other: Compute) -> Compute:
    apply = _OPERATIONS[sign]
    return lambda known: apply(one(known), other(known))
