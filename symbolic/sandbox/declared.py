"""The libraries that a program declares: whether they are installed, and what they need in their turn.

Does not cover what a library imports without its distribution saying so.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import packages_distributions, requires


def check_installed(libraries: Iterable[str]) -> None:
    """Raises ValueError for a declared library that this interpreter does not have."""
    for library in libraries:
        if not _installed(_top(library)):
            raise ValueError(f"programs need the library {library!r}, which is not installed: install it")


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
def owners() -> Mapping[str, list[str]]:
    """The distributions that each installed package is of."""
    return packages_distributions()


def _top(module: str) -> str:
    return module.partition(".")[0]


@cache
def _installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def _required(package: str) -> list[str]:
    wanted = [line for name in owners().get(package, ()) for line in requires(name) or ()]
    names = [_normal(re.split(r"[^\w.-]", line)[0]) for line in wanted if "extra ==" not in line]
    return [module for name in names for module in _modules().get(name, ())]


@cache
def _modules() -> Mapping[str, list[str]]:
    """The packages of each distribution."""
    found: dict[str, list[str]] = {}
    for package, names in owners().items():
        for name in names:
            found.setdefault(_normal(name), []).append(package)
    return found


def _normal(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()
