"""Answers to graph problems that take no thought: the graph's own parts, and another problem's program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from envisions import Task
from envs.graph.problems import listed


def named(task: Task) -> list[Any]:
    """The nodes in the order in which the edges name them."""
    return list(dict.fromkeys(node for edge in task.data["problem"]["edges"] for node in edge[:2]))


def on_another_graph(known: Task, task: Task) -> str:
    """A task's gold program with another task's edges, and its ends where both are of a way."""
    theirs, ours = known.data["problem"], task.data["problem"]
    code = (known.gold or "").replace(listed(theirs["edges"]), listed(ours["edges"]))
    if "source" in theirs and "source" in ours:
        code = code.replace(_ends(theirs), _ends(ours))
    return code


def _ends(problem: Mapping[str, Any]) -> str:
    return f'"{problem["source"]}", "{problem["target"]}"'
