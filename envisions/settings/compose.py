"""The command line's configuration, typed and checked, with errors in one sentence.

Hydra composes `conf/` with the overrides. What the chosen classes want of their keys is not its business but
that of build.py.
"""

from __future__ import annotations

import os
import re
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from functools import partial
from typing import Any, NoReturn, TypeVar, get_origin, get_type_hints

import hydra
from hydra._internal.utils import get_args_parser
from hydra.core.config_store import ConfigStore
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from envisions import __version__
from envisions.errors import UserError, did_you_mean
from envisions.settings import plugins
from envisions.settings.help import GROUPS, PLUGGED, help_page, known_keys
from envisions.settings.keys import nearest_key
from envisions.settings.schema import Settings, check_ranges

T = TypeVar("T")
_PLUGGED_KEY = rf"(?=({'|'.join(PLUGGED)})\.)"


def compose(about: str | None = None) -> list[tuple[Settings, str]]:
    """The settings of each run that the command line asks for, with its environment's name in `conf/env`: one
    run, or several with `--multirun`. All are checked before the first begins. With `--help` it prints what
    the command is `about` and the keys, and exits. Raises `UserError`."""
    flags = _flags()
    with _one_sentence(flags.overrides, _place(flags)):
        plugins.check_choice(flags.overrides)
        if flags.help:
            print(*_composed(_place(flags), flags.overrides, partial(help_page, about)))
            sys.exit(0)
        options = [word for word in sys.argv[1:] if word not in flags.overrides]
        composed = _composed(options, flags.overrides, lambda config, env: (config, env))
        return [(_typed(config), env) for config, env in composed]


def load(*overrides: str) -> Settings:
    """The settings that these overrides give, without a command line: for notebooks and tests. Raises
    `UserError`."""
    _offer()
    plugins.check_choice(overrides)
    with _one_sentence(overrides), hydra.initialize_config_module("conf", version_base="1.3"):
        return _typed(hydra.compose("config", overrides=_let_pass(overrides)))


@contextmanager
def _one_sentence(overrides: Sequence[str], place: Sequence[str] = ()) -> Iterator[None]:
    """What Hydra and OmegaConf say of the overrides becomes a `UserError`."""
    try:
        yield
    except MissingConfigException as error:
        raise UserError(_missing(error)) from error
    except OverrideParseException as error:
        raise UserError(_unparsed(error)) from error
    except (HydraException, OmegaConfBaseException, ValueError) as error:
        raise UserError(_refused(error, overrides, place)) from error


def _composed(
    options: Sequence[str], overrides: Sequence[str], use: Callable[[DictConfig, str], T]
) -> list[T]:
    """What `use` makes, for each run, of the configuration that Hydra composes, unchecked, and of the
    environment's name. `options` are Hydra's own."""
    used: list[T] = []

    def keep(config: DictConfig) -> None:
        used.append(use(config, str(HydraConfig.get().runtime.choices.get("env"))))

    os.environ["HYDRA_FULL_ERROR"] = "1"  # Hydra raises instead of printing a trace and exiting
    _offer()
    with _arguments([*options, *_let_pass(overrides)]):
        hydra.main(version_base="1.3", config_path="pkg://conf", config_name="config")(keep)()
    return used


@contextmanager
def _arguments(words: Sequence[str]) -> Iterator[None]:
    """The command line as Hydra is to see it."""
    typed = sys.argv
    sys.argv = [typed[0], *words]
    try:
        yield
    finally:
        sys.argv = typed


def _let_pass(overrides: Sequence[str]) -> list[str]:
    """Hydra lets a key that no file has pass if it begins with ++. Whether a plugged-in class takes it is
    asked of the class itself (build.py)."""
    return [re.sub(rf"^\+{{0,2}}{_PLUGGED_KEY}", "++", override) for override in overrides]


def _offer() -> None:
    """The schema, and the environments of installed packages."""
    ConfigStore.instance().store(name="settings", node=Settings)
    plugins.offer()


def _flags() -> Namespace:
    """Hydra's own flags and the overrides, without the page that argparse prints for a wrong one."""

    def refuse(message: str) -> NoReturn:
        raise UserError(f"{message}; --help shows what can be given.")

    if "--version" in sys.argv[1:]:
        print(f"envisions {__version__}")
        sys.exit(0)
    parser = get_args_parser()
    parser.error = refuse  # type: ignore[method-assign]
    return parser.parse_intermixed_args()  # a flag may stand between keys


def _typed(config: DictConfig) -> Settings:
    """Merged into the schema once more, since Hydra lets a key that begins with + past it."""
    plain = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    settings: Settings = OmegaConf.to_object(OmegaConf.merge(OmegaConf.structured(Settings), plain))  # type: ignore[assignment]
    check_ranges(settings)
    return settings


def _missing(error: MissingConfigException) -> str:
    """An unknown choice of a group, or a group that nobody knows."""
    group, _, name = str(error.missing_cfg_file).partition("/")
    known = list(error.options or [])
    if not known:
        return _sentence(error)
    if group == "env":
        known = plugins.all_choices(known)
    return f"unknown {group} '{name}'.{did_you_mean(name, known)} Known: {', '.join(known)}."


def _unparsed(error: OverrideParseException) -> str:
    """An override that Hydra's grammar cannot read: mostly a path with a special character."""
    typed = _as_typed(str(error.override))
    key, equals, value = typed.partition("=")
    if not equals:
        return f"'{key}' is no setting; write key=value, such as rounds=3."
    return f"cannot read '{typed}'; quote the value twice: '{key}=\"{value}\"'."


def _refused(error: Exception, overrides: Sequence[str], place: Sequence[str]) -> str:
    """A key that does not exist, or a value that is none or of the wrong type."""
    cause: Any = error.__cause__ or error
    key = getattr(cause, "full_key", None)
    if not key:
        return f"cannot use {' '.join(overrides)}: {_sentence(cause)} --help shows what can be given."
    reason = _sentence(cause)
    if re.search(r"not in '|not in struct", reason):
        hint = nearest_key(key, _known_keys(overrides, place)) or " --help shows all keys."
        return f"unknown key '{key}'.{hint}"
    return _of_a_kind(key) or f"{key}: {reason}{_lacking(key, reason)}"


def _of_a_kind(key: str) -> str | None:
    """For a key that the schema has as a group or a list: how it is written."""
    kind: Any = Settings
    for part in key.split("."):
        kind = get_type_hints(kind).get(part) if is_dataclass(kind) else None
    if is_dataclass(kind):
        return f"{key} has keys of its own; give one, such as {key}.{fields(kind)[0].name}=VALUE."
    if get_origin(kind) is list:
        return f"{key} takes a list; write {key}=[one,another], or {key}=[]."
    return None


def _lacking(key: str, reason: str) -> str:
    """The remedy for a value that is not there."""
    if not re.search("not Optional|missing mandatory", reason):
        return ""
    if key.endswith("._target_"):
        return f" Give it as {key}=my_package.MyClass."
    return f" Give it as {key}=VALUE, or leave it out for the default."


def _sentence(error: Exception) -> str:
    reason = _as_typed(str(error).splitlines()[0].rstrip("."))
    return f"{reason[:1].lower()}{reason[1:]}."


def _as_typed(text: str) -> str:
    """A text of Hydra's without the signs that `_let_pass` put in."""
    return re.sub(rf"\+\+{_PLUGGED_KEY}", "", text)


def _known_keys(overrides: Sequence[str], place: Sequence[str]) -> list[str]:
    """All keys, with the groups and classes that the overrides choose."""
    choice = rf"({'|'.join(GROUPS)})(\._target_)?=[^,]+"
    chosen = [override for override in overrides if re.fullmatch(choice, override)]
    [known] = _composed(place, chosen, lambda config, env: known_keys(config))
    return known


def _place(flags: Namespace) -> list[str]:
    """The options that say where the configuration is."""
    return [f"--config-dir={flags.config_dir}"] if flags.config_dir else []
