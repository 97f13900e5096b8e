"""Unions of intervals and finite sets of exact numbers, compared as sets of reals.

Ends that are no exact numbers are not covered: then the caller compares piece by piece.
"""

from __future__ import annotations

import math
from fractions import Fraction

from symbolic.answers.reading import Answer, Items, Number, Region

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
    if len(ends) != 2 or not answer.bracket:
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
