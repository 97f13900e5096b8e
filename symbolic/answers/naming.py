"""Takes apart what names its answer: "x ∈ [0, 1]", "(x, y) = (1, 2)", "f(x) = x^2". Purely textual."""

from __future__ import annotations

import re

from symbolic.answers.notation import split

_NAME = r"[A-Za-z](?:_(?:[A-Za-z0-9]|\{[A-Za-z0-9]+\}))?|\\[a-z]+"
_MEMBER = re.compile(rf"(?:{_NAME})\s*(?:\\in(?![A-Za-z])|∈)\s*(.+)")
_TUPLE = re.compile(rf"\(((?:{_NAME})(?:\s*,\s*(?:{_NAME}))+)\)\s*=\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
_DEFINITION = re.compile(rf"((?:{_NAME})'*\([a-z](?:\s*,\s*[a-z])*\))\s*=\s*([^=<>]+)")


def member(spelling: str) -> str | None:
    """The set that a name is said to lie in."""
    found = _MEMBER.fullmatch(spelling)
    return found[1] if found else None


def assignments(spelling: str) -> list[tuple[str, str]]:
    """Names and values of "(x, y) = (1, 2)"; empty for all else."""
    found = _TUPLE.fullmatch(spelling)
    if found is None:
        return []
    names, values = split(found[1]), split(found[2])
    return list(zip(names, values, strict=True)) if len(names) == len(values) else []


def definition(spelling: str) -> tuple[str, str] | None:
    """Name and expression of "f(x) = x^2"."""
    found = _DEFINITION.fullmatch(spelling)
    return ("".join(found[1].split()), found[2]) if found else None
