"""Rows of token ids, merged where they begin alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class PrefixTree:
    """A node is a token together with all that stands before it: rows share those of their common beginning.

    `tokens` and `depths`, one a node: its token, and its position in every row it belongs to. `parents`: the
    node before it, -1 at the beginning of a row. `paths`, one a row: its nodes in order.
    """

    tokens: list[int]
    depths: list[int]
    parents: list[int]
    paths: list[list[int]]

    def ancestry(self) -> Tensor:
        """(nodes, nodes), boolean: which nodes each one sees, its ancestors and itself."""
        import torch

        sees = torch.eye(len(self.tokens), dtype=torch.bool)
        for node, parent in enumerate(self.parents):  # a parent's row is complete before its children's
            if parent >= 0:
                sees[node] |= sees[parent]
        return sees


def grow(rows: Sequence[Sequence[int]]) -> PrefixTree:
    """The rows' tree; its nodes stand in the order in which the rows first need them."""
    tree = PrefixTree([], [], [], [])
    nodes: dict[tuple[int, int], int] = {}  # by parent and token
    for row in rows:
        path: list[int] = []
        for depth, token in enumerate(row):
            parent = path[-1] if path else -1
            path.append(nodes.setdefault((parent, token), len(nodes)))
            if path[-1] == len(tree.tokens):
                tree.tokens.append(token)
                tree.depths.append(depth)
                tree.parents.append(parent)
        tree.paths.append(path)
    return tree
