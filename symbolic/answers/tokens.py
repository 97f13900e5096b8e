"""The tokens of mathematical text, plain or TeX, which `parsing` puts together.

Signs of the same meaning (×, \\cdot, *) come as one; spacing and sizes of TeX are left out.
"""

from __future__ import annotations

import re

from symbolic.answers.terms import AmbiguousError, NotMathError, TooLongError
from symbolic.budget import take

MAX_TOKENS = 600

_GREEK_NAMES = """alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi rho sigma tau phi
chi psi omega varepsilon vartheta varphi Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"""
GREEK = frozenset(_GREEK_NAMES.split())
_MACROS = {
    "cdot": "*", "times": "*", "ast": "*", "div": "/", "le": "<=", "leq": "<=", "ge": ">=", "geq": ">=",
    "ne": "!=", "neq": "!=", "lt": "<", "gt": ">", "infty": "oo", "lvert": "|", "rvert": "|", "vert": "|",
    "left": "", "right": "", "big": "", "Big": "", "bigl": "", "bigr": "", "leqslant": "<=", "geqslant": ">=",
}  # fmt: skip
_SIGNS = {
    "×": "*", "·": "*", "⋅": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!=", "**": "^", "==": "=", "−": "-",
    "√": "√", "∞": "oo",
}  # fmt: skip

_TOKEN = re.compile(
    r"""\s*(?: (?P<number>\d*\.\d*\\(?:overline|bar)\s*\{\d+\} | \d*\.\d*\\dot\s*(?:\{\d\}|\d)(?!\s*[\\\d])
            | \d+(?:\.\d*)?(?:[eE][+-]?\d+(?![\w.]))? | \.\d+)
        | \\(?P<macro>[A-Za-z]+)
        | (?P<name>[A-Za-z][A-Za-z0-9]*(?:_(?:[A-Za-z0-9]+|\{[A-Za-z0-9]+\}))?|[α-ωπΓ-Ω])
        | (?P<sign>\*\*|<=|>=|==|!=|[-+*/^!|_()\[\]{}=<>,×·⋅÷≤≥≠−√∞]) )""",
    re.ASCII | re.VERBOSE,
)
Token = tuple[str, str]  # kind (number, name, macro, sign, end) and text


def tokenize(text: str) -> list[Token]:
    """The tokens of a text, an end after them. Raises `NotMathError`."""
    take(1 + len(text) // 10)
    tokens: list[Token] = []
    position, text = 0, text.rstrip()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None or found.lastgroup is None:
            raise NotMathError(f"{text[position : position + 10]!r} is not understood")
        if tokens and tokens[-1][0] == "number" and re.match(r"[eE]\d", text[position:]):
            raise AmbiguousError("an exponent followed by a name can be read in two ways")
        position = found.end()
        token = _token(found.lastgroup, found[found.lastgroup])
        if token[1]:
            tokens.append(token)
    if len(tokens) > MAX_TOKENS:
        raise TooLongError("the text is too long")
    return [*tokens, ("end", "")]


def _token(kind: str, text: str) -> Token:
    if kind == "macro":
        if text in _MACROS:
            sign = _MACROS[text]
            return ("name" if sign == "oo" else "sign"), sign
        if text in GREEK or text == "pi":
            return "name", text
        return "macro", text
    if kind == "sign":
        sign = _SIGNS.get(text, text)
        return ("name" if sign == "oo" else "sign"), sign
    return kind, text
