"""Asks a run's environment about certificates of its own kinds.

The environment is made as the run's configuration says, when it is first needed. That folder may come from
anybody: a class is called only where trust.py believes it, under a clock, and it is an environment's.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack, nullcontext
from dataclasses import asdict, replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from envisions.environments.faults import HookError
from envisions.environments.program import ProgramEnvironment, judging
from envisions.environments.rechecking import NotRecheckableError, UnknownKindError, recheck
from envisions.environments.watch import Bounds, Watch
from envisions.environments.watched import WatchedEnvironment
from envisions.errors import UserError
from envisions.records import SPLITS, Task
from envisions.runs import layout
from envisions.runs.trust import check_environment, lies_beside, read_configuration
from envisions.settings import plugins
from envisions.settings.build import build, find
from envisions.settings.compose import load
from symbolic import Execution, Executor, Limits

MAKING = 3  # times the clock of a hook, in which the environment has to be made
MOST = {"seconds": 60.0, "cpu_s": 60.0, "mem_mb": 4096}  # of what the run asks for


class Rechecks:
    """A context manager; `say` hears of hooks that fail. `named` is the environment's class in the user's own
    words, where it is neither ours nor an installed package's."""

    def __init__(
        self,
        run: Path,
        say: Callable[[str], None],
        *,
        named: str | None = None,
        allow_unsandboxed: bool = False,
    ) -> None:
        self._run, self._say, self._open = run, say, ExitStack()
        self._named, self._allow_unsandboxed = named, allow_unsandboxed

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def examine(
        self, task: str, execution: Mapping[str, Any], verdict: str, certificate: Mapping[str, Any]
    ) -> str | None:
        """What does not hold, if anything. Raises `NotRecheckableError`."""
        if not os.path.lexists(self._run / layout.CONFIG):
            return f"its kind is known to an environment alone, and there is no {layout.CONFIG} to name one"
        environment, reason = self._environment
        if environment is None:
            raise NotRecheckableError(reason)
        if task not in self._tasks:
            raise NotRecheckableError("the task is not among its environment's")
        recorded = _execution(execution)
        if recorded and not recorded.ok and _judges_results_alone(environment.plugin):
            return "its program gave no result that could be judged"
        asked = (environment, self._tasks[task], execution.get("value"), verdict, certificate, self._executor)
        try:
            with judging(recorded) if recorded else nullcontext():
                return recheck(*asked, alone=recorded is None)
        except UnknownKindError:
            if plugins.is_shipped(str(self._configuration["env"]["_target_"])):
                return "it is of no kind that its environment gives"
            raise

    @cached_property
    def _configuration(self) -> Mapping[str, Any]:
        return read_configuration(self._run / layout.CONFIG)

    @cached_property
    def _environment(self) -> tuple[WatchedEnvironment | None, str]:
        """The environment, or why there is none."""
        try:
            check_environment(self._configuration.get("env"), self._named, self._run)
            environment = self._made()
        except Exception as error:  # noqa: BLE001  whatever a stranger's class raises: there is none
            said = str(error.fault if isinstance(error, HookError) else error)
            return None, f"its environment cannot be made: {' '.join(said.split()) or type(error).__name__}"
        self._open.callback(environment.close)
        return environment, ""

    def _made(self) -> WatchedEnvironment:
        """The environment with its tasks, all of it under the clock: the keys are a stranger's."""
        config = self._configuration["env"]
        kind = find(config["_target_"], "env")
        if not (inspect.isclass(kind) and all(hasattr(kind, hook) for hook in ("tasks", "open", "recheck"))):
            raise UserError(f"{config['_target_']} is no environment")
        usual = Bounds(**asdict(load().watch))
        seconds = self._asked("watch", "seconds", usual.seconds)
        watch = Watch(replace(usual, seconds=seconds), self._say)

        def make() -> WatchedEnvironment:
            plugin = build(config, group="env", seed=self._configuration.get("seed", 0))
            environment = WatchedEnvironment(plugin, watch)
            for split in SPLITS:
                environment.tasks(split)
            return environment

        return watch.call(kind, "__init__", make, MAKING)

    @cached_property
    def _tasks(self) -> dict[str, Task]:
        environment, _ = self._environment
        assert environment is not None
        return {task.id: task for split in SPLITS for task in environment.tasks(split)}

    @cached_property
    def _executor(self) -> Executor:
        """As the run's, with bounds; whether programs may run unconfined is not the folder's to say."""
        usual = load().executor
        limits = Limits(
            cpu_s=self._asked("executor", "cpu_s", usual.cpu_s),
            mem_mb=int(self._asked("executor", "mem_mb", usual.mem_mb)),
        )
        try:
            return self._open.enter_context(
                Executor(limits, allow_unsandboxed=self._allow_unsandboxed, libraries=self._libraries)
            )
        except ValueError as error:
            raise NotRecheckableError(f"there is no executor for it: {error}") from error

    @property
    def _libraries(self) -> list[str]:
        """Those of the run that come from elsewhere than its folder."""
        named = self._of("executor").get("libraries")
        texts = [name for name in named if isinstance(name, str)] if isinstance(named, list) else []
        return [name for name in texts if not lies_beside(name, self._run)]

    def _asked(self, group: str, key: str, usual: float) -> float:
        """A bound as the run had it, if that is a number within reason."""
        value = self._of(group).get(key)
        if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
            return min(value, MOST[key])
        return usual

    def _of(self, group: str) -> Mapping[str, Any]:
        found = self._configuration.get(group)
        return found if isinstance(found, dict) else {}


def _execution(record: Mapping[str, Any]) -> Execution | None:
    """The recorded execution; None for a trivial answer's record, which has the value alone."""
    try:
        return Execution(**record)
    except TypeError:
        return None


def _judges_results_alone(environment: Any) -> bool:
    """Whether its episodes are those that ask `judge` about results and about nothing else."""
    return isinstance(environment, ProgramEnvironment) and type(environment).open is ProgramEnvironment.open
