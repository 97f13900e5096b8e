"""Witnesses of graph problems: every right one is right, near-misses are wrong, certificates check."""

from __future__ import annotations

import json

import pytest

from symbolic.graphs import check_witness, judge_witness

SQUARE = {
    "nodes": ["a", "b", "c", "d"],
    "edges": [["a", "b", 1], ["b", "c", 1], ["c", "d", 1], ["a", "d", 5]],
}
PATH = {**SQUARE, "kind": "path", "source": "a", "target": "d"}
SHORTEST = {**PATH, "best": True}
ONE_WAY = {**PATH, "directed": True}
ISLAND = {**PATH, "nodes": [*"abcd", "e"], "target": "e"}
COLOURS = {**SQUARE, "kind": "colouring", "colours": 2}
TRIANGLE = {"kind": "colouring", "nodes": [1, 2, 3], "edges": [[1, 2], [2, 3], [1, 3]], "colours": 2}
MATCHING = {**SQUARE, "kind": "matching", "best": True}
PERFECT = {"kind": "matching", "nodes": [1, 2, 3], "edges": [[1, 2], [2, 3]], "perfect": True}
TREE = {**SQUARE, "kind": "tree"}
LEAST = {**TREE, "best": True}
ORDER = {"kind": "order", "nodes": [1, 2, 3], "edges": [[1, 2], [1, 3]]}
CYCLE = {"kind": "order", "nodes": [1, 2], "edges": [[1, 2], [2, 1]]}
BIG = {"kind": "colouring", "nodes": list(range(30)), "edges": [[0, 1]], "colours": 3}

CASES = {
    "a path": (PATH, ["a", "d"], "right"),
    "another path": (PATH, ["a", "b", "c", "d"], "right"),
    "a tuple": (PATH, ("a", "d"), "right"),
    "a path backwards": (PATH, ["d", "a"], "wrong"),
    "a path that stops short": (PATH, ["a", "b", "c"], "wrong"),
    "a path over no edge": (PATH, ["a", "c", "d"], "wrong"),
    "a path in circles": (PATH, ["a", "b", "a", "d"], "wrong"),
    "an empty path": (PATH, [], "wrong"),
    "a path's length is no path": (PATH, 3, "wrong"),
    "an unknown node": (PATH, ["a", "x", "d"], "wrong"),
    "the shortest by weight": (SHORTEST, ["a", "b", "c", "d"], "right"),
    "fewest edges is not shortest": (SHORTEST, ["a", "d"], "wrong"),
    "against a one-way edge": ({**ONE_WAY, "source": "d", "target": "a"}, ["d", "a"], "wrong"),
    "no path, said so": (ISLAND, "none", "right"),
    "no path, though there is one": (PATH, "none", "wrong"),
    "no answer is not none": (ISLAND, None, "wrong"),
    "a colouring": (COLOURS, {"a": 1, "b": 2, "c": 1, "d": 2}, "right"),
    "the colours swapped": (COLOURS, {"a": 2, "b": 1, "c": 2, "d": 1}, "right"),
    "colours with names": (COLOURS, {"a": "red", "b": "blue", "c": "red", "d": "blue"}, "right"),
    "neighbours of one colour": (COLOURS, {"a": 1, "b": 1, "c": 2, "d": 2}, "wrong"),
    "a colour too many": (COLOURS, {"a": 1, "b": 2, "c": 3, "d": 2}, "wrong"),
    "a node without a colour": (COLOURS, {"a": 1, "b": 2, "c": 1}, "wrong"),
    "a colour for no node": (COLOURS, {"a": 1, "b": 2, "c": 1, "d": 2, "e": 1}, "wrong"),
    "no colouring of a triangle": (TRIANGLE, "none", "right"),
    "no colouring, searched for": ({**TRIANGLE, "colours": 3}, "none", "wrong"),
    "too large to search": (BIG, "none", "unknown"),
    "node numbers as text": ({**TRIANGLE, "colours": 3}, {"1": 0, "2": 1, "3": 2}, "right"),
    "a matching": (MATCHING, [["a", "b"], ["c", "d"]], "right"),
    "another largest matching": (MATCHING, [["b", "c"], ["d", "a"]], "right"),
    "a matching that is not the largest": (MATCHING, [["b", "c"]], "wrong"),
    "edges that share a node": (MATCHING, [["a", "b"], ["b", "c"]], "wrong"),
    "an edge twice": (MATCHING, [["a", "b"], ["b", "a"]], "wrong"),
    "nodes without an edge": (MATCHING, [["a", "c"], ["b", "d"]], "wrong"),
    "a matching that leaves one out": (PERFECT, [[1, 2]], "wrong"),
    "no perfect matching": (PERFECT, "none", "right"),
    "a spanning tree": (TREE, [["a", "b"], ["b", "c"], ["a", "d"]], "right"),
    "the least spanning tree": (LEAST, [["a", "b"], ["b", "c"], ["c", "d"]], "right"),
    "a tree that is not the least": (LEAST, [["a", "b"], ["b", "c"], ["a", "d"]], "wrong"),
    "a cycle is no tree": (TREE, SQUARE["edges"], "wrong"),
    "a forest is no tree": (TREE, [["a", "b"], ["c", "d"]], "wrong"),
    "as many edges but a cycle": (
        {"kind": "tree", "nodes": [1, 2, 3, 4], "edges": [[1, 2], [2, 3], [1, 3], [3, 4]]},
        [[1, 2], [2, 3], [1, 3]],
        "wrong",
    ),
    "an order": (ORDER, [1, 2, 3], "right"),
    "another order": (ORDER, [1, 3, 2], "right"),
    "too late": (ORDER, [2, 1, 3], "wrong"),
    "a node left out": (ORDER, [1, 2], "wrong"),
    "a node twice": (ORDER, [1, 2, 3, 3], "wrong"),
    "no order of a cycle": (CYCLE, "none", "right"),
    "an order of a cycle": (CYCLE, [1, 2], "wrong"),
    "a boolean is no node": (ORDER, [True, 2, 3], "wrong"),
}


@pytest.mark.parametrize(("problem", "witness", "verdict"), CASES.values(), ids=CASES)
def test_witness(problem, witness, verdict):
    judged = judge_witness(problem, witness)
    assert judged.verdict == verdict
    stored = json.loads(json.dumps(judged.certificate))
    assert check_witness(verdict, stored) is None
    for other in {"right", "wrong", "unknown"} - {verdict}:
        assert "verdict" in check_witness(other, stored)


def test_a_planted_witness_is_caught():
    stored = judge_witness(PATH, ["a", "d"]).certificate
    assert check_witness("right", {**stored, "witness": ["a", "c", "d"]}) is not None
    assert check_witness("right", {**stored, "problem": {**PATH, "edges": []}}) is not None
    assert check_witness("right", {"kind": "witness"}) is not None
    assert check_witness("right", {**stored, "problem": {"kind": "sudoku"}}) is not None


def test_a_problem_must_make_sense():
    with pytest.raises(ValueError, match="one of path"):
        judge_witness({"kind": "clique", "nodes": [], "edges": []}, [])
    with pytest.raises(ValueError, match="is no node"):
        judge_witness({**PATH, "edges": [["a", "z"]]}, ["a", "d"])
