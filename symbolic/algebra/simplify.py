"""The last stage of symbolic equality: sympy simplifies the difference. Meant to run in the sandbox.

Terms come as text of `terms.write` and are built by constructors; nothing is sympified.
"""

from __future__ import annotations

from typing import Any

from symbolic.answers.parsing import read_term
from symbolic.answers.terms import NotMathError, Term


def simplifies(left: str, right: str, imaginary: bool = False) -> bool | None:
    """True if the difference of two written terms simplifies to 0, else None.

    With `imaginary`, the symbol i is the imaginary unit, and False says that two constants differ.
    """
    import sympy

    terms = [read_term(text) for text in (left, right)]
    one, other = (build(term, imaginary) for term in terms if isinstance(term, Term))
    difference = one - other
    if any(_is_zero(sympy, form) for form in _forms(sympy, difference, imaginary)):
        return True
    if imaginary and not difference.free_symbols:
        return False if abs(difference.evalf(50)) > sympy.Rational(1, 10**30) else None
    return None


def _forms(sympy: Any, difference: Any, imaginary: bool) -> Any:
    """Ever costlier ways to write the difference."""
    yield difference
    yield sympy.expand(difference, complex=imaginary)
    yield sympy.trigsimp(sympy.expand_trig(difference))
    yield sympy.simplify(difference)
    yield sympy.simplify(difference.rewrite(sympy.exp))
    yield sympy.radsimp(sympy.powdenest(sympy.expand_log(difference, force=False)))


def _is_zero(sympy: Any, form: Any) -> bool:
    if form == 0 or form.is_zero:
        return True
    if form.free_symbols or not form.is_algebraic:
        return False
    x = sympy.Symbol("x")
    return bool(sympy.minimal_polynomial(form, x) == x)


def build(term: Term, imaginary: bool = False) -> Any:
    """The sympy expression of a term, with real variables."""
    import sympy

    if term.head == "number":
        return sympy.Rational(term.value.numerator, term.value.denominator)
    if term.head == "symbol":
        if imaginary and term.name == "i":
            return sympy.I
        return sympy.Symbol(term.name, real=True)
    if term.head == "oo":
        raise NotMathError("infinity is no number")
    return _operation(sympy, term.head)(*(build(part, imaginary) for part in term.args))


def _operation(sympy: Any, head: str) -> Any:
    special = {
        "+": sympy.Add,
        "*": sympy.Mul,
        "^": sympy.Pow,
        "pi": lambda: sympy.pi,
        "e": lambda: sympy.E,
        "ln": sympy.log,
        "log2": lambda value: sympy.log(value, 2),
        "log10": lambda value: sympy.log(value, 10),
        "abs": sympy.Abs,
        "ceil": sympy.ceiling,
        "cbrt": lambda value: sympy.real_root(value, 3),
        "root": lambda value, order: sympy.real_root(value, order),
        "max": sympy.Max,
        "min": sympy.Min,
    }
    return special[head] if head in special else getattr(sympy, head)
