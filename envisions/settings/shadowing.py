"""Notices a user's file that hides one of the project's packages.

`python -m` puts the working directory first on the import path, so that a `train.py` there would be imported
instead of ours. Has to run before anything else of the project is imported.
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from pathlib import Path

from envisions.errors import UserError

PACKAGES = ("symbolic", "envs", "train", "conf")
OURS = frozenset((*PACKAGES, "envisions"))
_HOME = Path(__file__).resolve().parents[2]


def check_shadowing() -> None:
    """Raises `UserError` naming the file or folder that hides one of our packages."""
    ours = sys.modules["envisions"]
    if ours.__file__ is None:  # a namespace: an import hook found this module, the package came from a folder
        raise UserError(
            f"the folder '{next(iter(ours.__path__))}' hides the package 'envisions'; start from another"
            " folder, or install the checkout once more (pip install -e)."
        )
    for name in PACKAGES:
        spec = PathFinder.find_spec(name, sys.path)
        found = spec.origin or next(iter(spec.submodule_search_locations or []), None) if spec else None
        if found is None:
            continue  # an editable install finds its packages without a path
        if Path(found).resolve().parent != _HOME / name:
            raise UserError(
                f"'{found}' hides the package '{name}' of Envisions; rename it, or start from another folder."
            )
