"""Word problems, procedural or from a file, answered by a Python program."""

from envs.math.environment import MathEnvironment

__all__ = ["MathEnvironment"]
