"""Every link in README and docs leads somewhere, and so does every page that the code names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, links

NAMING = ("*.py", "*.yaml", "*.md", "*.toml", "Makefile")
FOLDERS = ("benchmarks", "conf", "docs", "envisions", "envs", "examples", "scripts", "symbolic", "train")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_somewhere(page: Path) -> None:
    relative = [link.partition("#")[0] for link in links(page) if "://" not in link]
    assert [link for link in relative if not (page.parent / link).exists()] == []


def test_pages_that_are_named_exist() -> None:
    files = [path for name in NAMING for path in ROOT.glob(name)]
    files += [path for folder in FOLDERS for name in NAMING for path in (ROOT / folder).rglob(name)]
    named = {name for path in files for name in re.findall(r"\bdocs/[a-z/-]+\.md", path.read_text())}
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
