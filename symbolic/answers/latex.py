"""Translates TeX beyond the restricted reader into its language, with latex2sympy2_extended (math-verify's
parser). Runs in the sandbox alone: that parser is large and may take long, and the other answer is never in
sight there. Units, percent signs and degrees are refused, since a task must say whether they count.
"""

from __future__ import annotations

from typing import Any

from symbolic.answers.parsing import read_term
from symbolic.answers.terms import FUNCTIONS, NotMathError

UNITS = ("%", "\\circ", "\\degree", "\\$", "\\text", "\\mathrm", "\\mbox")
"""TeX that stands for units and words: no number, unless the task says so."""

_REFUSED = (*UNITS, "\\pm", "\\mp", "\\mathbb")
_NAMES = {"Abs": "abs", "ceiling": "ceil", "Max": "max", "Min": "min", "re": "", "im": ""}


def translate(text: str) -> str | None:
    """The expression or relation in the language of `parsing`, or None where it is not covered."""
    if any(word in text for word in _REFUSED):
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
    return _write(result.doit() if result.has(sympy.Sum, sympy.Product, sympy.Integral) else result)


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
