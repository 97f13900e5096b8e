"""Notices what an author meant as a hook and misspelt: nothing would call it, and nothing would say so."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from typing import Any, Final

from rapidfuzz.distance import OSA

from envisions.environments.protocol import Environment

_LONG: Final = 8  # letters of a name that may have two slips; a shorter one has one
_SHORT: Final = 4  # letters of a name of which another letter makes another word (gold, hold)


def misspelt(kind: type) -> Iterator[tuple[str, str]]:
    """Public names of a plug-in's class that are nearly a hook's, each with that hook. What the class's own
    module uses is a helper of its author's and none of these."""
    ours = [base for base in kind.__mro__ if _is_ours(base)]
    hooks = {name: getattr(base, name, None) for base in (*ours, Environment) for name in _public(base)}
    for base in kind.__mro__[:-1]:
        for name in () if base in ours else sorted(vars(base)):
            if name[0] != "_" and name not in hooks and not _used(name, base):
                yield from ((name, hook) for hook in _nearest(name, vars(base)[name], hooks))


def told(kind: type) -> str:
    """A sentence about all of them, or an empty string."""
    found = [f"'{name}' (did you mean '{hook}'?)" for name, hook in misspelt(kind)]
    return f"{kind.__name__} has {', '.join(found)}, which nothing uses" if found else ""


def _is_ours(kind: type) -> bool:
    return kind.__module__.partition(".")[0] == "envisions"


def _public(kind: type) -> list[str]:
    names = {**vars(kind), **vars(kind).get("__annotations__", {})}
    return [name for name in names if name[0] != "_"]


def _nearest(name: str, value: Any, hooks: dict[str, Any]) -> list[str]:
    """The nearest hook if it is near: a method for a method, data for data."""
    alike = [hook for hook, default in hooks.items() if callable(default) == callable(value)]
    return sorted((hook for hook in alike if _near(name, hook)), key=lambda hook: OSA.distance(name, hook))[
        :1
    ]


def _near(name: str, hook: str) -> bool:
    one, other = (word.lower().replace("_", "") for word in (name, hook))
    if len(other) <= _SHORT and len(one) == len(other):
        return sorted(one) == sorted(other)
    return OSA.distance(one, other) <= 1 + (len(other) >= _LONG)


def _used(name: str, kind: type) -> bool:
    try:
        source = inspect.getsource(sys.modules[kind.__module__])
    except (OSError, TypeError, KeyError):
        return False
    return re.search(rf"\.{name}\b", source) is not None
