"""Every name that may be imported is on the page of names, and its docstring in the reference."""

from __future__ import annotations

import importlib
import re
from inspect import isclass, isfunction

import pytest

from tests.docs.pages import ROOT

REFERENCE = ROOT / "docs/reference"
HOW_TO = ROOT / "docs/how-to"
MODULES = ("envisions", "envisions.testing", "symbolic")


def exported(module: str) -> list[str]:
    """Its `__all__`, or the public classes and functions that it defines."""
    found = importlib.import_module(module)
    own = [name for name, value in vars(found).items() if getattr(value, "__module__", "") == module]
    return list(getattr(found, "__all__", [name for name in own if not name.startswith("_")]))


def listed(module: str) -> list[str]:
    """The names of the section's table."""
    text = (REFERENCE / "names.md").read_text()
    [section] = re.findall(rf"^## {re.escape(module)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)


@pytest.mark.parametrize("module", MODULES)
def test_every_exported_name_is_listed_once(module: str) -> None:
    assert sorted(listed(module)) == sorted(exported(module))


def documented() -> tuple[set[str], set[str]]:
    """The modules whose docstrings the reference prints, and the single names."""
    pages = "\n".join(page.read_text() for page in REFERENCE.glob("*.rst"))
    modules = set(re.findall(r"^\.\. automodule:: (\S+)", pages, re.MULTILINE))
    return modules, set(re.findall(r"^\.\. auto(?!module)\w+:: (\S+)", pages, re.MULTILINE))


@pytest.mark.parametrize("module", MODULES)
def test_every_exported_class_and_function_is_in_the_reference(module: str) -> None:
    modules, names = documented()
    objects = {name: getattr(importlib.import_module(module), name) for name in exported(module)}
    made = {name: value for name, value in objects.items() if isclass(value) or isfunction(value)}
    homes = {name: value.__module__ for name, value in made.items()}
    packages = tuple(f"{home}." for home in modules)  # a package's docstrings are printed with its parts
    missing = {n for n, home in homes.items() if home not in modules and not home.startswith(packages)}
    assert {name for name in missing if f"{module}.{name}" not in names} == set()


def test_what_stands_in_the_how_tos_is_listed() -> None:
    """An import from us that an author is shown is of a name on the page."""
    shown = "\n".join(page.read_text() for page in HOW_TO.glob("*.md"))
    lines = re.findall(r"^from (envisions(?:\.testing)?|symbolic) import ([\w, ]+)$", shown, re.MULTILINE)
    assert lines
    for module, names in lines:
        assert set(names.split(", ")) <= set(listed(module)), module
