"""The environments of installed packages, offered beside ours under the names of their entry points.

None is imported for that. A name may always be given with its package, `env=package/name`; where two packages
have one name it has to be, and nothing is said of it before somebody asks for that name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import Distribution, EntryPoint, entry_points
from importlib.resources import files
from typing import Any

from hydra.core.config_store import ConfigStore
from omegaconf import OmegaConf

from envisions.errors import UserError

PLUGINS = "envisions.envs"  # the group of entry points; each names a class, "package.module:Class"
_OURS = "envisions"


def offer() -> None:
    """Puts every environment within Hydra's reach."""
    for name, packages in _by_name().items():
        for package, node in packages.items():
            ConfigStore.instance().store(group=f"env/{package}", name=name, node=node)
            if len(packages) == 1 and package != _OURS:
                ConfigStore.instance().store(group="env", name=name, node=node)


def known() -> frozenset[str]:
    """The names of all environments."""
    return frozenset(_by_name())


def choices(name: str) -> list[str]:
    """The ways to write an environment's name with its package: several where it alone says too little."""
    return [f"{package}/{name}" for package in _by_name().get(name, ())]


def all_choices(known: Iterable[str]) -> list[str]:
    """The shortest way to write each environment: those `known` to Hydra, and those whose name two have."""
    clashing = [name for name, packages in _by_name().items() if len(packages) > 1]
    return sorted({*known} - {*clashing} | {choice for name in clashing for choice in choices(name)})


def check_choice(overrides: Iterable[str]) -> None:
    """Raises `UserError` where an override asks for a name that two packages have."""
    for override in overrides:
        key, _, asked = override.partition("=")
        for name in asked.split(",") if key == "env" else ():
            if len(offered := choices(name)) > 1:
                raise UserError(
                    f"'{name}' is the name of an environment in {len(offered)} packages; say which one:"
                    f" env={' or env='.join(offered)}."
                )


def is_shipped(target: str) -> bool:
    """Whether a file of `conf/env` names the class."""
    return any(OmegaConf.to_container(node)["_target_"] == target for node in _shipped().values())  # type: ignore[index, call-overload]


def packages_of(target: str) -> list[Distribution]:
    """The installed packages of which an entry point names the class."""
    points = entry_points(group=PLUGINS)
    return [point.dist for point in points if point.dist and _target(point) == target]


def _target(point: EntryPoint) -> str:
    return point.value.replace(":", ".")


def _by_name() -> Mapping[str, Mapping[str, Any]]:
    """What `conf/env` would hold, by the environment's name and its package."""
    found: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for name, node in _shipped().items():
        found[name][_OURS] = node
    for point in entry_points(group=PLUGINS):
        package = point.dist.name if point.dist else point.module
        found[point.name][package] = {"_target_": _target(point)}
    return found


@cache
def _shipped() -> Mapping[str, Any]:
    folder = files("conf").joinpath("env")
    return {
        path.name.removesuffix(".yaml"): OmegaConf.create(path.read_text(encoding="utf-8"))
        for path in folder.iterdir()
        if path.name.endswith(".yaml")
    }
