"""Logic tasks, and translators from the regular English of public sets into the logic language."""

from envs.logic.environment import LogicEnvironment

__all__ = ["LogicEnvironment"]
