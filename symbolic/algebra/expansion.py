"""Proves two terms equal by writing both as quotients of polynomials with rational coefficients.

What is no sum, product or whole power (a root, a sine) stands as an unknown of its own, so what is proved
holds wherever both terms are defined. Identities between such unknowns (sin² + cos² = 1) are not covered.
"""

from __future__ import annotations

from fractions import Fraction

from symbolic.answers.terms import Term, difference
from symbolic.budget import take

Monomial = tuple[tuple[str, int], ...]  # sorted names with their powers
Polynomial = dict[Monomial, Fraction]
Quotient = tuple[Polynomial, Polynomial]

_MAX_TERMS = 400
_MAX_POWER = 24
_ONE: Polynomial = {(): Fraction(1)}


class TooWideError(ValueError):
    """The expansion would have too many terms, or divides by zero."""


def proves_equal(left: Term, right: Term) -> bool:
    """Whether the difference expands to 0."""
    try:
        top, _ = _expand(difference(left, right))
    except TooWideError:
        return False
    return not top


def _expand(term: Term) -> Quotient:
    if term.head == "number":
        return ({(): term.value} if term.value else {}), _ONE
    if term.head == "+":
        result: Quotient = ({}, _ONE)
        for part in term.args:
            result = _sum(result, _expand(part))
        return result
    if term.head == "*":
        result = (_ONE, _ONE)
        for part in term.args:
            top, bottom = _expand(part)
            result = (_times(result[0], top), _times(result[1], bottom))
        return result
    if term.head == "^" and (power := _whole(term.args[1])) is not None:
        return _raised(_expand(term.args[0]), power)
    return {((_name(term), 1),): Fraction(1)}, _ONE


def _whole(exponent: Term) -> int | None:
    """The exponent if it is a small whole number."""
    top, bottom = _expand(exponent)
    if bottom != _ONE or any(top.keys()):
        return None
    value = top.get((), Fraction(0))
    return int(value) if value.denominator == 1 and abs(value) <= _MAX_POWER else None


def _raised(base: Quotient, power: int) -> Quotient:
    top, bottom = base if power >= 0 else base[::-1]
    if not bottom or (power == 0 and not top):
        raise TooWideError
    result: Quotient = (_ONE, _ONE)
    for _ in range(abs(power)):
        result = (_times(result[0], top), _times(result[1], bottom))
    return result


def _name(term: Term) -> str:
    """The same for terms whose parts expand alike."""
    if term.head == "symbol":
        return term.name
    return f"{term.head}({'; '.join(_key(part) for part in term.args)})"


def _key(term: Term) -> str:
    """A text of the expansion, with the denominator's leading coefficient 1."""
    top, bottom = _expand(term)
    lead = bottom[max(bottom)]
    key = " / ".join(_written(side, lead) for side in (top, bottom))
    take(1 + len(key) // 50)
    return key


def _written(side: Polynomial, lead: Fraction) -> str:
    monomials = (
        "*".join([str(factor / lead), *(f"{name}^{power}" for name, power in monomial)])
        for monomial, factor in sorted(side.items())
    )
    return " + ".join(monomials)


def _sum(one: Quotient, other: Quotient) -> Quotient:
    if one[1] == other[1]:
        return _plus(one[0], other[0]), one[1]
    return _plus(_times(one[0], other[1]), _times(other[0], one[1])), _times(one[1], other[1])


def _plus(one: Polynomial, other: Polynomial) -> Polynomial:
    result = dict(one)
    for monomial, factor in other.items():
        total = result.pop(monomial, Fraction(0)) + factor
        if total:
            result[monomial] = total
    return result


def _times(one: Polynomial, other: Polynomial) -> Polynomial:
    if len(one) * len(other) > _MAX_TERMS**2:
        raise TooWideError
    take(len(one) * len(other))
    result: Polynomial = {}
    for left, a in one.items():
        for right, b in other.items():
            monomial = _merge(left, right)
            result[monomial] = result.get(monomial, Fraction(0)) + a * b
    if len(result) > _MAX_TERMS or any(value.numerator.bit_length() > 4000 for value in result.values()):
        raise TooWideError
    return {monomial: factor for monomial, factor in result.items() if factor}


def _merge(left: Monomial, right: Monomial) -> Monomial:
    powers = dict(left)
    for name, power in right:
        powers[name] = powers.get(name, 0) + power
    return tuple(sorted(powers.items()))
