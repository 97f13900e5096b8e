"""Lets programs import from directories that they cannot list, and nothing but what is named.

A directory of packages is no place for a program to look around in: its listing is given instead of read.
Does not cover reading by path, which the kernel refuses.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)
from typing import Any

_LOADERS = (
    (ExtensionFileLoader, EXTENSION_SUFFIXES),
    (SourceFileLoader, SOURCE_SUFFIXES),
    (SourcelessFileLoader, BYTECODE_SUFFIXES),
)


class ShelfFinder(FileFinder):
    """Looks in one directory, whose entries are `names`."""

    def __init__(self, directory: str, names: Sequence[str]) -> None:
        super().__init__(directory, *_LOADERS)
        self._names = frozenset(names)

    def _fill_cache(self) -> None:
        """Where the standard library's finder lists the directory."""
        self._path_cache = self._names


class Records:
    """Tells `importlib.metadata` of the distributions whose records are among the names."""

    def __init__(self, shelves: Mapping[str, Sequence[str]]) -> None:
        records = (os.path.join(folder, name) for folder, names in shelves.items() for name in names)
        self._records = [path for path in records if path.endswith(".dist-info")]

    def find_spec(self, *_: object) -> None:
        """No module is found here."""

    def find_distributions(self, context: Any) -> Iterator[Any]:
        from importlib.metadata import PathDistribution
        from pathlib import Path

        wanted = None if context.name is None else normal(context.name)
        for path in self._records:
            if wanted in (None, normal(os.path.basename(path).partition("-")[0])):
                yield PathDistribution(Path(path))


def normal(name: str) -> str:
    """A distribution's name as all its spellings are compared (Python packaging, name normalisation)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def install(shelves: Mapping[str, Sequence[str]]) -> None:
    """Imports are looked for on these shelves, after what the interpreter finds by itself. Also forgets this
    package, as far as it has been loaded: what serves programs is not theirs to import."""
    sys.path[:] = dict.fromkeys([*sys.path, *shelves])
    sys.path_hooks.insert(0, _hook(shelves))
    sys.path_importer_cache.clear()
    sys.meta_path.append(Records(shelves))
    for name in [name for name in sys.modules if name.partition(".")[0] == "symbolic"]:
        del sys.modules[name]


def _hook(shelves: Mapping[str, Sequence[str]]) -> Callable[[str], ShelfFinder]:
    def hook(path: str) -> ShelfFinder:
        if path not in shelves:
            raise ImportError
        return ShelfFinder(path, shelves[path])

    return hook
