"""Checks every certificate of a run again, for `python -m envisions.verify`.

The folder may come from anybody. Only plain files of a run's names are opened, links are not followed, lines
are bounded, and nothing in them is evaluated; a last line without its end is being written, and skipped.
Beyond each certificate by itself it checks that the certificate speaks of what the program's execution gave,
that the task is in `tasks.jsonl` and is held against its target there, and that all attempts at a task were
held against one expected answer. Kinds that are an environment's own are asked of the environment, made as
the run's configuration says (rechecks.py); where that cannot be, they are counted apart. Not covered: whether
the expected answer is the data set's, and whether the program would give that value again; it never runs the
run's programs.
"""

from __future__ import annotations

import json
import os
import stat
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from envisions.environments.rechecking import NotRecheckableError
from envisions.errors import UserError
from envisions.records import HOOK
from envisions.runs import layout
from envisions.runs.display import Display
from envisions.runs.rechecks import Rechecks
from symbolic.packing import pack
from symbolic.recheck import KINDS, check

MAX_LINE = 4 << 20  # bytes


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """A line, or a whole file (line 0), that gave no record."""

    reason: str


@dataclass
class Findings:
    """What a run's certificates came to: counts by kind and verdict, what does not hold, how many were
    refuted, how many of each kind nothing here can check, with the reason, and how many of these say
    "right"."""

    checked: Counter[tuple[str, str]] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)
    refuted: int = 0
    not_recheckable: Counter[tuple[str, str]] = field(default_factory=Counter)
    unproven: int = 0


def verify(
    run: Path, display: Display | None = None, *, env: str | None = None, allow_unsandboxed: bool = False
) -> Findings:
    """Checks all certificates of a run directory, a file after the other; the display also tells of hooks
    that fail. `env` names the environment's class, where it is neither ours nor an installed package's.
    Raises `UserError` where there is no run."""
    if not run.is_dir():
        raise UserError(f"There is no run directory '{run}'; give the one that `run.dir` named.")
    rounds = layout.rounds(run)
    if not rounds:
        raise UserError(f"'{run}' holds no round_0, round_1, …; give the directory of a run.")
    findings, display = Findings(), display or Display()
    names = (*layout.TRAJECTORIES, layout.BASELINES)
    paths = [layout.round_folder(run, n) / name for n in rounds for name in names]
    rechecks = Rechecks(run, display.say, named=env, allow_unsandboxed=allow_unsandboxed)
    with rechecks, display.stage("files", len(paths)) as advance:
        verifier = _Verifier(_tasks(run, findings), rechecks)
        for path in paths:
            for place, data in _records(path, findings):
                _examine(verifier, data, place, path.name != layout.BASELINES, findings)
            advance(1)
    return findings


def _examine(
    verifier: _Verifier, data: Mapping[str, Any], place: str, executed: bool, findings: Findings
) -> None:
    try:
        kind, verdict, complaint = verifier.examine(data, executed)
    except NotRecheckableError as reason:
        findings.not_recheckable[data["verdict"]["certificate"]["kind"], str(reason)] += 1
        findings.unproven += data["verdict"]["verdict"] == "right"
        return
    findings.checked[kind, verdict] += 1
    if complaint:
        findings.refuted += 1
        findings.complaints.append(f"{place}: {complaint}")


def _tasks(run: Path, findings: Findings) -> dict[str, Any] | None:
    """The targets of the run's tasks by their ids; None for a folder from before they were recorded."""
    path = run / layout.TASKS
    if not path.exists():
        return None
    return {str(task.get("id")): task.get("target") for _, task in _records(path, findings)}


def _records(path: Path, findings: Findings) -> Iterator[tuple[str, dict[str, Any]]]:
    """The place and the record of every line that gives one; of the others there is a complaint."""
    name = path.name if path.name == layout.TASKS else f"{path.parent.name}/{path.name}"
    for number, record in _numbered(path):
        if isinstance(record, _Unreadable):
            findings.complaints.append(f"{name}:{number}: {record.reason}")
        else:
            yield f"{name}:{number}", record


def _numbered(path: Path) -> Iterator[tuple[int, dict[str, Any] | _Unreadable]]:
    """The records of a file with the numbers of their lines."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return
    except OSError as error:
        yield 0, _Unreadable(f"it cannot be opened: {error.strerror}")
        return
    with os.fdopen(descriptor, "rb") as stream:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            yield from _lines(stream)
        else:
            yield 0, _Unreadable("it is not a plain file")


def _lines(stream: BinaryIO) -> Iterator[tuple[int, dict[str, Any] | _Unreadable]]:
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_LINE)
            yield number, _Unreadable(f"the line is longer than {MAX_LINE >> 20} MiB")
            continue
        if not line.endswith(b"\n"):
            return
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            yield number, _Unreadable("the line is not JSON")
            continue
        yield number, record if isinstance(record, dict) else _Unreadable("the line is no record")


class _Verifier:
    """Remembers what was expected of each task, and certificates that were checked before. `targets` by task
    are those that the run recorded, if it did."""

    def __init__(self, targets: Mapping[str, Any] | None, rechecks: Rechecks) -> None:
        self._targets, self._rechecks = targets, rechecks
        self._expected: dict[str, str] = {}
        self._known: dict[str, str | None] = {}

    def examine(self, record: Mapping[str, Any], executed: bool = True) -> tuple[str, str, str | None]:
        """The certificate's kind, its verdict, and what does not hold, if anything. Trivial answers keep no
        execution. Raises `NotRecheckableError` where nothing here can check it."""
        try:
            name, certificate = record["verdict"]["verdict"], record["verdict"]["certificate"]
            task, kind = record["task"], certificate["kind"]
            last = record["steps"][-1] if executed else None
            said = (last["program"], last["execution"]) if last else None
        except (KeyError, TypeError, IndexError):
            return "?", "?", "it is not a trajectory with a verdict and a certificate"
        if not all(isinstance(text, str) for text in (name, task, kind)):
            return "?", "?", "its verdict, task or kind is no text"
        if kind not in KINDS:
            gave = said[1] if said else record  # a trivial answer's record has the value itself
            complaint = self._of_the_run(task, {}) or self._rechecked(task, name, certificate, gave)
            return kind, name, complaint
        complaint = (
            self._check(name, certificate)
            or (said and _speaks_of(certificate, *said))
            or self._of_the_run(task, certificate)
            or self._same_expected(task, certificate)
        )
        return kind, name, complaint

    def _check(self, verdict: str, certificate: Mapping[str, Any]) -> str | None:
        key = json.dumps([verdict, certificate], sort_keys=True)
        if key not in self._known:
            self._known[key] = check(verdict, certificate)
        return self._known[key]

    def _rechecked(
        self, task: str, verdict: str, certificate: Mapping[str, Any], execution: Any
    ) -> str | None:
        """For a kind of the environment's own, which is asked about what the execution gave."""
        if not isinstance(execution, Mapping):
            return "its last step has no execution"
        return self._rechecks.examine(task, execution, verdict, certificate)

    def _of_the_run(self, task: str, certificate: Mapping[str, Any]) -> str | None:
        if self._targets is None:
            return None
        if task not in self._targets:
            return f"task {task[:20]!r} is not among the run's"
        target = json.dumps(self._targets[task], sort_keys=True)
        if "expected" in certificate and json.dumps(certificate["expected"], sort_keys=True) != target:
            return f"task {task[:20]!r} has another target in {layout.TASKS}"
        return None

    def _same_expected(self, task: str, certificate: Mapping[str, Any]) -> str | None:
        asked = [
            certificate[key] for key in ("expected", "unit", "problem", "semantics") if key in certificate
        ]
        if not asked:
            return None
        wanted = json.dumps(asked, sort_keys=True)
        if self._expected.setdefault(task, wanted) != wanted:
            return f"task {task[:20]!r} was held against another answer in an earlier line"
        return None


def _speaks_of(certificate: Mapping[str, Any], program: Any, execution: Any) -> str | None:
    """Whether the certificate is about this trajectory's last execution."""
    if not (isinstance(program, Mapping) and isinstance(execution, Mapping)):
        return "its last step has no program or execution"
    status = execution.get("status")
    kind = certificate["kind"]
    if kind == HOOK:  # the environment's own code failed, whatever the program gave
        return None
    if kind == "infra" or status == "infra":
        return None if kind == status else f"its execution says {status!r:.20}, its certificate {kind!r:.20}"
    if kind == "not executed":
        stored = certificate.get("status")
        return (
            None
            if status != "ok" and stored == status
            else "its certificate names another status than its execution"
        )
    if kind == "unfinished":  # turns ran out before anything was to be judged
        return None
    if status != "ok":
        return "its program gave no result that could be judged"
    if kind == "entailment":
        return (
            None
            if certificate.get("text") == program.get("code")
            else "its certificate is about another text"
        )
    given = certificate.get("witness" if kind == "witness" else "got")
    same = json.dumps(given) == json.dumps(pack(execution.get("value")))
    return None if same else "its certificate is about another value than its program gave"
