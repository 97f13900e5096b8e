"""Spellings of one thing brought to one: quotes and TeX's wrappers, TeX matrices, sympy's printed objects.

Purely textual; what is not recognised stays as it is.
"""

from __future__ import annotations

import re
import unicodedata

_WRAPPERS = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r"\$\$(.+)\$\$",
        r"\$([^$]+)\$",
        r"\\\((.+)\\\)",
        r"\\\[(.+)\\\]",
        r"\\boxed\s*\{([^{}]*(?:\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}[^{}]*)*)\}",
        r"\\(?:text|textbf|textit|mathrm|mbox)\s*\{([^{}]*)\}",
        r"'([^']*)'",
        r'"([^"]*)"',
    )
)
_TEX_MATRIX = re.compile(
    r"(?:\\left)?[\[(]?\s*\\begin\{([pb]?)(?:small)?matrix\}(.*)\\end\{\1(?:small)?matrix\}\s*(?:\\right)?[\])]?",
    re.DOTALL,
)
_PRINTED = re.compile(
    r"(?:Immutable)?(?:Dense)?(Matrix|FiniteSet|Interval(?:\.\w+)?|Union|Eq|Ne|Lt|Le|Gt|Ge)\((.*)\)"
)
_TEX_COMMA = re.compile(r"(?<=[0-9])(?:\{,\}|\\,)(?=[0-9]{3})")
_SUPERSCRIPT = re.compile(r"(?<=[A-Za-z)\]}])[²³]")
_INTERVALS = {"Interval": "[]", "Interval.open": "()", "Interval.Lopen": "(]", "Interval.Ropen": "[)"}
_RELATIONS = {"Eq": "=", "Ne": "!=", "Lt": "<", "Le": "<=", "Gt": ">", "Ge": ">="}


def normalise(text: str) -> str:
    """One spelling for what differs in formatting alone: spaces, the minus sign, quotes, TeX's wrappers."""
    spelling = text if text.isascii() else unicodedata.normalize("NFC", text).replace("\u2212", "-")
    spelling = " ".join(spelling.split())
    if "\\" in spelling or "{," in spelling:
        spelling = _TEX_COMMA.sub(",", spelling.replace("\\!", ""))
    for _ in range(4):
        inside = _unwrap(spelling)
        if inside == spelling:
            break
        spelling = inside
    return spelling


def _unwrap(spelling: str) -> str:
    if spelling[:1] in ("$", "\\", "'", '"'):
        for wrapper in _WRAPPERS:
            if found := wrapper.fullmatch(spelling):
                return found[1].strip()
    return spelling


def without_unit(spelling: str, unit: str) -> str:
    """The text before the unit, if it ends in that: "5 cm", "5\\\\%", "5\\\\text{ cm}"."""
    found = re.fullmatch(
        r"(.+?)\s*\\?(?:(?:text|mathrm)\{\s*" + re.escape(unit) + r"\s*\}|" + re.escape(unit) + ")", spelling
    )
    return found[1].rstrip(" \\,") if found else spelling


def plain(spelling: str) -> str:
    """Matrices as nested lists and sympy's printed sets, intervals and relations as one writes them."""
    if "matrix}" in spelling and (found := _TEX_MATRIX.fullmatch(spelling)):
        rows = [row for row in found[2].split("\\\\") if row.strip()]
        return "[" + ", ".join(f"[{', '.join(_cells(row))}]" for row in rows) + "]"
    if "²" in spelling or "³" in spelling:
        spelling = _SUPERSCRIPT.sub(lambda found: "^" + ("2" if found[0] == "²" else "3"), spelling)
    if spelling.endswith(")") and (found := _PRINTED.fullmatch(spelling)):
        return _printed(found[1], found[2]) or spelling
    return spelling


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.split("&")]


def _printed(name: str, inside: str) -> str | None:
    parts = split(inside)
    if name == "Matrix":
        flat = inside.startswith("[") and not inside.startswith("[[")
        return "[" + ", ".join(f"[{item}]" for item in split(inside[1:-1])) + "]" if flat else inside
    if name == "FiniteSet":
        return "{" + inside + "}"
    if name == "Union":
        return " ∪ ".join(plain(part) for part in parts)
    if len(parts) != 2:
        return None
    if name in _RELATIONS:
        return f"{parts[0]} {_RELATIONS[name]} {parts[1]}"
    brackets = _INTERVALS.get(name)
    return f"{brackets[0]}{inside}{brackets[1]}" if brackets else None


def split(text: str, separators: str = ",;") -> list[str]:
    """Parts between the separators that stand outside brackets and quotes; an empty last one is dropped."""
    parts, start, depth, quote = [], 0, 0, ""
    for index, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"" and not text[start:index].strip():
            quote = letter
        elif letter in separators and depth == 0:
            parts.append(text[start:index].strip())
            start = index + 1
        else:
            depth += (letter in "([{") - (letter in ")]}")
    if rest := text[start:].strip():
        parts.append(rest)
    return parts


def encloses(text: str) -> bool:
    """Whether the first bracket closes with the last character."""
    depth = 0
    for index, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if depth <= 0 and index < len(text) - 1:
            return False
    return depth == 0
