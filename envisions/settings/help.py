"""What `--help` prints: what a command is about, the choices of each group, and all keys with their values.

Of a class that was chosen it lists the keys of its own, which no file of the configuration has.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from hydra.core.global_hydra import GlobalHydra
from omegaconf import DictConfig, OmegaConf

from envisions.errors import UserError
from envisions.settings import plugins
from envisions.settings.build import find
from envisions.settings.keys import FREE, MISSING, Key, first_sentence, keys_of
from envisions.settings.types import in_words

PLUGGED = ("env", "policy", "train")  # groups whose choices name a class, which may take keys of its own
GROUPS = ("env", "method", "policy", "train")
_WIDTH = 110
_HINT = """A value with special characters is quoted twice: 'env.data="my (new) set.jsonl"'.
Of Hydra's flags --multirun, --cfg job and --config-dir FOLDER are of use."""


def help_page(about: str | None, config: DictConfig, env: str) -> str:
    """The page, while Hydra is at work; `config` is what the command line gives, `env` the environment's
    name."""
    plain = _plain(config)
    own = plain.pop("env", None)
    parts = (
        inspect.cleandoc(about or ""),
        "",
        "Choices, group=NAME:",
        *(f"  {group:7} {', '.join(_choices(group))}" for group in GROUPS),
        "",
        *_of_environment(env, own if isinstance(own, Mapping) else {}),
        "Other keys, with what is chosen here:",
        textwrap.indent(_yaml(plain, flow=None), "  "),
        "",
        _HINT,
    )
    return "\n".join(parts)


def known_keys(config: DictConfig) -> list[str]:
    """All keys: those of the configuration, and those of the classes that it names."""
    plain = _plain(config)
    own = (
        f"{group}.{name}" for group in PLUGGED for name in _own_keys(plain.get(group), group) if name != FREE
    )
    return list(dict.fromkeys([*_keys(plain, ""), *own]))


def _plain(config: DictConfig) -> dict[str, Any]:
    plain: dict[str, Any] = OmegaConf.to_container(config, enum_to_str=True)  # type: ignore[assignment]
    return plain


def _keys(config: Any, prefix: str) -> Iterator[str]:
    for name, value in config.items() if isinstance(config, Mapping) else ():
        yield f"{prefix}{name}"
        yield from _keys(value, f"{prefix}{name}.")


def _own_keys(config: Any, group: str) -> Mapping[str, Key]:
    """Those of the class that is named, none where it cannot be had."""
    try:
        return keys_of(find(config["_target_"], group), group)
    except (UserError, LookupError, TypeError):
        return {}


def _choices(group: str) -> list[str]:
    known = GlobalHydra.instance().config_loader().get_group_options(group)
    return plugins.all_choices(known) if group == "env" else sorted(known)


def _of_environment(env: str, config: Mapping[str, Any]) -> Iterator[str]:
    """What the environment is, and a line or two for each of its keys: the value, the type, what it means."""
    target = config.get("_target_")
    try:
        made = find(target, "env")
        keys = keys_of(made, "env")
    except UserError as error:
        yield from textwrap.wrap(f"Keys of env={env} cannot be listed: {error}", _WIDTH)
        yield ""
        return
    yield f"Keys of env={env} ({target}):"
    if told := first_sentence(made.__doc__):
        yield textwrap.fill(told, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    for name, key in keys.items():
        if name not in (FREE, "seed"):  # the run's
            yield from _of_key(name, key, config)
    yield ""


def _of_key(name: str, key: Key, config: Mapping[str, Any]) -> Iterator[str]:
    value = config.get(name, key.default)
    given = "must be given" if value is MISSING else _yaml(value)
    yield f"  {f'env.{name}':18} {given:18} {in_words(key.hint)}"
    if key.said:
        yield textwrap.fill(key.said, _WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)


def _yaml(value: Any, flow: bool | None = True) -> str:
    try:
        text = yaml.safe_dump(value, default_flow_style=flow, width=_WIDTH, sort_keys=False)
    except yaml.YAMLError:  # a default of some class of the author's
        return repr(value)
    return str(text).removesuffix("...\n").strip()
