"""The kinds of answer that `reading` finds and `comparison` compares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from symbolic.answers.numerals import Numeral
from symbolic.answers.terms import Relation, Term

Bracket = Literal["", "and", "or", "()", "[]", "{}", "(]", "[)"]
"""Of a list: "" for data and for bare items, "and" for two that this joins, whose order may not count, and
"or" for what holds one or another of."""


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
    """An equation or inequality, or several that hold together ("1 < x <= 2")."""

    relations: tuple[Relation, ...]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with a unit, percent or currency sign."""

    value: Number | Formula
    unit: str


@dataclass(frozen=True, slots=True)
class Tex:
    """TeX that the restricted reader does not take."""

    value: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list, tuple, set or interval; `bracket` says which, where the text had one.

    `prose` marks bare items with words among them, which may be a sentence.
    """

    items: tuple[Answer, ...]
    bracket: Bracket = ""
    prose: bool = False


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
    """Too large, too deep, foreign, cut or readable in two ways: only its very spelling can be compared.

    `no_number` marks a spelling of which it is known that it stands for no number: a date, hexadecimal.
    """

    spelling: str | None
    no_number: bool = False


Answer = (
    Number
    | Boolean
    | Text
    | Formula
    | Condition
    | Quantity
    | Tex
    | Items
    | Region
    | Table
    | Missing
    | Unreadable
)
