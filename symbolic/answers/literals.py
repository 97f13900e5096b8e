"""The numbers that stand in expressions: decimals, exponents and repeating decimals, all exact."""

from __future__ import annotations

import re
from fractions import Fraction

from symbolic.answers.terms import NotMathError, Term, TooLongError, number


def literal(text: str) -> Term:
    """The number of a token. Raises `NotMathError`."""
    if "\\" in text:
        return number(_repeating(text))
    if len(text) > 1 and text[0] == "0" and text[1].isdigit():
        raise NotMathError("a number in an expression does not begin with 0")
    mantissa, _, exponent = text.lower().partition("e")
    if exponent and abs(int(exponent)) > 400:
        raise TooLongError("the exponent is too large")
    return number(Fraction(mantissa) * Fraction(10) ** int(exponent or 0))


def _repeating(text: str) -> Fraction:
    """0.1\\overline{6} is (16 - 1) / 90."""
    whole, once, period = re.findall(r"^\d*|(?<=\.)\d*|\d+(?=\}?$)", text)[:3]
    head = int(whole + once or "0")
    return Fraction(int(whole + once + period) - head, (10 ** len(period) - 1) * 10 ** len(once))
