"""Results as bytes: `encode` in the sandbox, `decode` in the parent, nothing evaluated on either side.

What becomes of a value is said in `values`. Does not cover honesty: a program can write any bytes it likes,
so `decode` trusts none of them, and what it gives is plain data that the program could have returned.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

from symbolic.sandbox.values import MAX_BITS, MAX_DEPTH, TooLargeError, clip, masked, plain

if TYPE_CHECKING:
    from symbolic.program import Status

__all__ = ["TooLargeError", "clip", "decode", "encode", "encode_failure", "masked"]


def encode(value: Any) -> bytes:
    """JSON, in which an object with one key marks what JSON lacks: int, float, dict."""
    return json.dumps({"status": "ok", "value": plain(value)}).encode()


def encode_failure(status: str, error: str) -> bytes:
    return json.dumps({"status": status, "error": clip(masked(error), 2000)}).encode()


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
