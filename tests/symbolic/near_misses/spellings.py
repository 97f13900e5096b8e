"""Spellings that were once taken for another: (got, expected)."""

from __future__ import annotations

RIGHT = {
    # a unit belongs to the whole of what stands before it only where that is no sum
    "a sign is no sum": ("-5 m", "- 5 m"),
    "an exponent's sign is no sum": ("1e-3 m", "0.001 m"),
    "a sum in brackets with a unit": ("(1+2) m", "3 m"),
    "a sum in an exponent with a unit": (r"2^{3-1} cm", "4 cm"),
    "a negative value with a unit and a name": ("x = -5 cm", "-5 cm"),
    "a sum in a fraction with a unit": (r"\frac{1-x}{2} cm", "(0.5-x/2) cm"),
    "circles counted": ("5 circles", "5 circles"),
    "a large sum with a root as a float": (10**13 + 2**0.5, "10^13+sqrt(2)"),
    "a mixed number of hundredths": ("12 3/100", 12.03),
}

WRONG = {
    "a unit of the last term": ("1 + 2 h", "3h"),
    "four more than a large sum with a root": (10000000000005.5, "10^13+sqrt(2)"),
}

UNKNOWN = {
    "a unit of one letter after a sum": ("1 + 2 m", "3 m"),
    "a unit after a sum with a letter": ("2x + 3 m", "(2x + 3) m"),
    "a per cent after a sum": ("100 + 5%", "105%"),
    "currency before a sum": ("$5 + 3", "$8"),
    "a TeX unit after a sum": (r"2+3\text{ cm}", "5 cm"),
    "circles are no degrees": ("5 circles", "5°"),
    "a thousand with a space over three": ("1 000/3", 1),
    "no part of a mixed number": ("1 0/3", 1),
    "an improper part of a mixed number": ("1 5/3", "8/3"),
}
