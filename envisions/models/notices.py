"""What is said to the person at the terminal, on stderr, while a model is made ready."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from rich.console import Console


def say(text: str) -> None:
    Console(stderr=True).print(text, markup=False, highlight=False, soft_wrap=True)


def working(text: str) -> AbstractContextManager[object]:
    """A spinner on a terminal, a plain line elsewhere."""
    console = Console(stderr=True)
    if console.is_terminal:
        return console.status(text)
    say(text)
    return nullcontext()
