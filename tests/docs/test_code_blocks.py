"""Every code block of README and docs does what it says, or says why it is not run.

A page's blocks share a folder and their names, in the order in which a reader meets them:

- `python` is executed; `pycon` too, and what it prints is compared.
- `console` is a look at the checkout: what comes after `$` is run there and its output compared.
- `bash` is run line by line. Of a line that would begin a run or a check of an environment the configuration
  is composed, no more: a wrong key fails, nothing is trained.
- `json`, `toml` and `yaml` are read. `text` is no code.

A comment before the fence, `<!-- file: NAME -->`, writes the block to a file that later blocks use;
`<!-- not run: REASON -->` leaves it out; `<!-- file: NAME; not run: REASON -->` is a file that is left out.
"""

from __future__ import annotations

import doctest
import os
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonlines
import pytest
import yaml

from envisions.settings.compose import compose
from tests.docs.pages import PAGES, ROOT, Block, blocks

COMPOSED = ("envisions.iterate", "envisions.check_env")


class Reader:
    """Somebody who tries out a page, block by block, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names: dict[str, Any] = {"__name__": "page"}
        self.languages: dict[str, Callable[[Block], object]] = {
            "python": lambda block: exec(compile(block.code, block.where, "exec"), self.names),  # noqa: S102
            "pycon": self.compare_session,
            "console": self.compare_output,
            "bash": self.run_lines,
            "json": lambda block: list(jsonlines.Reader(block.code.splitlines())),
            "toml": lambda block: tomllib.loads(block.code),
            "yaml": lambda block: yaml.safe_load(block.code),
            "text": lambda block: None,
        }

    def meet(self, block: Block) -> None:
        if block.file:
            (self.folder / block.file).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / block.file).write_text(block.code)
        assert block.language in self.languages, f"{block.where}: a fence in one of {[*self.languages]}"
        self.languages[block.language](block)

    def compare_session(self, block: Block) -> None:
        said: list[str] = []
        test = doctest.DocTestParser().get_doctest(block.code, self.names, block.where, None, 0)
        failed, _ = doctest.DocTestRunner().run(test, out=said.append, clear_globs=False)
        self.names.update(test.globs)
        assert not failed, "".join(said)

    def compare_output(self, block: Block) -> None:
        first, _, expected = block.code.partition("\n")
        assert shell(first.removeprefix("$ "), ROOT) == expected, f"{block.where}: prints something else now"

    def run_lines(self, block: Block) -> None:
        for line in block.code.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            if words[:2] == ["python", "-m"] and words[2] in COMPOSED:
                sys.argv = words[2:]
                assert compose(), f"{block.where}: {line}"
            elif words:
                shell(line, self.folder)


def shell(line: str, folder: Path) -> str:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", line], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_does_what_it_says(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("sys.argv", sys.argv)
    reader = Reader(tmp_path)
    for block in blocks(page):
        if not block.not_run:
            reader.meet(block)
