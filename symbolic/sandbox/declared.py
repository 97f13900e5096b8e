"""The libraries that a program declares: whether they are installed, of which version, and what they need in
their turn.

Does not cover what a library imports without its distribution saying so.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import packages_distributions, requires, version

from symbolic.sandbox.finder import normal
from symbolic.sandbox.places import LIBRARIES, missing, wheels


def check_installed(libraries: Iterable[str]) -> None:
    """Raises ValueError for declared libraries that this interpreter does not have."""
    if absent := missing(map(_top, libraries)):
        raise ValueError(
            f"programs cannot import {', '.join(absent)}: install it, or take it out of libraries"
        )


@cache
def allowed(named: tuple[str, ...], declared: tuple[str, ...]) -> tuple[str, ...]:
    """What a program may import, beside the standard library: what all may, what it declares, and what these
    require. LIBRARIES are complete as they are."""
    further = needed(tuple(name for name in (*named, *declared) if name not in LIBRARIES))
    return tuple(dict.fromkeys([*named, *further]))


@cache
def needed(libraries: tuple[str, ...]) -> tuple[str, ...]:
    """The installed packages that declared modules are in, with all that these require, extras aside."""
    found: dict[str, None] = {}
    left = list(map(_top, libraries))
    while left:
        package = left.pop(0)
        if package not in found and package not in sys.stdlib_module_names:
            found[package] = None
            left += _required(package)
    return tuple(found)


@cache
def versions(module: str) -> list[str]:
    """The distributions that brought the package it is in, each with its version. None: it came without."""
    package = _top(module)
    return wheels(package) or [f"{name}-{version(name)}" for name in sorted({*_owners().get(package, ())})]


def _top(module: str) -> str:
    return module.partition(".")[0]


def _required(package: str) -> list[str]:
    wanted = [line for name in _owners().get(package, ()) for line in requires(name) or ()]
    names = [normal(re.split(r"[^\w.-]", line)[0]) for line in wanted if "extra ==" not in line]
    return [module for name in names for module in _modules().get(name, ())]


@cache
def _owners() -> Mapping[str, list[str]]:
    """The distributions that each installed package is of; takes two tenths of a second."""
    found = packages_distributions()
    return {package: [name for name in names if name] for package, names in found.items()}  # some are damaged


@cache
def _modules() -> Mapping[str, list[str]]:
    """The packages of each distribution."""
    found: dict[str, list[str]] = {}
    for package, names in _owners().items():
        for name in names:
            found.setdefault(normal(name), []).append(package)
    return found
