"""Values of terms at points, exactly or enclosed: every result is an interval with rational ends.

Arithmetic on rationals is exact (an interval of width 0). Roots and the elementary functions are computed
with mpmath at 600 bits and widened beyond its error, so that two results that do not overlap are proof
that two terms differ. Variables are real; where a term has no real value, and where the value would take
long to compute, `UndefinedError` is raised. Complex values are not covered.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from typing import Any

from symbolic.answers.intervals import (
    PRECISION,
    Interval,
    UndefinedError,
    add,
    bits,
    bounded,
    exact,
    multiply,
    product,
    reciprocal,
    root,
    whole_power,
)
from symbolic.answers.terms import Term
from symbolic.budget import take

_MAX_ARGUMENT = 10_000  # of an exponential or a trigonometric function
_MAX_EXPONENT = 20_000  # of two, in a result of mpmath's
_CALL = 20  # steps that a function of mpmath's counts for
_MAX_FACTORIAL = 1000
_MARGIN = Fraction(1, 2**180)

Point = Mapping[str, Interval]


def evaluate(term: Term, point: Point) -> Interval:
    """The value of `term` where the variables take the values of `point`. Raises `UndefinedError`."""
    take()
    if term.head == "number":
        return Interval(term.value, term.value)
    if term.head == "symbol":
        if term.name not in point:
            raise UndefinedError(f"{term.name} has no value")
        return point[term.name]
    return bounded(_OPERATIONS[term.head](*(evaluate(part, point) for part in term.args)))


def _power(base: Interval, exponent: Interval) -> Interval:
    if exponent.exact and exponent.low.denominator == 1:
        return whole_power(base, int(exponent.low))
    if base.exact and base.low == 0 and exponent.low > 0:
        return exact(0)
    if base.low <= 0:
        raise UndefinedError("a broken power of a number that is not positive")
    if exponent.exact:
        return root(whole_power(base, exponent.low.numerator), exponent.low.denominator)
    return _exp(product(exponent, _log(base)))


def _root_of(value: Interval, order: Interval) -> Interval:
    if not (order.exact and order.low.denominator == 1 and order.low >= 1):
        raise UndefinedError("the order of a root is a whole number")
    return root(value, int(order.low))


def _monotone(name: str) -> Callable[[Interval], Interval]:
    """A rising function of mpmath's, at both ends, widened."""

    def apply(value: Interval) -> Interval:
        low = _call(name, value.low)
        high = low if value.exact else _call(name, value.high)
        return Interval(low - _slack(low), high + _slack(high))

    return apply


_lock = threading.Lock()
"""Held while mpmath computes: its tables of constants are shared by all threads and not guarded."""


@cache
def _mpmath() -> Any:
    """A context of this module's own, so that no precision leaks to others."""
    import mpmath

    return mpmath.MPContext()


def _call(name: str, value: Fraction) -> Fraction:
    take(_CALL)
    if abs(value) > _MAX_ARGUMENT and name not in ("log", "atan"):
        raise UndefinedError("the argument is too large")
    with _lock, _mpmath().workprec(3 * PRECISION + 2 * max(0, bits(value))):
        try:
            result = getattr(_mpmath(), name)(_mpmath().mpf(value.numerator) / value.denominator)
            return _from_mpf(result)
        except (ValueError, ArithmeticError, TypeError) as error:
            raise UndefinedError(f"{name} has no real value there") from error


def _from_mpf(value: Any) -> Fraction:
    sign, mantissa, exponent, _ = value._mpf_
    if not mantissa and exponent:
        raise UndefinedError("not a finite number")
    if abs(exponent) > _MAX_EXPONENT:
        raise UndefinedError("the value is too large")
    size = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    return -size if sign else size


def _slack(value: Fraction) -> Fraction:
    return _MARGIN * max(abs(value), Fraction(1, 2**60))


_exp = _monotone("exp")
_atan = _monotone("atan")


def _log(value: Interval, base: Interval | None = None) -> Interval:
    if base is not None:
        return multiply(_log(value), reciprocal(_log(base)))
    if value.low <= 0:
        raise UndefinedError("the logarithm of a number that is not positive")
    return exact(0) if value == exact(1) else _monotone("log")(value)


def _wave(name: str) -> Callable[[Interval], Interval]:
    """Sine or cosine: neither moves by more than its argument does."""

    def apply(value: Interval) -> Interval:
        middle = (value.low + value.high) / 2
        centre = _call(name, middle)
        reach = (value.high - value.low) / 2 + _MARGIN
        return Interval(max(centre - reach, Fraction(-1)), min(centre + reach, Fraction(1)))

    return apply


_sin, _cos = _wave("sin"), _wave("cos")


def _inverse_wave(name: str, rising: bool) -> Callable[[Interval], Interval]:
    def apply(value: Interval) -> Interval:
        if value.low < -1 or value.high > 1:
            raise UndefinedError(f"{name} is defined between -1 and 1")
        ends = [_call(name, end) for end in (value.low, value.high)]
        low, high = ends if rising else ends[::-1]
        return Interval(low - _slack(low) - _MARGIN, high + _slack(high) + _MARGIN)

    return apply


def _pi() -> Interval:
    with _lock, _mpmath().workprec(PRECISION + 64):
        value = _from_mpf(+_mpmath().pi)
    return Interval(value - _MARGIN, value + _MARGIN)


def _absolute(value: Interval) -> Interval:
    ends = (abs(value.low), abs(value.high))
    return Interval(Fraction(0) if value.has_zero else min(ends), max(ends))


def _step(rounding: Callable[[Fraction], int]) -> Callable[[Interval], Interval]:
    def apply(value: Interval) -> Interval:
        if rounding(value.low) != rounding(value.high):
            raise UndefinedError("a step falls into the interval")
        return exact(rounding(value.low))

    return apply


def _natural(value: Interval) -> int:
    if not (value.exact and value.low.denominator == 1 and 0 <= value.low <= _MAX_FACTORIAL):
        raise UndefinedError("a factorial is taken of small natural numbers alone")
    return int(value.low)


def _sinh(value: Interval) -> Interval:
    rising = add(_exp(value), product(exact(-1), _exp(product(exact(-1), value))))
    return product(exact(Fraction(1, 2)), rising)


def _cosh(value: Interval) -> Interval:
    return product(exact(Fraction(1, 2)), add(_exp(value), _exp(product(exact(-1), value))))


def _infinite() -> Interval:
    raise UndefinedError("infinity is no real number")


_OPERATIONS: dict[str, Callable[..., Interval]] = {
    "+": add,
    "*": multiply,
    "^": _power,
    "pi": _pi,
    "e": lambda: _exp(exact(1)),
    "oo": _infinite,
    "sqrt": lambda value: root(value, 2),
    "cbrt": lambda value: root(value, 3),
    "root": _root_of,
    "exp": lambda value: exact(1) if value == exact(0) else _exp(value),
    "ln": _log,
    "log": _log,
    "log2": lambda value: _log(value, exact(2)),
    "log10": lambda value: _log(value, exact(10)),
    "abs": _absolute,
    "floor": _step(math.floor),
    "ceil": _step(math.ceil),
    "sin": _sin,
    "cos": _cos,
    "tan": lambda value: multiply(_sin(value), reciprocal(_cos(value))),
    "cot": lambda value: multiply(_cos(value), reciprocal(_sin(value))),
    "sec": lambda value: reciprocal(_cos(value)),
    "csc": lambda value: reciprocal(_sin(value)),
    "asin": _inverse_wave("asin", True),
    "acos": _inverse_wave("acos", False),
    "atan": _atan,
    "sinh": _sinh,
    "cosh": _cosh,
    "tanh": lambda value: multiply(_sinh(value), reciprocal(_cosh(value))),
    "factorial": lambda value: exact(math.factorial(_natural(value))),
    "binomial": lambda top, bottom: exact(math.comb(_natural(top), _natural(bottom))),
    "max": lambda *parts: Interval(max(p.low for p in parts), max(p.high for p in parts)),
    "min": lambda *parts: Interval(min(p.low for p in parts), min(p.high for p in parts)),
}
