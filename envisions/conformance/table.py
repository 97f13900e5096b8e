"""What `python -m envisions.check_env` shows: a bar while the checks run, then a table of their outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from envisions.conformance.subject import Outcome
from envisions.runs.display import Display

_STYLES = {"pass": "green", "fail": "bold red", "skip": "dim", "not seen": "yellow", "not reached": "yellow"}


def with_progress(outcomes: Iterator[Outcome], total: int) -> Iterator[Outcome]:
    """The same outcomes, a bar advancing with each."""
    with Display().stage("checks", total) as advance:
        for outcome in outcomes:
            advance(1)
            yield outcome


def show(env: str, outcomes: Sequence[Outcome]) -> None:
    """Prints a row for each check: its name, its status, what was seen and an example of it."""
    table = Table("check", "", "what was seen", title=f"env={env}")
    for outcome in outcomes:
        example = f"\n{outcome.example[:600]}" if outcome.example else ""
        mark = f"[{_STYLES[outcome.status]}]{outcome.status}[/]"
        table.add_row(outcome.name, mark, escape(outcome.note + example))
    Console(highlight=False).print(table)
