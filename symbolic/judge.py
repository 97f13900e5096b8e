"""Whether what a program returned is what was asked: `right`, `wrong` or `unknown`, with a certificate.

Covers numbers, booleans, text, choices, lists, tuples, sets, intervals and their unions, matrices, mappings,
quantities, expressions, equations and inequalities, plain or in TeX. Text is never evaluated in this process:
what goes beyond the restricted reader (sympy's simplification, other TeX) runs in an executor.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symbolic.algebra.comparison import Comparison
from symbolic.algebra.equality import Finding
from symbolic.answers.reading import read
from symbolic.budget import ExhaustedError, budget
from symbolic.executor import Executor
from symbolic.jobs import Job, OffloadError, run_jobs
from symbolic.packing import pack
from symbolic.program import Execution, Limits
from symbolic.verdict import Verdict

WORK = 60_000  # steps of reading, evaluation and expansion that one verdict may take in this process
MAX_OFFLOADS = 16  # jobs in the sandbox for one verdict
LIMITS = Limits(cpu_s=0.8)  # of one such job, and of those of one verdict together before the last


def judge(got: Any, expected: Any, *, unit: str | None = None, executor: Executor | None = None) -> Verdict:
    """Compares plain data or text with the expected answer. Never evaluates text.

    No answer makes it raise; `OffloadError` says that the sandbox itself failed.

    `unit` ("%", "cm") is what the task says may follow a number, on either side. `executor` runs what
    needs a sandbox; without one, a shared one is started when first needed.
    """
    [verdict] = judge_all([(got, expected)], unit=unit, executor=executor)
    return verdict


def judge_all(
    pairs: Sequence[tuple[Any, Any]], *, unit: str | None = None, executor: Executor | None = None
) -> list[Verdict]:
    """As `judge`, for many pairs of got and expected: what they need of the sandbox runs in common batches.

    A verdict that waits for the sandbox is begun again with what came back, so that none holds up another.
    """
    known: dict[Job, Execution] = {}
    verdicts: dict[int, Verdict] = {}
    while len(verdicts) < len(pairs):
        asked: dict[Job, None] = {}
        for index in (index for index in range(len(pairs)) if index not in verdicts):
            try:
                verdicts[index] = _judge(*pairs[index], unit, known)
            except _WaitingError as waiting:
                asked[waiting.job] = None
        jobs = list(asked)
        executions = run_jobs(jobs, library="sympy", executor=executor, limits=LIMITS) if jobs else []
        known.update(zip(jobs, executions, strict=True))
    return [verdicts[index] for index in range(len(pairs))]


def _judge(got: Any, expected: Any, unit: str | None, known: dict[Job, Execution]) -> Verdict:
    try:
        with budget(WORK):
            finding = Comparison(_Sandbox(known)).compare(read(got, unit), read(expected, unit))
    except ExhaustedError:
        finding = Finding("unknown", {"kind": "exhausted"})
    except (RecursionError, ValueError, ArithmeticError):  # a bound of ours that was missed costs no turn
        finding = Finding("unknown", {"kind": "failed"})
    certificate = {**finding.proof, "got": pack(got), "expected": pack(expected)}
    if unit:
        certificate["unit"] = unit
    return Verdict(finding.verdict, certificate)


class _WaitingError(Exception):
    """The verdict needs a job that has not run yet."""

    def __init__(self, job: Job) -> None:
        self.job = job


class _Sandbox:
    """What the sandbox answered to one verdict's jobs, within that verdict's share of it."""

    def __init__(self, known: dict[Job, Execution]) -> None:
        self._known, self._jobs, self._seconds = known, 0, 0.0

    def __call__(self, module: str, function: str, args: tuple[str | bool, ...]) -> Any:
        """The job's value, or None if it failed or the share is used up.

        Raises `OffloadError` where the sandbox itself failed: that says nothing about the answers.
        """
        if self._jobs == MAX_OFFLOADS or self._seconds >= LIMITS.cpu_s:
            return None
        job = Job(module, function, args)
        if job not in self._known:
            raise _WaitingError(job)
        execution = self._known[job]
        if execution.status == "infra":
            raise OffloadError(execution.status, execution.error)
        self._jobs += 1
        self._seconds += execution.seconds
        return execution.value
