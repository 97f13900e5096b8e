"""Two other readings of a logic text: forward chaining, and the closed world.

Both take facts and rules only: literals, and `forall x, y: literals -> literals`. "forward" fires rules
until nothing is added, negated literals as facts of their own: no case is distinguished and no rule is turned
round, which is how ProofWriter's labels were made. "closed" takes what is not derived as false; a negated
condition waits until its predicate can no longer grow (stratification). Steps are bounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from symbolic.logic.errors import LogicError
from symbolic.logic.models import Model, ModelError, holds
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
    Statement,
    Theory,
)

MAX_STEPS = 500_000


@dataclass(frozen=True, slots=True)
class Literal:
    """A possibly negated atom over names; those that a rule binds are variables."""

    name: str
    args: tuple[str, ...]
    positive: bool = True

    def __str__(self) -> str:
        return (
            ("" if self.positive else "not ") + self.name + (f"({', '.join(self.args)})" if self.args else "")
        )

    @property
    def opposite(self) -> Literal:
        return Literal(self.name, self.args, not self.positive)


@dataclass(frozen=True, slots=True)
class Rule:
    """If all of `body` is derived, so is all of `head`. A fact has no body."""

    line: int
    body: tuple[Literal, ...]
    head: tuple[Literal, ...]
    variables: frozenset[str]


Derived = dict[Literal, tuple[int, tuple[Literal, ...]]]  # each literal with its line and its grounds


def chain(theory: Theory, semantics: str) -> dict[str, Any]:
    """The answer under "closed" or "forward", with the steps that derive it. Raises `LogicError`."""
    try:
        answer, steps = (closed if semantics == "closed" else forward)(theory)
    except ModelError as error:
        return {"answer": "Undecided", "reason": str(error)}
    return {"answer": answer, "steps": [list(step) for step in steps]}


def forward(theory: Theory) -> tuple[str, list[tuple[int, str]]]:
    """The answer that forward chaining gives, and the steps (line, literal) that lead to it."""
    query = _literals(theory.query, theory.query.formula)
    derived = _closure(_rules(theory), {})
    clash = next((literal for literal in derived if literal.opposite in derived), None)
    if clash is not None:
        return "Contradiction", _steps(derived, [clash, clash.opposite])
    if all(literal in derived for literal in query):
        return "True", _steps(derived, query)
    if refuted := [literal.opposite for literal in query if literal.opposite in derived]:
        return "False", _steps(derived, refuted[:1])
    return "Unknown", []


def closed(theory: Theory) -> tuple[str, list[tuple[int, str]]]:
    """The answer in the closed world, and the steps to what the query's atoms rest on."""
    rules = _rules(theory)
    denied = [head for rule in rules for head in rule.head if not head.positive and not rule.body]
    derived: Derived = {}
    for stratum in _strata([rule for rule in rules if rule.head[0].positive or rule.body]):
        derived = _closure(stratum, derived, closed_world=True)
    if clash := next((literal.opposite for literal in denied if literal.opposite in derived), None):
        return "Contradiction", _steps(derived, [clash])
    answer = holds(_herbrand(theory, derived), theory.query.formula)
    named = [literal for literal in _atoms(theory.query.formula) if literal in derived]
    return ("True" if answer else "False"), _steps(derived, named)


def _herbrand(theory: Theory, derived: Derived) -> Model:
    names = tuple(sorted(theory.constants)) or ("e0",)
    true: dict[str, set[tuple[str, ...]]] = {}
    for literal in derived:
        true.setdefault(literal.name, set()).add(literal.args)
    domains = {**theory.sorts, THING: tuple(name for name in names if name in theory.things) or ("e0",)}
    constants = {name: name for name in names}
    return Model(domains, constants, {name: frozenset(rows) for name, rows in true.items()}, {})


def _rules(theory: Theory) -> list[Rule]:
    return [_rule(statement) for statement in theory.premises]


def _rule(statement: Statement) -> Rule:
    formula, variables = statement.formula, set()
    while isinstance(formula, Quantify) and formula.kind == "forall":
        variables.add(formula.variable)
        formula = formula.body
    body: tuple[Literal, ...] = ()
    if isinstance(formula, Connect) and formula.op == "->":
        body, formula = _literals(statement, formula.left), formula.right
    head = _literals(statement, formula)
    bound = {arg for literal in body for arg in literal.args}
    loose = sorted({arg for literal in head for arg in literal.args if arg in variables} - bound)
    if loose:
        raise LogicError(
            statement.line, f"{loose[0]} stands in the conclusion alone; a rule names it in a condition"
        )
    return Rule(
        statement.line, tuple(sorted(body, key=lambda part: not part.positive)), head, frozenset(variables)
    )


def _literals(statement: Statement, formula: Formula) -> tuple[Literal, ...]:
    if isinstance(formula, Connect) and formula.op == "and":
        return _literals(statement, formula.left) + _literals(statement, formula.right)
    positive = not isinstance(formula, Not)
    atom = formula.body if isinstance(formula, Not) else formula
    if not isinstance(atom, Atom):
        raise LogicError(
            statement.line,
            "here only facts and rules are taken: literals, or 'forall x: A(x) and not B(x) -> C(x)'",
        )
    return (Literal(atom.name, tuple(_name(statement, arg) for arg in atom.args), positive),)


def _name(statement: Statement, arg: Expression) -> str:
    if not isinstance(arg, Name):
        raise LogicError(statement.line, "a predicate is given a name here, not a number")
    return arg.name


def _atoms(formula: Formula) -> Iterator[Literal]:
    if isinstance(formula, Atom):
        yield Literal(formula.name, tuple(arg.name for arg in formula.args if isinstance(arg, Name)))
    elif isinstance(formula, Not | Quantify):
        yield from _atoms(formula.body)
    elif isinstance(formula, Connect):
        yield from _atoms(formula.left)
        yield from _atoms(formula.right)
    else:
        assert isinstance(formula, Compare | Apply)


def _closure(rules: Sequence[Rule], start: Derived, closed_world: bool = False) -> Derived:
    """All that the rules add to what is known, each literal with the first grounds found for it."""
    derived = dict(start)
    budget = _Budget()
    grew = True
    while grew:
        grew = False
        for rule in rules:
            for binding, grounds in list(_matches(rule, 0, {}, (), derived, closed_world, budget)):
                for head in rule.head:
                    literal = _bind(head, binding)
                    if literal not in derived:
                        derived[literal] = (rule.line, grounds)
                        grew = True
    return derived


class _Budget:
    def __init__(self) -> None:
        self._left = MAX_STEPS

    def take(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise ModelError("chaining takes too many steps")


Binding = Mapping[str, str]


def _matches(
    rule: Rule,
    index: int,
    binding: Binding,
    grounds: tuple[Literal, ...],
    derived: Derived,
    closed_world: bool,
    budget: _Budget,
) -> Iterator[tuple[Binding, tuple[Literal, ...]]]:
    """Bindings under which the rule's conditions from `index` on are met."""
    budget.take()
    if index == len(rule.body):
        yield binding, grounds
        return
    condition = rule.body[index]
    if closed_world and not condition.positive:
        if _bind(condition.opposite, binding) not in derived:
            yield from _matches(rule, index + 1, binding, grounds, derived, closed_world, budget)
        return
    for literal in derived:
        if literal.name == condition.name and literal.positive == condition.positive:
            budget.take()
            wider = _unify(condition, literal, binding, rule.variables)
            if wider is not None:
                yield from _matches(
                    rule, index + 1, wider, (*grounds, literal), derived, closed_world, budget
                )


def _unify(
    condition: Literal, literal: Literal, binding: Binding, variables: frozenset[str]
) -> Binding | None:
    wider = dict(binding)
    for name, value in zip(condition.args, literal.args, strict=True):
        if (wider.setdefault(name, value) if name in variables else name) != value:
            return None
    return wider


def _bind(literal: Literal, binding: Binding) -> Literal:
    return Literal(literal.name, tuple(binding.get(arg, arg) for arg in literal.args), literal.positive)


def _steps(derived: Derived, goals: Sequence[Literal]) -> list[tuple[int, str]]:
    """What the goals rest on, in an order in which each step follows from those before it."""
    done: dict[Literal, int] = {}
    waiting = list(goals)
    while waiting:
        literal = waiting[-1]
        line, grounds = derived[literal]
        missing = [ground for ground in grounds if ground not in done]
        if missing:
            waiting += missing
        else:
            done.setdefault(literal, line)
            waiting.pop()
    return [(line, str(literal)) for literal, line in done.items()]


def _strata(rules: Sequence[Rule]) -> list[list[Rule]]:
    """The rules in layers, so that each negated condition speaks of predicates that are complete."""
    level = {name: 0 for rule in rules for part in (*rule.body, *rule.head) for name in (part.name,)}
    for _ in range(len(level) + 1):
        changed = False
        for rule in rules:
            need = max((level[part.name] + (not part.positive) for part in rule.body), default=0)
            for head in rule.head:
                if not head.positive:
                    raise LogicError(
                        rule.line, "in the closed world a rule concludes something that is not negated"
                    )
                if level[head.name] < need:
                    level[head.name], changed = need, True
        if not changed:
            break
    else:
        raise LogicError(rules[0].line, "the rules deny what they build on, so a closed world is not defined")
    heights = sorted(set(level.values()))
    return [[rule for rule in rules if level[rule.head[0].name] == height] for height in heights]
