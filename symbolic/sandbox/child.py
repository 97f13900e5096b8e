"""One program in its own process: compile, run, send the result, end.

Does not cover confinement, which is complete before `run` is called. The process always ends here by
`os._exit`; success is exit code 0 together with a result on the result descriptor.
"""

from __future__ import annotations

import os
import sys
from types import CodeType, ModuleType, TracebackType
from typing import Any

from symbolic.sandbox import codec

RESULT = 3  # the descriptor the result goes to
_FILE = "<program>"


def run(job: dict[str, Any]) -> None:
    if job["folder"]:
        sys.path.insert(0, job["folder"])
    try:
        result = _outcome(job)
    except MemoryError:
        result = codec.encode_failure("memory", "MemoryError: it asked for more memory than allowed")
    _flush()
    _send(result, job["result"])


def rehearse() -> None:
    """Goes the way of a program once, in the zygote: what that brings into memory, no child has to."""
    for code in ("def f(x):\n    return [x / 7, 'a', {1: None}]", "def f(x):\n    raise ValueError(x)"):
        _outcome({"code": code, "entry": "f", "args": [3]})


def _outcome(job: dict[str, Any]) -> bytes:
    try:
        code = compile(job["code"], _FILE, "exec", dont_inherit=True)
    except MemoryError:
        return codec.encode_failure("error", "SyntaxError: the program is nested too deeply")
    except BaseException as error:  # noqa: BLE001 - whatever a program raises is its result
        return codec.encode_failure("error", _describe_syntax(error))
    try:
        return _execute(code, job["entry"], job["args"])
    except codec.TooLargeError as error:
        return codec.encode_failure("result_size", str(error))
    except MemoryError:
        raise
    except BaseException as error:  # noqa: BLE001
        return codec.encode_failure("error", _describe(error, job["code"]))


def _execute(code: CodeType, entry: str | None, args: list[Any]) -> bytes:
    module = ModuleType("__main__")
    sys.modules["__main__"] = module
    scope = module.__dict__
    exec(code, scope)  # noqa: S102 - this is what the sandbox is for
    if entry is None:
        if "answer" not in scope:
            return codec.encode_failure("no_result", "the program sets no variable `answer`")
        return codec.encode(scope["answer"])
    if entry not in scope:
        return codec.encode_failure("error", f"NameError: the program defines no function `{entry}`")
    return codec.encode(scope[entry](*args))


def _describe_syntax(error: BaseException) -> str:
    line, text = getattr(error, "lineno", None), getattr(error, "text", None)
    what = f"{type(error).__name__}: {getattr(error, 'msg', None) or error}"
    return f"{what} (line {line}: `{text.strip()}`)" if line and isinstance(text, str) else what


def _describe(error: BaseException, code: str) -> str:
    """The last line of a traceback, and where in the program it arose."""
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    line = _program_line(error.__traceback__)
    if line is None:
        return what
    lines = code.splitlines()
    text = lines[line - 1].strip() if line <= len(lines) else ""
    return f"{codec.clip(what, 1000)} (line {line}: `{codec.clip(text, 500)}`)"


def _program_line(trace: TracebackType | None) -> int | None:
    line = None
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == _FILE:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:  # noqa: BLE001 - a program may have put anything there
            continue


def _send(result: bytes, limit: int) -> None:
    if len(result) > limit:
        result = codec.encode_failure(
            "result_size", f"the result takes {len(result)} bytes of at most {limit}"
        )
    while result:
        result = result[os.write(RESULT, result) :]
