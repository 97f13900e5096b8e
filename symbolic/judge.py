"""Whether what a program returned is what was asked: `right`, `wrong` or `unknown`, with a certificate.

Covers numbers, booleans, text, choices, lists, tuples, sets, intervals and their unions, matrices, mappings,
expressions, equations and inequalities, plain or in TeX. Text is never evaluated in this process: what goes
beyond the restricted reader (sympy's simplification, other TeX) runs in an executor.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from symbolic.algebra.equality import Finding, equal_terms, equal_to_number
from symbolic.algebra.regions import same_region
from symbolic.algebra.relations import equal_relations
from symbolic.answers.numerals import same_number
from symbolic.answers.reading import (
    Answer,
    Boolean,
    Condition,
    Formula,
    Items,
    Missing,
    Number,
    Region,
    Table,
    Tex,
    Text,
    Unreadable,
    promote,
    read,
    read_constant,
    read_text,
)
from symbolic.answers.terms import Term, number, symbols
from symbolic.budget import ExhaustedError, budget
from symbolic.executor import Executor
from symbolic.jobs import OffloadError, call
from symbolic.packing import pack
from symbolic.verdict import Verdict, VerdictName

WORK = 100_000  # steps of evaluation and expansion that one verdict may take
MAX_OFFLOADS = 16  # jobs in the sandbox for one verdict
MAX_SET = 200  # items; they are compared pairwise


def judge(got: Any, expected: Any, *, unit: str | None = None, executor: Executor | None = None) -> Verdict:
    """Compares plain data or text with the expected answer. Never raises, never evaluates text.

    `unit` ("%", "cm") is what the task says may follow a number, on either side. `executor` runs what
    needs a sandbox; without one, a shared one is started when first needed.
    """
    try:
        with budget(WORK):
            finding = Judge(executor).compare(read(got, unit), read(expected, unit))
    except ExhaustedError:
        finding = Finding("unknown", {"kind": "exhausted"})
    certificate = {**finding.proof, "got": pack(got), "expected": pack(expected)}
    if unit:
        certificate["unit"] = unit
    return Verdict(finding.verdict, certificate)


class Judge:
    """Compares answers that have been read; holds the executor that some comparisons need."""

    def __init__(self, executor: Executor | None = None) -> None:
        self._executor = executor
        self._offloads_left = MAX_OFFLOADS

    def compare(self, got: Answer, expected: Answer) -> Finding:
        """The verdict about two answers, and its proof."""
        if isinstance(got, Number) and isinstance(expected, Number):
            return _numbers(got, expected)
        if isinstance(got, Missing) or isinstance(expected, Missing):
            return Finding("wrong", {"kind": "missing"})
        if isinstance(got, Unreadable) or isinstance(expected, Unreadable):
            same = got == expected and isinstance(got, Unreadable) and got.spelling is not None
            return Finding("right" if same else "unknown", {"kind": "unreadable"})
        if isinstance(got, Tex) or isinstance(expected, Tex):
            return self._tex(got, expected)
        if isinstance(got, Region) or isinstance(expected, Region):
            return self._regions(got, expected)
        if isinstance(got, Items) and isinstance(expected, Items):
            return self._items(got, expected)
        if isinstance(got, Table) and isinstance(expected, Table):
            return self._tables(got, expected)
        if type(got) is type(expected) and not isinstance(got, Formula | Condition):
            return Finding("right" if got == expected else "wrong", {"kind": _name(got)})
        return self._math(promote(got), promote(expected))

    def _math(self, got: Answer, expected: Answer) -> Finding:
        """Expressions and relations; "x = 5" is also the number 5."""
        if isinstance(got, Condition) and isinstance(expected, Condition):
            return equal_relations(got.relation, expected.relation, self._simplifies)
        got, expected = _assigned(got), _assigned(expected)
        if isinstance(got, Formula) and isinstance(expected, Formula):
            return equal_terms(got.term, expected.term, self._simplifies)
        if isinstance(got, Formula) and isinstance(expected, Number):
            return equal_to_number(got.term, expected.value, self._simplifies)
        if isinstance(got, Number) and isinstance(expected, Formula):
            return equal_to_number(expected.term, got.value, self._simplifies)
        if isinstance(got, Number) and isinstance(expected, Number):
            return _numbers(got, expected)
        return Finding("wrong", {"kind": "kinds", "kinds": [_name(got), _name(expected)]})

    def _simplifies(self, left: str, right: str, imaginary: bool) -> bool | None:
        shown = self._offload("algebra.simplify", "simplifies", left, right, imaginary)
        return shown if isinstance(shown, bool) else None

    def _offload(self, module: str, function: str, *args: str | bool) -> Any:
        """The job's value, or None if it failed or too many went before it."""
        self._offloads_left -= 1
        if self._offloads_left < 0:
            return None
        try:
            return call(module, function, *args, library="sympy", executor=self._executor)
        except OffloadError:
            return None

    def _tex(self, got: Answer, expected: Answer) -> Finding:
        """Translates what the restricted reader does not take, each side by itself, and compares again."""
        if got == expected:
            return Finding("right", {"kind": "tex", "stage": "same"})
        if any(isinstance(side, Boolean | Text | Table) for side in (got, expected)):
            return Finding("wrong", {"kind": "kinds", "kinds": [_name(got), _name(expected)]})
        sides = [self._translated(side) for side in (got, expected)]
        written = [text for _, text in sides]
        if any(isinstance(side, Tex | Items | Region) for side, _ in sides):
            return Finding("unknown", {"kind": "tex", "stage": "unread", "read": written})
        finding = self.compare(sides[0][0], sides[1][0])
        return Finding(finding.verdict, {"kind": "tex", "read": written, "proof": finding.proof})

    def _translated(self, answer: Answer) -> tuple[Answer, str | None]:
        """The answer that the sandbox reads, and how it wrote it; others as they are."""
        if not isinstance(answer, Tex):
            return answer, None
        written = self._offload("answers.latex", "translate", answer.value)
        return (read_text(written), written) if isinstance(written, str) else (answer, None)

    def _items(self, got: Items, expected: Items) -> Finding:
        brackets = [got.bracket, expected.bracket]
        if "{}" in brackets:
            return self._sets(got, expected)
        if not _same_brackets(got, expected):
            return Finding("wrong", {"kind": "list", "brackets": brackets})
        if len(got.items) != len(expected.items):
            return Finding("wrong", {"kind": "list", "lengths": [len(got.items), len(expected.items)]})
        names = [str(index) for index in range(len(got.items))]
        return self._all("list", list(zip(names, got.items, expected.items, strict=True)))

    def _tables(self, got: Table, expected: Table) -> Finding:
        if got.entries.keys() != expected.entries.keys():
            odd = min(got.entries.keys() ^ expected.entries.keys())
            return Finding("wrong", {"kind": "mapping", "odd key": odd})
        return self._all("mapping", [(key, item, expected.entries[key]) for key, item in got.entries.items()])

    def _all(self, kind: str, pairs: list[tuple[str, Answer, Answer]]) -> Finding:
        """Right if every pair is, wrong with the first that is wrong, else unknown."""
        doubt: Finding | None = None
        parts = {}
        for name, got, expected in pairs:
            finding = self.compare(got, expected)
            if finding.verdict == "wrong":
                return Finding("wrong", {"kind": kind, "at": name, "proof": finding.proof})
            if finding.verdict == "unknown" and doubt is None:
                doubt = Finding("unknown", {"kind": kind, "at": name, "proof": finding.proof})
            parts[name] = finding.proof
        return doubt or Finding("right", {"kind": kind, "parts": parts})

    def _sets(self, got: Items, expected: Items) -> Finding:
        """As sets: order and, between texts, repetition do not count. A list with a repeat is no set."""
        sides = (got, expected)
        if any(side.bracket not in ("{}", "") for side in sides):
            return Finding("wrong", {"kind": "set", "brackets": [got.bracket, expected.bracket]})
        if max(len(side.items) for side in sides) > MAX_SET:
            return Finding("unknown", {"kind": "set", "reason": "too many items"})
        if any(not side.bracket and self._repeats(side.items) for side in sides):
            return Finding("wrong", {"kind": "set", "reason": "a list with a repeated item is not a set"})
        missing = [self._missing(one.items, other.items) for one, other in (sides, sides[::-1])]
        verdicts = {verdict for verdict, _ in missing}
        verdict: VerdictName = (
            "wrong" if "wrong" in verdicts else "unknown" if "unknown" in verdicts else "right"
        )
        return Finding(verdict, {"kind": "set", "unmatched": [index for _, index in missing]})

    def _missing(
        self, items: tuple[Answer, ...], others: tuple[Answer, ...]
    ) -> tuple[VerdictName, int | None]:
        """Whether each of `items` is among `others`, and the first that is not."""
        doubt: int | None = None
        for index, item in enumerate(items):
            verdicts = {self.compare(item, other).verdict for other in others}
            if "right" in verdicts:
                continue
            if "unknown" not in verdicts:
                return "wrong", index
            doubt = index if doubt is None else doubt
        return ("right", None) if doubt is None else ("unknown", doubt)

    def _repeats(self, items: tuple[Answer, ...]) -> bool:
        pairs = ((item, other) for index, item in enumerate(items) for other in items[:index])
        return any(self.compare(item, other).verdict == "right" for item, other in pairs)

    def _regions(self, got: Answer, expected: Answer) -> Finding:
        same = same_region(got, expected)
        if same is not None:
            return Finding("right" if same else "wrong", {"kind": "region", "rule": "merged"})
        pieces = [side.pieces if isinstance(side, Region) else (side,) for side in (got, expected)]
        verdicts = {
            self._missing(one, other)[0] for one, other in ((pieces[0], pieces[1]), (pieces[1], pieces[0]))
        }
        return Finding("right" if verdicts == {"right"} else "unknown", {"kind": "region", "rule": "pieces"})


def _name(answer: Answer) -> str:
    return type(answer).__name__.lower()


def _numbers(got: Number, expected: Number) -> Finding:
    left, right = got.value, expected.value
    rounded = any(type(side) is float and math.isfinite(side) for side in (left, right))
    proof = {"kind": "number", "rule": "rounded" if rounded else "exact"}
    return Finding("right" if same_number(left, right) else "wrong", proof)


def _assigned(answer: Answer) -> Answer:
    """The constant in "x = 5"; any other answer as it is."""
    if isinstance(answer, Condition) and answer.relation.op == "=":
        name, value = answer.relation.left, answer.relation.right
        if name.head == "symbol" and not symbols(value):
            return read_constant(value)
    return answer


def as_term(answer: Answer) -> Term:
    """The expression that an answer is compared as. Raises ValueError for one that is none."""
    answer = _assigned(answer)
    if isinstance(answer, Formula):
        return answer.term
    if isinstance(answer, Number) and math.isfinite(answer.value):
        return number(Fraction(answer.value))
    raise ValueError(f"a {_name(answer)} is no expression")


def _same_brackets(got: Items, expected: Items) -> bool:
    """Data has no brackets and goes with round and square ones; an infinite end is open."""
    if "" in (got.bracket, expected.bracket):
        return not {got.bracket, expected.bracket} & {"(]", "[)"}
    return _open_at_infinity(got) == _open_at_infinity(expected)


def _open_at_infinity(items: Items) -> str:
    ends = [isinstance(item, Number) and abs(item.value) == math.inf for item in items.items]
    left, right = items.bracket[0], items.bracket[1]
    if len(ends) != 2:
        return items.bracket
    return ("(" if ends[0] else left) + (")" if ends[1] else right)
