"""What is believed of a run's folder that may come from anybody: its configuration, as data, and the name of
its environment's class, where that is shipped, installed, or named by the user too."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from envisions.environments.files import HUB
from envisions.errors import UserError
from envisions.runs import layout
from envisions.settings import plugins

MAX_CONFIG = 1 << 20  # bytes


def read_configuration(path: Path) -> Mapping[str, Any]:
    """What the file holds; links are not followed. Raises `UserError`."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise UserError(f"no {layout.CONFIG} ({error.strerror})") from error
    with os.fdopen(descriptor, "rb") as file:
        text = file.read(MAX_CONFIG)
    try:
        config = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UserError(f"{layout.CONFIG} cannot be read") from error
    if not isinstance(config, dict):
        raise UserError(f"{layout.CONFIG} holds no configuration")
    return config


def check_environment(config: Any, named: str | None, run: Path) -> None:
    """Raises `UserError` where the environment may not be made: its class is neither ours, nor an installed
    package's, nor `named` by the user; it lies in the run's folder; or its data would have to be fetched.
    Imports nothing."""
    target = config.get("_target_") if isinstance(config, dict) else None
    if not isinstance(target, str):
        raise UserError(f"{layout.CONFIG} names no environment")
    if named not in (None, target):
        raise UserError(f"the run's class is {target}, not env._target_={named}")
    if not (named or plugins.is_shipped(target) or _is_installed(target, run)):
        raise UserError(f"name the class with env._target_={target}, if you know its code")
    if any(folder.is_relative_to(run.resolve()) for folder in _folders(target.rpartition(".")[0])):
        raise UserError(f"{target} would be imported from the run's own folder")
    if any(isinstance(value, str) and value.startswith(HUB) for value in config.values()):
        raise UserError("its data are on a hub, and nothing is fetched")


def lies_beside(module: str, run: Path) -> bool:
    """Whether a module would come from where the run, or the command, is: with the run, perhaps."""
    return any(_is_beside(folder, run) for folder in _folders(module))


def _is_installed(target: str, run: Path) -> bool:
    """Whether an entry point names the class, of a package that is not where the run, or the command, is."""
    homes = [Path(str(dist.locate_file(""))).resolve() for dist in plugins.packages_of(target)]
    outside = any(not _is_beside(home, run) for home in homes)
    return outside and not lies_beside(target.rpartition(".")[0], run)


def _is_beside(folder: Path, run: Path) -> bool:
    place = run.resolve()
    return folder in (Path.cwd(), place.parent) or folder.is_relative_to(place)


def _folders(module: str) -> list[Path]:
    """The folders that the parts of a module's name would be imported from, found without importing any."""
    first, *others = module.split(".")
    spec, folders = _spec(first), list[Path]()
    for other in [*others, ""]:
        if spec is None:
            break
        inside = [str(place) for place in spec.submodule_search_locations or ()]
        folders += [Path(place).resolve().parent for place in inside or [spec.origin or ""] if place]
        spec = PathFinder.find_spec(f"{spec.name}.{other}", inside) if other and inside else None
    return folders


def _spec(name: str) -> ModuleSpec | None:
    try:
        return find_spec(name) if name else None
    except (ImportError, ValueError):
        return None
