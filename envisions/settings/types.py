"""Whether a value from the command line is what an annotation wants, and what that is in words.

Known are numbers, text, switches, `Literal`, mappings and sequences of these, and dataclasses. Other types
are the class's own business: any value fits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, MutableMapping, MutableSequence, Sequence
from dataclasses import is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

_WORDS = {int: "a whole number", float: "a number", str: "text", bool: "true or false", NoneType: "null"}
_MAPPINGS = (dict, Mapping, MutableMapping)
_SEQUENCES = (list, tuple, set, frozenset, Sequence, MutableSequence, Collection, Iterable)


def options(hint: Any) -> tuple[Any, ...]:
    """The members of a union, or the type alone."""
    return get_args(hint) if isinstance(hint, UnionType) or get_origin(hint) is Union else (hint,)


def fits(value: Any, hint: Any) -> bool:
    """Whether plain data may be given where `hint` is wanted. An int will do for a float."""
    kind, inner = get_origin(hint) or hint, get_args(hint)
    if kind in (Union, UnionType):
        return any(fits(value, option) for option in inner)
    if kind is Literal:
        return any(type(value) is type(choice) and value == choice for choice in inner)
    if kind in (None, NoneType):
        return value is None
    if is_dataclass(kind) or kind in _MAPPINGS:
        return isinstance(value, Mapping) and all(
            fits(entry, t) for t in inner[1:] for entry in value.values()
        )
    if kind in _SEQUENCES:
        return isinstance(value, list) and _members_fit(value, kind, inner)
    if kind in _WORDS:
        return type(value) is kind or (kind is float and type(value) is int)
    return True


def in_words(hint: Any) -> str:
    """What a hint wants, for a message: "a whole number or null"."""
    return " or ".join(_word(option) for option in options(hint))


def _word(hint: Any) -> str:
    kind, inner = get_origin(hint) or hint, get_args(hint)
    if kind is Literal:
        return " or ".join(map(str, inner))
    if kind in _SEQUENCES:
        return "[value, …]"
    if kind in _MAPPINGS or is_dataclass(kind):
        return "{key: value, …}"
    return _WORDS.get(kind, getattr(kind, "__name__", str(kind)))


def _members_fit(values: list[Any], kind: Any, inner: tuple[Any, ...]) -> bool:
    if kind is tuple and inner and inner[-1] is not ...:
        return len(values) == len(inner) and all(map(fits, values, inner))
    return all(fits(value, inner[0]) for value in values) if inner else True
