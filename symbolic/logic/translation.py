"""Builds Z3's terms from the tree of a logic text, through its constructors alone."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from symbolic.logic.models import ModelError
from symbolic.logic.syntax import (
    NUMBER,
    THING,
    Atom,
    Compare,
    Connect,
    Expression,
    Formula,
    Name,
    Not,
    Quantify,
    Sum,
    Theory,
    Whole,
)

MAX_SIZE = 60_000  # nodes of a theory's formulas with their quantifiers written out


class Translator:
    """Builds Z3 terms. With `things`, the open sort is that many elements and quantifiers are written out."""

    def __init__(self, theory: Theory, context: Any, things: int | None = None) -> None:
        import z3

        self._z3, self.context, self.theory = z3, context, theory
        self._size = 0
        self.sorts: dict[str, Any] = {NUMBER: z3.IntSort(context)}
        self.members: dict[str, list[Any]] = {}
        for sort, members in theory.sorts.items():
            self._enumerate(sort, [f"{sort} {member}" for member in members])
        if things is None:
            self.sorts[THING] = z3.DeclareSort(THING, context)
        else:
            self._enumerate(THING, [f"e{index}" for index in range(things)])
        self.constants = {name: self._constant(name, sort) for name, sort in theory.constants.items()}
        self.predicates = {
            name: self._declare(name, sorts, z3.BoolSort(context))
            for name, sorts in theory.predicates.items()
        }
        self.functions = {
            name: self._declare(name, function.sorts, self.sorts[NUMBER])
            for name, function in theory.functions.items()
        }

    def _enumerate(self, sort: str, names: list[str]) -> None:
        self.sorts[sort], self.members[sort] = self._z3.EnumSort(f"sort {sort}", names, ctx=self.context)

    def _constant(self, name: str, sort: str) -> Any:
        members = self.theory.sorts.get(sort, ())
        return self.members[sort][members.index(name)] if name in members else self._new(name, sort)

    def _new(self, name: str, sort: str) -> Any:
        return self._z3.Const(f"constant {name}", self.sorts[sort])

    def _declare(self, name: str, sorts: Sequence[str], result: Any) -> Any:
        return self._z3.Function(f"symbol {name}", *(self.sorts[sort] for sort in sorts), result)

    def ranges(self) -> Iterator[Any]:
        """The declared range of every function, written out over its sorts."""
        for name, function in self.theory.functions.items():
            if function.low is None or function.high is None:
                continue
            if any(sort not in self.members for sort in function.sorts):
                yield from self._open_range(name)
                continue
            for args in itertools.product(*(self.members[sort] for sort in function.sorts)):
                value = self.functions[name](*args)
                yield self._z3.And(value >= function.low, value <= function.high)

    def _open_range(self, name: str) -> Iterator[Any]:
        function = self.theory.functions[name]
        args = [self._z3.Const(f"arg {index}", self.sorts[sort]) for index, sort in enumerate(function.sorts)]
        value = self.functions[name](*args)
        yield self._z3.ForAll(args, self._z3.And(value >= function.low, value <= function.high))

    def formula(self, formula: Formula, scope: Mapping[str, Any] | None = None) -> Any:
        scope = scope or {}
        self._size += 1
        if self._size > MAX_SIZE:
            raise ModelError("the formula is too large with its quantifiers written out")
        z3 = self._z3
        if isinstance(formula, Atom):
            return self.predicates[formula.name](*(self._expression(arg, scope) for arg in formula.args))
        if isinstance(formula, Compare):
            left, right = self._expression(formula.left, scope), self._expression(formula.right, scope)
            return _COMPARE[formula.op](left, right)
        if isinstance(formula, Not):
            return z3.Not(self.formula(formula.body, scope))
        if isinstance(formula, Connect):
            left, right = self.formula(formula.left, scope), self.formula(formula.right, scope)
            return {"and": z3.And, "or": z3.Or, "->": z3.Implies}.get(formula.op, _iff)(left, right)
        return self._quantified(formula, scope)

    def _quantified(self, formula: Quantify, scope: Mapping[str, Any]) -> Any:
        z3, universal = self._z3, formula.kind == "forall"
        if formula.sort in self.members:
            parts = [
                self.formula(formula.body, {**scope, formula.variable: member})
                for member in self.members[formula.sort]
            ]
            return z3.And(*parts) if universal else z3.Or(*parts)
        variable = z3.Const(f"variable {formula.variable} {len(scope)}", self.sorts[formula.sort])
        body = self.formula(formula.body, {**scope, formula.variable: variable})
        return (z3.ForAll if universal else z3.Exists)([variable], body)

    def _expression(self, expression: Expression, scope: Mapping[str, Any]) -> Any:
        if isinstance(expression, Whole):
            return self._z3.IntVal(expression.value, self.context)
        if isinstance(expression, Name):
            return scope[expression.name] if expression.name in scope else self.constants[expression.name]
        if isinstance(expression, Sum):
            left, right = self._expression(expression.left, scope), self._expression(expression.right, scope)
            return left - right if expression.minus else left + right
        return self.functions[expression.name](*(self._expression(arg, scope) for arg in expression.args))


def _iff(left: Any, right: Any) -> Any:
    return left == right


_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
