"""Finite models of logic texts, and whether a line holds in one: plain evaluation, no solver.

A model is JSON: {"things": [elements of the open sort], "constants": {name: element}, "true": {predicate:
[argument lists that hold]}, "functions": {function: [[*arguments, value]]}}. Members of declared sorts stand
for themselves. What `evaluate` costs is bounded; beyond that it raises `ModelError`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from symbolic.logic.syntax import (
    THING,
    Apply,
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

MAX_STEPS = 500_000
Value = str | int

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_CONNECT: dict[str, Callable[[bool, Callable[[], bool]], bool]] = {
    "and": lambda left, right: left and right(),
    "or": lambda left, right: left or right(),
    "->": lambda left, right: not left or right(),
    "<->": lambda left, right: left == right(),
}


class ModelError(ValueError):
    """The data is no model of the theory's language, or evaluating it would take too long."""


@dataclass(frozen=True, slots=True)
class Model:
    """An interpretation of a theory's names over a finite domain."""

    domains: Mapping[str, tuple[str, ...]]
    constants: Mapping[str, str]
    true: Mapping[str, frozenset[tuple[str, ...]]]
    functions: Mapping[str, Mapping[tuple[str, ...], int]]


def read_model(data: Any, theory: Theory) -> Model:
    """A model from JSON of unknown origin. Raises `ModelError` where a name lacks its value."""
    try:
        things = tuple(str(thing) for thing in data["things"])
        domains = {**theory.sorts, THING: things}
        members = {member: member for members in theory.sorts.values() for member in members}
        constants = {**{str(k): str(v) for k, v in data["constants"].items()}, **members}
        true = {name: frozenset(map(tuple, rows)) for name, rows in data["true"].items()}
        functions = {
            name: {tuple(row[:-1]): int(row[-1]) for row in rows} for name, rows in data["functions"].items()
        }
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise ModelError(f"it is not a model: {error!r}") from error
    _check_names(theory, domains, constants, functions)
    return Model(domains, constants, true, functions)


def _check_names(
    theory: Theory,
    domains: Mapping[str, tuple[str, ...]],
    constants: Mapping[str, str],
    functions: Mapping[str, Mapping[tuple[str, ...], int]],
) -> None:
    if not domains[THING] or len(set(domains[THING])) < len(domains[THING]):
        raise ModelError("its domain is empty or repeats a member")
    for name, sort in theory.constants.items():
        if constants.get(name) not in domains[sort]:
            raise ModelError(f"the constant {name} stands for nothing")
    for name, function in theory.functions.items():
        for value in functions.get(name, {}).values():
            if not (function.low is None or function.high is None or function.low <= value <= function.high):
                raise ModelError(f"{name} takes the value {value}, outside its range")


def models_theory(model: Model, theory: Theory) -> int | None:
    """The line of the first premise that does not hold in the model, or None if all do."""
    steps = _Steps()
    for statement in theory.premises:
        if not _holds(statement.formula, model, {}, steps):
            return statement.line
    return None


def holds(model: Model, formula: Formula) -> bool:
    """Whether a closed formula holds."""
    return _holds(formula, model, {}, _Steps())


class _Steps:
    """Counts evaluation steps down."""

    def __init__(self) -> None:
        self._left = MAX_STEPS

    def take(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise ModelError("evaluating it takes too many steps")


def _holds(formula: Formula, model: Model, scope: Mapping[str, str], steps: _Steps) -> bool:
    steps.take()
    if isinstance(formula, Atom):
        args = tuple(_value(arg, model, scope) for arg in formula.args)
        return args in model.true.get(formula.name, frozenset())
    if isinstance(formula, Compare):
        left, right = _value(formula.left, model, scope), _value(formula.right, model, scope)
        return _COMPARE[formula.op](left, right)
    if isinstance(formula, Not):
        return not _holds(formula.body, model, scope, steps)
    if isinstance(formula, Connect):
        left = _holds(formula.left, model, scope, steps)
        return _CONNECT[formula.op](left, lambda: _holds(formula.right, model, scope, steps))
    return _ranges(formula, model, scope, steps)


def _ranges(formula: Quantify, model: Model, scope: Mapping[str, str], steps: _Steps) -> bool:
    results = (
        _holds(formula.body, model, {**scope, formula.variable: member}, steps)
        for member in model.domains[formula.sort]
    )
    return all(results) if formula.kind == "forall" else any(results)


def _value(expression: Expression, model: Model, scope: Mapping[str, str]) -> Value:
    if isinstance(expression, Whole):
        return expression.value
    if isinstance(expression, Name):
        return scope[expression.name] if expression.name in scope else model.constants[expression.name]
    if isinstance(expression, Sum):
        left, right = _value(expression.left, model, scope), _value(expression.right, model, scope)
        return int(left) - int(right) if expression.minus else int(left) + int(right)
    return _applied(expression, model, scope)


def _applied(expression: Apply, model: Model, scope: Mapping[str, str]) -> int:
    args = tuple(str(_value(arg, model, scope)) for arg in expression.args)
    table = model.functions.get(expression.name, {})
    if args not in table:
        raise ModelError(f"{expression.name} has no value for {', '.join(args)}")
    return table[args]
