"""Which directories a program needs for its imports, and no more.

The standard library, the site-packages of this interpreter, the system's shared libraries and this package.
Does not cover data: the working directory, the checkout around this package and the run directory are left
out on purpose, because they hold the expected answers.
"""

from __future__ import annotations

import importlib.util
import os
import site
import sys
import sysconfig
from collections.abc import Iterable
from functools import cache
from pathlib import Path

PACKAGE = str(Path(__file__).resolve().parent.parent)  # symbolic/
_LIBRARIES = ("sympy", "mpmath", "z3", "networkx", "numpy", "scipy")
_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/nix/store")


def interpreter() -> str:
    return os.path.realpath(sys.executable)


@cache
def import_path() -> tuple[str, ...]:
    """What a zygote adds to the interpreter's own `sys.path`."""
    found = [_directory(name) for name in _LIBRARIES]
    paths = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), *filter(None, found)]
    if site.ENABLE_USER_SITE:
        paths.append(site.getusersitepackages())
    return tuple(dict.fromkeys(path for path in paths if os.path.isdir(path)))


def _directory(library: str) -> str | None:
    """Where a library was found, which need not be site-packages."""
    spec = importlib.util.find_spec(library)
    return os.path.dirname(os.path.dirname(spec.origin)) if spec and spec.origin else None


def check_installed(libraries: Iterable[str]) -> None:
    """Raises ValueError for a declared library that this interpreter does not have."""
    for library in libraries:
        if not _installed(library.partition(".")[0]):
            raise ValueError(f"programs need the library {library!r}, which is not installed: install it")


@cache
def _installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


@cache
def readable() -> tuple[str, ...]:
    """Existing absolute paths, none inside another."""
    base = [os.path.join(prefix, "lib") for prefix in (sys.base_prefix, os.path.realpath(sys.base_prefix))]
    own = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), interpreter(), PACKAGE]
    wanted = map(os.path.abspath, [*_SYSTEM, *base, *own, *import_path()])
    return _outermost(path for path in wanted if os.path.exists(path))


def _outermost(paths: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for path in sorted(set(paths), key=len):
        if not any(path.startswith(outer + "/") for outer in kept):
            kept.append(path)
    return tuple(kept)


def readable_by_others() -> bool:
    """Whether a uid without privileges can reach all of it (an interpreter under a 0700 home: no)."""
    return all(_open_to_all(Path(path).resolve()) for path in readable())


def _open_to_all(path: Path) -> bool:
    return all(place.stat().st_mode & 0o001 for place in (path, *path.parents) if place.is_dir())
