"""Lets programs `import symbolic` although the directory that holds it cannot be listed.

That directory is a checkout or site-packages, and the checkout also holds answers. Does not cover other
packages of the checkout.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType


class PackageFinder:
    """A meta path finder for this one package."""

    def __init__(self, directory: str) -> None:
        self._directory = directory

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != "symbolic":
            return None
        start = os.path.join(self._directory, "__init__.py")
        return importlib.util.spec_from_file_location(
            name, start, submodule_search_locations=[self._directory]
        )


def install(directory: str) -> None:
    """Also forgets what has been loaded so far without the package's __init__: the next import is whole."""
    sys.meta_path.insert(0, PackageFinder(directory))
    for name in [name for name in sys.modules if name.partition(".")[0] == "symbolic"]:
        del sys.modules[name]
