"""What an environment says of all its programs, checkers too: the libraries they find, and their limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from envisions.errors import UserError
from symbolic import Limits, Program
from symbolic.sandbox.declared import check_installed


class Equipped(Protocol):
    """The part of an environment that says so."""

    libraries: Sequence[str]
    limits: Limits | None


def check_libraries(owner: Any) -> None:
    """Raises `UserError` where what an environment, or its class, names as libraries is no list of names that
    are installed."""
    named = getattr(owner, "libraries", ())
    kind = owner if isinstance(owner, type) else type(owner)
    if isinstance(named, str) or not all(isinstance(name, str) for name in named):
        raise UserError(
            f"{kind.__name__}.libraries is {named!r:.60}; give a list of names, such as ['yaml']."
        )
    try:
        check_installed(named)
    except ValueError as missing:
        raise UserError(f"{getattr(owner, 'id', kind.__name__)}: {missing}") from None


def equip(environment: Equipped, program: Program) -> Program:
    """The program with the environment's libraries, and with its limits where it has none of its own."""
    libraries = (*environment.libraries, *program.libraries)
    return replace(program, libraries=libraries, limits=program.limits or environment.limits)
