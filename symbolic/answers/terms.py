"""Mathematical expressions as trees, read by `parsing` and computed by `evaluation`."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

FUNCTIONS = {
    "sqrt": 1, "cbrt": 1, "exp": 1, "ln": 1, "log": 2, "log2": 1, "log10": 1, "abs": 1, "floor": 1, "ceil": 1,
    "sin": 1, "cos": 1, "tan": 1, "cot": 1, "sec": 1, "csc": 1, "asin": 1, "acos": 1, "atan": 1,
    "sinh": 1, "cosh": 1, "tanh": 1, "factorial": 1, "binomial": 2, "root": 2, "max": 9, "min": 9,
}  # fmt: skip
"""Known functions and the most arguments each takes."""


class NotMathError(ValueError):
    """The text is no expression that this reader takes; the message says where it stopped."""


class AmbiguousError(NotMathError):
    """The text can be read in two ways."""


class TooLongError(NotMathError):
    """The expression is larger, or nested deeper, than is read."""


@dataclass(frozen=True, slots=True)
class Term:
    """A node: head "number" (with `value`), "symbol" (with `name`), "+", "*", "^" or a function's name.

    Differences, quotients and negation are sums, products and powers; "pi", "e" and "oo" are heads too.
    """

    head: str
    args: tuple[Term, ...] = ()
    value: Fraction = Fraction(0)
    name: str = ""

    def __str__(self) -> str:
        return write(self)


@dataclass(frozen=True, slots=True)
class Relation:
    """An equation or inequality."""

    op: str
    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Chain:
    """Relations that hold together: "1 < x <= 2"."""

    relations: tuple[Relation, ...]


def number(value: Fraction | int) -> Term:
    return Term("number", value=Fraction(value))


MINUS_ONE = number(-1)


def negative(term: Term) -> Term:
    return number(-term.value) if term.head == "number" else Term("*", (MINUS_ONE, term))


def difference(left: Term, right: Term) -> Term:
    return Term("+", (left, negative(right)))


def quotient(top: Term, bottom: Term) -> Term:
    return Term("*", (top, Term("^", (bottom, MINUS_ONE))))


def symbols(term: Term) -> frozenset[str]:
    """The names of a term's variables."""
    if term.head == "symbol":
        return frozenset((term.name,))
    return frozenset().union(*(symbols(part) for part in term.args))


def write(term: Term) -> str:
    """Text that `read_term` reads back as the same tree, fully bracketed."""
    if term.head == "number":
        text = str(term.value)
        return text if term.value >= 0 and term.value.denominator == 1 else f"({text})"
    if term.head == "symbol":
        return term.name
    if term.head in ("+", "*", "^"):
        return "(" + f" {term.head} ".join(map(write, term.args)) + ")"
    return term.head + (f"({', '.join(map(write, term.args))})" if term.args else "")
