"""Decides a logic text with Z3. Meant to run in the sandbox: a solver takes what time it likes.

Names reach Z3 through its constructors alone. Budgets are Z3's resource units, so that the same text gets
the same answer on a loaded machine. Finite models are looked for with the quantifiers written out over a
domain of growing size; a theory that has infinite models alone is not covered: it is left `Undecided`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from symbolic.logic.chaining import chain
from symbolic.logic.models import ModelError, holds, models_theory, read_model
from symbolic.logic.reading import read_theory
from symbolic.logic.syntax import (
    THING,
    Formula,
    Not,
    Quantify,
    Theory,
    formulas,
)
from symbolic.logic.translation import Translator

BUDGET = 2_000_000  # Z3's resource units a check
MAX_DOMAIN = 8  # elements of the open sort in a finite model


def decide(text: str, core: Sequence[int] | None = None, answer: str = "") -> dict[str, Any]:
    """The answer to a text, with the lines of an unsat core or the finite models that show it.

    With `core` and `answer` it checks again: whether these lines alone give that answer.
    """
    theory = read_theory(text)
    if core is not None:
        return {"holds": _core_holds(theory, core, answer)}
    return _decide(theory)


def answer(text: str, semantics: str) -> dict[str, Any]:
    """The answer to a text under any semantics (see `entails`), with what shows it. Raises `LogicError`."""
    theory = read_theory(text)
    return _decide(theory) if semantics == "open" else chain(theory, semantics)


def _decide(theory: Theory) -> dict[str, Any]:
    """Consistency first: inconsistent premises would entail everything, so nothing counts without it."""
    solver = _Solver(theory)
    consistent, core, model = solver.check()
    if consistent == "unsat":
        return {"answer": "Contradiction", "core": core}
    model = model or _find_model(theory, None)
    if model is None and consistent != "sat":
        return {"answer": "Undecided"}
    models = []
    for answer, query in _claims(theory):
        outcome, core, found = solver.check(query)
        if outcome == "unsat":
            return {"answer": answer, "core": core, "model": model}
        models.append(found or (model and _find_model(theory, query)))
    return {"answer": "Unknown" if all(models) else "Undecided", "models": models}


def _claims(theory: Theory) -> list[tuple[str, Formula]]:
    """What each answer refutes: True the query's negation, False the query."""
    return [("True", Not(theory.query.formula)), ("False", theory.query.formula)]


def _core_holds(theory: Theory, core: Sequence[int], answer: str) -> bool:
    query = dict(_claims(theory)).get(answer)
    kept = tuple(statement for statement in theory.premises if statement.line in core)
    return _Solver(replace(theory, premises=kept)).check(query)[0] == "unsat"


class _Solver:
    """Holds a theory's premises, each under a label that names its line."""

    def __init__(self, theory: Theory) -> None:
        import z3

        self._z3, self._theory = z3, theory
        self._translator = Translator(theory, z3.Context())
        self._solver = z3.Solver(ctx=self._translator.context)
        self._solver.set("rlimit", BUDGET)
        self._solver.set("core.minimize", True)
        self._solver.add(*self._translator.ranges())
        for statement in theory.premises:
            label = z3.Bool(f"line {statement.line}", self._translator.context)
            self._solver.assert_and_track(self._translator.formula(statement.formula), label)

    def check(self, query: Formula | None = None) -> tuple[str, list[int], dict[str, Any] | None]:
        """Z3's word (sat, unsat, unknown) on the premises with a query; for unsat the lines that suffice,
        for sat a finite model, if Z3's own is one."""
        self._solver.push()
        if query is not None:
            self._solver.add(self._translator.formula(query))
        outcome, core, model = str(self._solver.check()), [], None
        if outcome == "unsat":
            core = sorted(int(label.decl().name().split()[1]) for label in self._solver.unsat_core())
        elif outcome == "sat":
            model = self._model(query)
        self._solver.pop()
        return outcome, core, model

    def _model(self, query: Formula | None) -> dict[str, Any] | None:
        try:
            found = self._solver.model()
            data = _written(self._translator, found)
            model = read_model(data, self._theory)
            right = models_theory(model, self._theory) is None and (query is None or holds(model, query))
        except (ModelError, self._z3.Z3Exception):
            return None
        return data if right else None


def _find_model(theory: Theory, query: Formula | None) -> dict[str, Any] | None:
    """A finite model of the premises (and a query), the smallest domain first; None if none is found."""
    for size in _domain_sizes(theory):
        try:
            data = _model_of_size(theory, query, size)
        except ModelError:
            return None
        if data is not None:
            return data
    return None


def _domain_sizes(theory: Theory) -> range:
    """Up to as many things as the text can tell apart; one if it speaks of none."""
    statements = [*theory.premises, theory.query]
    open_quantifiers = [
        part
        for statement in statements
        for part in formulas(statement.formula)
        if isinstance(part, Quantify) and part.sort == THING
    ]
    if not (open_quantifiers or theory.things):
        return range(1, 2)
    return range(1, min(MAX_DOMAIN, len(theory.things) + len(open_quantifiers) + 1) + 1)


def _model_of_size(theory: Theory, query: Formula | None, size: int) -> dict[str, Any] | None:
    import z3

    translator = Translator(theory, z3.Context(), size)
    solver = z3.Solver(ctx=translator.context)
    solver.set("rlimit", BUDGET)
    solver.add(*translator.ranges())
    solver.add(*(translator.formula(statement.formula) for statement in theory.premises))
    if query is not None:
        solver.add(translator.formula(query))
    if solver.check() != z3.sat:
        return None
    data = _written(translator, solver.model())
    assert models_theory(read_model(data, theory), theory) is None, "the solver's model fails its own check"
    return data


def _written(translator: Translator, model: Any) -> dict[str, Any]:
    """The solver's model as JSON, complete over the domain."""
    theory = translator.theory
    members = {**translator.members}
    if THING not in members:
        members[THING] = model.get_universe(translator.sorts[THING]) or _anything(translator)
    names = {
        sort: list(theory.sorts.get(sort, ())) or [f"e{index}" for index in range(len(found))]
        for sort, found in members.items()
    }
    known = {value.get_id(): name for value, name in zip(members[THING], names[THING], strict=True)}

    def value(term: Any) -> Any:
        return model.eval(term, model_completion=True)

    def rows(sorts: Sequence[str], symbol: Any) -> Iterator[tuple[list[str], Any]]:
        domains = [list(zip(names[sort], members[sort], strict=True)) for sort in sorts]
        for args in itertools.product(*domains):
            yield [name for name, _ in args], value(symbol(*(member for _, member in args)))

    return {
        "things": names[THING],
        "constants": {
            name: known.get(value(translator.constants[name]).get_id(), "?") for name in theory.things
        },
        "true": {
            name: [
                args
                for args, truth in rows(sorts, translator.predicates[name])
                if truth.decl().name() == "true"
            ]
            for name, sorts in theory.predicates.items()
        },
        "functions": {
            name: [
                [*args, result.as_long()] for args, result in rows(function.sorts, translator.functions[name])
            ]
            for name, function in theory.functions.items()
        },
    }


def _anything(translator: Translator) -> list[Any]:
    """The one element of a domain that the solver did not need to speak of."""
    import z3

    return [z3.Const("anything", translator.sorts[THING])]
