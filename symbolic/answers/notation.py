"""Spellings of one thing brought to one: quotes and TeX's wrappers, TeX matrices, sympy's printed objects.

Purely textual; what is not recognised stays as it is.
"""

from __future__ import annotations

import re
import unicodedata

from symbolic.answers.terms import FUNCTIONS

WORDS = r"\\(?:text|textbf|textit|textrm|textnormal|mathrm|mathbf|mbox)"
"""TeX that sets its argument as words."""

_WRAPPERS = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r"\$\$(.+)\$\$",
        r"\$([^$]+)\$",
        r"\\\((.+)\\\)",
        r"\\\[(.+)\\\]",
        r"\\boxed\s*\{([^{}]*(?:\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}[^{}]*)*)\}",
        WORDS + r"\s*\{([^{}]*)\}",
        r"\*\*([^*]+)\*\*",
        r"'([^']*)'",
        r'"([^"]*)"',
    )
)
_TEX_MATRIX = re.compile(
    r"(?:\\left)?\s*[\[(]?\s*\\begin\{(?P<name>[pb]?(?:small)?matrix|array)\}(?:\{[lcr| ]*\})?"
    r"(?P<rows>(?:(?!\\begin|\\end).)*)\\end\{(?P=name)\}\s*(?:\\right)?\s*[\])]?",
    re.DOTALL,
)
_PRINTED = re.compile(
    r"(?:Immutable|Mutable)?(?:Dense|Sparse)?(Matrix|FiniteSet|Interval(?:\.\w+)?|Union|Eq|Ne|Lt|Le|Gt|Ge|Fraction"
    r"|Point(?:2D|3D)?|array|range|set|frozenset|deque|dict_keys|dict_values|Tuple)\((.*)\)"
)
_TEX_COMMA = re.compile(r"\{,\}|\\,|,\\! *")
_TEX_THOUSANDS = re.compile(
    rf"(?<![0-9A-Za-z_.,^])[1-9][0-9]{{0,2}}(?:(?:{_TEX_COMMA.pattern})[0-9]{{3}})+(?![0-9])"
)
_SPACE = re.compile(
    r"(?P<row>\\\\)|(?P<none>\\!|\\(?:display|text)style(?![A-Za-z]))|\\[,;:> ]|~"
    r"|\\(?:quad|qquad|thinspace|enspace|space)(?![A-Za-z])|\\hspace\*?\{[^{}]*\}"
)
_UPRIGHT = re.compile(r"\\(?:mathrm|mathit|mathbf|mathsf|operatorname\*?|rm)\s*\{\s*([A-Za-z]+)\s*\}")
_CONJUNCTION = re.compile(r"\s*,?\s*" + WORDS + r"\s*\{\s*,?\s*(and|or)\s*,?\s*\}\s*")
MAX_UNIONS = 8  # of printed unions in one another
MAX_RANGE = 1000  # items of a printed range that are written out
_CUT = re.compile(r".*…|<(?:int of \d+ bits|.* object.*|.* nested too deeply to show)>", re.DOTALL)
_DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_SUPERSCRIPT = re.compile(rf"(?<=[0-9A-Za-z)\]}}])[{_DIGITS}]+(?![0-9])")
_VULGAR = re.compile(r"(?P<whole>(?<=[0-9]) *)?(?<![¼-¾⅐-⅞])(?P<part>[¼-¾⅐-⅞])(?![0-9¼-¾⅐-⅞])")
_INTERVALS = {"Interval": "[]", "Interval.open": "()", "Interval.Lopen": "(]", "Interval.Ropen": "[)"}
_PLACES = {"Reals": "(-oo, oo)", "\\mathbb{R}": "(-oo, oo)", "ℝ": "(-oo, oo)"}
_RELATIONS = {"Eq": "=", "Ne": "!=", "Lt": "<", "Le": "<=", "Gt": ">", "Ge": ">="}


def is_cut(text: str) -> bool:
    """Whether a text of the executor's is less than the value: cut, rounded, or an object's name alone."""
    return _CUT.fullmatch(text) is not None


def normalise(text: str) -> str:
    """One spelling for what differs in formatting alone: spaces, the minus sign, quotes, TeX's wrappers."""
    spelling = text if text.isascii() else unicodedata.normalize("NFC", text).replace("\u2212", "-")
    spelling = " ".join(spelling.split())
    if not spelling.isascii():
        spelling = _VULGAR.sub(_vulgar, spelling)
    if "\\" in spelling or "{," in spelling or "~" in spelling:
        spelling = _tex(spelling)
    for _ in range(4):
        inside = _unwrap(spelling)
        if inside == spelling:
            break
        spelling = inside
    return spelling


def _vulgar(found: re.Match[str]) -> str:
    """ "3½" is a mixed number."""
    part = unicodedata.normalize("NFKC", found["part"]).replace("\u2044", "/")
    return f"({part})" if found["whole"] is None else f" {part}"


def _tex(spelling: str) -> str:
    """TeX's spaces as spaces, its thousands without commas, upright letters and functions as such."""
    spelling = _SPACE.sub(_space, _TEX_THOUSANDS.sub(_joined, spelling))
    spelling = _UPRIGHT.sub(_upright, _CONJUNCTION.sub(r" \1 ", spelling))
    return " ".join(spelling.split())


def _joined(found: re.Match[str]) -> str:
    return _TEX_COMMA.sub("", found[0])


def _space(found: re.Match[str]) -> str:
    return found["row"] or ("" if found["none"] else " ")


def _upright(found: re.Match[str]) -> str:
    if len(found[1]) == 1:
        return f" {found[1]} "
    return f"\\{found[1]} " if found[1] in FUNCTIONS else found[0]


def _unwrap(spelling: str) -> str:
    if spelling[-1:] == "." and spelling[-2:-1] in ("}", "$", "]") and len(spelling) > 2:
        spelling = spelling[:-1].rstrip()
    if spelling[:1] in ("$", "\\", "'", '"', "*"):
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


def plain(spelling: str, depth: int = 0) -> str:
    """Matrices as nested lists and sympy's printed sets, intervals and relations as one writes them."""
    if spelling in _PLACES:
        return _PLACES[spelling]
    if "\\begin" in spelling and (found := _TEX_MATRIX.fullmatch(spelling)):
        rows = [row for row in found["rows"].split("\\\\") if row.strip()]
        return "[" + ", ".join(f"[{', '.join(_cells(row))}]" for row in rows) + "]"
    if not spelling.isascii():
        spelling = _SUPERSCRIPT.sub(lambda found: "^" + unicodedata.normalize("NFKC", found[0]), spelling)
    if spelling.endswith(")") and (found := _PRINTED.fullmatch(spelling)):
        return _printed(found[1], found[2], depth) or spelling
    return spelling


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in row.split("&")]


def _printed(name: str, inside: str, depth: int) -> str | None:
    inside = inside.strip()
    parts = split(inside)
    if name == "Matrix":
        rows = split(inside[1:-1])
        nested = all(row.startswith("[") for row in rows)
        return inside if nested else "[" + ", ".join(f"[{item}]" for item in rows) + "]"
    if name == "FiniteSet":
        return "{" + inside + "}"
    if name == "Union":
        return None if depth == MAX_UNIONS else " ∪ ".join(plain(part, depth + 1) for part in parts)
    if name.startswith(("Point", "Tuple")):
        return f"({inside})"
    if name in ("array", "set", "frozenset", "deque", "dict_keys", "dict_values"):
        return parts[0] if parts else "{}"
    if name == "range":
        return _printed_range(parts)
    if name == "Fraction":
        return "/".join(parts) if len(parts) == 2 else None
    if len(parts) != 2:
        return None
    if name in _RELATIONS:
        return f"{parts[0]} {_RELATIONS[name]} {parts[1]}"
    brackets = _INTERVALS.get(name)
    return f"{brackets[0]}{inside}{brackets[1]}" if brackets else None


def _printed_range(parts: list[str]) -> str | None:
    if not all(re.fullmatch(r"-?[0-9]{1,9}", part) for part in parts) or not 1 <= len(parts) <= 3:
        return None
    if len(parts) == 3 and not int(parts[2]):
        return None
    numbers = range(*map(int, parts))
    return str(list(numbers)) if len(numbers) <= MAX_RANGE else None


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


def entries(parts: list[str]) -> list[tuple[str, str]]:
    """Keys and items of a printed mapping; empty if it is none."""
    pairs = [split(part, ":") for part in parts]
    if any(len(pair) != 2 for pair in pairs):
        return []
    return [(key.strip("'\""), item) for key, item in pairs]


def encloses(text: str) -> bool:
    """Whether the first bracket closes with the last character."""
    depth = 0
    for index, letter in enumerate(text):
        depth += (letter in "([{") - (letter in ")]}")
        if depth <= 0 and index < len(text) - 1:
            return False
    return depth == 0
