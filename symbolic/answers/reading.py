"""Reads what a program returned, or what was asked, into one of a few kinds of answer.

Plain data and text are read alike, so that "1,000", 1000 and 1000.0 are one number. Nothing is evaluated.
Percent signs and units are read only where the caller names the unit. Letter case counts, except in
yes, no, true and false. TeX beyond the restricted reader is left as it is: see `latex`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from symbolic.answers.evaluation import evaluate
from symbolic.answers.intervals import UndefinedError
from symbolic.answers.latex import UNITS
from symbolic.answers.notation import encloses, normalise, plain, split, without_unit
from symbolic.answers.numerals import Numeral, TooLargeError, read_float, read_number
from symbolic.answers.parsing import read_term
from symbolic.answers.terms import AmbiguousError, NotMathError, Relation, Term, symbols

Bracket = Literal["", "()", "[]", "{}", "(]", "[)"]  # "" for data and for bare lists

MAX_DEPTH = 16
MAX_ITEMS = 10_000


@dataclass(frozen=True, slots=True)
class Number:
    value: Numeral


@dataclass(frozen=True, slots=True)
class Boolean:
    value: bool


@dataclass(frozen=True, slots=True)
class Text:
    value: str


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression that is more than a number."""

    term: Term


@dataclass(frozen=True, slots=True)
class Condition:
    """An equation or inequality."""

    relation: Relation


@dataclass(frozen=True, slots=True)
class Tex:
    """TeX that the restricted reader does not take."""

    value: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list, tuple, set or interval; `bracket` says which, where the text had one."""

    items: tuple[Answer, ...]
    bracket: Bracket = ""


@dataclass(frozen=True, slots=True)
class Region:
    """A union of intervals and finite sets."""

    pieces: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping from text to answers."""

    entries: Mapping[str, Answer]


@dataclass(frozen=True, slots=True)
class Missing:
    """Empty, None or nan: never right."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Too large, too deep, foreign or readable in two ways: only its very spelling can be compared."""

    spelling: str | None


Answer = Number | Boolean | Text | Formula | Condition | Tex | Items | Region | Table | Missing | Unreadable

_WORDS = {"yes": True, "true": True, "no": False, "false": False}
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_CHOICE = re.compile(r"\(?([A-Z])(?:[).:]|\)\.)")
_PLAIN_WORDS = re.compile(r"[A-Za-z]+(?:[ '-][A-Za-z]+)*[.!?]?")
_PAIRS: dict[str, Bracket] = {"()": "()", "[]": "[]", "{}": "{}", "(]": "(]", "[)": "[)"}
_CUPS = re.compile(r"\s*(?:∪|\\cup(?![A-Za-z])|(?<=[\])}])\s*U\s*(?=[\[({]))\s*")


def read(value: Any, unit: str | None = None, depth: int = 0) -> Answer:
    """The answer that plain data or text spells; `unit` ("%", "cm") may follow a number. Never raises."""
    kind = type(value)
    if kind is str:
        return read_text(value, unit, depth)
    if kind is int:
        return Number(value)
    if kind is bool:
        return Boolean(value)
    if kind is float:
        return Missing() if math.isnan(value) else Number(read_float(value))
    if value is None:
        return Missing()
    return _read_other(value, unit, depth)


def _read_other(value: Any, unit: str | None, depth: int) -> Answer:
    kind = type(value)
    if depth >= MAX_DEPTH:
        return Unreadable(None)
    if kind in (list, tuple):
        return _items(value, "", unit, depth)
    if kind in (set, frozenset):
        return _items(value, "{}", unit, depth)
    if kind is dict:
        return _table(value, unit, depth)
    if kind is Fraction:
        return Number(value)
    if kind is Decimal:
        return read_text(str(value), unit, depth)
    return Unreadable(None)


def _items(values: Iterable[Any], bracket: Bracket, unit: str | None, depth: int) -> Answer:
    items = tuple(read(value, unit, depth + 1) for value in values)
    if not items and depth == 0:
        return Missing()
    return Items(items, bracket) if len(items) <= MAX_ITEMS else Unreadable(None)


def _table(value: Mapping[Any, Any], unit: str | None, depth: int) -> Answer:
    if not value and depth == 0:
        return Missing()
    if len(value) > MAX_ITEMS or any(type(key) not in (str, int, bool, float) for key in value):
        return Unreadable(None)
    return Table({str(key): read(item, unit, depth + 1) for key, item in value.items()})


def read_text(text: str, unit: str | None = None, depth: int = 0) -> Answer:
    """The answer that a text spells. Never raises."""
    if _INTEGER.fullmatch(text):
        return Number(int(text))
    spelling = normalise(text)
    if unit:
        spelling = without_unit(spelling, unit)
    if not spelling or spelling.lower() in ("nan", "+nan", "-nan"):
        return Missing()
    if (word := spelling.lower()) in _WORDS:
        return Boolean(_WORDS[word])
    try:
        number = read_number(spelling)
    except TooLargeError:
        return Unreadable(spelling)
    if number is not None:
        return Number(number)
    return _read_structure(plain(spelling), unit, depth)


def _read_structure(spelling: str, unit: str | None, depth: int) -> Answer:
    if depth >= MAX_DEPTH:
        return Unreadable(spelling)
    if choice := _CHOICE.fullmatch(spelling):
        return Text(choice[1])
    if _PLAIN_WORDS.fullmatch(spelling):
        return Text(spelling)
    pieces = _CUPS.split(spelling)
    if len(pieces) > 1:
        return Region(tuple(read_text(piece, unit, depth + 1) for piece in pieces))
    bracket, inside = _unbracket(spelling)
    if bracket and not inside:
        return Missing() if depth == 0 else Items((), bracket)
    parts = split(inside)
    if len(parts) > 1 or bracket not in ("", "()") or (bracket and inside.endswith(",")):
        return _items(parts, bracket, unit, depth)
    return read_text(inside, unit, depth + 1) if bracket else _read_math(spelling)


def _unbracket(spelling: str) -> tuple[Bracket, str]:
    """The outer brackets, if one pair encloses the whole, and what is inside."""
    bare = spelling.replace("\\left", "").replace("\\right", "").replace("\\{", "{").replace("\\}", "}")
    bracket = _PAIRS.get(bare[:1] + bare[-1:]) if len(bare) > 1 else None
    if bracket is None or not encloses(bare):
        return "", spelling
    return bracket, bare[1:-1].strip()


def _read_math(spelling: str) -> Answer:
    try:
        found = read_term(spelling)
    except AmbiguousError:
        return Unreadable(spelling)
    except NotMathError:
        beyond = "\\" in spelling and not any(word in spelling for word in UNITS)
        return Tex(spelling) if beyond else Text(spelling)
    return Condition(found) if isinstance(found, Relation) else read_constant(found)


def read_constant(term: Term) -> Number | Formula:
    """A constant that is rational as the number it is."""
    if not symbols(term):
        try:
            value = evaluate(term, {})
        except UndefinedError:
            return Formula(term)
        if value.exact:
            return Number(value.low)
    return Formula(term)


def promote(answer: Answer) -> Answer:
    """Words as the expression they may be ("x", "pi", "y-x"), where the other side is one."""
    if not isinstance(answer, Text):
        return answer
    try:
        found = read_term(answer.value)
    except NotMathError:
        return answer
    return answer if isinstance(found, Relation) else Formula(found)
