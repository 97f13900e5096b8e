"""What an environment says of all its programs, checkers too: the libraries they find, and their limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from symbolic import Limits, Program


class Equipped(Protocol):
    """The part of an environment that says so."""

    libraries: Sequence[str]
    limits: Limits | None


def equip(environment: Equipped, program: Program) -> Program:
    """The program with the environment's libraries, and with its limits where it has none of its own."""
    libraries = (*environment.libraries, *program.libraries)
    return replace(program, libraries=libraries, limits=program.limits or environment.limits)
