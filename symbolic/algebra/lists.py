"""Compares lists, sets, mappings, systems of equations and unions of intervals, item by item.

`Compare` judges two items; what is said here about the whole is only what the items show.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from symbolic.algebra.equality import Finding
from symbolic.algebra.regions import as_interval, as_region, names_of, same_region
from symbolic.answers.kinds import Answer, Condition, Formula, Items, Number, Region, Table, Text
from symbolic.answers.reading import read_constant
from symbolic.answers.terms import symbols
from symbolic.verdict import VerdictName

Compare = Callable[[Answer, Answer], Finding]

MAX_SET = 200  # items; what is no exact number or text is compared pairwise


def compare_items(got: Items, expected: Items, compare: Compare) -> Finding:
    """Item by item; as sets where one is written as a set; as a system where all items are equations."""
    brackets = [got.bracket, expected.bracket]
    if "{}" in brackets:
        return compare_sets(got, expected, compare)
    if _are_conditions(got) and _are_conditions(expected):
        if "or" in brackets:
            return _alternatives(got, expected, compare)
        return _systems(got, expected, compare)
    if not _same_brackets(got, expected):
        return Finding("wrong", {"kind": "list", "brackets": list(brackets)})
    if _are_conditions(got) != _are_conditions(expected) and len(got.items) != len(expected.items):
        return Finding("unknown", {"kind": "list", "reason": "equations and values"})
    if len(got.items) != len(expected.items):
        return Finding("wrong", {"kind": "list", "lengths": [len(got.items), len(expected.items)]})
    names = [str(index) for index in range(len(got.items))]
    found = _all("list", list(zip(names, got.items, expected.items, strict=True)), compare)
    if found.verdict == "wrong" and {"and", "or"} & set(brackets):
        unordered = _sets_match(got.items, expected.items, compare)
        return found if unordered[0] == "wrong" else Finding("unknown", {"kind": "list", "reason": "order"})
    return found


def compare_tables(got: Table, expected: Table, compare: Compare) -> Finding:
    if got.entries.keys() != expected.entries.keys():
        odd = min(got.entries.keys() ^ expected.entries.keys())
        return Finding("wrong", {"kind": "mapping", "odd key": odd})
    parts = [(key, item, expected.entries[key]) for key, item in got.entries.items()]
    return _all("mapping", parts, compare)


def _all(kind: str, pairs: list[tuple[str, Answer, Answer]], compare: Compare) -> Finding:
    """Right if every pair is, wrong with the first that is wrong, else unknown."""
    doubt: Finding | None = None
    parts = {}
    for name, got, expected in pairs:
        finding = compare(got, expected)
        if finding.verdict == "wrong":
            return Finding("wrong", {"kind": kind, "at": name, "proof": finding.proof})
        if finding.verdict == "unknown" and doubt is None:
            doubt = Finding("unknown", {"kind": kind, "at": name, "proof": finding.proof})
        parts[name] = finding.proof
    return doubt or Finding("right", {"kind": kind, "parts": parts})


def compare_sets(got: Items, expected: Items, compare: Compare) -> Finding:
    """As sets: order and, between texts, repetition do not count. A list with a repeat is no set."""
    sides = (got, expected)
    if any(side.bracket not in ("{}", "", "and", "or") for side in sides):
        return Finding("wrong", {"kind": "set", "brackets": [got.bracket, expected.bracket]})
    short = all(len(side.items) <= MAX_SET for side in sides)
    if short and any(side.bracket != "{}" and _repeats(side.items, compare) for side in sides):
        return Finding("wrong", {"kind": "set", "reason": "a list with a repeated item is not a set"})
    verdict, unmatched = _sets_match(got.items, expected.items, compare)
    return Finding(verdict, {"kind": "set", "unmatched": unmatched})


def _sets_match(
    one: tuple[Answer, ...], other: tuple[Answer, ...], compare: Compare
) -> tuple[VerdictName, list[int | None]]:
    if max(len(one), len(other)) > MAX_SET:
        return "unknown", []
    missing = [_missing(one, other, compare), _missing(other, one, compare)]
    verdicts = {verdict for verdict, _ in missing}
    verdict: VerdictName = "wrong" if "wrong" in verdicts else "unknown" if "unknown" in verdicts else "right"
    return verdict, [index for _, index in missing]


def _missing(
    items: tuple[Answer, ...], others: tuple[Answer, ...], compare: Compare
) -> tuple[VerdictName, int | None]:
    """Whether each of `items` is among `others`, and the first that is not."""
    doubt: int | None = None
    known = set(filter(_is_plain, others))
    for index, item in enumerate(items):
        verdict = "right" if _is_plain(item) and item in known else _among(item, others, compare)
        if verdict == "right":
            continue
        if verdict == "wrong":
            return "wrong", index
        doubt = index if doubt is None else doubt
    return ("right", None) if doubt is None else ("unknown", doubt)


def _among(item: Answer, others: tuple[Answer, ...], compare: Compare) -> VerdictName:
    """Right if the item is one of the others, wrong if it is none."""
    doubt = False
    for other in others:
        verdict = compare(item, other).verdict
        if verdict == "right":
            return verdict
        doubt = doubt or verdict == "unknown"
    return "unknown" if doubt else "wrong"


def _is_plain(answer: Answer) -> bool:
    """Whether an answer is right against its equal, and wrong against all others of the kind."""
    return isinstance(answer, Text) or (isinstance(answer, Number) and not isinstance(answer.value, float))


def _repeats(items: tuple[Answer, ...], compare: Compare) -> bool:
    plain = [item for item in items if _is_plain(item)]
    if len(set(plain)) < len(plain):
        return True
    pairs = ((item, other) for index, item in enumerate(items) for other in items[:index])
    parted = (pair for pair in pairs if not all(map(_is_plain, pair)))
    return any(compare(item, other).verdict == "right" for item, other in parted)


def _are_conditions(items: Items) -> bool:
    return bool(items.items) and all(isinstance(item, Condition) for item in items.items)


def _systems(got: Items, expected: Items, compare: Compare) -> Finding:
    """Equations in any order. Two systems that are written differently may have the same solutions, unless
    both give the values of the same names."""
    verdict, unmatched = _sets_match(got.items, expected.items, compare)
    if verdict != "right":
        values = [_values(side) for side in (got, expected)]
        told = all(values) and values[0].keys() == values[1].keys()
        if told and max(len(got.items), len(expected.items)) == len(values[0]):
            pairs = [(name, values[0][name], values[1][name]) for name in values[0]]
            return _all("system", pairs, compare)
        if not (told and len(values[0]) == 1):
            verdict = "unknown"
    return Finding(verdict, {"kind": "system", "unmatched": unmatched})


def _alternatives(got: Items, expected: Items, compare: Compare) -> Finding:
    """Conditions of which one or another holds. A comma between equations lists them; all else that "or"
    stands against may ask for both at once."""
    if got.bracket == expected.bracket:
        regions = as_region(got), as_region(expected)
        if None not in regions and names_of(got) == names_of(expected):
            return compare_regions(got, expected, compare)
        return _systems(got, expected, compare)
    equations = all(_is_equation(item) for side in (got, expected) for item in side.items)
    if equations and "and" not in (got.bracket, expected.bracket):
        return _systems(got, expected, compare)
    return Finding("unknown", {"kind": "system", "reason": "and, or"})


def _is_equation(answer: Answer) -> bool:
    return isinstance(answer, Condition) and all(relation.op == "=" for relation in answer.relations)


def _values(items: Items) -> dict[str, Answer]:
    """The value of each name, if every equation gives one; of a name with several, the last."""
    pairs = [assigned(item) for item in items.items]
    return {} if None in pairs else {pair[0]: pair[1] for pair in pairs if pair}


def assigned(answer: Answer) -> tuple[str, Number | Formula] | None:
    """Name and constant of "x = 5"; None for any other answer."""
    if isinstance(answer, Condition) and len(answer.relations) == 1 and answer.relations[0].op == "=":
        name, value = answer.relations[0].left, answer.relations[0].right
        if name.head == "symbol" and not symbols(value):
            return name.name, read_constant(value)
    return None


def compare_regions(got: Answer, expected: Answer, compare: Compare) -> Finding:
    """Unions and intervals as sets of numbers; a chain of inequalities as the interval where it holds."""
    if len({names for names in map(names_of, (got, expected)) if names}) > 1:
        return Finding("unknown", {"kind": "region", "rule": "names"})
    one, other = sides = [_as_region(side) for side in (got, expected)]
    if one is None or other is None or any(isinstance(side, Items) and not side.bracket for side in sides):
        return Finding("unknown", {"kind": "region", "rule": "unread"})
    same = same_region(one, other)
    if same is not None:
        return Finding("right" if same else "wrong", {"kind": "region", "rule": "merged"})
    pieces = [side.pieces if isinstance(side, Region) else (side,) for side in (one, other)]
    verdict, _ = _sets_match(pieces[0], pieces[1], compare)
    return Finding("right" if verdict == "right" else "unknown", {"kind": "region", "rule": "pieces"})


def _as_region(answer: Answer) -> Answer | None:
    if isinstance(answer, Condition):
        return as_interval(answer)
    if isinstance(answer, Items):
        return as_region(answer) or answer
    return answer


def _same_brackets(got: Items, expected: Items) -> bool:
    """Data has no brackets and goes with round and square ones; an infinite end is open."""
    if {got.bracket, expected.bracket} & {"", "and", "or"}:
        return not {got.bracket, expected.bracket} & {"(]", "[)"}
    return _open_at_infinity(got) == _open_at_infinity(expected)


def _open_at_infinity(items: Items) -> str:
    ends = [isinstance(item, Number) and abs(item.value) == math.inf for item in items.items]
    left, right = items.bracket[0], items.bracket[1]
    if len(ends) != 2:
        return items.bracket
    return ("(" if ends[0] else left) + (")" if ends[1] else right)
