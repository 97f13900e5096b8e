"""The graph environment's worked examples, two of each kind; their graphs occur in no task (of 3 edges)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from envs.graph.problems import HEAD, expression

Example = tuple[str, str]


def _example(
    question: str, edges: Sequence[tuple[object, ...]], answer: str, directed: bool = False
) -> Example:
    return question, f"{HEAD}\n    graph = {expression(edges, directed=directed)}\n    return {answer}"


EXAMPLES: Final[dict[str, tuple[Example, ...]]] = {
    "path": (
        _example(
            "Roads join the towns X-Y, Y-Z, X-O. Give a shortest way from Z to O as a list, ends included.",
            [("X", "Y"), ("Y", "Z"), ("X", "O")],
            'nx.shortest_path(graph, "Z", "O")',
        ),
        _example(
            "Cables join the computers O-I, Y-O, I-Z. "
            "Give a shortest route from Y to I as a list, ends included.",
            [("O", "I"), ("Y", "O"), ("I", "Z")],
            'nx.shortest_path(graph, "Y", "I")',
        ),
    ),
    "order": (
        _example(
            "Of each of these pairs of jobs, the first has to be done before the second: Z-I, Z-X, I-X. "
            "List the jobs in a possible order.",
            [("Z", "I"), ("Z", "X"), ("I", "X")],
            "list(nx.topological_sort(graph))",
            directed=True,
        ),
        _example(
            "Of each of these pairs of courses, the first prepares the second: O-Y, Y-X, O-Z. "
            "List the courses in a possible order.",
            [("O", "Y"), ("Y", "X"), ("O", "Z")],
            "list(nx.topological_sort(graph))",
            directed=True,
        ),
    ),
    "tree": (
        _example(
            "Pipes between houses would cost: O-X-7, X-I-3, O-I-5. "
            "List the pipes that join everything at the least cost.",
            [("O", "X", 7), ("X", "I", 3), ("O", "I", 5)],
            "list(nx.minimum_spanning_tree(graph).edges)",
        ),
        _example(
            "Bridges between islands would cost: Y-Z-2, Z-X-14, X-Y-6. "
            "List the bridges that join everything at the least cost.",
            [("Y", "Z", 2), ("Z", "X", 14), ("X", "Y", 6)],
            "list(nx.minimum_spanning_tree(graph).edges)",
        ),
    ),
    "matching": (
        _example(
            "Pairs of players who would play each other: Y-I, I-Z, Z-O. "
            "List as many pairs as possible, each name in one at most.",
            [("Y", "I"), ("I", "Z"), ("Z", "O")],
            "list(nx.max_weight_matching(graph, maxcardinality=True))",
        ),
        _example(
            "Pairs of pupils who would work together: X-O, O-Z, X-I. "
            "List as many pairs as possible, each name in one at most.",
            [("X", "O"), ("O", "Z"), ("X", "I")],
            "list(nx.max_weight_matching(graph, maxcardinality=True))",
        ),
    ),
    "colouring": (
        _example(
            "These pairs of exams need different days: X-Z, Z-Y, Y-X. "
            "Give each a day, a number below 3, as a dictionary.",
            [("X", "Z"), ("Z", "Y"), ("Y", "X")],
            "nx.greedy_color(graph)",
        ),
        _example(
            "These pairs of countries need different colours: O-I, I-Z, I-Y. "
            "Give each a colour, a number below 2, as a dictionary.",
            [("O", "I"), ("I", "Z"), ("I", "Y")],
            "nx.greedy_color(graph)",
        ),
    ),
}
