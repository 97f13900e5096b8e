"""What prompts begin with alike, as a tree: the examples of all, then those of a task's own kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

Ids = tuple[int, ...]
_ROWS = 32  # so many prompts make a branch worth attention products of its own
_TOKENS = 16  # and so many tokens more than the branch it grows from


def find_prefixes(prompts: Sequence[Ids]) -> list[tuple[Ids, Sequence[Ids]]]:
    """Prefixes and the prompts that have them, from the root outwards: what comes later is more of what came
    before. Every prompt is in the root, whose prefix may be empty, and keeps its last token to itself."""
    return list(_branches(sorted(prompts), None))


def _branches(prompts: Sequence[Ids], parent: Ids | None) -> Iterator[tuple[Ids, Sequence[Ids]]]:
    """`find_prefixes` of prompts in order of tokens."""
    if not prompts:
        return
    common = _common(prompts[0], prompts[-1])
    usable = common[: min(map(len, prompts)) - 1]
    if parent is None or len(usable) >= len(parent) + _TOKENS:
        parent = usable
        yield usable, prompts
    for _, group in groupby(prompts, key=lambda ids: ids[len(common) : len(common) + 1]):
        members = list(group)
        if _ROWS <= len(members) < len(prompts):
            yield from _branches(members, parent)


def _common(first: Ids, last: Ids) -> Ids:
    """What all texts from the first to the last in order of tokens begin with."""
    same = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[:same]
