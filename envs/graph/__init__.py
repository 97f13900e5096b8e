"""Graph problems, answered by networkx programs and checked as witnesses."""

from envs.graph.environment import GraphEnvironment

__all__ = ["GraphEnvironment"]
