"""Decides whether two expressions are the same, in stages that leave a proof.

The stages: "same" (after reading), "point" (values differ at a rational point: refuted), "expanded" (the
difference expands to 0: proved), "simplified" (sympy simplifies it to 0, in the sandbox: proved), else
unknown. Variables are real. Points where either side is undefined are skipped, so x/x is 1.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from symbolic.algebra.expansion import proves_equal
from symbolic.answers.evaluation import Point, evaluate
from symbolic.answers.intervals import Interval, UndefinedError, exact
from symbolic.answers.numerals import Numeral, same_number
from symbolic.answers.terms import Term, number, symbols, write
from symbolic.packing import is_long, read_fraction
from symbolic.verdict import VerdictName

Simplifier = Callable[[str, str, bool], bool | None]
"""Whether sympy shows two written terms equal (True) or, of complex constants, different (False)."""

_TRIES, _ENOUGH = 48, 8


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict about two answers and the proof of it, before it is put into a certificate."""

    verdict: VerdictName
    proof: dict[str, Any] = field(default_factory=dict)


def equal_terms(left: Term, right: Term, simplifier: Simplifier) -> Finding:
    """Whether two expressions are the same function of real variables."""
    left, right = align(left, right)
    if write(left) == write(right):
        return _expression("right", "same")
    imaginary = "i" in symbols(left) | symbols(right)
    points = list(defined_points(left, right))
    for point in points:
        if not imaginary and refutes(left, right, point):
            return _expression("wrong", "point", point=pack_point(point))
    if proves_equal(left, right):
        return _expression("right", "expanded")
    if not (points or imaginary):
        return _expression("unknown", "undefined")
    shown = simplifier(write(left), write(right), imaginary)
    if shown is None:
        return _expression("unknown", "supported", points=len(points))
    return _expression("right" if shown else "wrong", "simplified")


def _expression(verdict: VerdictName, stage: str, **more: Any) -> Finding:
    return Finding(verdict, {"kind": "expression", "stage": stage, **more})


def refutes(left: Term, right: Term, point: Point) -> bool:
    """Whether two terms differ at a point, beyond doubt and however a logarithm without a base is meant."""
    return not any(
        evaluate(one, point).overlaps(evaluate(other, point)) for one, other in readings(left, right)
    )


def readings(left: Term, right: Term) -> list[tuple[Term, Term]]:
    """Both terms with "log" as the natural logarithm and, where there is one, as the decimal one."""
    decimal = _decimal(left), _decimal(right)
    return [(left, right)] if decimal == (left, right) else [(left, right), decimal]


def _decimal(term: Term) -> Term:
    if term.head == "log" and len(term.args) == 1:
        return Term("log10", (_decimal(term.args[0]),))
    return replace(term, args=tuple(map(_decimal, term.args))) if term.args else term


def equal_to_number(term: Term, value: Numeral, simplifier: Simplifier) -> Finding:
    """Whether an expression is a number; a rounded float stands for what is within the tolerance."""
    if not isinstance(value, float):
        if is_long(value):
            return _expression("unknown", "too large")
        return equal_terms(term, number(value), simplifier)
    if symbols(term):
        return _expression("wrong" if math.isfinite(value) else "unknown", "undefined")
    natural, *others = [_near(one, value) for one, _ in readings(term, term)]
    verdict = natural if natural != "wrong" else "unknown" if set(others) & {"right", "unknown"} else "wrong"
    return _expression(verdict, "rounded" if math.isfinite(value) else "undefined")


def _near(term: Term, value: float) -> VerdictName:
    try:
        constant = evaluate(term, {})
        target = exact(Fraction(value))
    except (UndefinedError, OverflowError):
        return "unknown"
    same = {same_number(end, value) for end in (constant.low, constant.high)}
    if same == {False} and constant.overlaps(target):
        return "unknown"
    return "right" if same == {True} else "wrong" if same == {False} else "unknown"


def align(left: Term, right: Term) -> tuple[Term, Term]:
    """Both terms with one another's names: "ab" is a·b where the other has a and b, sympy's E and I."""
    return _adopt(left, right), _adopt(right, left)


def _adopt(term: Term, other: Term) -> Term:
    theirs = symbols(other)
    renamed = {name: _renamed(name, theirs, other) for name in symbols(term) - theirs}
    return _replaced(term, {name: new for name, new in renamed.items() if new is not None})


def _renamed(name: str, theirs: frozenset[str], other: Term) -> Term | None:
    if name == "E" and _has(other, "e"):
        return Term("e")
    if name == "I":
        return Term("symbol", name="i")
    if len(name) > 1 and name.isalpha() and all(letter in theirs for letter in name):
        return Term("*", tuple(Term("symbol", name=letter) for letter in name))
    return None


def _has(term: Term, head: str) -> bool:
    return term.head == head or any(_has(part, head) for part in term.args)


def _replaced(term: Term, names: Mapping[str, Term]) -> Term:
    if term.head == "symbol":
        return names.get(term.name, term)
    return replace(term, args=tuple(_replaced(part, names) for part in term.args)) if term.args else term


def sample_points(names: frozenset[str], seed: str) -> Iterator[dict[str, Interval]]:
    """Rational points, small and large, of either sign; the same ones for the same seed."""
    if not names:
        yield {}
        return
    stream = random.Random(seed)
    for attempt in range(_TRIES):
        reach = (3, 1, 40)[attempt % 3]
        yield {name: exact(_rational(stream, reach)) for name in sorted(names)}


def _rational(stream: random.Random, reach: int) -> Fraction:
    bottom = stream.randint(1, 13)
    return Fraction(stream.randint(-reach * bottom, reach * bottom), bottom)


def defined_points(left: Term, right: Term) -> Iterator[dict[str, Interval]]:
    """Up to `_ENOUGH` points where both sides have a value."""
    found = 0
    for point in sample_points(symbols(left) | symbols(right), f"{write(left)}|{write(right)}"):
        try:
            evaluate(left, point), evaluate(right, point)
        except UndefinedError:
            continue
        yield point
        found += 1
        if found == _ENOUGH:
            return


def pack_point(point: Point) -> dict[str, str]:
    """A rational point as JSON."""
    return {name: str(value.low) for name, value in sorted(point.items())}


def unpack_point(data: Any) -> dict[str, Interval]:
    """Raises ValueError for what is no rational point."""
    if not isinstance(data, dict):
        raise ValueError("a point is an object of fractions")
    return {name: exact(read_fraction(text)) for name, text in data.items()}
