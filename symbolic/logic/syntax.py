"""The tree of a logic text: statements over atoms, comparisons, connectives and quantifiers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

THING = "Thing"
"""The open sort: what belongs to no declared sort. It has at least one member and no known end."""

NUMBER = "Number"
"""The sort of whole numbers: the values of functions. No variable ranges over it."""


@dataclass(frozen=True, slots=True)
class Name:
    """A constant, or a variable where a quantifier binds it."""

    name: str


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number."""

    value: int


@dataclass(frozen=True, slots=True)
class Apply:
    """A declared function's value: a whole number."""

    name: str
    args: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """left + right, or left - right."""

    left: Expression
    right: Expression
    minus: bool


@dataclass(frozen=True, slots=True)
class Atom:
    """Pred(a, b), or a bare Pred."""

    name: str
    args: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class Compare:
    """op is one of = != < <= > >=; the last four compare whole numbers."""

    op: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Not:
    body: Formula


@dataclass(frozen=True, slots=True)
class Connect:
    """op is one of and, or, ->, <->."""

    op: str
    left: Formula
    right: Formula


@dataclass(frozen=True, slots=True)
class Quantify:
    """kind is forall or exists; `sort` is empty where the text does not name one."""

    kind: str
    variable: str
    sort: str
    body: Formula


Expression = Name | Whole | Apply | Sum
Formula = Atom | Compare | Not | Connect | Quantify


@dataclass(frozen=True, slots=True)
class Statement:
    """A line of the text, counted from 1."""

    line: int
    formula: Formula


@dataclass(frozen=True, slots=True)
class Function:
    """A declared function to whole numbers between `low` and `high`, where those are given."""

    line: int
    sorts: tuple[str, ...]
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Theory:
    """A logic text, read: its premises, its query, and the sort of every name in it.

    `variables` has the sort of each bound variable by line and position in the line's order of quantifiers.
    """

    premises: tuple[Statement, ...]
    query: Statement
    sorts: dict[str, tuple[str, ...]]
    functions: dict[str, Function]
    predicates: dict[str, tuple[str, ...]]
    constants: dict[str, str]

    @property
    def things(self) -> tuple[str, ...]:
        """The constants of the open sort."""
        return tuple(name for name, sort in self.constants.items() if sort == THING)


def formulas(formula: Formula) -> Iterator[Formula]:
    """The formula and all inside it, from the outside in."""
    yield formula
    if isinstance(formula, Not | Quantify):
        yield from formulas(formula.body)
    elif isinstance(formula, Connect):
        yield from formulas(formula.left)
        yield from formulas(formula.right)


def expressions(formula: Formula) -> Iterator[Expression]:
    """The outermost expressions of an atom or comparison."""
    if isinstance(formula, Atom):
        yield from formula.args
    elif isinstance(formula, Compare):
        yield formula.left
        yield formula.right
