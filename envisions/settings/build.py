"""Makes the object that a configuration's `_target_` names, and says in one sentence what does not fit.

Like Hydra's `instantiate`, but values are checked against the class's annotations first (types.py), and
dataclasses are made from nested keys.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from typing import Any

from envisions.errors import AuthorError, HarnessError, UserError
from envisions.settings.keys import FREE, MISSING, Key, keys_of, nearest_key
from envisions.settings.shadowing import OURS
from envisions.settings.types import fits, in_words, options


def build(config: Any, *, group: str, **offered: Any) -> Any:
    """The object. What is `offered` goes to a class that has a parameter of that name, unless the
    configuration sets it. Raises `UserError` for a class that is not there, an argument it does not take or
    lacks, a value of the wrong type, or one that the class refuses with a `ValueError`; `AuthorError` for
    whatever else an author's own code raises."""
    return factory(config, group=group, **offered)()


def factory(config: Any, *, group: str, **offered: Any) -> Callable[..., Any]:
    """As `build`, but the object is made, and what is lacking noticed, when the result is called with the
    arguments that come before those of the configuration."""
    if not isinstance(config, Mapping):
        raise UserError(f"{group}={config} is no choice; name one, such as {group}=NAME (see --help).")
    target = find(config.get("_target_"), group)
    values = _checked(target, {key: value for key, value in config.items() if key != "_target_"}, group)
    taken = keys_of(target, group)
    values = {**{key: value for key, value in offered.items() if key in taken}, **values}
    return lambda *arguments: _call(target, group, *arguments, **values)


def find(name: Any, group: str) -> Any:
    """What a `_target_` names. Raises `UserError` where it is not there, `AuthorError` where its module
    raises."""
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
    except Exception as error:
        raise AuthorError(name, error) from error
    if not callable(target):
        raise UserError(f"{group}._target_={name} is no class; name one.")
    return target


def _checked(target: Any, values: Mapping[str, Any], group: str) -> dict[str, Any]:
    """The values as the target's annotations want them."""
    keys = keys_of(target, group)
    known = [f"{group}.{name}" for name in keys if name != FREE]
    for key in (f"{group}.{key}" for key in values):
        if key not in known and FREE not in keys:
            raise UserError(f"unknown key '{key}'.{nearest_key(key, known)} Known: {', '.join(known)}.")
    return {key: _value(value, keys.get(key, Key()).hint, f"{group}.{key}") for key, value in values.items()}


def _value(value: Any, hint: Any, key: str) -> Any:
    fitting = [option for option in options(hint) if fits(value, option)]
    if not fitting:
        raise UserError(f"{key} must be {in_words(hint)}, not '{value}'.")
    if is_dataclass(fitting[0]):
        return _call(fitting[0], key, **_checked(fitting[0], value, key))
    return value


def _call(target: Any, group: str, *arguments: Any, **values: Any) -> Any:
    placed = list(inspect.signature(target).parameters)[: len(arguments)]
    for name, key in keys_of(target, group).items():
        if key.default is MISSING and name not in (FREE, *placed, *values):
            raise UserError(f"{group} lacks a value for '{name}'; give it as {group}.{name}=VALUE.")
    try:
        return target(*arguments, **values)
    except ValueError as error:
        raise UserError(f"{group}: {error}") from error
    except (UserError, HarnessError):
        raise
    except Exception as error:
        module = str(target.__module__)
        if module.partition(".")[0] in OURS:  # a fault of ours
            raise
        raise AuthorError(f"{module}.{target.__qualname__}", error) from error
