"""From the facts a zygote reports to an `Execution`.

Success needs a process that ended by itself with exit code 0 and a well-formed result; either alone is
none. Does not cover whether the value is right.
"""

from __future__ import annotations

import signal
from typing import Any

from symbolic.program import Execution, Limits, Status
from symbolic.sandbox import codec

_CPU_TOLERANCE = 0.02  # the kernel's clock tick


def read_report(report: dict[str, Any], limits: Limits, isolation: str) -> Execution:
    status, value, error = _judge(report, limits)
    output = codec.clip(codec.masked(report["output"]), int(limits.output_kb * 2**10))
    return Execution(status, value, output, error, report["cpu"], isolation)


def _judge(report: dict[str, Any], limits: Limits) -> tuple[Status, Any, str]:
    code, reason = report["code"], report["reason"]
    if reason == "wall":
        return "timeout", None, f"it did not end within {limits.wall:g} seconds"
    if reason == "output":
        return "output", None, f"it printed more than {limits.output_kb} KiB"
    if reason == "threads":
        return "error", None, f"it began more than {limits.threads} threads at once"
    if reason == "result_size":
        return "result_size", None, f"its result is larger than {limits.result_kb} KiB"
    if code < 0:
        return _killed(-code, report, limits)
    if code > 0:
        return "no_result", None, f"it ended with exit code {code} before it gave a result"
    return _result(report["result"])


def _killed(number: int, report: dict[str, Any], limits: Limits) -> tuple[Status, Any, str]:
    if number != signal.SIGKILL:
        return "crash", None, f"it crashed ({signal.Signals(number).name}{_CAUSES.get(number, '')})"
    if report["cpu"] >= limits.cpu_s - _CPU_TOLERANCE:
        return "timeout", None, f"it used more than {limits.cpu_s:g} seconds of processor time"
    return "infra", None, f"it was killed from outside {report['output'][-300:]}".rstrip()


_CAUSES: dict[int, str] = {
    signal.SIGSYS: ": a forbidden system call",
    signal.SIGSEGV: ": memory it may not touch, often endless recursion",
    signal.SIGABRT: ": it aborted",
}


def _result(data: str) -> tuple[Status, Any, str]:
    if not data:
        return "no_result", None, "it ended before it gave a result"
    try:
        status, value, error = codec.decode(data.encode("latin-1"))
    except ValueError as problem:
        return "bad_result", None, f"what it gave as its result cannot be read: {problem}"
    return status, value, error
