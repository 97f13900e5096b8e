"""Small graph problems in words, each with a gold program.

A level is the graph's size: 4, 7 or 10 edges. A group is the kind of problem with the graph's shape, its
nodes' names left out, so that no graph is on both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, Final

from envisions import Task

EDGES: Final = {1: 4, 2: 7, 3: 10}  # by level
HEAD: Final = "import networkx as nx\n\n\ndef solution():"
LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVW"

Edge = tuple[Any, ...]  # two nodes, and a weight where there are weights
Worded = tuple[str, str, dict[str, Any]]  # the question, the gold program's body, what the problem adds


def make(stream: Random, level: int) -> Task:
    """A problem of one of the kinds, with a connected graph of the level's size."""
    kind = stream.choice(sorted(KINDS))
    size = EDGES[level]
    names = stream.sample(LETTERS, stream.randint(size // 2 + 2, size // 2 + 3))
    edges = _connected(stream, names, size)
    question, body, more = KINDS[kind](stream, edges)
    problem = {"kind": kind, "nodes": sorted(_nodes(edges)), "edges": [list(edge) for edge in edges], **more}
    return Task(
        question=question,
        target=kind,
        group=f"graph {kind} {_shape(edges)}",
        level=level,
        gold=f"{HEAD}\n{body}",
        data={"problem": problem},
        kind=kind,
    )


def _connected(stream: Random, names: Sequence[str], size: int) -> list[Edge]:
    """A random tree over the names with further edges, each from the earlier name to the later."""
    edges = {(stream.choice(names[:i]), names[i]) for i in range(1, len(names))}
    others = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :] if (a, b) not in edges]
    edges |= set(stream.sample(others, min(len(others), size - len(edges))))
    return stream.sample(sorted(edges), len(edges))


def _shape(edges: Sequence[Edge]) -> str:
    """The edges with the nodes numbered as they come."""
    numbers: dict[str, int] = {}
    return " ".join("-".join(str(numbers.setdefault(n, len(numbers))) for n in edge[:2]) for edge in edges)


def _nodes(edges: Sequence[Edge]) -> set[str]:
    return {node for edge in edges for node in edge[:2]}


def _path(stream: Random, edges: list[Edge]) -> Worded:
    source, target = stream.sample(sorted(_nodes(edges)), 2)
    what, way = stream.choice([("Roads join the towns", "way"), ("Cables join the computers", "route")])
    question = (
        f"{what} {listed(edges)}. Give a shortest {way} from {source} to {target} as a list, ends included."
    )
    body = f'    graph = {expression(edges)}\n    return nx.shortest_path(graph, "{source}", "{target}")'
    return question, body, {"source": source, "target": target, "best": True}


def _order(stream: Random, edges: list[Edge]) -> Worded:
    what, rule = stream.choice(
        [("jobs", "the first has to be done before the second"), ("courses", "the first prepares the second")]
    )
    question = (
        f"Of each of these pairs of {what}, {rule}: {listed(edges)}. List the {what} in a possible order."
    )
    body = f"    graph = {expression(edges, directed=True)}\n    return list(nx.topological_sort(graph))"
    return question, body, {}


def _tree(stream: Random, edges: list[Edge]) -> Worded:
    weights = [stream.randint(1, 20) for _ in edges]
    edges[:] = [(*edge, weight) for edge, weight in zip(edges, weights, strict=True)]
    what = stream.choice(["Pipes between houses", "Bridges between islands"])
    question = (
        f"{what} would cost: {listed(edges)}."
        f" List the {what.split()[0].lower()} that join everything at the least cost."
    )
    body = f"    graph = {expression(edges)}\n    return list(nx.minimum_spanning_tree(graph).edges)"
    return question, body, {"best": True}


def _matching(stream: Random, edges: list[Edge]) -> Worded:
    what = stream.choice(["players who would play each other", "pupils who would work together"])
    question = f"Pairs of {what}: {listed(edges)}. List as many pairs as possible, each name in one at most."
    answer = "list(nx.max_weight_matching(graph, maxcardinality=True))"
    return question, f"    graph = {expression(edges)}\n    return {answer}", {"best": True}


def _colouring(stream: Random, edges: list[Edge]) -> Worded:
    import networkx as nx

    colours = max(nx.greedy_color(nx.Graph(edges)).values()) + 1
    what, slot = stream.choice([("countries", "colour"), ("exams", "day")])
    question = (
        f"These pairs of {what} need different {slot}s: {listed(edges)}."
        f" Give each a {slot}, a number below {colours}, as a dictionary."
    )
    body = f"    graph = {expression(edges)}\n    return nx.greedy_color(graph)"
    return question, body, {"colours": colours}


KINDS: Final[Mapping[str, Callable[[Random, list[Edge]], Worded]]] = {
    "path": _path,
    "order": _order,
    "tree": _tree,
    "matching": _matching,
    "colouring": _colouring,
}


def listed(edges: Sequence[Edge]) -> str:
    """The edges as questions and programs spell them."""
    return ", ".join("-".join(map(str, edge)) for edge in edges)


def expression(edges: Sequence[Edge], *, directed: bool = False) -> str:
    """The expression for the graph: its text is read as it stands in the question, so that a small model has
    only to copy it."""
    weighted = ', data=[("weight", int)]' if len(edges[0]) > 2 else ""
    kind = ", create_using=nx.DiGraph" if directed else ""
    return f'nx.parse_edgelist("{listed(edges)}".split(", "), delimiter="-"{weighted}{kind})'
