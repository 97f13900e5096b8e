"""Reads what a program returned, or what was asked, into one of a few kinds of answer.

Plain data and text are read alike, so that "1,000", 1000 and 1000.0 are one number. Nothing is evaluated.
A unit that the caller names may follow a number; any other makes it a quantity, which no bare number equals.
Letter case counts, except in yes, no, true and false. TeX beyond the restricted reader is left as it is: see
`latex`. What is neither words nor any of this is `Unreadable`: nothing can be shown about it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from symbolic.answers import thousands
from symbolic.answers.dates import has_full_year, is_date, is_time
from symbolic.answers.evaluation import evaluate
from symbolic.answers.intervals import UndefinedError
from symbolic.answers.kinds import (
    Answer,
    Boolean,
    Bracket,
    Condition,
    Formula,
    Items,
    Missing,
    Number,
    Quantity,
    Region,
    Table,
    Tex,
    Text,
    Unreadable,
)
from symbolic.answers.latex import UNITS
from symbolic.answers.naming import assignments, definition, member
from symbolic.answers.notation import encloses, entries, is_cut, normalise, plain, without_unit
from symbolic.answers.numerals import TooLargeError, read_float, read_number
from symbolic.answers.parsing import is_infinite, read_term
from symbolic.answers.quantities import split_unit
from symbolic.answers.terms import AmbiguousError, Chain, NotMathError, Relation, Term, TooLongError, symbols
from symbolic.packing import is_long

MAX_DEPTH = 16
MAX_ITEMS = 10_000
MAX_TEXT = 40_000  # characters
MAX_ODD = 100  # characters of a spelling that is looked at for dates and the like
MAX_BRACKETS = 3000  # that a text opens


_WORDS = {"yes": True, "true": True, "no": False, "false": False}
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_CHOICE = re.compile(r"\(?([A-Z])(?:[).:]|\)\.)")
_PLAIN_WORDS = re.compile(r"[A-Za-z]+(?:[ '-][A-Za-z]+)*[.!?]?")
_WORDS_OF_ANY_SCRIPT = re.compile(r"[^\W\d_]+(?:[ ,.;:'’-]+[^\W\d_]+)*[.!?]?")
_NO_NUMBER = re.compile(
    r"""\d+(?:_\d+)+ | 0[xob]\w+ | [^\W_]*[^\x00-\x7F\W_][^\W_]* | [-+.]+  # underscores, bases, other digits
    | \d+(?:\.\d+){2,}  # versions""",
    re.VERBOSE,
)
_JOINED = re.compile(r"(?<![A-Za-z\\])(?:and|or)(?![A-Za-z])")
_AMPERSANDS = re.compile(r"\((.+)\) & \((.+)\)")
_PAIRS: dict[str, Bracket] = {"()": "()", "[]": "[]", "{}": "{}", "(]": "(]", "[)": "[)"}
_BLANKS = re.compile(r"(?<![0-9A-Za-z]) | (?![0-9A-Za-z])")
_CUPS = re.compile(r"\s*(?:∪|\\cup(?![A-Za-z])|(?<=[\])}])\s*U\s*(?=[\[({]))\s*")


def read(value: Any, unit: str | None = None, depth: int = 0) -> Answer:
    """The answer that plain data or text spells; `unit` ("%", "cm") may follow a number."""
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
        return Unreadable(None) if is_long(value) else Number(value)
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
    if len(value) > MAX_ITEMS or any(not _is_key(key) for key in value):
        return Unreadable(None)
    return Table({str(key): read(item, unit, depth + 1) for key, item in value.items()})


def _is_key(key: Any) -> bool:
    return type(key) in (str, bool, float) or (type(key) is int and not is_long(key))


def read_text(text: str, unit: str | None = None, depth: int = 0) -> Answer:
    """The answer that a text spells: `Unreadable` where it is too large, too deep or not understood."""
    if _INTEGER.fullmatch(text):
        return Number(int(text))
    if len(text) > MAX_TEXT or sum(map(text.count, "([{")) > MAX_BRACKETS:
        return Unreadable(text)
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
    if is_cut(spelling):
        return Unreadable(None)
    return _read_structure(plain(spelling), unit, depth)


def _unreadable(spelling: str) -> Unreadable:
    squeezed = _BLANKS.sub("", spelling)
    return Unreadable(squeezed, len(squeezed) <= MAX_ODD and _is_no_number(squeezed))


def _is_no_number(text: str) -> bool:
    dated = is_time(text) or (is_date(text) and has_full_year(text))
    return dated or _NO_NUMBER.fullmatch(text) is not None


def _read_structure(spelling: str, unit: str | None, depth: int) -> Answer:
    if depth >= MAX_DEPTH:
        return _unreadable(spelling)
    if choice := _CHOICE.fullmatch(spelling):
        return Text(choice[1])
    if _PLAIN_WORDS.fullmatch(spelling):
        return _unreadable(spelling) if "oo-oo" in spelling else Text(spelling)
    pieces = _CUPS.split(spelling)
    if len(pieces) > 1:
        return Region(tuple(read_text(thousands.parted(piece), unit, depth + 1) for piece in pieces))
    found = split_unit(spelling)
    if found and read_number(found[0]) is not None:
        return _read_quantity(spelling, depth) or _unreadable(spelling)
    return _read_named(spelling, unit, depth) or _read_list(spelling, unit, depth)


def _read_named(spelling: str, unit: str | None, depth: int) -> Answer | None:
    """ "x ∈ [0, 1]", "(x, y) = (1, 2)", "f(x) = x^2" and sympy's "(0 < x) & (x < 1)"; None for all else."""
    if place := member(spelling):
        found = read_text(thousands.parted(place), unit, depth + 1)
        return found if isinstance(found, Items | Region) else _unreadable(spelling)
    if pairs := assignments(spelling):
        return Items(tuple(_named(name, text) for name, text in pairs))
    if defined := definition(spelling):
        return _named(*defined)
    if both := _AMPERSANDS.fullmatch(spelling):
        parts = [_read_math(part) for part in both.groups()]
        relations = [part.relations for part in parts if isinstance(part, Condition)]
        return Condition(relations[0] + relations[1]) if len(relations) == 2 else _unreadable(spelling)
    return None


def _named(name: str, text: str) -> Answer:
    """The equation of a name, of a function's too, with an expression."""
    try:
        value = read_term(text)
    except NotMathError:
        return _unreadable(f"{name} = {text}")
    if not isinstance(value, Term):
        return _unreadable(f"{name} = {text}")
    return Condition((Relation("=", Term("symbol", name=name), value),))


def _read_list(spelling: str, unit: str | None, depth: int) -> Answer:
    bracket, inside = _unbracket(spelling)
    if bracket and not inside:
        return Missing() if depth == 0 else Items((), bracket)
    parts, grouped = thousands.parts(inside, bracket)
    joined = [piece.strip(" ,") for part in parts for piece in _JOINED.split(part) if piece.strip(" ,")]
    if grouped and not thousands.are_grouped(joined):
        return _unreadable(spelling)
    if not bracket and max(len(joined), len(parts)) > 1:
        found = _items(joined, _joint(inside, len(parts)) if joined != parts else "", unit, depth)
        return replace(found, prose=any(map(_is_words, found.items))) if isinstance(found, Items) else found
    if bracket == "{}" and (pairs := entries(parts)):
        return Table({key: read_text(item, unit, depth + 1) for key, item in pairs})
    if len(parts) > 1 or bracket not in ("", "()") or (bracket and inside.endswith(",")):
        return _items(parts, bracket, unit, depth)
    if bracket:
        return read_text(inside, unit, depth + 1)
    return _read_quantity(spelling, depth) or _read_math(spelling)


def _is_words(answer: Answer) -> bool:
    return isinstance(answer, Unreadable) or (isinstance(answer, Text) and len(answer.value) > 1)


def _joint(text: str, parts: int) -> Bracket:
    if "or" in _JOINED.findall(text):
        return "or"
    return "and" if parts == 1 else ""


def _read_quantity(spelling: str, depth: int) -> Answer | None:
    found = split_unit(spelling)
    if found is None or depth >= MAX_DEPTH:
        return None
    value = read_text(found[0], None, depth + 1)
    if isinstance(value, Condition) and len(value.relations) == 1 and value.relations[0].op == "=":
        value = read_constant(value.relations[0].right)
    return (
        Quantity(value, found[1])
        if found[1] and isinstance(value, Number | Formula)
        else _unreadable(spelling)
    )


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
    except (AmbiguousError, TooLongError):
        return _unreadable(spelling)
    except NotMathError:
        if "\\" in spelling and not any(word in spelling for word in UNITS):
            return Tex(spelling)
        return Text(spelling) if _WORDS_OF_ANY_SCRIPT.fullmatch(spelling) else _unreadable(spelling)
    if isinstance(found, Term):
        return read_constant(found)
    return Condition(found.relations if isinstance(found, Chain) else (found,))


def read_constant(term: Term) -> Number | Formula:
    """A constant that is rational, or infinite, as the number it is."""
    if is_infinite(term):
        return Number(math.inf if term.head == "oo" else -math.inf)
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
    return Formula(found) if isinstance(found, Term) else answer
