"""The pages of README and docs, read with a Markdown parser: their code blocks and their links."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
_MARK = re.compile(r"<!-- (?:file: (?P<file>[^;]+?))?(?:; )?(?:not run: (?P<not_run>.+?))? -->\s*", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A code block. The comment before it may say the `file` it is to be written to, `not run` and why, or
    both."""

    where: str  # the page and the line, for messages
    language: str
    code: str
    not_run: str = ""
    file: str = ""


def blocks(page: Path) -> Iterator[Block]:
    """All code blocks of a page, in order; an indented one has no language."""
    before = None
    for token in _tokens(page):
        if token.type in ("fence", "code_block"):
            where = f"{page.relative_to(ROOT)}:{token.map[0] + 1 if token.map else 0}"
            mark = _MARK.fullmatch(before.content) if before and before.type == "html_block" else None
            yield Block(where, token.info.strip(), token.content, **(mark.groupdict("") if mark else {}))
        before = token


def links(page: Path) -> Iterator[str]:
    """The targets of a page's links and pictures."""
    for token in _tokens(page):
        for part in token.children or ():
            for name in ("href", "src"):
                if name in part.attrs:
                    yield str(part.attrs[name])


def _tokens(page: Path) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(page.read_text(encoding="utf-8"))
