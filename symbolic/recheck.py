"""Checks a stored certificate again, without the model and without trusting who stored it.

A certificate comes from a file that anybody may have edited: nothing in it is evaluated, and what it
says is derived anew from the answers it names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symbolic.algebra.comparison import as_term, defines
from symbolic.algebra.equality import align, refutes, unpack_point
from symbolic.algebra.relations import chains_differ, has_root_of_one, sides, tells_apart
from symbolic.answers.evaluation import Point
from symbolic.answers.kinds import Answer, Condition
from symbolic.answers.reading import promote, read
from symbolic.answers.terms import symbols
from symbolic.budget import ExhaustedError, budget
from symbolic.executor import Executor
from symbolic.graphs import check_witness
from symbolic.judge import WORK, judge
from symbolic.logic.entailment import check_entailment
from symbolic.packing import read_fraction, unpack

NOT_JUDGED = {"infra": "unknown", "hook": "unknown", "not executed": "wrong", "unfinished": "wrong"}
"""Kinds that record why nothing was compared, and the only verdict each may carry."""

_ANSWERS = (
    *("boolean", "chain", "definition", "exhausted", "expression", "failed", "kinds", "list", "mapping"),
    *("missing", "number", "quantity", "region", "relation", "set", "system", "tex", "text", "unreadable"),
)
KINDS = frozenset({*NOT_JUDGED, *_ANSWERS, "entailment", "witness"})
"""Kinds of certificates that this package writes and can check; any other is an environment's own."""


def check(verdict: Any, certificate: Any, executor: Executor | None = None) -> str | None:
    """None if the certificate shows the verdict, else one sentence that says what does not hold."""
    if not isinstance(certificate, Mapping):
        return "there is no certificate"
    kind = certificate.get("kind")
    if isinstance(kind, str) and kind in NOT_JUDGED:
        return _claim("verdict", verdict, NOT_JUDGED[kind])
    if kind == "entailment":
        return check_entailment(verdict, certificate, executor)
    if kind == "witness":
        return check_witness(verdict, certificate)
    return _check_answers(verdict, certificate, executor)


def _check_answers(verdict: Any, certificate: Mapping[str, Any], executor: Executor | None) -> str | None:
    if "got" not in certificate or "expected" not in certificate:
        return "it does not name both answers"
    unit = certificate.get("unit")
    if not (unit is None or isinstance(unit, str)):
        return "its unit is no text"
    try:
        got, expected = unpack(certificate["got"]), unpack(certificate["expected"])
    except (ValueError, RecursionError):
        return "its answers cannot be read"
    if "point" in certificate:
        return _check_point(verdict, certificate, (got, expected), unit)
    again = judge(got, expected, unit=unit, executor=executor)
    return _claim("verdict", verdict, again.verdict) or _claim("proof", certificate, again.certificate)


def _check_point(
    verdict: Any, certificate: Mapping[str, Any], answers: tuple[Any, Any], unit: str | None
) -> str | None:
    """Evaluates both sides at the point that is said to tell them apart; searches for nothing."""
    try:
        with budget(WORK):
            got, expected = (promote(read(answer, unit)) for answer in answers)
            shown = _differ(got, expected, certificate, unpack_point(certificate["point"]))
    except (ValueError, TypeError, KeyError, RecursionError, ExhaustedError) as error:
        return f"its point cannot be checked: {error}"
    return _claim("verdict", verdict, "wrong") or (None if shown else "its point does not tell the two apart")


def _differ(got: Answer, expected: Answer, certificate: Mapping[str, Any], point: Point) -> bool:
    if isinstance(got, Condition) and isinstance(expected, Condition):
        if certificate.get("kind") == "chain":
            return chains_differ(got.relations, expected.relations, point)
        if not len(got.relations) == len(expected.relations) == 1:
            raise ValueError("a chain has a point of its own kind")
        if defines(got.relations[0]) != defines(expected.relations[0]):
            raise ValueError("functions of different names have no point")
        one, other = sides(got.relations[0], expected.relations[0])
        if certificate.get("stage") != "root":
            return tells_apart(one, other, point)
        low, high = (read_fraction(end) for end in certificate["between"])
        swapped, name = certificate["swapped"] is True, str(certificate["name"])
        return one[0] == other[0] == "=" and has_root_of_one(one, other, swapped, point, name, (low, high))
    left, right = align(as_term(got, expected), as_term(expected, got))
    if "i" in symbols(left) | symbols(right):
        raise ValueError("i may be imaginary")
    return refutes(left, right, point)


def _claim(what: str, claimed: Any, found: Any) -> str | None:
    return None if claimed == found else f"the {what} says {claimed!r:.200}, checking gives {found!r:.200}"
