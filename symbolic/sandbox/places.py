"""What a program may read for its imports, and no more: an allow-list.

The standard library, named libraries, the system's shared libraries. Left out on purpose is whatever may hold
the expected answers: all else in site-packages (this project's packages and environments, once installed, are
there), the checkout, the working directory, the run directory. Does not cover how that is enforced.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PACKAGE = str(Path(__file__).resolve().parent.parent)  # symbolic/
RUNTIME = str(Path(__file__).resolve().parent)  # symbolic/sandbox/: loaded before the first program
LIBRARIES = ("sympy", "mpmath", "numpy", "scipy", "networkx", "z3")
OWN_LIBRARIES = ("lark", "latex2sympy2_extended", "antlr4")  # what only this package's own jobs import
_FILES = ("/etc/ld.so.cache", "/usr/share/zoneinfo", "/nix/store")
_SYSTEM = ("/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/usr/local/lib64")
_ROOT_SYSTEM = ("/lib", "/lib32", "/lib64")
_PACKAGES = ("python", "pypy", "site-packages", "dist-packages")  # how directories of packages are called

_RECORD = ".dist-info"  # how the directory is called that tells of one installed distribution


@dataclass(frozen=True, slots=True)
class Place:
    """A file or directory that may be read, but for some of what lies directly in it."""

    path: str
    hidden: tuple[str, ...] = ()

    def parts(self) -> list[str]:
        """The paths to allow where nothing can be taken away from a directory that is allowed whole. Links
        to directories are left out: they might lead to something hidden."""
        if not self.hidden:
            return [self.path]
        entries = [entry for entry in os.scandir(self.path) if entry.name not in self.hidden]
        return sorted(entry.path for entry in entries if not (entry.is_symlink() and entry.is_dir()))


def interpreter() -> str:
    return os.path.realpath(sys.executable)


@cache
def places(libraries: tuple[str, ...], own: bool = False) -> tuple[Place, ...]:
    """What is readable, outermost first. `own` is for this package's own jobs. Links are left to `links`."""
    base = os.path.join(os.path.realpath(sys.base_prefix), "lib")
    system = [path for path in (*_SYSTEM, *_ROOT_SYSTEM, base) if os.path.isdir(path)]
    wanted = [_without_packages(path) for path in system if not os.path.islink(path)]
    wanted += [_without_packages(path) for path in _standard()]
    wanted += [Place(path) for path in (*_FILES, interpreter(), *_found(_names(libraries, own)))]
    wanted += [Place(PACKAGE)] if own else []
    known = {place.path: place for place in wanted if os.path.exists(place.path)}
    return tuple(known[path] for path in sorted(known, key=len))


@cache
def links() -> dict[str, str]:
    """Directories of shared libraries that are links to others, such as /lib."""
    return {path: os.readlink(path) for path in (*_SYSTEM, *_ROOT_SYSTEM) if os.path.islink(path)}


@cache
def shelves(libraries: tuple[str, ...], own: bool = False) -> dict[str, list[str]]:
    """Where imports are looked for, in order, and the entries that may be found there."""
    found = [*_found(_names(libraries, own)), *([PACKAGE] if own else [])]
    where = dict.fromkeys([*_standard(), *map(os.path.dirname, found)])
    allowed = [part for place in places(libraries, own) for part in place.parts()]
    listing: dict[str, list[str]] = {directory: [] for directory in where}
    for path in allowed:
        if os.path.dirname(path) in listing:
            listing[os.path.dirname(path)].append(os.path.basename(path))
    return listing


def missing(libraries: Iterable[str]) -> list[str]:
    """Those that are not installed here."""
    return [name for name in libraries if not _entries(name)]


def wheels(library: str) -> list[str]:
    """The distributions that brought it, each with its version; of those that are copied into place alone."""
    return [os.path.basename(path) for path in _entries(library) if path.endswith(_RECORD)]


def closed_to_others() -> str | None:
    """The directory that keeps a uid without privileges from what it needs (a 0700 home, mostly), if one."""
    needed = [interpreter(), RUNTIME, *(place.path for place in places(LIBRARIES))]
    return next((found for path in needed if (found := _closed(Path(path).resolve()))), None)


def _names(libraries: tuple[str, ...], own: bool) -> tuple[str, ...]:
    return (*libraries, *OWN_LIBRARIES) if own else libraries


def _found(libraries: Iterable[str]) -> list[str]:
    return [path for name in libraries for path in _entries(name)]


@cache
def _entries(library: str) -> tuple[str, ...]:
    """The directory or file of a library, wherever it is installed, the shared libraries of its wheel, and
    what is recorded of its installation: some ask for their own version."""
    try:
        spec = importlib.util.find_spec(library)
    except (ImportError, ValueError):
        spec = None
    if spec is None:
        return ()
    places = list(spec.submodule_search_locations or filter(None, [spec.origin]))
    installed = [path for place in places for path in _records_of(os.path.dirname(place), library)]
    names = [library, *(os.path.basename(path).partition("-")[0] for path in installed)]
    beside = [os.path.join(os.path.dirname(place), f"{name}.libs") for place in places for name in names]
    return tuple(os.path.realpath(path) for path in [*places, *beside, *installed] if os.path.exists(path))


def _records_of(folder: str, library: str) -> list[str]:
    """The `.dist-info` directories of the distributions that brought it."""
    marks = (f"\n{library}/", f"\n{library}.")
    return [path for path, files in _records(folder).items() if any(mark in files for mark in marks)]


@cache
def _records(folder: str) -> dict[str, str]:
    """What each distribution in the folder says that it holds."""
    records = sorted(Path(folder).glob(f"*{_RECORD}/RECORD"))
    return {str(record.parent): "\n" + record.read_text(errors="replace") for record in records}


@cache
def _standard() -> tuple[str, ...]:
    """The directories of the standard library, as the interpreter sees them from its own place."""
    paths = [os.path.realpath(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")]
    return tuple(dict.fromkeys(path for path in paths if _is_standard(path)))


def _is_standard(path: str) -> bool:
    """In a virtual environment the second may name its own, which holds site-packages alone."""
    return any(os.path.exists(os.path.join(path, name)) for name in ("os.py", "lib-dynload"))


def _without_packages(path: str) -> Place:
    return Place(path, tuple(sorted(name for name in os.listdir(path) if name.startswith(_PACKAGES))))


def _closed(path: Path) -> str | None:
    around = [place for place in (path, *path.parents) if place.is_dir()]
    return next((str(place) for place in reversed(around) if not place.stat().st_mode & 0o001), None)
