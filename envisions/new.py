"""`python -m envisions.new NAME`: writes a package of one's own environment, to begin from.

In a new folder NAME: the class with tasks to begin with, its entry point as env=NAME, a test that inherits
all checks, and a README with the commands. As it is, it passes its tests and check_env. Nothing that exists
is overwritten. For example::

    python -m envisions.new letters
    pip install -e ./letters
    python -m envisions.check_env env=letters fast=true
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from envisions.errors import UserError
from envisions.settings.cli import command
from envisions.settings.plugins import known
from envisions.settings.shadowing import OURS

PATTERN = "skeleton"  # the package that is copied, and the name in it that NAME replaces
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

_VALUES = ("null", "true", "false", "nan", "inf")  # what Hydra takes for no name


def main() -> None:
    name = _name(sys.argv[1:])
    texts = {path.name: path.read_text(encoding="utf-8") for path in _pattern()}
    try:
        Path(name).mkdir()
    except FileExistsError as error:
        raise UserError(f"'{name}' is there already; choose another name, or move it.") from error
    for file, text in texts.items():
        Path(name, _named(file, name)).write_text(_named(text, name), encoding="utf-8")
    print(f"{name}/ has {', '.join(sorted(_named(file, name) for file in texts))}; as they stand, they work:")
    print(f"  pip install -e ./{name}")
    print(f"  python -m envisions.check_env env={name} fast=true")


def _name(arguments: Sequence[str]) -> str:
    if len(arguments) != 1:
        raise UserError("give the environment's name, and no more: python -m envisions.new NAME.")
    [name] = arguments
    if not _NAME.fullmatch(name) or name in _VALUES:
        close = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_0123456789")
        close = f"my_{close}" if close in _VALUES else close
        hint = f", such as {close}" if _NAME.fullmatch(close) else ""
        raise UserError(f"'{name}' cannot be an environment's name; write it in a-z, 0-9 and _{hint}.")
    if name in known() or name == PATTERN:
        raise UserError(f"'{name}' is the name of an environment that is there already; choose another.")
    if name in OURS:
        raise UserError(f"'{name}' is a package of Envisions, which '{name}/' would hide; choose another.")
    return name


def _pattern() -> list[Traversable]:
    return [path for path in files("envisions").joinpath(PATTERN).iterdir() if path.is_file()]


def _named(text: str, name: str) -> str:
    """The text with the name in it, and as words run together where it names a class."""
    return text.replace(PATTERN.title(), name.title().replace("_", "")).replace(PATTERN, name)


if __name__ == "__main__":
    command(main, __doc__)
