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
    # or is not and
    "or between inequalities in another order": ("x < 1 or x > 2", "x > 2 or x < 1"),
    "or between inequalities and their union": ("x < 1 or x > 2", r"(-\infty,1)\cup(2,\infty)"),
    "or between inequalities of two variables": ("x < 1 or y > 2", "y > 2 or x < 1"),
    "or between solutions lists them": ("x = 5 or x = 6", "x = 6, x = 5"),
    "or between numbers lists them": ("5 or 6", [5, 6]),
    "and between inequalities in another order": ("x < 1 and y > 2", "y > 2, x < 1"),
    # thousands
    "thousands parted by a semicolon": ("1,234; 5,678", [1234, 5678]),
    "thousands parted by a comma with a space": ("1,234, 5,678", [1234, 5678]),
    "thousands parted by and": ("1,234 and 5,678", [1234, 5678]),
    "TeX thousands in a pair": (r"(1{,}000, 2{,}000)", [1000, 2000]),
    "TeX thousands in an equation": (r"x = 1{,}000", 1000),
    "TeX thousands in a sum": (r"1\,000 + 1", 1001),
    "a pair with a thin space": (r"(1,\,200)", [1, 200]),
    "a pair that begins with 0": ("(0,100)", [0, 100]),
    "an interval of hundreds after a sign": (r"x \in (12,102)", "(12, 102)"),
    "a pair with a space": ("(1, 234)", [1, 234]),
    "items of one, three and one digits": ("1,234,5", [1, 234, 5]),
    "thousands in quotes": ("['1,000', '2']", [1000, 2]),
    "a large sum with a root as a float": (10**13 + 2**0.5, "10^13+sqrt(2)"),
    "a mixed number of hundredths": ("12 3/100", 12.03),
}

WRONG = {
    "or between other inequalities": ("x < 1 or x > 2", "x > 2 or x < 3"),
    "an edge of inequalities with or": ("x < 1 or x > 2", r"(-\infty,1]\cup(2,\infty)"),
    "one of two inequalities with or": ("x < 1 or x > 2", "x < 1"),
    "or between other solutions": ("x = 5 or x = 6", "x = 6 or x = 7"),
    "another of two with thousands": ("1,234 and 5,678", [1234, 5679]),
    "another pair with TeX thousands": (r"(1{,}000, 2{,}000)", [1000, 2001]),
    "a unit of the last term": ("1 + 2 h", "3h"),
    "four more than a large sum with a root": (10000000000005.5, "10^13+sqrt(2)"),
}

UNKNOWN = {
    "or is not and between inequalities": ("x < 1 or x > 2", "x < 1 and x > 2"),
    "or is no comma between inequalities": ("x > 1 or x < 2", "x < 2, x > 1"),
    "or is not and between solutions": ("x = 5 or x = 6", "x = 5 and x = 6"),
    "or between inequalities of another variable": ("x < 1 or x < 0", "y < 1"),
    "two numbers are no interval": ("1 and 2", "(1, 1.5] ∪ [1.5, 2)"),
    "a thousand in an equation": ("x = 1,000", 1000),
    "a thousand in a sum": ("1,000 + 1", 1001),
    "a thousand in a product": (r"2 \times 1,000", 2000),
    "a thousand in brackets": ("(1,000)", 1000),
    "a thousand is no pair with 0": ("(1,000)", [1, 0]),
    "a thousand or a pair": ("(1,234)", [1, 234]),
    "a price of each": ("$1,000 each", 1000),
    "a decimal with a TeX comma": ("3{,}5", 3.5),
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
