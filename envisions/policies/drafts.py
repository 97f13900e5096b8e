"""Guesses at what a row writes next: what followed the same few tokens before, in any prompt or completion.

Prompt lookup (Saxena 2023) over the whole batch: programs for like questions repeat one another. A guess
costs nothing but the room it takes in a forward pass, and is kept only if the row draws it by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

_CONTEXTS = (4, 3, 2)  # tokens that have to agree, the longest first
_MOST = 500_000  # contexts that are kept, to bound memory; then learning begins anew


class Drafts:
    """Where each short run of tokens was last seen."""

    def __init__(self) -> None:
        self._seen: dict[tuple[int, ...], tuple[Sequence[int], int]] = {}

    def read(self, text: Sequence[int], start: int = 0) -> None:
        """Takes in `text`, whose tokens before `start` were taken in before."""
        if len(self._seen) > _MOST:
            self._seen.clear()
        for end in range(max(start, 1), len(text)):
            for size in _CONTEXTS:
                if size <= end:
                    self._seen[tuple(text[end - size : end])] = (text, end)

    def guess(self, text: Sequence[int], most: int) -> list[int]:
        """At most `most` tokens that may follow `text`."""
        for size in _CONTEXTS:
            if found := self._seen.get(tuple(text[-size:])):
                source, end = found
                return list(source[end : end + most])
        return []
