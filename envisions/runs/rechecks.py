"""Asks a run's environment about certificates of its own kinds.

The environment is made as the run's configuration says, when it is first needed. That folder may come from
anybody: what it names is called only where it is an environment's class, installed here; links are not
followed.
"""

from __future__ import annotations

import importlib
import inspect
import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import yaml

from envisions.environments.rechecking import NotRecheckableError, recheck
from envisions.environments.watch import Bounds, Watch
from envisions.environments.watched import WatchedEnvironment
from envisions.errors import UserError
from envisions.records import SPLITS, Task
from envisions.runs import layout
from envisions.settings.build import build
from envisions.settings.compose import load
from symbolic import Executor

MAX_CONFIG = 1 << 20  # bytes


class Rechecks:
    """A context manager; `say` hears of hooks that fail."""

    def __init__(self, run: Path, say: Callable[[str], None]) -> None:
        self._run, self._say, self._open = run, say, ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def examine(self, task: str, value: Any, verdict: str, certificate: Mapping[str, Any]) -> str | None:
        """What does not hold, if anything. Raises `NotRecheckableError`."""
        if not os.path.lexists(self._run / layout.CONFIG):
            return f"its kind is known to an environment alone, and there is no {layout.CONFIG} to name one"
        environment, reason = self._environment
        if environment is None:
            raise NotRecheckableError(reason)
        if task not in self._tasks:
            raise NotRecheckableError("the task is not among its environment's")
        return recheck(environment, self._tasks[task], value, verdict, certificate, self._executor)

    @cached_property
    def _environment(self) -> tuple[WatchedEnvironment | None, str]:
        """The environment, or why there is none."""
        try:
            config = _configuration(self._run / layout.CONFIG)
            _check_class(config.get("env"))
            plugin = build(config["env"], group="env", seed=config.get("seed", 0))
            environment = WatchedEnvironment(plugin, Watch(Bounds(**asdict(load().watch)), self._say))
            environment.tasks("train")
        except Exception as error:  # noqa: BLE001  whatever a stranger's class raises: there is none
            return (
                None,
                f"its environment cannot be made: {' '.join(str(error).split()) or type(error).__name__}",
            )
        self._open.callback(environment.close)
        return environment, ""

    @cached_property
    def _tasks(self) -> dict[str, Task]:
        environment, _ = self._environment
        assert environment is not None
        return {task.id: task for split in SPLITS for task in environment.tasks(split)}

    @cached_property
    def _executor(self) -> Executor:
        return self._open.enter_context(Executor())


def _configuration(path: Path) -> Mapping[str, Any]:
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


def _check_class(config: Any) -> None:
    """Raises `UserError` where the configuration names no environment: nothing else is called."""
    name = str(config.get("_target_") if isinstance(config, dict) else None)
    module, _, attribute = name.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise UserError(f"{name} is not installed here ({error})") from error
    if not (inspect.isclass(found) and all(hasattr(found, hook) for hook in ("tasks", "open", "recheck"))):
        raise UserError(f"{name} is no environment")
