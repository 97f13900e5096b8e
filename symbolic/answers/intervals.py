"""Intervals of reals with rational ends: sums, products, whole powers and roots.

Arithmetic on rationals is exact (an interval of width 0), roots are rounded outward. What has no real value,
or would be too large, raises `UndefinedError`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

PRECISION = 200  # bits to which what is not rational is rounded
_MAX_BITS = 8_000  # of a numerator or denominator


class UndefinedError(ValueError):
    """The term has no real value there, or none within bounds."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval of reals that contains the value."""

    low: Fraction
    high: Fraction

    @property
    def exact(self) -> bool:
        return self.low == self.high

    def overlaps(self, other: Interval) -> bool:
        return self.low <= other.high and other.low <= self.high

    @property
    def has_zero(self) -> bool:
        return self.low <= 0 <= self.high


def exact(value: Fraction | int) -> Interval:
    return Interval(Fraction(value), Fraction(value))


def bounded(value: Interval) -> Interval:
    for end in (value.low, value.high):
        if max(end.numerator.bit_length(), end.denominator.bit_length()) > _MAX_BITS:
            raise UndefinedError("the value is too large")
    return value if value.exact else _rounded(value)


def _rounded(value: Interval) -> Interval:
    """Outward to a denominator of `PRECISION` bits (relative), so that intervals stay small."""
    scale = 2 ** max(0, PRECISION - max(0, bits(value.low), bits(value.high)))
    return Interval(
        Fraction(math.floor(value.low * scale), scale), Fraction(math.ceil(value.high * scale), scale)
    )


def bits(value: Fraction) -> int:
    return abs(value.numerator).bit_length() - value.denominator.bit_length()


def add(*parts: Interval) -> Interval:
    return Interval(sum((p.low for p in parts), Fraction(0)), sum((p.high for p in parts), Fraction(0)))


def multiply(*parts: Interval) -> Interval:
    return reduce(lambda one, other: bounded(product(one, other)), parts)


def product(one: Interval, other: Interval) -> Interval:
    if one.exact and other.exact:
        return exact(one.low * other.low)
    ends = [a * b for a in (one.low, one.high) for b in (other.low, other.high)]
    return Interval(min(ends), max(ends))


def reciprocal(value: Interval) -> Interval:
    if value.has_zero:
        raise UndefinedError("division by zero")
    return Interval(1 / value.high, 1 / value.low)


def whole_power(base: Interval, exponent: int) -> Interval:
    if exponent < 0:
        return reciprocal(whole_power(base, -exponent))
    if exponent == 0:
        if base.has_zero:
            raise UndefinedError("zero to the power zero")
        return exact(1)
    size = max(
        abs(end.numerator).bit_length() + end.denominator.bit_length() for end in (base.low, base.high)
    )
    if size * exponent > 2 * _MAX_BITS and base.low not in (0, 1, -1):
        raise UndefinedError("the power is too large")
    ends = (base.low**exponent, base.high**exponent)
    low = Fraction(0) if exponent % 2 == 0 and base.has_zero else min(ends)
    return Interval(low, max(ends))


def root(value: Interval, order: int) -> Interval:
    """The real root; of a negative number for odd orders alone."""
    if value.low < 0:
        if order % 2 == 0:
            raise UndefinedError("an even root of a negative number")
        if value.high > 0:
            raise UndefinedError("a root across zero")
        mirrored = root(Interval(-value.high, -value.low), order)
        return Interval(-mirrored.high, -mirrored.low)
    if order > 1000:
        raise UndefinedError("the root's order is too large")
    return Interval(_root_below(value.low, order), _root_above(value.high, order))


def _root_below(value: Fraction, order: int) -> Fraction:
    found = _exact_root(value, order)
    return Fraction(_integer_root(value, order), 2**PRECISION) if found is None else found


def _root_above(value: Fraction, order: int) -> Fraction:
    found = _exact_root(value, order)
    return Fraction(_integer_root(value, order) + 1, 2**PRECISION) if found is None else found


def _exact_root(value: Fraction, order: int) -> Fraction | None:
    found = Fraction(*(_floor_root(part, order) for part in (value.numerator, value.denominator)))
    return found if found**order == value else None


def _integer_root(value: Fraction, order: int) -> int:
    return _floor_root(math.floor(value * 2 ** (PRECISION * order)), order)


def _floor_root(value: int, order: int) -> int:
    """The largest whole number whose power does not exceed `value`, by Newton's iteration."""
    if order == 2:
        return math.isqrt(value)
    if value < 2 or order == 1:
        return value
    if order * PRECISION > 10 * _MAX_BITS:
        raise UndefinedError("the root's order is too large")
    guess = 1 << -(-value.bit_length() // order)
    while True:
        better = ((order - 1) * guess + value // guess ** (order - 1)) // order
        if better >= guess:
            return guess
        guess = better
