"""Checks results about graphs as witnesses: any right path, colouring, matching, tree or order is right.

A problem is JSON: {"kind": "path" | "colouring" | "matching" | "tree" | "order", "nodes": […], "edges":
[[u, v] or [u, v, weight], …], "directed": bool, …} with "source" and "target" for a path and "colours" for
a colouring; "best": true asks for a shortest path, a maximum matching or a minimum spanning tree, and
"perfect": true for a matching of all nodes. The witness is plain data: a list of nodes (path, order), a
mapping from nodes to colours, a list of edges (matching, tree), or the text "none" where there is none.
Nodes are known by their text, so 1 and "1" are one. The problem itself is trusted, with weights that are not
negative; whether there is a colouring is searched up to `MAX_SEARCH` nodes alone.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from symbolic.answers.notation import is_cut
from symbolic.packing import pack, unpack
from symbolic.verdict import Verdict, VerdictName

MAX_SIZE = 20_000  # nodes and edges
MAX_SEARCH = 10  # nodes of a graph whose colourings are searched through

Problem = Mapping[str, Any]
Complaint = str | None  # why a witness fails, or None


class WitnessError(ValueError):
    """The witness is not data of the right shape."""


def judge_witness(problem: Problem, witness: Any) -> Verdict:
    """Whether `witness` solves the problem. Raises ValueError for a bad problem, never for a witness."""
    verdict, reason = _examine(problem, witness)
    return Verdict(
        verdict, {"kind": "witness", "problem": dict(problem), "witness": pack(witness), "reason": reason}
    )


def check_witness(verdict: Any, certificate: Mapping[str, Any]) -> Complaint:
    """None if the stored witness still earns the stored verdict, else what does not hold."""
    from networkx import NetworkXException

    try:
        found, reason = _examine(certificate["problem"], unpack(certificate["witness"]))
    except (ValueError, KeyError, TypeError, RecursionError, AttributeError, NetworkXException) as error:
        return f"its witness cannot be read: {error!r:.200}"
    if found != verdict:
        return f"the verdict says {verdict!r:.50}, checking the witness gives {found!r}: {reason}"
    return None


def _examine(problem: Problem, witness: Any) -> tuple[VerdictName, str]:
    graph = _graph(problem)
    if witness is None:
        return "wrong", "there is no witness"
    if isinstance(witness, str) and is_cut(witness):
        return "unknown", "the witness was cut, or is of a kind that is not read"
    if isinstance(witness, str) and witness.strip().lower() in ("none", "impossible", "no"):
        exists = _EXISTS[problem["kind"]](graph, problem)
        if exists is None:
            return "unknown", "whether there is one was not searched through"
        return ("wrong", "there is one") if exists else ("right", "there is none")
    try:
        complaint = _CHECKS[problem["kind"]](graph, problem, witness)
    except WitnessError as error:
        complaint = str(error)
    return ("right", "it holds") if complaint is None else ("wrong", complaint)


def _graph(problem: Problem) -> Any:
    import networkx as nx

    if problem.get("kind") not in _CHECKS:
        raise ValueError(f"a graph problem is one of {', '.join(_CHECKS)}, not {problem.get('kind')!r:.50}")
    if len(problem["nodes"]) + len(problem["edges"]) > MAX_SIZE:
        raise ValueError(f"a graph has at most {MAX_SIZE} nodes and edges")
    graph: Any = nx.DiGraph() if problem.get("directed") or problem["kind"] == "order" else nx.Graph()
    graph.add_nodes_from(str(node) for node in problem["nodes"])
    for start, end, *weight in problem["edges"]:
        if not (str(start) in graph and str(end) in graph):
            raise ValueError(f"the edge {start}-{end} has an end that is no node")
        graph.add_edge(str(start), str(end), weight=_positive(weight[0]) if weight else Fraction(1))
    return graph


def _positive(weight: Any) -> Fraction:
    if type(weight) not in (int, float) or not 0 <= weight < math.inf:
        raise ValueError(f"the weight {weight!r:.40} is no number that is not negative")
    return Fraction(weight)


def _nodes(witness: Any) -> list[str]:
    if not isinstance(witness, list | tuple):
        raise WitnessError("it is not a list of nodes")
    return [_node(node) for node in witness]


def _node(value: Any) -> str:
    if type(value) not in (str, int):
        raise WitnessError(f"{value!r:.40} is no node")
    return str(value)


def _edges(witness: Any) -> list[tuple[str, str]]:
    if not isinstance(witness, list | tuple):
        raise WitnessError("it is not a list of edges")
    if not all(isinstance(edge, list | tuple) and len(edge) in (2, 3) for edge in witness):
        raise WitnessError("an edge is a pair of nodes")
    return [(_node(edge[0]), _node(edge[1])) for edge in witness]


def _absent(graph: Any, edges: list[tuple[str, str]]) -> Complaint:
    for start, end in edges:
        if not graph.has_edge(start, end):
            return f"{start}-{end} is no edge"
    return None


def _weight(graph: Any, edges: list[tuple[str, str]]) -> Fraction:
    return sum((graph.edges[edge]["weight"] for edge in edges), Fraction(0))


def _check_path(graph: Any, problem: Problem, witness: Any) -> Complaint:
    import networkx as nx

    nodes = _nodes(witness)
    ends = [str(problem["source"]), str(problem["target"])]
    if not nodes or [nodes[0], nodes[-1]] != ends:
        return f"it does not lead from {ends[0]} to {ends[1]}"
    if len(set(nodes)) < len(nodes):
        return "it visits a node twice"
    edges = list(itertools.pairwise(nodes))
    if complaint := _absent(graph, edges):
        return complaint
    if problem.get("best"):
        best = nx.dijkstra_path_length(graph, *ends)
        if _weight(graph, edges) != best:
            return f"its length is {_weight(graph, edges)}, the shortest is {best}"
    return None


def _check_colouring(graph: Any, problem: Problem, witness: Any) -> Complaint:
    if not isinstance(witness, Mapping):
        raise WitnessError("it is not a mapping from nodes to colours")
    colours = {_node(node): _node(colour) for node, colour in witness.items()}
    if set(colours) != set(graph):
        return "it does not colour exactly the nodes"
    if len(set(colours.values())) > problem["colours"]:
        return f"it uses {len(set(colours.values()))} colours, {problem['colours']} are allowed"
    clash = next(((a, b) for a, b in graph.edges if colours[a] == colours[b]), None)
    return f"{clash[0]} and {clash[1]} are neighbours of one colour" if clash else None


def _check_matching(graph: Any, problem: Problem, witness: Any) -> Complaint:
    edges = _edges(witness)
    if complaint := _absent(graph, edges):
        return complaint
    ends = [end for edge in edges for end in edge]
    if len(set(ends)) < len(ends):
        return "two of its edges share a node"
    if problem.get("perfect") and len(ends) < len(graph):
        return "it leaves a node out"
    size = _largest_matching(graph)
    return (
        f"it has {len(edges)} edges, the largest {size}"
        if problem.get("best") and len(edges) < size
        else None
    )


def _largest_matching(graph: Any) -> int:
    import networkx as nx

    bare: Any = nx.Graph(graph.edges)
    return len(nx.max_weight_matching(bare, maxcardinality=True))


def _check_tree(graph: Any, problem: Problem, witness: Any) -> Complaint:
    import networkx as nx

    edges = _edges(witness)
    if complaint := _absent(graph, edges):
        return complaint
    tree = nx.Graph(edges)
    tree.add_nodes_from(graph)
    if len(edges) != len(graph) - 1 or not nx.is_connected(tree):
        return "it is no tree that spans the graph"
    if problem.get("best"):
        best = nx.minimum_spanning_tree(graph).size(weight="weight")
        if _weight(graph, edges) != best:
            return f"its weight is {_weight(graph, edges)}, the least is {best}"
    return None


def _check_order(graph: Any, problem: Problem, witness: Any) -> Complaint:
    nodes = _nodes(witness)
    if len(nodes) != len(graph) or set(nodes) != set(graph):
        return "it does not name every node once"
    place = {node: index for index, node in enumerate(nodes)}
    late = next(((a, b) for a, b in graph.edges if place[a] > place[b]), None)
    return f"{late[0]} comes after {late[1]}" if late else None


def _colourable(graph: Any, problem: Problem) -> bool | None:
    import networkx as nx

    if any(graph.has_edge(node, node) for node in graph):
        return False
    if problem["colours"] == 2:
        return bool(nx.is_bipartite(graph))
    if problem["colours"] >= len(graph):
        return True
    return _search(graph, problem["colours"], {}) if len(graph) <= MAX_SEARCH else None


def _search(graph: Any, colours: int, given: dict[str, int]) -> bool:
    """Whether the colours given so far can be completed."""
    node = next((node for node in graph if node not in given), None)
    if node is None:
        return True
    taken = {given[other] for other in graph[node] if other in given}
    fresh = min(colours, max(given.values(), default=-1) + 2)  # a colour not yet used is like any other
    return any(_search(graph, colours, {**given, node: c}) for c in range(fresh) if c not in taken)


def _reachable(graph: Any, problem: Problem) -> bool:
    import networkx as nx

    return bool(nx.has_path(graph, str(problem["source"]), str(problem["target"])))


def _matchable(graph: Any, problem: Problem) -> bool:
    return not problem.get("perfect") or 2 * _largest_matching(graph) == len(graph)


def _spannable(graph: Any, problem: Problem) -> bool:
    import networkx as nx

    return bool(nx.is_connected(graph))


def _orderable(graph: Any, problem: Problem) -> bool:
    import networkx as nx

    return bool(nx.is_directed_acyclic_graph(graph))


_CHECKS: dict[str, Callable[[Any, Problem, Any], Complaint]] = {
    "path": _check_path,
    "colouring": _check_colouring,
    "matching": _check_matching,
    "tree": _check_tree,
    "order": _check_order,
}
_EXISTS: dict[str, Callable[[Any, Problem], bool | None]] = {
    "path": _reachable,
    "colouring": _colourable,
    "matching": _matchable,
    "tree": _spannable,
    "order": _orderable,
}
