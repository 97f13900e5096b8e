"""`report.md`: the report in about fifty lines, to be read as it stands on a terminal.

Text from outside stands in code spans, in which Markdown means nothing; a run of many rounds shows the base
and the newest, `report.html` has all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from envisions.report import tables
from envisions.report.samples import Evidence, Sample
from envisions.report.tables import Table
from envisions.report.words import (
    NONE,
    headline,
    notes,
    one_line,
    primary_test,
    printable,
    progress,
    warning,
)

NEWEST = 3  # rounds shown besides the base


def render_markdown(report: Mapping[str, Any], evidence: Evidence) -> str:
    rounds = report["rounds"]
    shown = [rounds[0], *rounds[1:][-NEWEST:]]
    sections = [
        _head(report),
        _table(tables.accuracy(shown, report.get("baselines") or {})) + _left_out(len(rounds) - len(shown)),
        _table(tables.comparisons(shown)),
        _table(tables.parts(shown)),
        _table(tables.training(shown)),
        _table(tables.costs(shown, rounds)) if tables.stages_of(rounds) else "",
        _table(_samples(evidence)),
    ]
    return "\n\n".join(filter(None, sections)) + "\n"


def _head(report: Mapping[str, Any]) -> str:
    names = " · ".join(_code(str(report.get(name, "?")), 60) for name in ("env", "model", "method"))
    word, figures = headline(report)
    caution, isolation = warning(report), str(report.get("isolation", NONE))
    begun = f"{progress(report)} · seed {report.get('seed', NONE)} · isolation: {_code(isolation, 20)}"
    lines = [
        f"# Envisions: {names}",
        "",
        f"**{word.upper()}**" + (f": {printable(figures)}" if figures else ""),
        "",
        *([f"**Warning.** {caution}", ""] if caution else []),
        "  \n".join([begun, primary_test(report), *map(printable, notes(report))]),
    ]
    return "\n".join(lines)


def _left_out(rounds: int) -> str:
    return f"\n\n{rounds} earlier rounds are left out here; report.html has all." if rounds else ""


def _samples(evidence: Evidence) -> Table:
    """One of each group."""
    rows = [_sample_row(group.name, group.samples[0], group.total) for group in evidence.groups]
    return Table(("sample", "problem", "program", "it said"), tuple(rows))


def _sample_row(name: str, sample: Sample, total: int) -> tuple[str, ...]:
    attempt = sample.attempt
    problem = sample.task.question if sample.task else attempt.task
    said = attempt.steps[-1].observation
    return (f"{name} ({total:,})", _code(problem, 32), _code(attempt.program.code, 48), _code(said, 28))


def _code(text: str, width: int) -> str:
    """A code span of one line: its fence is longer than any run of backticks in it."""
    line = one_line(text.replace("\n", " ⏎ "), width)
    fence = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    return f"{fence} {line} {fence}" if "`" in line else f"`{line or ' '}`"


def _table(table: Table) -> str:
    """Padded, so that it is a table without being rendered as well; nothing where it has no rows."""
    if not table.rows:
        return ""
    cells = [[cell.replace("|", "\\|") for cell in row] for row in (table.header, *table.rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [_line(row, widths) for row in cells]
    return "\n".join([lines[0], _line(["-" * width for width in widths], widths), *lines[1:]])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return f"| {' | '.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))} |"
