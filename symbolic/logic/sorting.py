"""Finds the sort of every constant, predicate and variable, or says which line does not fit.

Members of declared sorts are known; whatever they are compared with or stand in place of gets their sort;
what is left belongs to the open sort. Two different sorts in one place are an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symbolic.logic.errors import LogicError
from symbolic.logic.syntax import (
    NUMBER,
    THING,
    Apply,
    Atom,
    Compare,
    Connect,
    Expression,
    Formula,
    Function,
    Name,
    Not,
    Quantify,
    Statement,
    Sum,
    Theory,
    formulas,
)

Place = tuple[str, ...]  # ("constant", a), ("predicate", P, "0"), ("variable", line, count)
Scope = dict[str, Place]


def assign_sorts(
    premises: Sequence[Statement],
    query: Statement,
    sorts: dict[str, tuple[str, ...]],
    functions: dict[str, Function],
) -> Theory:
    """The theory with all sorts resolved and written into its quantifiers. Raises `LogicError`."""
    sorter = _Sorter(sorts, functions)
    statements = [*premises, query]
    for statement in statements:
        sorter.visit(statement)
    sorter.refuse_loose_variables(statements)
    done = [Statement(statement.line, sorter.resolved(statement)) for statement in statements]
    return Theory(
        tuple(done[:-1]), done[-1], sorts, functions, sorter.predicate_sorts(), sorter.constant_sorts()
    )


class _Sorter:
    def __init__(self, sorts: dict[str, tuple[str, ...]], functions: dict[str, Function]) -> None:
        self._sorts, self._functions = sorts, functions
        self._members = {member: sort for sort, members in sorts.items() for member in members}
        self._parent: dict[Place, Place] = {}
        self._sort: dict[Place, str] = {}
        self._arity: dict[str, tuple[int, int]] = {}  # predicate -> arity and the line that set it
        self._free: dict[str, int] = {}  # constant -> first line
        self._bound: dict[str, int] = {}  # variable -> first line
        self._line = self._count = 0
        for name, function in functions.items():
            self._check_function(name, function)

    def _check_function(self, name: str, function: Function) -> None:
        for sort in function.sorts:
            if sort not in self._sorts and sort != THING:
                raise LogicError(
                    function.line,
                    f"{name} takes {sort}, which is no declared sort; add 'sort {sort}: …' above it",
                )

    def visit(self, statement: Statement) -> None:
        self._line, self._count = statement.line, 0
        self._formula(statement.formula, {})

    def _formula(self, formula: Formula, scope: Scope) -> None:
        if isinstance(formula, Not):
            self._formula(formula.body, scope)
        elif isinstance(formula, Connect):
            self._formula(formula.left, scope)
            self._formula(formula.right, scope)
        elif isinstance(formula, Quantify):
            self._formula(formula.body, {**scope, formula.variable: self._variable(formula)})
        elif isinstance(formula, Atom):
            self._atom(formula, scope)
        else:
            self._compare(formula, scope)

    def _variable(self, formula: Quantify) -> Place:
        name = formula.variable
        if name in self._members:
            raise self._error(f"{name} is a member of {self._members[name]}; name the variable differently")
        if formula.sort and formula.sort not in self._sorts and formula.sort != THING:
            known = ", ".join(sorted(self._sorts)) or "none"
            raise self._error(f"{formula.sort} is no declared sort (declared: {known})")
        self._bound.setdefault(name, self._line)
        place = self._next_variable()
        if formula.sort:
            self._sort[place] = formula.sort
        return place

    def _next_variable(self) -> Place:
        self._count += 1
        return "variable", str(self._line), str(self._count)

    def _atom(self, atom: Atom, scope: Scope) -> None:
        arity, line = self._arity.setdefault(atom.name, (len(atom.args), self._line))
        if arity != len(atom.args):
            raise self._error(
                f"{atom.name} has {_arguments(arity)} in line {line}, but {len(atom.args)} here"
            )
        for index, arg in enumerate(atom.args):
            self._same(("predicate", atom.name, str(index)), self._expression(arg, scope), atom.name)

    def _compare(self, formula: Compare, scope: Scope) -> None:
        left, right = self._expression(formula.left, scope), self._expression(formula.right, scope)
        if formula.op not in ("=", "!="):
            for place in (left, right):
                self._give(place, NUMBER, f"'{formula.op}' compares whole numbers")
        self._same(left, right, f"'{formula.op}'")

    def _expression(self, expression: Expression, scope: Scope) -> Place:
        if isinstance(expression, Name):
            return self._named(expression.name, scope)
        if isinstance(expression, Apply):
            self._application(expression, scope)
        elif isinstance(expression, Sum):
            for side in (expression.left, expression.right):
                self._give(self._expression(side, scope), NUMBER, "'+' and '-' take whole numbers")
        place = ("number", str(self._line))
        self._sort[place] = NUMBER
        return place

    def _named(self, name: str, scope: Scope) -> Place:
        if name in scope:
            return scope[name]
        place = ("constant", name)
        if name in self._functions:
            raise self._error(f"{name} is a function; write {name}(…)")
        self._free.setdefault(name, self._line)
        if name in self._members:
            self._sort[place] = self._members[name]
        return place

    def _application(self, expression: Apply, scope: Scope) -> None:
        function = self._functions.get(expression.name)
        if function is None:
            raise self._error(
                f"{expression.name} is no declared function; a predicate begins with a capital letter, "
                f"and a function is declared by 'function {expression.name}(Sort): 1..5'"
            )
        if len(function.sorts) != len(expression.args):
            raise self._error(
                f"{expression.name} has {_arguments(len(function.sorts))} in line {function.line}, "
                f"but {len(expression.args)} here"
            )
        for sort, arg in zip(function.sorts, expression.args, strict=True):
            self._give(self._expression(arg, scope), sort, f"{expression.name} takes a {sort}")

    def _root(self, place: Place) -> Place:
        while place in self._parent:
            place = self._parent[place]
        return place

    def _give(self, place: Place, sort: str, why: str) -> None:
        root = self._root(place)
        known = self._sort.setdefault(root, self._sort.get(place, sort))
        if known != sort:
            raise self._error(f"{why}, but {self._spoken(place)} is a {known}")

    def _same(self, one: Place, other: Place, where: str) -> None:
        left, right = self._root(one), self._root(other)
        if left == right:
            return
        sorts = {self._sort[root] for root in (left, right) if root in self._sort}
        if len(sorts) > 1:
            raise self._error(f"{where} mixes a {self._sort[left]} and a {self._sort[right]}")
        if left[0] == "number":
            left, right = right, left
        self._parent[left] = right
        for sort in sorts:
            self._sort[right] = sort

    def _spoken(self, place: Place) -> str:
        return place[1] if place[0] == "constant" else "what it is given"

    def _error(self, reason: str) -> LogicError:
        return LogicError(self._line, reason)

    def refuse_loose_variables(self, statements: Sequence[Statement]) -> None:
        """A name that a quantifier binds in one line and nothing binds in another is a slip."""
        for name, line in self._free.items():
            if name in self._bound:
                raise LogicError(
                    line,
                    f"{name} is not bound here, but is a variable in line {self._bound[name]}; quantify it",
                )

    def _found(self, place: Place) -> str:
        return self._sort.get(self._root(place), THING)

    def resolved(self, statement: Statement) -> Formula:
        self._line, self._count = statement.line, 0
        for part in formulas(statement.formula):
            if isinstance(part, Atom) and NUMBER in self._sorts_of(part.name):
                raise self._error(f"{part.name} is given a whole number; predicates speak of things")
        return self._rewritten(statement.formula)

    def _rewritten(self, formula: Formula) -> Formula:
        if isinstance(formula, Quantify):
            sort = self._found(self._next_variable())
            if sort == NUMBER:
                raise self._error(
                    f"the variable {formula.variable} ranges over whole numbers, which have no end"
                )
            return replace(formula, sort=sort, body=self._rewritten(formula.body))
        if isinstance(formula, Not):
            return Not(self._rewritten(formula.body))
        if isinstance(formula, Connect):
            return Connect(formula.op, self._rewritten(formula.left), self._rewritten(formula.right))
        return formula

    def _sorts_of(self, predicate: str) -> tuple[str, ...]:
        arity, _ = self._arity[predicate]
        return tuple(self._found(("predicate", predicate, str(index))) for index in range(arity))

    def predicate_sorts(self) -> dict[str, tuple[str, ...]]:
        return {name: self._sorts_of(name) for name in self._arity}

    def constant_sorts(self) -> dict[str, str]:
        found = {name: self._found(("constant", name)) for name in self._free}
        for name, sort in found.items():
            if sort == NUMBER:
                raise LogicError(
                    self._free[name],
                    f"{name} would be a whole number; write the number itself or a function's value",
                )
        return found


def _arguments(count: int) -> str:
    return "1 argument" if count == 1 else f"{count} arguments"
