"""Decides whether two equations or inequalities say the same.

An equation is its zero set up to a constant factor other than 0, an inequality up to a positive one. Shown
equal by that factor; shown different at a rational point where one holds and the other does not, or by an
interval in which one equation has a root and the other none. Else unknown: x² = 0 and x = 0, for one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from symbolic.algebra.equality import (
    Finding,
    Simplifier,
    align,
    defined_points,
    pack_point,
    readings,
    sample_points,
)
from symbolic.algebra.expansion import proves_equal
from symbolic.answers.evaluation import Point, evaluate
from symbolic.answers.intervals import Interval, UndefinedError, exact
from symbolic.answers.terms import Relation, Term, difference, number, symbols, write
from symbolic.verdict import VerdictName

_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}
_REACH = range(-12, 13)  # whole numbers among which zeros and changes of sign are looked for
_ROUNDS = 8
_HALVINGS = 50


def equal_relations(left: Relation, right: Relation, simplifier: Simplifier) -> Finding:
    """Whether two relations have the same solutions, as far as a constant factor or a point can show."""
    one, other = sides(left, right)
    if one[0] == other[0] and write(one[1]) == write(other[1]):
        return _relation("right", "same")
    factor = _factor(one[1], other[1])
    scaled = None
    if factor and _same_way(one[0], other[0], factor):
        scaled = Term("*", (number(factor), other[1]))
        if proves_equal(one[1], scaled):
            return _relation("right", "expanded", factor=str(factor))
    for point in _points(one[1], other[1]):
        if tells_apart(one, other, point):
            return _relation("wrong", "point", point=pack_point(point))
    if scaled is not None and simplifier(write(one[1]), write(scaled), False):
        return _relation("right", "simplified", factor=str(factor))
    return _root_of_one(one, other)


def equal_chains(left: Sequence[Relation], right: Sequence[Relation], simplifier: Simplifier) -> Finding:
    """Whether two chains of relations ("0 < x <= 1") say the same, whichever way they are written.

    Right if each relation has its like; wrong only at a point where one chain holds and the other does not.
    """
    rest = list(right)
    for relation in left:
        likes = [other for other in rest if equal_relations(relation, other, simplifier).verdict == "right"]
        if not likes:
            break
        rest.remove(likes[0])
    else:
        if not rest:
            return Finding("right", {"kind": "chain", "stage": "relations"})
    for point in _common_points(left, right):
        if chains_differ(left, right, point):
            return Finding("wrong", {"kind": "chain", "stage": "point", "point": pack_point(point)})
    return Finding("unknown", {"kind": "chain", "stage": "supported"})


def chains_differ(left: Sequence[Relation], right: Sequence[Relation], point: Point) -> bool:
    """Whether all relations of one chain hold at the point while one of the other fails."""
    truths = [[_true_at(relation, point) for relation in chain] for chain in (left, right)]
    whole = [False if False in truth else None if None in truth else True for truth in truths]
    return None not in whole and whole[0] != whole[1]


def _true_at(relation: Relation, point: Point) -> bool | None:
    term = difference(relation.left, relation.right)
    if len(readings(term, term)) > 1:
        return None
    try:
        return _holds(relation.op, evaluate(term, point))
    except UndefinedError:
        return None


def _common_points(left: Sequence[Relation], right: Sequence[Relation]) -> Iterator[dict[str, Interval]]:
    """Sample points, and those where a side of a relation is reached along a variable."""
    terms = [difference(relation.left, relation.right) for relation in (*left, *right)]
    names = frozenset().union(*map(symbols, terms))
    for point, _ in zip(sample_points(names, "|".join(map(write, terms))), range(_ROUNDS), strict=False):
        yield point
        for term in terms:
            for name in sorted(symbols(term)):
                yield from _zeros(term, point, name)


def _root_of_one(one: Sided, other: Sided) -> Finding:
    """Wrong with an interval that holds a root of one equation alone, if one is found."""
    if one[0] == other[0] == "=" and len(readings(one[1], other[1])) == 1:
        for first, swapped in ((one[1], False), (other[1], True)):
            for point, name, low, high in _brackets(first, symbols(one[1]) | symbols(other[1])):
                if has_root_of_one(one, other, swapped, point, name, (low, high)):
                    where = {"name": name, "between": [str(low), str(high)], "swapped": swapped}
                    return _relation("wrong", "root", point=pack_point(point), **where)
    return _relation("unknown", "supported")


def _relation(verdict: VerdictName, stage: str, **more: Any) -> Finding:
    return Finding(verdict, {"kind": "relation", "stage": stage, **more})


Sided = tuple[str, Term]  # op and the term that stands in that relation to 0


def sides(left: Relation, right: Relation) -> tuple[Sided, Sided]:
    """Both relations as a term's relation to 0, with one another's names."""
    terms = align(difference(left.left, left.right), difference(right.left, right.right))
    return (left.op, terms[0]), (right.op, terms[1])


def _same_way(one: str, other: str, factor: Fraction) -> bool:
    return one == (other if factor > 0 else _FLIPPED[other])


def tells_apart(one: Sided, other: Sided, point: Point) -> bool:
    """Whether one relation holds at the point and the other does not, beyond doubt."""
    ops = one[0], other[0]
    return all(_tells_apart(ops, terms, point) for terms in readings(one[1], other[1]))


def _tells_apart(ops: tuple[str, str], terms: tuple[Term, Term], point: Point) -> bool:
    try:
        truths = [_holds(op, evaluate(term, point)) for op, term in zip(ops, terms, strict=True)]
    except UndefinedError:
        return False
    return None not in truths and truths[0] != truths[1]


def _holds(op: str, value: Interval) -> bool | None:
    """Whether the value stands in the relation to 0; None if the interval leaves it open."""
    if value.has_zero and not value.exact:
        return None
    sign = (value.low > 0) - (value.low < 0)
    return {"=": sign == 0, "!=": sign != 0, "<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0}[
        op
    ]


def _factor(one: Term, other: Term) -> Fraction | None:
    """The ratio of two terms at the first point where it is rational and not 0/0."""
    for point in defined_points(one, other):
        values = evaluate(one, point), evaluate(other, point)
        if all(value.exact for value in values) and values[1].low:
            return values[0].low / values[1].low
    return None


def _points(one: Term, other: Term) -> Iterator[dict[str, Interval]]:
    """Sample points, and from each the rational zeros of either side along every variable."""
    for point in _starts(one, other, symbols(one) | symbols(other)):
        yield point
        for term in (one, other):
            for name in sorted(symbols(term)):
                yield from _zeros(term, point, name)


def _starts(one: Term, other: Term, names: frozenset[str]) -> Iterator[dict[str, Interval]]:
    stream = sample_points(names, f"{write(one)}|{write(other)}")
    return (point for point, _ in zip(stream, range(_ROUNDS), strict=False))


def _zeros(term: Term, point: Mapping[str, Interval], name: str) -> Iterator[dict[str, Interval]]:
    """Rational zeros of `term` along one variable: of its chord through 0 and 1, and whole numbers."""
    zero, one = (_value(term, point, name, Fraction(place)) for place in (0, 1))
    candidates = [Fraction(place) for place in _REACH]
    if zero is not None and one is not None and zero.exact and one.exact and zero != one:
        candidates.insert(0, zero.low / (zero.low - one.low))
    for place in candidates:
        if _value(term, point, name, place) == exact(0):
            yield {**point, name: exact(place)}


def _value(term: Term, point: Mapping[str, Interval], name: str, place: Fraction) -> Interval | None:
    try:
        return evaluate(term, {**point, name: exact(place)})
    except UndefinedError:
        return None


def _sign(value: Interval | None) -> int:
    """1 or -1 beyond doubt, else 0."""
    return 0 if value is None else (value.low > 0) - (value.high < 0)


Bracket = tuple[dict[str, Interval], str, Fraction, Fraction]


def _brackets(term: Term, names: frozenset[str]) -> Iterator[Bracket]:
    """Narrow intervals along a variable over which `term` changes its sign."""
    for point in _starts(term, term, names):
        for name in sorted(symbols(term)):
            for low in _REACH[:-1]:
                ends = Fraction(low), Fraction(low + 1)
                signs = [_sign(_value(term, point, name, end)) for end in ends]
                if signs[0] * signs[1] < 0:
                    yield point, name, *_halved(term, point, name, *ends)


def _halved(
    term: Term, point: Mapping[str, Interval], name: str, low: Fraction, high: Fraction
) -> tuple[Fraction, Fraction]:
    sign = _sign(_value(term, point, name, low))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        at_middle = _sign(_value(term, point, name, middle))
        if at_middle == 0:
            break
        low, high = (middle, high) if at_middle == sign else (low, middle)
    return low, high


def has_root_of_one(
    one: Sided, other: Sided, swapped: bool, point: Point, name: str, ends: tuple[Fraction, Fraction]
) -> bool:
    """Whether one term changes its sign between the ends, continuously, while the other is never 0.

    A term that `evaluate` can enclose over an interval is continuous there.
    """
    first, second = (other[1], one[1]) if swapped else (one[1], other[1])
    signs = [_sign(_value(first, point, name, end)) for end in ends]
    between = {**point, name: Interval(*ends)}
    try:
        evaluate(first, between)
        return signs[0] * signs[1] < 0 and not evaluate(second, between).has_zero
    except UndefinedError:
        return False
