"""A restricted reader of mathematical text: plain ("2*x^2 + 1", "2x^2+1") and the everyday part of TeX.

It only builds a tree; nothing is evaluated, looked up or imported, and size and depth are bounded, so it
may read a model's text in the caller's process. It refuses what can be read in two ways ("1/2x", "a/bc")
and what looks like a date. Not covered: sums, integrals, limits, units, degrees, matrices (`answers` splits
those), TeX beyond the macros below (`latex` translates it, in the sandbox).
"""

from __future__ import annotations

from symbolic.answers.dates import is_date, is_time
from symbolic.answers.literals import literal
from symbolic.answers.terms import (
    FUNCTIONS,
    MINUS_ONE,
    AmbiguousError,
    Chain,
    NotMathError,
    Relation,
    Term,
    TooLongError,
    negative,
    number,
    quotient,
    symbols,
)
from symbolic.answers.tokens import GREEK, Token, tokenize

MAX_TEXT = 2000
MAX_NODES = 300
MAX_DEPTH = 60

_ARITIES = {"binomial": 2, "root": 2, "max": 2, "min": 2}  # the fewest, where that is not one

_ALIASES = {
    "arcsin": "asin", "arccos": "acos", "arctan": "atan", "Abs": "abs", "ceiling": "ceil", "lg": "log10",
    "Max": "max", "Min": "min", "π": "pi", "comb": "binomial",
}  # fmt: skip
_FRACTIONS = ("frac", "dfrac", "tfrac", "cfrac")
_CALLED = frozenset((*"fghuvwFGHPQφψΓσ", "phi", "varphi", "Phi", "psi", "Gamma", "zeta", "sigma"))
RELATIONS = ("=", "!=", "<=", ">=", "<", ">")


def read_term(text: str) -> Term | Relation | Chain:
    """The tree of an expression, of a relation, or of several that are chained. Raises `NotMathError`."""
    if len(text) > MAX_TEXT:
        raise TooLongError("the text is too long")
    if is_date(text.strip()) or is_time(text.strip()):
        raise NotMathError("it looks like a date or a time")
    try:
        found = _Reader(tokenize(text), tex="\\" in text or "{" in text).everything()
    except RecursionError:
        raise TooLongError("the expression is nested too deep") from None
    for term in terms_of(found):
        if _depth(term) > MAX_DEPTH:
            raise TooLongError("the expression is nested too deep")
        if has_infinity(term) and not is_infinite(term):
            raise AmbiguousError("arithmetic with infinity can come to anything")
    return found


def terms_of(found: Term | Relation | Chain) -> list[Term]:
    """The expressions in what was read."""
    if isinstance(found, Term):
        return [found]
    relations = found.relations if isinstance(found, Chain) else (found,)
    return [term for relation in relations for term in (relation.left, relation.right)]


def has_infinity(term: Term) -> bool:
    return term.head == "oo" or any(map(has_infinity, term.args))


def is_infinite(term: Term) -> bool:
    return term in (Term("oo"), negative(Term("oo")))


def _depth(term: Term) -> int:
    """Levels of the tree, counted without recursion."""
    levels, layer = 0, [term]
    while layer:
        layer = [part for node in layer for part in node.args]
        levels += 1
    return levels


class _Reader:
    """Precedence climbing over the tokens."""

    def __init__(self, tokens: list[Token], tex: bool) -> None:
        self._tokens, self._tex, self._at = tokens, tex, 0
        self._depth = self._nodes = self._bars = 0

    def everything(self) -> Term | Relation | Chain:
        terms, signs = [self._sum()], []
        while self._kind == "sign" and self._text in RELATIONS:
            signs.append(self._next()[1])
            terms.append(self._sum())
        self._expect("end", "")
        relations = tuple(map(Relation, signs, terms, terms[1:]))
        if len(relations) > 1:
            return Chain(relations)
        return relations[0] if relations else terms[0]

    @property
    def _kind(self) -> str:
        return self._tokens[self._at][0]

    @property
    def _text(self) -> str:
        return self._tokens[self._at][1]

    def _next(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _is(self, *signs: str) -> bool:
        return self._kind == "sign" and self._text in signs

    def _take(self, sign: str) -> bool:
        if self._is(sign):
            self._at += 1
            return True
        return False

    def _expect(self, kind: str, text: str) -> None:
        if self._tokens[self._at] != (kind, text):
            found = repr(self._text) if self._kind != "end" else "the end"
            raise NotMathError(f"{repr(text) if text else 'the end'} was expected, not {found}")
        self._at += kind != "end"

    def _node(self, term: Term) -> Term:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise TooLongError("the expression is too large")
        return term

    def _sum(self) -> Term:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TooLongError("the expression is nested too deep")
        parts = [self._signed()]
        while self._is("+", "-"):
            minus = self._next()[1] == "-"
            part = self._signed()
            parts.append(negative(part) if minus else part)
        self._depth -= 1
        return parts[0] if len(parts) == 1 else self._node(Term("+", tuple(parts)))

    def _signed(self) -> Term:
        if self._is("-", "+"):
            minus = self._next()[1] == "-"
            if self._is("-", "+"):
                raise NotMathError("two signs follow each other")
            product = self._product()
            return negative(product) if minus else product
        return self._product()

    def _product(self) -> Term:
        parts, divided = [self._power()], False
        while True:
            if self._is("*"):
                self._next()
                parts.append(self._factor())
                divided = False
            elif self._is("/"):
                self._next()
                parts.append(Term("^", (self._factor(), MINUS_ONE)))
                divided = True
            elif self._starts_factor():
                if divided:
                    raise AmbiguousError("a product without a sign after a division can be read in two ways")
                if self._kind == "number":
                    raise AmbiguousError("two numbers follow each other")
                parts.append(self._juxtaposed(parts))
            else:
                return parts[0] if len(parts) == 1 else self._node(Term("*", tuple(parts)))

    def _juxtaposed(self, parts: list[Term]) -> Term:
        """The next factor; a whole number before a fraction of numbers is a mixed number, as in print."""
        fraction, last = self._text in _FRACTIONS, parts[-1]
        if last == number(0) and self._tokens[self._at - 1][0] == "number":
            raise NotMathError("0 before a name tells of a unit, not of a product")
        factor = self._power()
        mixed = fraction and last.head == "number" and last.value.denominator == 1 and not symbols(factor)
        return Term("+", (parts.pop(), factor)) if mixed else factor

    def _factor(self) -> Term:
        """After * or /, where a sign may stand."""
        if self._is("-"):
            self._next()
            return negative(self._power())
        return self._power()

    def _starts_factor(self) -> bool:
        if self._kind in ("number", "name", "macro"):
            return True
        return self._is("(", "[", "{", "√") or (self._is("|") and not self._bars)

    def _power(self) -> Term:
        base = self._postfix()
        if not self._take("^"):
            return base
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise TooLongError("the expression is nested too deep")
        exponent = self._exponent()
        self._depth -= 1
        return self._node(Term("^", (base, exponent)))

    def _exponent(self) -> Term:
        if self._tex and self._kind == "number" and len(self._text) > 1:
            raise AmbiguousError("TeX raises the first digit only")
        if self._is("-", "+"):
            return negative(self._power()) if self._next()[1] == "-" else self._power()
        return self._power()

    def _postfix(self) -> Term:
        term = self._atom()
        if self._take("!"):
            term = self._node(Term("factorial", (term,)))
            if self._is("!"):
                raise AmbiguousError("n!! is the double factorial, or the factorial of one")
        return term

    def _atom(self) -> Term:
        kind, text = self._next()
        if kind == "number":
            return self._node(literal(text))
        if kind == "name":
            return self._name(text)
        if kind == "macro":
            return self._macro(text)
        if text in ("(", "[", "{"):
            return self._closed({"(": ")", "[": "]", "{": "}"}[text])
        if text == "|":
            self._bars += 1
            inside = self._sum()
            self._expect("sign", "|")
            self._bars -= 1
            return self._node(Term("abs", (inside,)))
        if text == "√":
            return self._node(Term("sqrt", (self._atom(),)))
        raise NotMathError(
            f"a value was expected, not {text!r}" if text else "a value was expected at the end"
        )

    def _closed(self, closing: str) -> Term:
        bars, self._bars = self._bars, 0
        inside = self._sum()
        self._expect("sign", closing)
        self._bars = bars
        return inside

    def _name(self, text: str) -> Term:
        text = _ALIASES.get(text, text).replace("{", "").replace("}", "")
        if text in FUNCTIONS:
            return self._call(text)
        if text in ("pi", "e", "oo"):
            return self._node(Term(text))
        if len(text) > 1 and (self._tex or self._follows_number()) and text.isalpha() and text not in GREEK:
            return self._node(Term("*", tuple(map(_letter, text))))
        if self._is("("):
            self._refuse_call(text)
        return self._node(Term("symbol", name=text))

    def _refuse_call(self, name: str) -> None:
        """A name before a bracket: a product ("x(x+1)"), unless it may be a function's."""
        if len(name) > 1 and name not in GREEK:
            raise NotMathError(f"{name!r} is not a known function")
        alone = self._tokens[self._at + 2] == ("sign", ")") and self._tokens[self._at + 1][0] == "name"
        if name in _CALLED or alone:
            raise AmbiguousError(f"{name}(…) is a function's value, or a product")

    def _follows_number(self) -> bool:
        return self._at > 1 and self._tokens[self._at - 2][0] == "number"

    def _call(self, name: str) -> Term:
        base = [self._group()] if name == "log" and self._take("_") else []
        power = self._exponent() if self._tex and self._take("^") else None
        if self._take("("):
            args = self._arguments(")")
        elif self._tex and self._take("{"):
            args = self._arguments("}")
        elif self._tex:
            args = [self._bare_argument()]
        else:
            raise NotMathError(f"a bracket was expected after {name!r}")
        args += base
        if not _ARITIES.get(name, 1) <= len(args) <= FUNCTIONS[name]:
            raise NotMathError(f"{name!r} takes {FUNCTIONS[name]} arguments, not {len(args)}")
        term = self._node(Term(name, tuple(args)))
        if power is None:
            return term
        if power == MINUS_ONE:
            raise AmbiguousError("a function to the power -1 can be read in two ways")
        return self._node(Term("^", (term, power)))

    def _arguments(self, closing: str) -> list[Term]:
        args = [self._sum()]
        while self._take(","):
            args.append(self._sum())
        self._expect("sign", closing)
        return args

    def _bare_argument(self) -> Term:
        """TeX's sin 2x: the factors up to the next sign or function."""
        parts = [self._power()]
        while self._starts_factor() and not self._is("(", "[") and self._text not in FUNCTIONS:
            if self._kind == "macro" and self._text not in _FRACTIONS:
                break
            parts.append(self._power())
        return parts[0] if len(parts) == 1 else self._node(Term("*", tuple(parts)))

    def _macro(self, name: str) -> Term:
        if name in _FRACTIONS:
            return self._node(quotient(self._group(), self._group()))
        if name in ("binom", "dbinom", "tbinom"):
            return self._node(Term("binomial", (self._group(), self._group())))
        if name == "sqrt":
            if self._take("["):
                order = self._closed("]")
                return self._node(Term("root", (self._group(), order)))
            return self._node(Term("sqrt", (self._group(),)))
        name = _ALIASES.get(name, name)
        if name in FUNCTIONS:
            return self._call(name)
        raise NotMathError(f"the macro \\{name} is not read")

    def _group(self) -> Term:
        """A macro's argument: a brace group, or a single digit or letter."""
        if self._take("{"):
            return self._closed("}")
        kind, text = self._tokens[self._at]
        if kind in ("number", "name") and len(text) > 1:
            self._tokens[self._at] = (kind, text[1:])
            if not text.isalnum():
                raise NotMathError("a group was expected")
            return self._node(literal(text[0]) if kind == "number" else _letter(text[0]))
        return self._atom()


def _letter(name: str) -> Term:
    return Term("e") if name == "e" else Term("symbol", name=name)
