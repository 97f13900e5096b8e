"""Results as bytes: `encode` in the sandbox, `decode` in the parent, nothing evaluated on either side.

Plain data is kept exactly; a tuple or set becomes a list; everything else, also what is nested deeper
than `MAX_DEPTH`, becomes text. Does not cover honesty: a program can write any bytes it likes, so
`decode` trusts none of them, and what it gives is plain data that the program could have returned.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from symbolic.program import Status

MAX_DEPTH = 8
MAX_ITEMS = 1000
MAX_TEXT = 10_000
MAX_BITS = 13_000  # Python refuses to write an integer much longer than this in decimal
_SAFE = 1 << 53


class TooLargeError(ValueError):
    """The result has more parts than are read."""


def encode(value: Any) -> bytes:
    """JSON, in which an object with one key marks what JSON lacks: int, float, dict."""
    return json.dumps({"status": "ok", "value": _plain(value, 0)}).encode()


def encode_failure(status: str, error: str) -> bytes:
    return json.dumps({"status": status, "error": clip(error, 2000)}).encode()


def clip(text: str, length: int = MAX_TEXT) -> str:
    """At most `length` characters, an ellipsis included, all of which UTF-8 can write."""
    if len(text) > length:
        text = text[: length - 1] + "…"
    return text.encode("utf-8", "backslashreplace").decode()


def _plain(value: Any, depth: int) -> Any:
    kind = type(value)
    if value is None or kind is bool:
        return value
    if kind is str:
        return clip(value)
    if kind is int:
        return _integer(value)
    if kind is float:
        return value if math.isfinite(value) else {"float": repr(value)}
    if depth < MAX_DEPTH and kind in (list, tuple, set, frozenset, dict):
        return _container(value, kind, depth + 1)
    return _foreign(value, depth)


def _integer(value: int) -> Any:
    if -_SAFE < value < _SAFE:
        return value
    bits = value.bit_length()
    return {"int": hex(value)} if bits <= MAX_BITS else f"<int of {bits} bits>"


def _container(value: Any, kind: type, depth: int) -> Any:
    if len(value) > MAX_ITEMS:
        raise TooLargeError(f"the result has {len(value)} items where at most {MAX_ITEMS} are allowed")
    if kind is dict:
        return {"dict": [[_key(key), _plain(item, depth)] for key, item in value.items()]}
    items = [_plain(item, depth) for item in value]
    return sorted(items, key=_order) if kind in (set, frozenset) else items


def _key(key: Any) -> Any:
    return _plain(key, 0) if type(key) in (bool, int, float, str, type(None)) else _text(key)


def _order(item: Any) -> tuple[bool, Any]:
    """Numbers by size, then the rest by their text: a set has no order, its list needs a stable one."""
    number = isinstance(item, int | float)
    return (not number, item if number else json.dumps(item))


def _foreign(value: Any, depth: int) -> Any:
    """The numbers and arrays of well-known libraries become plain; anything else becomes its text."""
    kind = type(value)
    name = f"{kind.__module__}.{kind.__name__}"
    if name.startswith("numpy.") and hasattr(value, "tolist"):
        if getattr(value, "size", 1) > MAX_ITEMS:
            raise TooLargeError(f"the result has {value.size} items where at most {MAX_ITEMS} are allowed")
        plain = value.tolist()
        return _plain(plain, depth) if type(plain) is not kind else _text(value)
    if name in ("fractions.Fraction", "decimal.Decimal"):
        return clip(str(value))
    if kind.__module__ == "sympy.logic.boolalg" and name.endswith(("BooleanTrue", "BooleanFalse")):
        return bool(value)
    if kind.__module__ == "sympy.core.numbers" and getattr(value, "is_Integer", False):
        return _plain(int(value), depth)
    return _text(value)


def _text(value: Any) -> str:
    try:
        return clip(repr(value))
    except RecursionError:
        return f"<{type(value).__name__} nested too deeply to show>"


def decode(data: bytes) -> tuple[Status, Any, str]:
    """(status, value, error) from a program's bytes; ValueError if they are not a well-formed result."""
    try:
        frame = json.loads(data, parse_constant=_refuse)
        status, error = frame["status"], frame.get("error", "")
        if status not in ("ok", "error", "memory", "no_result", "result_size") or type(error) is not str:
            raise ValueError("no such status")
        if status == "ok":
            return status, _restore(frame["value"], 0), ""
        return status, None, clip(error)
    except (KeyError, TypeError, AttributeError, RecursionError, OverflowError) as problem:
        raise ValueError(f"not a result: {type(problem).__name__}") from None


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _restore(plain: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(plain, str):
        plain.encode()  # a lone surrogate is a ValueError
        return plain
    if isinstance(plain, list):
        return [_restore(item, depth + 1) for item in plain]
    if isinstance(plain, dict):
        return _restore_tagged(plain, depth)
    return plain


def _restore_tagged(plain: dict[str, Any], depth: int) -> Any:
    ((tag, inner),) = plain.items()
    if tag == "int" and len(inner) <= MAX_BITS // 4 + 3:
        return int(inner, 16)
    if tag == "float" and inner in ("nan", "inf", "-inf"):
        return float(inner)
    if tag == "dict":
        return {_restore(key, MAX_DEPTH): _restore(item, depth + 1) for key, item in inner}
    raise ValueError("no such tag")
