"""Makes the object that a configuration's `_target_` names, and says in one sentence what does not fit.

Like Hydra's `instantiate`, but values are checked against the class's annotations first: numbers, text,
switches, mappings to them, and dataclasses, which are made from nested keys. Other types are the class's own
business.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from envisions.errors import UserError, did_you_mean

_FREE = "**"
_WORDS = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}


def build(config: Any, *, group: str, **offered: Any) -> Any:
    """The object. What is `offered` goes to a class that has a parameter of that name, unless the
    configuration sets it. Raises `UserError` for a class that is not there, an argument it does not take or
    lacks, a value of the wrong type, or one that the class refuses with a `ValueError`."""
    return factory(config, group=group, **offered)()


def factory(config: Any, *, group: str, **offered: Any) -> Callable[..., Any]:
    """As `build`, but the object is made, and what is lacking noticed, when the result is called with the
    arguments that come before those of the configuration."""
    if not isinstance(config, Mapping):
        raise UserError(f"{group}={config} is no choice; name one, such as {group}=NAME (see --help).")
    target = find(config.get("_target_"), group)
    values = _checked(target, {key: value for key, value in config.items() if key != "_target_"}, group)
    taken = _parameters(target, group)
    values = {**{key: value for key, value in offered.items() if key in taken}, **values}
    return lambda *arguments: _call(target, group, *arguments, **values)


def find(name: Any, group: str) -> Any:
    """The class or function of that name. Raises `UserError`."""
    if not name or not isinstance(name, str):
        raise UserError(
            f"{group}._target_={name} is no class; name one, as in {group}._target_=my_package.MyClass."
        )
    module, _, attribute = name.rpartition(".")
    try:
        target = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise UserError(
            f"{group}._target_={name} cannot be imported ({error});"
            " check the spelling and that it is installed."
        ) from error
    if not callable(target):
        raise UserError(f"{group}._target_={name} is no class; name one.")
    return target


def _checked(target: Any, values: Mapping[str, Any], group: str) -> dict[str, Any]:
    """The values as the target's annotations want them."""
    hints = _parameters(target, group)
    known = [f"{group}.{name}" for name in hints if name != _FREE]
    for key in (f"{group}.{key}" for key in values):
        if key not in known and _FREE not in hints:
            raise UserError(f"unknown key '{key}'.{did_you_mean(key, known)} Known: {', '.join(known)}.")
    return {key: _value(value, hints.get(key, Any), f"{group}.{key}") for key, value in values.items()}


def _parameters(target: Any, group: str) -> dict[str, Any]:
    """What the target takes by name, with its annotations; `_FREE` among them where it takes anything.

    A constructor's `**keys` are those of the class that it extends, which it hands them on to."""
    found: dict[str, Any] = {}
    makers = _makers(target)
    for maker in makers:
        try:
            parameters = inspect.signature(maker).parameters.values()
        except ValueError as error:
            raise UserError(f"{group}._target_: {error}; name a class written in Python.") from error
        hints = _hints(maker)
        named = [p for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
        found = {**{p.name: hints.get(p.name, Any) for p in named if p.name != "self"}, **found}
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            return found
    return {**found, _FREE: Any} if makers else {}


def _makers(target: Any) -> list[Any]:
    """A function, or a class's own constructor and those it extends."""
    if not inspect.isclass(target):
        return [target]
    return [vars(kind)["__init__"] for kind in target.__mro__[:-1] if "__init__" in vars(kind)]


def _hints(maker: Any) -> dict[str, Any]:
    try:
        return get_type_hints(maker)
    except NameError:  # a name that is imported for type checkers alone
        return {}


def _value(value: Any, hint: Any, key: str) -> Any:
    options = get_args(hint) if isinstance(hint, UnionType) or get_origin(hint) is Union else (hint,)
    fitting = [option for option in options if _fits(value, option)]
    if not fitting:
        wanted = " or ".join(
            _WORDS.get(option, "{key: value, …}") for option in options if option != NoneType
        )
        raise UserError(f"{key} must be {wanted}, not '{value}'.")
    if is_dataclass(fitting[0]):
        return _call(fitting[0], key, **_checked(fitting[0], value, key))
    return value


def _fits(value: Any, option: Any) -> bool:
    if option is NoneType:
        return value is None
    if is_dataclass(option):
        return isinstance(value, Mapping)
    if get_origin(option) is Mapping:
        _, wanted = get_args(option)
        return isinstance(value, Mapping) and all(_fits(entry, wanted) for entry in value.values())
    if option in _WORDS:
        return type(value) is option or (option is float and type(value) is int)
    return True


def _call(target: Any, group: str, *arguments: Any, **values: Any) -> Any:
    try:
        inspect.signature(target).bind(*arguments, **values)
    except TypeError as error:
        raise UserError(f"{group}: {error}; give it as +{group}.KEY=VALUE.") from error
    try:
        return target(*arguments, **values)
    except ValueError as error:
        raise UserError(f"{group}: {error}") from error
