"""Unions of intervals and finite sets of exact numbers, compared as sets of reals.

Ends that are no exact numbers are not covered: then the caller compares piece by piece.
"""

from __future__ import annotations

import math
from fractions import Fraction

from symbolic.answers.kinds import Answer, Bracket, Condition, Items, Number, Region
from symbolic.answers.reading import read_constant
from symbolic.answers.terms import Relation, symbols

Cut = tuple[Fraction | float, int]  # a place on the line: just below a number (-1) or just above it (1)
Piece = tuple[Cut, Cut]


def same_region(one: Answer, other: Answer) -> bool | None:
    """Whether two unions hold the same numbers; None if an end is no exact number."""
    pieces = [_pieces(answer) for answer in (one, other)]
    if pieces[0] is None or pieces[1] is None:
        return None
    return _merged(pieces[0]) == _merged(pieces[1])


def _pieces(answer: Answer) -> list[Piece] | None:
    if isinstance(answer, Region):
        found = [_pieces(piece) for piece in answer.pieces]
        return None if None in found else [piece for part in found if part for piece in part]
    if not isinstance(answer, Items):
        return None
    ends = [item.value for item in answer.items if isinstance(item, Number)]
    if len(ends) != len(answer.items) or any(type(end) is float and math.isfinite(end) for end in ends):
        return None
    if answer.bracket == "{}":
        return [((end, -1), (end, 1)) for end in ends]
    if len(ends) != 2 or answer.bracket in ("", "and", "or"):
        return None
    return [_interval(ends[0], ends[1], answer.bracket)]


def _interval(low: Fraction | float, high: Fraction | float, bracket: str) -> Piece:
    closed_low = bracket[0] == "[" and low != -math.inf
    closed_high = bracket[1] == "]" and high != math.inf
    return (low, -1 if closed_low else 1), (high, 1 if closed_high else -1)


def _merged(pieces: list[Piece]) -> list[Piece]:
    """Sorted, with what overlaps or touches joined and what is empty dropped."""
    merged: list[Piece] = []
    for low, high in sorted(piece for piece in pieces if piece[0] < piece[1]):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return merged


_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def as_interval(condition: Condition) -> Items | None:
    """The interval of one variable where a chain of inequalities holds; None if it is none, or not exact."""
    rays = [_ray(relation) for relation in condition.relations]
    if None in rays or len({ray[0] for ray in rays if ray}) != 1:
        return None
    low: Cut = (-math.inf, 1)
    high: Cut = (math.inf, -1)
    for _, op, bound in (ray for ray in rays if ray):
        if op in (">", ">="):
            low = max(low, (bound, 1 if op == ">" else -1))
        else:
            high = min(high, (bound, -1 if op == "<" else 1))
    bracket: Bracket = _BRACKETS[low[1] < 0, high[1] > 0]
    return Items((Number(low[0]), Number(high[0])), bracket)


def as_region(items: Items) -> Region | None:
    """The union that inequalities of one variable joined by "or" say; None for all else."""
    conditions = [item for item in items.items if isinstance(item, Condition)]
    if items.bracket != "or" or len(conditions) != len(items.items) or len(names_of(items)) != 1:
        return None
    intervals = [as_interval(condition) for condition in conditions]
    pieces = tuple(interval for interval in intervals if interval is not None)
    return Region(pieces) if len(pieces) == len(intervals) else None


def names_of(answer: Answer) -> frozenset[str]:
    """The variables of a condition, or of the conditions in a list."""
    conditions = answer.items if isinstance(answer, Items) else (answer,)
    relations = [one for part in conditions if isinstance(part, Condition) for one in part.relations]
    return frozenset().union(*(symbols(side) for one in relations for side in (one.left, one.right)))


_BRACKETS: dict[tuple[bool, bool], Bracket] = {
    (False, False): "()", (True, True): "[]", (False, True): "(]", (True, False): "[)"
}  # fmt: skip


def _ray(relation: Relation) -> tuple[str, str, Fraction | float] | None:
    """The variable, the sign and the bound of "x < 3", turned so that the variable comes first."""
    op, left, right = relation.op, relation.left, relation.right
    if symbols(right) and not symbols(left):
        op, left, right = _MIRRORED.get(op, op), right, left
    bound = read_constant(right)
    if left.head != "symbol" or op not in _MIRRORED or not isinstance(bound, Number):
        return None
    return left.name, op, bound.value
