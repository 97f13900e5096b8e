"""The one error of logic texts."""

from __future__ import annotations


class LogicError(ValueError):
    """A text that does not follow the language; the message begins with the line, counted from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
