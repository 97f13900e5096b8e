"""Runs the main command in this process, which is quick, and says how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from envisions.iterate import main
from envisions.settings.cli import command


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, and what it said."""

    code: int
    stdout: str
    stderr: str


def run(
    arguments: Sequence[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Ended:
    """`python -m envisions.iterate` with these arguments."""
    monkeypatch.setattr("sys.argv", ["iterate", *arguments])
    capsys.readouterr()
    with pytest.raises(SystemExit) as caught:
        command(main)
    said = capsys.readouterr()
    return Ended(int(caught.value.code or 0), said.out, said.err)


def assert_refused(ended: Ended, *words: str) -> None:
    """Exit code 2, at most three lines on stderr, no traceback, every word in it."""
    assert ended.code == 2, ended
    assert ended.stderr.startswith("error: "), ended.stderr
    assert len(ended.stderr.splitlines()) <= 3, ended.stderr
    assert "Traceback" not in ended.stderr
    assert [word for word in words if word not in ended.stderr] == [], ended.stderr
