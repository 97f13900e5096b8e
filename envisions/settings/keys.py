"""The keys of a class: what its constructor takes by name, and what its docs say of each."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_type_hints

from envisions.errors import UserError, nearest

FREE: Final = "**"  # among a target's keys where it takes any
MISSING: Final = inspect.Parameter.empty
_PLAIN = (bool, float, str)
_CLOSE = 0.7  # how like a key that stands elsewhere has to be


@dataclass(frozen=True)
class Key:
    """`hint` is the annotation, or the type of a plain default where there is none."""

    hint: Any = Any
    default: Any = MISSING
    said: str = ""


def keys_of(target: Any, group: str) -> dict[str, Key]:
    """What the target takes by name; `FREE` among them where it takes anything.

    A constructor's `**keys` are those of the class that it extends, which it hands them on to. Raises
    `UserError` where it cannot be asked."""
    found: dict[str, Key] = {}
    makers = _makers(target)
    for owner, maker in makers:
        try:
            parameters = inspect.signature(maker).parameters.values()
        except ValueError as error:
            raise UserError(f"{group}._target_: {error}; name a class written in Python.") from error
        hints, docs = _hints(maker), f"{owner.__doc__ or ''}\n\n{maker.__doc__ or ''}"
        named = [p for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
        own = {p.name: _key(p, hints, docs) for p in named if p.name != "self"}
        found = {**own, **found}
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            return found
    return {**found, FREE: Key()} if makers else {}


def first_sentence(docs: str | None) -> str:
    """Of a docstring, on one line; empty where there is none."""
    paragraph = inspect.cleandoc(docs or "").partition("\n\n")[0]
    return re.split(r"(?<=[.?!])\s", " ".join(paragraph.split()))[0]


def nearest_key(key: str, known: Sequence[str]) -> str:
    """ " Did you mean 'x'?" with the key that is likeliest meant: one of the same name elsewhere
    (`env.n_train` for `n_train`), else a like one beside it or elsewhere. Or an empty string."""
    parent, _, leaf = key.rpartition(".")
    elsewhere = {_leaf(name): name for name in reversed(known)}  # of equals the first
    beside = {_leaf(name): name for name in known if name.rpartition(".")[0] == parent}
    tried = ((elsewhere, leaf), *((names, nearest(leaf, names, _CLOSE)) for names in (beside, elsewhere)))
    tried += ((beside, nearest(leaf, beside)),)
    meant = next((names[name] for names, name in tried if name in names), None)
    return f" Did you mean '{meant}'?" if meant else ""


def _leaf(name: str) -> str:
    return name.rpartition(".")[2]


def _key(parameter: inspect.Parameter, hints: Mapping[str, Any], docs: str) -> Key:
    guessed = float if type(parameter.default) is int else type(parameter.default)
    hint = hints.get(parameter.name, guessed if guessed in _PLAIN else Any)
    return Key(hint, parameter.default, _said(parameter.name, docs))


def _said(name: str, docs: str) -> str:
    """What docs say of a parameter: on a line of its own (`name: …`, `name (int): …`, `:param name: …`), or
    in a sentence that names it in backquotes."""
    own = re.search(
        rf"^\s*(?::param\s+(?:\w+\s+)?)?\*{{0,2}}{name}\s*(?:\([^)\n]*\))?\s*:\s*(.+(?:\n\s+\S.*)*)",
        docs,
        re.M,
    )
    if own:
        return first_sentence(own[1])
    text = " ".join(docs.split())
    return next((part for part in re.split(r"(?<=[.?!;])\s", text) if f"`{name}`" in part), "").rstrip(";")


def _makers(target: Any) -> list[tuple[Any, Any]]:
    """A function, or a class's own constructor and those it extends, each with what documents it."""
    if not inspect.isclass(target):
        return [(target, target)]
    return [(kind, vars(kind)["__init__"]) for kind in target.__mro__[:-1] if "__init__" in vars(kind)]


def _hints(maker: Any) -> dict[str, Any]:
    try:
        return get_type_hints(maker)
    except NameError:  # a name that is imported for type checkers alone
        return {}
