"""Checks every certificate of a run again, for `python -m envisions.verify`.

The folder may come from anybody. Only plain files in its `round_*` are opened, links are not followed,
lines are bounded, and nothing in them is evaluated. Beyond each certificate by itself it checks that the
certificate speaks of what the program's execution gave, and that all attempts at a task were held against one
expected answer. Not covered: whether that answer is the data set's, and whether the program would give that
value again; it never runs the run's programs.
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

from envisions.errors import UserError
from symbolic.packing import pack
from symbolic.recheck import check

FILES = ("explore.jsonl", "refine.jsonl", "eval.jsonl")
MAX_LINE = 4 << 20  # bytes


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """A line, or a whole file (line 0), that gave no record."""

    reason: str


@dataclass
class Findings:
    """What a run's certificates came to: counts by kind and verdict, and what does not hold."""

    checked: Counter[tuple[str, str]] = field(default_factory=Counter)
    complaints: list[str] = field(default_factory=list)


def verify(run: Path) -> Findings:
    """Checks all certificates of a run directory. Raises `UserError` where there is none."""
    findings, verifier = Findings(), _Verifier()
    for file, line, data in _records(run):
        place = f"{file}:{line}"
        if isinstance(data, _Unreadable):
            findings.complaints.append(f"{place}: {data.reason}")
            continue
        kind, verdict, complaint = verifier.examine(data)
        findings.checked[kind, verdict] += 1
        if complaint:
            findings.complaints.append(f"{place}: {complaint}")
    return findings


def _records(run: Path) -> Iterator[tuple[str, int, Any]]:
    """File, line number and the record of every line."""
    if not run.is_dir():
        raise UserError(f"There is no run directory '{run}'; give the one that `run.dir` named.")
    rounds = sorted(entry.name for entry in os.scandir(run) if _is_round(entry))
    if not rounds:
        raise UserError(f"'{run}' holds no round_0, round_1, …; give the directory of a run.")
    for name in (f"{folder}/{file}" for folder in rounds for file in FILES):
        path = run / name
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            continue
        except OSError as error:
            yield name, 0, _Unreadable(f"it cannot be opened: {error.strerror}")
            continue
        with os.fdopen(descriptor, "rb") as stream:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                yield from ((name, number, record) for number, record in _lines(stream))
            else:
                yield name, 0, _Unreadable("it is not a plain file")


def _is_round(entry: os.DirEntry[str]) -> bool:
    digits = entry.name.removeprefix("round_")
    return digits != entry.name and digits.isdecimal() and entry.is_dir(follow_symlinks=False)


def _lines(stream: BinaryIO) -> Iterator[tuple[int, Any]]:
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_LINE)
            yield number, _Unreadable(f"the line is longer than {MAX_LINE >> 20} MiB")
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            yield number, _Unreadable("the line is not JSON")
            continue
        yield number, record if isinstance(record, dict) else _Unreadable("the line is not a trajectory")


class _Verifier:
    """Remembers what was expected of each task, and certificates that were checked before."""

    def __init__(self) -> None:
        self._expected: dict[str, str] = {}
        self._known: dict[str, str | None] = {}

    def examine(self, record: Mapping[str, Any]) -> tuple[str, str, str | None]:
        """The certificate's kind, its verdict, and what does not hold, if anything."""
        try:
            name, certificate = record["verdict"]["verdict"], record["verdict"]["certificate"]
            task, execution = record["task"], record["steps"][-1]["execution"]
            program = record["steps"][-1]["program"]
            kind = certificate["kind"]
        except (KeyError, TypeError, IndexError):
            return "?", "?", "it is not a trajectory with a verdict and a certificate"
        if not all(isinstance(text, str) for text in (name, task, kind)):
            return "?", "?", "its verdict, task or kind is no text"
        complaint = (
            self._check(name, certificate)
            or _speaks_of(certificate, program, execution)
            or self._same_expected(task, certificate)
        )
        return kind, name, complaint

    def _check(self, verdict: str, certificate: Mapping[str, Any]) -> str | None:
        key = json.dumps([verdict, certificate], sort_keys=True)
        if key not in self._known:
            self._known[key] = check(verdict, certificate)
        return self._known[key]

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
