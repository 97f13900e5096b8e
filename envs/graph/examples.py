"""The graph environment's worked examples, one of each kind; their graphs occur in no task (of 3 edges)."""

from __future__ import annotations

from typing import Final

from envs.graph.problems import HEAD

EXAMPLES: Final = (
    (
        "Roads join the towns X-Y, Y-Z, X-O. Give a shortest way from Z to O as a list, ends included.",
        f'{HEAD}\n    graph = nx.Graph([("X", "Y"), ("Y", "Z"), ("X", "O")])\n'
        '    return nx.shortest_path(graph, "Z", "O")',
    ),
    (
        "Of each of these pairs of jobs, the first has to be done before the second: Z-I, Z-X, I-X. "
        "List the jobs in a possible order.",
        f'{HEAD}\n    graph = nx.DiGraph([("Z", "I"), ("Z", "X"), ("I", "X")])\n'
        "    return list(nx.topological_sort(graph))",
    ),
    (
        "Pipes between houses would cost: O-X 7, X-I 3, O-I 5. "
        "List the pipes that join everything at the least cost.",
        f'{HEAD}\n    graph = nx.Graph()\n    graph.add_weighted_edges_from([("O", "X", 7), ("X", "I", 3), '
        '("O", "I", 5)])\n    return list(nx.minimum_spanning_tree(graph).edges)',
    ),
    (
        "Pairs of players who would play each other: Y-I, I-Z, Z-O. "
        "List as many pairs as possible, each name in one at most.",
        f'{HEAD}\n    graph = nx.Graph([("Y", "I"), ("I", "Z"), ("Z", "O")])\n'
        "    return list(nx.max_weight_matching(graph, maxcardinality=True))",
    ),
    (
        "These pairs of exams need different days: X-Z, Z-Y, Y-X. "
        "Give each a day, a number below 3, as a dictionary.",
        f'{HEAD}\n    graph = nx.Graph([("X", "Z"), ("Z", "Y"), ("Y", "X")])\n'
        "    return nx.greedy_color(graph)",
    ),
)
