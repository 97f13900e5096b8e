"""The command line's configuration, typed and checked, with errors in one sentence.

Hydra composes `conf/` with the overrides. What the chosen classes want of their keys is not its business but
that of build.py.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from importlib.resources import files
from typing import Any, NoReturn

import hydra
from hydra._internal.utils import get_args_parser
from hydra.core.config_store import ConfigStore
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from envisions import __version__
from envisions.errors import UserError, did_you_mean
from envisions.settings.schema import Settings, check_ranges

PLUGINS = "envisions.envs"  # the group of entry points; each names a class, "package.module:Class"


def compose() -> list[tuple[Settings, str]]:
    """The settings of each run that the command line asks for, with its environment's name in `conf/env`: one
    run, or several with `--multirun`. All are checked before the first begins. Raises `UserError`."""
    _check_flags()
    composed: list[tuple[DictConfig, str]] = []

    def keep(config: DictConfig) -> None:
        composed.append((config, str(HydraConfig.get().runtime.choices.get("env"))))

    os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra raises instead of printing a trace and exiting
    _offer()
    try:
        hydra.main(version_base="1.3", config_path="pkg://conf", config_name="config")(keep)()
        return [(_typed(config), env) for config, env in composed]
    except MissingConfigException as error:
        raise UserError(_missing(error)) from error
    except OverrideParseException as error:
        raise UserError(_unparsed(error)) from error
    except (HydraException, OmegaConfBaseException, ValueError) as error:
        raise UserError(_refused(error)) from error


def load(*overrides: str) -> Settings:
    """The settings that these overrides give, without a command line: for notebooks and tests."""
    _offer()
    with hydra.initialize_config_module("conf", version_base="1.3"):
        return _typed(hydra.compose("config", overrides=list(overrides)))


def _offer() -> None:
    """The schema, and environments of installed packages by the names of their entry points; none of them is
    imported."""
    ConfigStore.instance().store(name="settings", node=Settings)
    shipped = {path.name.removesuffix(".yaml") for path in files("conf").joinpath("env").iterdir()}
    for point in entry_points(group=PLUGINS):
        if point.name in shipped:
            owner = point.dist.name if point.dist else point.value
            raise UserError(
                f"the installed package {owner} has an environment '{point.name}', which is the name of one"
                " of ours: uninstall it, or ask its author for another name."
            )
        node = {"_target_": point.value.replace(":", ".")}
        ConfigStore.instance().store(group="env", name=point.name, node=node)


def _check_flags() -> None:
    """Hydra's own flags, without the page that argparse prints for a wrong one."""

    def refuse(message: str) -> NoReturn:
        raise UserError(f"{message}; --help shows what can be given.")

    if "--version" in sys.argv[1:]:
        print(f"envisions {__version__}")
        sys.exit(0)
    parser = get_args_parser()
    parser.error = refuse  # type: ignore[method-assign]
    parser.parse_args()


def _typed(config: DictConfig) -> Settings:
    """Merged into the schema once more, since Hydra lets a key that begins with + past it."""
    plain = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    settings: Settings = OmegaConf.to_object(OmegaConf.merge(OmegaConf.structured(Settings), plain))  # type: ignore[assignment]
    check_ranges(settings)
    return settings


def _missing(error: MissingConfigException) -> str:
    """An unknown choice of a group, or a group that nobody knows."""
    group, _, name = str(error.missing_cfg_file).rpartition("/")
    known = list(error.options or [])
    if not known:
        return _sentence(error)
    return f"unknown {group} '{name}'.{did_you_mean(name, known)} Known: {', '.join(known)}."


def _unparsed(error: OverrideParseException) -> str:
    """An override that Hydra's grammar cannot read: mostly a path with a special character."""
    key, equals, value = str(error.override).partition("=")
    if not equals:
        return f"'{key}' is no setting; write key=value, such as rounds=3."
    return f"cannot read '{error.override}'; quote the value twice: '{key}=\"{value}\"'."


def _refused(error: Exception) -> str:
    """A key that does not exist, or a value of the wrong type."""
    cause: Any = error.__cause__ or error
    key = getattr(cause, "full_key", None)
    if not key:
        return f"cannot use {' '.join(sys.argv[1:])}: {_sentence(cause)} --help shows what can be given."
    reason = _sentence(cause)
    if re.search(r"not in '|not in struct", reason):
        hint = (
            did_you_mean(key, _known_keys())
            or " --help shows all keys; one that only your own class knows takes a + before it."
        )
        return f"unknown key '{key}'.{hint}"
    return f"{key}: {reason}"


def _sentence(error: Exception) -> str:
    reason = str(error).splitlines()[0].rstrip(".")
    return f"{reason[:1].lower()}{reason[1:]}."


def _known_keys() -> list[str]:
    """All keys of the configuration, with the groups chosen on the command line."""
    chosen = [
        argument for argument in sys.argv[1:] if re.fullmatch(r"(env|method|policy|train)=\w+", argument)
    ]
    with hydra.initialize_config_module("conf", version_base="1.3"):
        config = hydra.compose("config", overrides=chosen)
    return list(_keys(OmegaConf.to_container(config), ""))


def _keys(config: Any, prefix: str) -> Iterator[str]:
    for name, value in config.items() if isinstance(config, dict) else ():
        yield prefix + name
        yield from _keys(value, f"{prefix}{name}.")
