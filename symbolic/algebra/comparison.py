"""Compares two answers that have been read: the verdict, and the proof of it.

`wrong` is said only of what was shown to differ: of numbers, of expressions at a point, of words, and of
kinds that cannot be one (a list and a number). All that was not understood is `unknown`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from symbolic.algebra.equality import Finding, equal_terms, equal_to_number
from symbolic.algebra.lists import assigned, compare_items, compare_regions, compare_tables
from symbolic.algebra.regions import as_interval, names_of
from symbolic.algebra.relations import equal_chains, equal_relations
from symbolic.answers.kinds import (
    Answer,
    Boolean,
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
from symbolic.answers.numerals import same_number
from symbolic.answers.parsing import read_term
from symbolic.answers.reading import promote, read_text
from symbolic.answers.terms import NotMathError, Relation, Term, number, symbols
from symbolic.budget import take
from symbolic.verdict import VerdictName

Offload = Callable[[str, str, tuple[str | bool, ...]], Any]
"""Runs a function of this package in the sandbox: module, name, arguments; None where that failed."""

_VERDICTS: dict[bool | None, VerdictName] = {True: "right", False: "wrong", None: "unknown"}


class Comparison:
    """Compares answers; holds what takes to the sandbox that which needs it."""

    def __init__(self, offload: Offload) -> None:
        self._offload = offload

    def compare(self, got: Answer, expected: Answer) -> Finding:
        """The verdict about two answers, and its proof."""
        take()
        if isinstance(got, Number) and isinstance(expected, Number):
            return _numbers(got, expected)
        if isinstance(got, Missing) or isinstance(expected, Missing):
            return Finding("wrong", {"kind": "missing"})
        if isinstance(got, Unreadable) or isinstance(expected, Unreadable):
            return _unreadable(got, expected)
        if isinstance(got, Tex) or isinstance(expected, Tex):
            return self._tex(got, expected)
        if isinstance(got, Quantity) or isinstance(expected, Quantity):
            return self._quantities(got, expected)
        if _is_region(got, expected) or _is_region(expected, got):
            return compare_regions(got, expected, self.compare)
        if isinstance(got, Items) and isinstance(expected, Items):
            return compare_items(got, expected, self.compare)
        if isinstance(got, Table) and isinstance(expected, Table):
            return compare_tables(got, expected, self.compare)
        if type(got) is type(expected) and not isinstance(got, Formula | Condition):
            return Finding("right" if got == expected else "wrong", {"kind": _name(got)})
        return self._math(promote(got), promote(expected))

    def _math(self, got: Answer, expected: Answer) -> Finding:
        """Expressions and relations; "x = 5" is also the number 5, and "y = 2x" the expression."""
        if isinstance(got, Condition) and isinstance(expected, Condition):
            return self._conditions(got, expected)
        got, expected = as_value(got, expected), as_value(expected, got)
        if isinstance(got, Formula) and isinstance(expected, Formula):
            return equal_terms(got.term, expected.term, self._simplifies)
        if isinstance(got, Formula) and isinstance(expected, Number):
            return equal_to_number(got.term, expected.value, self._simplifies)
        if isinstance(got, Number) and isinstance(expected, Formula):
            return equal_to_number(expected.term, got.value, self._simplifies)
        if isinstance(got, Number) and isinstance(expected, Number):
            return _numbers(got, expected)
        kinds = {"kind": "kinds", "kinds": [_name(got), _name(expected)]}
        return Finding("unknown" if _may_be_one(got, expected) else "wrong", kinds)

    def _conditions(self, got: Condition, expected: Condition) -> Finding:
        if len(got.relations) == len(expected.relations) == 1:
            left, right = got.relations[0], expected.relations[0]
            if defines(left) != defines(right):
                return self._definitions(left, right)
            return equal_relations(left, right, self._simplifies)
        intervals = as_interval(got), as_interval(expected)
        if None not in intervals and names_of(got) == names_of(expected):
            return compare_regions(got, expected, self.compare)
        return equal_chains(got.relations, expected.relations, self._simplifies)

    def _definitions(self, left: Relation, right: Relation) -> Finding:
        """Of different names: expressions that differ are wrong, those that agree may mean one thing."""
        finding = equal_terms(left.right, right.right, self._simplifies)
        wrong = finding.verdict == "wrong" and bool(defines(left)) and bool(defines(right))
        return Finding(
            "wrong" if wrong else "unknown", {"kind": "definition", "stage": finding.proof["stage"]}
        )

    def _simplifies(self, left: str, right: str, imaginary: bool) -> bool | None:
        shown = self._offload("algebra.simplify", "simplifies", (left, right, imaginary))
        return shown if isinstance(shown, bool) else None

    def _tex(self, got: Answer, expected: Answer) -> Finding:
        """Translates what the restricted reader does not take, each side by itself, and compares again."""
        if got == expected:
            return Finding("right", {"kind": "tex", "stage": "same"})
        if any(isinstance(side, Boolean | Table) for side in (got, expected)):
            return Finding("wrong", {"kind": "kinds", "kinds": [_name(got), _name(expected)]})
        sides = [self._translated(promote(side)) for side in (got, expected)]
        written = [text for _, text in sides]
        if any(not isinstance(side, Number | Formula | Condition) for side, _ in sides):
            return Finding("unknown", {"kind": "tex", "stage": "unread", "read": written})
        finding = self.compare(sides[0][0], sides[1][0])
        return Finding(finding.verdict, {"kind": "tex", "read": written, "proof": finding.proof})

    def _translated(self, answer: Answer) -> tuple[Answer, str | None]:
        """The answer that the sandbox reads, and how it wrote it; others as they are."""
        if not isinstance(answer, Tex):
            return answer, None
        written = self._offload("answers.latex", "translate", (answer.value,))
        return (promote(read_text(written)), written) if isinstance(written, str) else (answer, None)

    def _quantities(self, got: Answer, expected: Answer) -> Finding:
        """The same unit: as the values. Other units are not converted, and a unit against none is wrong."""
        if isinstance(got, Quantity) and isinstance(expected, Quantity):
            finding = self.compare(got.value, expected.value)
            verdict = finding.verdict if got.unit == expected.unit else "unknown"
            units = [got.unit, expected.unit]
            return Finding(verdict, {"kind": "quantity", "units": units, "proof": finding.proof})
        quantity, other = (got, expected) if isinstance(got, Quantity) else (expected, got)
        assert isinstance(quantity, Quantity)
        verdict = self._unit_against(quantity, promote(other))
        return Finding(verdict, {"kind": "quantity", "units": [_unit(got), _unit(expected)]})

    def _unit_against(self, quantity: Quantity, other: Answer) -> VerdictName:
        """Letters after a number may be a unit or a product: "5 m" is 5 m and 5·m."""
        if isinstance(other, Formula) and symbols(other.term):
            try:
                term = read_term(f"({as_term(quantity.value)})*({quantity.unit})")
            except (NotMathError, ValueError):
                return "unknown"
            same = (
                isinstance(term, Term) and equal_terms(term, other.term, self._simplifies).verdict == "right"
            )
            return "right" if same else "unknown"
        if isinstance(other, Text | Condition) or (isinstance(other, Formula) and quantity.unit == "°"):
            return "unknown"
        return "wrong"


def _name(answer: Answer) -> str:
    return type(answer).__name__.lower()


def _unit(answer: Answer) -> str | None:
    return answer.unit if isinstance(answer, Quantity) else None


def _numbers(got: Number, expected: Number) -> Finding:
    left, right = got.value, expected.value
    rounded = any(type(side) is float and math.isfinite(side) for side in (left, right))
    proof = {"kind": "number", "rule": "rounded" if rounded else "exact"}
    return Finding(_VERDICTS[same_number(left, right)], proof)


def _unreadable(got: Answer, expected: Answer) -> Finding:
    """The same spelling is the same; a date or the like is no number; nothing else is known."""
    if isinstance(got, Unreadable) and isinstance(expected, Unreadable):
        same = got == expected and got.spelling is not None
        return Finding("right" if same else "unknown", {"kind": "unreadable"})
    odd, other = (got, expected) if isinstance(got, Unreadable) else (expected, got)
    no_number = isinstance(odd, Unreadable) and odd.no_number and isinstance(other, Number)
    return Finding("wrong" if no_number else "unknown", {"kind": "unreadable"})


def _is_region(one: Answer, other: Answer) -> bool:
    """A union, or an interval beside inequalities."""
    return isinstance(one, Region) or (isinstance(one, Items) and isinstance(other, Condition))


def _may_be_one(got: Answer, expected: Answer) -> bool:
    """Kinds of which one may be a spelling of the other that is not understood."""
    sides = (got, expected)
    chained = any(isinstance(side, Condition) and _has_values(side) for side in sides)
    solved = any(isinstance(side, Table) for side in sides) and any(map(_are_equations, sides))
    prose = any(isinstance(side, Items) and side.prose for side in sides)
    return chained or solved or prose


def _are_equations(answer: Answer) -> bool:
    items = answer.items if isinstance(answer, Items) else (answer,)
    return all(isinstance(item, Condition) for item in items)


def _has_values(condition: Condition) -> bool:
    """ "x = 2 + 3 = 5": the chain gives a value."""
    return len(condition.relations) > 1 and any(relation.op == "=" for relation in condition.relations)


def defines(relation: Relation) -> str:
    """The function that an equation defines ("f(x)"), or ""."""
    left = relation.left
    return left.name if relation.op == "=" and left.head == "symbol" and left.name.endswith(")") else ""


def as_value(answer: Answer, beside: Answer) -> Answer:
    """The constant in "x = 5", and beside an expression that in "y = 2x"; any other answer as it is."""
    if found := assigned(answer):
        return found[1]
    if isinstance(answer, Condition) and len(answer.relations) == 1 and isinstance(beside, Formula):
        relation = answer.relations[0]
        named = relation.op == "=" and relation.left.head == "symbol"
        if named and relation.left.name not in symbols(relation.right) | symbols(beside.term):
            return Formula(relation.right)
    return answer


def as_term(answer: Answer, beside: Answer | None = None) -> Term:
    """The expression that an answer is compared as. Raises ValueError for one that is none."""
    answer = as_value(answer, answer if beside is None else beside)
    if isinstance(answer, Formula):
        return answer.term
    if isinstance(answer, Number) and math.isfinite(answer.value):
        return number(Fraction(answer.value))
    raise ValueError(f"a {_name(answer)} is no expression")
