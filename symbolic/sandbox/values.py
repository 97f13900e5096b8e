"""From whatever a program returned to plain data: what it was is kept, or what was lost is marked.

Numbers of sympy, numpy and mpmath become Python's, rounded ones floats; containers, views and iterators
become lists and dicts; all else its text. A text that ends in "…" is cut, or holds rounded numbers.
Runs in the sandbox, where a method of the value may do anything; size and depth are bounded.
"""

from __future__ import annotations

import enum
import itertools
import json
import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Set
from typing import Any

MAX_DEPTH = 8
MAX_ITEMS = 1000
MAX_TEXT = 10_000
MAX_BITS = 13_000  # Python refuses to write an integer much longer than this in decimal
_SAFE = 1 << 53
_DOUBLE = 15  # digits that a double holds
_SHORT = 11  # digits of a number that was hardly rounded
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]{6,16}\b")
_ELSEWHERE: Any = object()


class TooLargeError(ValueError):
    """The result has more parts than are read."""


def clip(text: str, length: int = MAX_TEXT) -> str:
    """At most `length` characters, an ellipsis included, all of which UTF-8 can write."""
    if len(text) > length:
        text = text[: length - 1] + "…"
    return text.encode("utf-8", "backslashreplace").decode()


def masked(text: str) -> str:
    """Without the addresses that objects show, which may differ from run to run."""
    return _ADDRESS.sub("", text)


def plain(value: Any, depth: int = 0) -> Any:
    """JSON, in which an object with one key marks what JSON lacks: int, float, dict."""
    kind = type(value)
    if value is None or kind is bool:
        return value
    if kind is str:
        return clip(masked(value))
    if kind is int:
        return _integer(value)
    if kind is float:
        return value if math.isfinite(value) else {"float": repr(value)}
    if (found := _known(value, kind)) is not _ELSEWHERE:
        return plain(found, depth)
    if depth < MAX_DEPTH and (found := _container(value, kind, depth + 1)) is not _ELSEWHERE:
        return found
    return _text(value)


def _integer(value: int) -> Any:
    if -_SAFE < value < _SAFE:
        return value
    return {"int": hex(value)} if value.bit_length() <= MAX_BITS else _long_integer(value)


def _long_integer(value: int) -> str:
    """Its digits, as text: the caller's Python may refuse to write it."""
    beyond = int(value.bit_length() * math.log10(2)) - MAX_TEXT - 1  # writing them all might take long
    digits = str(abs(value) // 10**beyond if beyond > 0 else abs(value))
    return clip("-" * (value < 0) + digits)


def _container(value: Any, kind: type, depth: int) -> Any:
    """Lists for what has items in an order, sorted lists for sets, dicts for mappings."""
    if issubclass(kind, Mapping) and not issubclass(kind, Set):
        pairs = _items(value.items())
        return {"dict": [[_key(key), plain(item, depth)] for key, item in pairs]}
    if issubclass(kind, str | bytes | bytearray | memoryview | range) or _retold(kind):
        return _ELSEWHERE
    if issubclass(kind, Iterator):
        shown = _text(value)
        items = list(itertools.islice(value, MAX_ITEMS + 1))
        return shown if len(items) > MAX_ITEMS else [plain(item, depth) for item in items]
    if issubclass(kind, Collection) or _root(kind) == "networkx":
        items = [plain(item, depth) for item in _items(value)]
        return sorted(items, key=_order) if issubclass(kind, set | frozenset) else items
    return _ELSEWHERE


def _retold(kind: type) -> bool:
    """Whether a program's own list, or the like, says otherwise than its base what it holds."""
    own = kind.__module__ == "__main__" and issubclass(kind, list | tuple | set | frozenset | dict | str)
    return own and bool({"__iter__", "__len__"} & vars(kind).keys())


def _items(values: Any) -> list[Any]:
    items = list(itertools.islice(values, MAX_ITEMS + 1))
    if len(items) > MAX_ITEMS:
        raise TooLargeError(f"the result has {_count(values)} items where at most {MAX_ITEMS} are allowed")
    return items


def _count(values: Any) -> str:
    return str(len(values)) if hasattr(values, "__len__") else f"more than {MAX_ITEMS}"


def _key(key: Any) -> Any:
    found = plain(key, MAX_DEPTH)
    return found if not isinstance(found, list) else _text(key)


def _order(item: Any) -> tuple[bool, Any]:
    """Numbers by size, then the rest by their text: a set has no order, its list needs a stable one."""
    number = isinstance(item, int | float)
    return (not number, item if number else json.dumps(item))


def _text(value: Any) -> str:
    try:
        return clip(masked(repr(value)))
    except RecursionError:
        return f"<{type(value).__name__} nested too deeply to show>"


def _root(kind: type) -> str:
    return kind.__module__.partition(".")[0]


def _known(value: Any, kind: type) -> Any:
    """A simpler value for those of well-known libraries, else `_ELSEWHERE`."""
    if issubclass(kind, enum.Enum):
        return value.value
    if kind is complex:
        return _complex(value)
    if issubclass(kind, float) and _root(kind) != "numpy":
        return float.__pos__(value)
    reader = _READERS.get(_root(kind))
    return reader(value, kind) if reader else _ELSEWHERE


def _complex(value: complex) -> Any:
    if value.imag == 0:
        return value.real
    text = f"{value.real!r} + {value.imag!r}*I"
    return text if all(_short(repr(part)) for part in (value.real, value.imag)) else text + "…"


def _short(number: str) -> bool:
    digits = number.partition("e")[0].replace(".", "").strip("-0")
    return (digits.isdecimal() and len(digits) <= _SHORT) or not digits


def _rounded(value: Any) -> Any:
    """A float, or the text of what no float is near."""
    try:
        found = float(value)
    except OverflowError:
        return f"{value}…"
    lost = (math.isinf(found) and "inf" not in str(value)) or (found == 0 != value)
    return f"{value}…" if lost else found


def _numpy(value: Any, kind: type) -> Any:
    if not hasattr(kind, "tolist"):
        return _ELSEWHERE
    size = getattr(value, "size", 1)
    if isinstance(size, int) and size > MAX_ITEMS:
        raise TooLargeError(f"the result has {size} items where at most {MAX_ITEMS} are allowed")
    if getattr(value.dtype, "kind", "") == "f" and value.dtype.itemsize != 8:
        value = value.astype(str).astype(float)
    found = value.tolist()
    return found if type(found) is not kind else _text(value)


def _sympy(value: Any, kind: type) -> Any:
    names = {base.__name__ for base in kind.__mro__}
    if names & {"BooleanTrue", "BooleanFalse"}:
        return bool(value)
    if "Integer" in names:
        return int(value)
    if "Float" in names:
        return _sympy_float(value)
    if names & {"MatrixBase", "NDimArray"}:
        if math.prod(value.shape) > MAX_ITEMS:
            raise TooLargeError(
                f"the result has {math.prod(value.shape)} items where {MAX_ITEMS} are allowed"
            )
        return value.tolist()
    if "Tuple" in names:
        return tuple(value)
    if "Dict" in names:
        return dict(value)
    if "Poly" in names:
        return value.as_expr()
    return _sympy_text(value, names)


def _sympy_float(value: Any) -> Any:
    """As it is printed, where it has fewer digits than a double: the bits beyond them are none of its own."""
    digits = str(value).partition("e")[0].replace(".", "").lstrip("-0")
    return float(str(value)) if digits.isdecimal() and len(digits) < _DOUBLE else _rounded(value)


def _sympy_text(value: Any, names: set[str]) -> Any:
    floats = [atom for atom in getattr(value, "atoms", set)() if type(atom).__name__ == "Float"]
    if all(_short(str(number)) for number in floats):
        return _text(value)
    return list(value.args) if "FiniteSet" in names else _text(value) + "…"


def _mpmath(value: Any, kind: type) -> Any:
    if kind.__name__ in ("mpf", "constant"):
        return _rounded(value)
    if kind.__name__ == "mpc":
        return complex(value)
    return value.tolist() if kind.__name__ == "matrix" else _ELSEWHERE


def _decimal(value: Any, kind: type) -> Any:
    """One with as many digits as the context keeps was rounded."""
    import decimal

    parts = value.as_tuple()
    full = len(parts.digits) >= decimal.getcontext().prec and parts.exponent < 0
    return _rounded(value) if full else str(value)


def _networkx(value: Any, kind: type) -> Any:
    return list(_items(value.edges())) if hasattr(kind, "add_edges_from") else _ELSEWHERE


_READERS: dict[str, Callable[[Any, type], Any]] = {
    "numpy": _numpy,
    "torch": lambda value, kind: value.tolist() if hasattr(kind, "tolist") else _ELSEWHERE,
    "sympy": _sympy,
    "mpmath": _mpmath,
    "networkx": _networkx,
    "fractions": lambda value, kind: str(value),
    "decimal": _decimal,
}
