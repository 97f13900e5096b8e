"""A verdict that a program finds: what `judge`, `step` and `recheck` may return in a verdict's place.

The checker is the environment's, runs in the sandbox like a program of the model's, and may therefore hang,
crash or hold the interpreter without harm. Its result is the verdict: True or "right", False or "wrong", or
"unknown"; or a dictionary that has it under "verdict", and beside it what else the certificate is to say.
A checker that runs out of its limits shows nothing (`unknown`); one that fails otherwise is a fault of the
environment's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from envisions.environments.equipment import equip
from envisions.environments.faults import Fault, hook_name
from envisions.errors import HarnessError
from envisions.records import digest
from symbolic import Execution, Executor, Program, Verdict
from symbolic.verdict import VerdictName

CHECKER: Final = "checker"  # the certificate's kind
_WANTED: Final = "True, False, 'right', 'wrong', 'unknown' or {'verdict': …}"
_CUT: Final = ("timeout", "memory")
_WORDS: Final[dict[Any, VerdictName]] = {"right": "right", "wrong": "wrong", "unknown": "unknown"}


def judged_by(owner: Any, checkers: Sequence[Program], executor: Executor) -> list[Verdict]:
    """What checkers of the environment `owner` say, all run together. Raises `HarnessError` where the sandbox
    failed."""
    executions = executor.run([equip(owner, checker) for checker in checkers]) if checkers else []
    return [_judged(owner, *pair) for pair in zip(checkers, executions, strict=True)]


def _judged(owner: Any, checker: Program, execution: Execution) -> Verdict:
    if execution.status == "infra":
        raise HarnessError(
            f"a checker could not be executed, which is not the program's fault ({execution.error});"
            " nothing is lost, and the same command continues."
        )
    named = {"kind": CHECKER, "checker": digest(asdict(checker))}
    if execution.status in _CUT:
        return Verdict("unknown", {**named, "status": execution.status})
    if not execution.ok:
        return _at_fault(owner, f"failed ({execution.status}): {execution.error[:300]}")
    value = execution.value
    said = dict(value) if isinstance(value, dict) else {"verdict": value}
    word = said.pop("verdict", None)
    verdict = ("right" if word else "wrong") if isinstance(word, bool) else _word(word)
    if verdict is None:
        return _at_fault(owner, f"returned {value!r:.60}, where {_WANTED} is expected")
    return Verdict(verdict, {**said, **named})


def _word(word: Any) -> VerdictName | None:
    return _WORDS.get(word) if isinstance(word, str) else None


def _at_fault(owner: Any, what: str) -> Verdict:
    watch = getattr(owner, "watch", None)
    fault = Fault(hook_name(owner, CHECKER), what)
    return (watch.refuse(owner.plugin, CHECKER, what).fault if watch else fault).verdict
