"""Translates TeX beyond the restricted reader into its language, with latex2sympy2_extended (math-verify's
parser). Runs in the sandbox alone: that parser is large and may take long, and the other answer is never in
sight there. Asked only about macros that it reads as they are meant (`covers`), since it guesses at the rest.
"""

from __future__ import annotations

import itertools
import re
from typing import Any

from symbolic.answers.parsing import read_term
from symbolic.answers.terms import FUNCTIONS, NotMathError
from symbolic.answers.tokens import GREEK, tokenize

UNITS = ("%", "\\circ", "\\degree", "\\$", "\\text", "\\mathrm", "\\mbox")
"""TeX that stands for units and words: no number, unless the task says so."""

MAX_TEXT = 300  # characters
MAX_BRACKETS = 30
_READ = """
sum prod int lim to limits lfloor rfloor lceil rceil frac dfrac tfrac cfrac sqrt binom dbinom tbinom cdot
times div left right infty pi sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh ln log exp max min
gcd le leq ge geq ne neq lt gt
"""
_MACROS = frozenset(_READ.split())
"""What the foreign parser is known to read as it is meant; for all else it guesses."""

_BOUNDS = r"(?:\s*[_^]\s*(?:\{[^{}]*\}|[A-Za-z0-9]))*"
_LARGE = re.compile(rf"\\(?:sum|prod|int|lim|log)(?![A-Za-z])(?:\s*\\limits)?{_BOUNDS}")
_GUESSED = re.compile(
    r"""[0-9})\]|]\s*[0-9]*\s+\.?[0-9] | (?:[})\]] | \\r(?:floor|ceil))\s*[0-9] | [/!]
    | [A-Za-z]'*\([A-Za-z]\) | (?<![A-Za-z\\])[f-hF-HP]\s*\(""",
    re.VERBOSE,
)
"""Numbers side by side, a product after a division, double factorials, functions without a name."""

_NAMES = {"Abs": "abs", "ceiling": "ceil", "Max": "max", "Min": "min", "re": "", "im": ""}


def covers(text: str) -> bool:
    """Whether the foreign parser may be asked: short, of known macros, and readable in one way alone."""
    if len(text) > MAX_TEXT or sum(map(text.count, "([{|")) > MAX_BRACKETS:
        return False
    try:
        tokens = tokenize(text)
    except NotMathError:
        return False
    if _unclosed(text):
        return False
    macros = set(re.findall(r"\\([A-Za-z]+)", text))
    numbers = any(one[0] == other[0] == "number" for one, other in itertools.pairwise(tokens))
    return macros <= _MACROS | GREEK and not numbers and not _GUESSED.search(_LARGE.sub(" ", text))


def _unclosed(text: str) -> bool:
    """Whether a sign after a sum, product or limit leaves open how far that reaches."""
    found = re.split(r"\\(?:sum|prod|lim)(?![A-Za-z])" + _BOUNDS, text)
    for part in found[1:]:
        while (inner := re.sub(r"\([^()]*\)|\{[^{}]*\}|\[[^\[\]]*\]", "", part)) != part:
            part = inner
        if re.search(r"[^\s*]\s*[-+]", part):
            return True
    return False


def translate(text: str) -> str | None:
    """The expression or relation in the language of `parsing`, or None where it is not covered."""
    if not covers(text):
        return None
    from latex2sympy2_extended import NormalizationConfig, latex2sympy

    config = NormalizationConfig(malformed_operators=True, nits=False, units=False)
    try:
        result = latex2sympy(text, is_real=True, normalization_config=config)
        written = _relation(result)
        read_term(written)
    except Exception:  # noqa: BLE001  that parser raises bare exceptions for what it cannot read
        return None
    return written


def _relation(result: Any) -> str:
    import sympy

    if isinstance(result, sympy.core.relational.Relational):
        op = {"==": "="}.get(result.rel_op, result.rel_op)
        return f"{_write(result.lhs)} {op} {_write(result.rhs)}"
    if not isinstance(result, sympy.Expr):
        raise NotMathError(f"{type(result).__name__} is not an expression")
    unfinished = (sympy.Sum, sympy.Product, sympy.Integral, sympy.Limit)
    return _write(result.doit() if result.has(*unfinished) else result)


def _write(term: Any) -> str:
    if term.is_Rational:
        return f"({term.p}/{term.q})"
    if term.is_Float:
        return f"({term!s})"
    if term.is_Symbol:
        return str(term.name).replace("{", "").replace("}", "").replace("\\", "")
    if str(term) in ("pi", "E", "oo"):
        return {"E": "e"}.get(str(term), str(term))
    parts = [_write(part) for part in term.args]
    if term.is_Add or term.is_Mul or term.is_Pow:
        sign = "+" if term.is_Add else "*" if term.is_Mul else "^"
        return "(" + f" {sign} ".join(f"({part})" for part in parts) + ")"
    name = _NAMES.get(term.func.__name__, term.func.__name__)
    if name not in FUNCTIONS:
        raise NotMathError(f"{term.func.__name__} is not covered")
    return f"{name}({', '.join(parts)})"
