"""From settings to a run that is ready: its parts built, its folder locked, its configuration on record.

A run directory belongs to one configuration. Without `run.dir` its name holds the configuration's hash; an
explicit one is refused if it was begun with another. `rounds` and `watch` are outside the hash: rounds, and
the faults that are put up with, may be raised.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from envisions.environments.faults import HookError
from envisions.environments.hooks import told
from envisions.environments.protocol import Environment
from envisions.environments.splits import check_split
from envisions.environments.watch import Bounds, Watch
from envisions.environments.watched import WatchedEnvironment
from envisions.errors import UserError
from envisions.models import choose_device, resolve
from envisions.policies.auto import choose_policy
from envisions.policies.fit import check_fit
from envisions.records import SPLITS, Message, Task, digest
from envisions.runs import layout
from envisions.runs.bounds import told_floor
from envisions.runs.display import Display
from envisions.runs.folder import RunDir, read_json, write_json, write_text
from envisions.runs.manifest import continued, differences, first_start, manifest, prompts_known
from envisions.runs.run import Policies, Run
from envisions.runs.tasks import record_tasks
from envisions.settings.build import build, factory
from envisions.settings.schema import Settings
from envisions.stats import groups_needed
from symbolic import Executor, Limits

_INPUTS = (
    ("model", "model's weights"),
    ("tasks", "tasks"),
    ("prompts", "prompts (the model's tokenizer or chat template, or the environment's words)"),
)
# Lowered, they would leave out rounds that are there, or throw out stages that were learned from.
_RAISED = ("rounds", "watch.faults", "watch.seen")


@contextmanager
def open_run(settings: Settings, env: str) -> Iterator[Run]:
    """Everything a run needs; closed when the block ends. `env` is the environment's name in `conf/env`.

    What is quickly checked comes first, and nothing is recorded before all has been: a mistake leaves at most
    an empty folder. Raises `UserError`.
    """
    trainer = build(settings.train, group="train")
    path, now = run_folder(settings, env), datetime.now(UTC).replace(microsecond=0)
    begun = _first_start(path, now)
    policy_config = choose_policy(settings.policy)
    policy = factory(policy_config, group="policy", date=begun.isoformat())
    display = Display()
    bounds = Bounds(**asdict(settings.watch))
    plugin: Environment = build(settings.env, group="env", seed=settings.seed)
    environment = WatchedEnvironment(plugin, Watch(bounds, display.say))
    check_split(environment.tasks("train"), environment.tasks("test"))
    config = _recorded(settings)
    with closing(environment), RunDir(path) as directory:
        _check_configuration(directory, config)
        source = resolve(settings.model)
        asked = _Asked(environment)
        fit = check_fit(source.path, asked, settings.max_new_tokens, begun)
        prompts = {"sha256": fit.prompts, "unmade": asked.unmade}
        with _executor(settings, environment, path) as executor:
            backend = str(policy_config["_target_"])
            device = choose_device(policy_config.get("dtype", "auto"))
            found = manifest(environment, executor, source, backend, device, settings.rounds, prompts, now)
            record = _check_inputs(directory, found)
            record_tasks(path, {split: environment.tasks(split) for split in SPLITS})
            write_json(path / layout.MANIFEST, record)
            write_text(path / layout.CONFIG, OmegaConf.to_yaml(OmegaConf.create(config)))
            display.log = path / layout.LOG
            if slips := told(type(plugin)):
                display.say(f"warning: {slips} (python -m envisions.check_env says more).")
            if changed := differences(record):
                display.say(
                    f"warning: since this run was begun, {', '.join(changed)} changed: its rounds may not be"
                    f" comparable ({layout.MANIFEST} has every start)."
                )
            display.say(
                f"{path}: {source.name} on {device}, by {backend.rpartition('.')[2]};"
                f" programs run in tier {executor.isolation}"
            )
            for notice in executor.notices:
                display.say(f"  note: {notice}.")
            display.say(_told_tests(environment.tasks("test")))
            unreachable = told_floor(settings.floor, len(environment.tasks("train")))
            for warning in (*fit.warnings, *filter(None, [unreachable])):
                display.say(f"warning: {warning}")
            policies = Policies(policy)
            names = {
                "env": env,
                "env_id": environment.id,
                "model": settings.model,
                "method": settings.method.name,
            }
            try:
                yield Run(
                    settings, directory, environment, executor, trainer, policies, source.path, display, names
                )
            finally:
                policies.release()


def _first_start(path: Path, now: datetime) -> datetime:
    try:
        return first_start(read_json(path / layout.MANIFEST) or {}, now)
    except OSError:  # whether the folder can be used is told when it is opened
        return now
    except (ValueError, TypeError) as error:
        raise UserError(f"'{path / layout.MANIFEST}' is damaged ({error}); restore it.") from error


class _Asked:
    """What the model will be asked, as far as that is known: every task, and one second attempt. A prompt
    that a hook does not make is counted; why is told where it is needed."""

    def __init__(self, environment: Environment) -> None:
        self._environment, self.unmade = environment, 0

    def __iter__(self) -> Iterator[Sequence[Message]]:
        self.unmade = 0
        for make in self._makers():
            try:
                yield make()
            except HookError:
                self.unmade += 1

    def _makers(self) -> Iterator[Callable[[], Sequence[Message]]]:
        environment = self._environment
        for task in (task for split in SPLITS for task in environment.tasks(split)):
            yield from (partial(environment.messages, task, few_shot=few_shot) for few_shot in (True, False))
        if environment.refines:
            task = environment.tasks("train")[0]
            yield lambda: environment.refine_messages(task, environment.parse(""), "")


def _told_tests(tests: Sequence[Task]) -> str:
    """How many test tasks of how many groups, and whether that is enough for a test."""
    groups, needed = len({task.group for task in tests}), groups_needed()
    told = f"  {len(tests):,} test tasks of {groups:,} templates"
    if groups >= needed:
        return told
    return f"{told}: no test is possible under {needed}; raise env.n_test or take more varied tasks"


def run_folder(settings: Settings, env: str) -> Path:
    """`run.dir`, or a folder named after the configuration."""
    if settings.run.dir:
        return Path(os.path.expanduser(settings.run.dir))
    identity = digest(_identity(_recorded(settings)), length=8)
    return Path("runs", f"{env.replace('/', '-')}-{settings.method.name}-{identity}")


def check_apart(asked: Sequence[tuple[Settings, str]]) -> None:
    """Raises `UserError` where two runs, each with its environment's name, would be kept in one folder."""
    folders = Counter(run_folder(settings, env).resolve() for settings, env in asked)
    if shared := [folder for folder, count in folders.items() if count > 1]:
        raise UserError(
            f"two of these runs would be kept in '{shared[0]}', which can hold one: leave run.dir out, and"
            " let them differ in more than rounds and watch."
        )


def _executor(settings: Settings, environment: Environment, path: Path) -> Executor:
    chosen = settings.executor
    try:
        return Executor(
            limits=Limits(cpu_s=chosen.cpu_s, mem_mb=chosen.mem_mb),
            allow_unsandboxed=chosen.allow_unsandboxed,
            cache=path / layout.EXECUTIONS,
            libraries=[*chosen.libraries, *environment.libraries],
        )
    except ValueError as error:
        raise UserError(f"{error}.") from error


def _recorded(settings: Settings) -> dict[str, Any]:
    """The configuration as plain data."""
    config: dict[str, Any] = OmegaConf.to_container(  # type: ignore[assignment]
        OmegaConf.structured(settings), resolve=True, enum_to_str=True
    )
    return config


def _identity(config: Mapping[str, Any]) -> dict[str, Any]:
    """What makes a run this run: not where it is kept, nor how many rounds it goes on, nor what faults of an
    environment's it puts up with."""
    return {key: value for key, value in config.items() if key not in ("run", "rounds", "watch")}


def _check_configuration(directory: RunDir, config: Mapping[str, Any]) -> None:
    """Refuses another configuration than the one recorded."""
    path = directory.path / layout.CONFIG
    if not path.exists():
        return
    recorded = _read_yaml(path)
    if changes := list(_differences(_identity(recorded), _identity(config))):
        raise UserError(
            f"'{directory.path}' was begun with another configuration ({'; '.join(changes)});"
            " choose another run.dir, or leave run.dir out."
        )
    for key in _RAISED:
        before, now = (OmegaConf.select(OmegaConf.create(dict(one)), key) for one in (recorded, config))
        if before is not None and now < before:
            raise UserError(
                f"'{directory.path}' has {key}={before:g}; {key} may be raised, not lowered to {now:g}."
            )


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        recorded: Any = OmegaConf.to_container(OmegaConf.create(path.read_text(encoding="utf-8")))
        return dict(recorded)
    except (ValueError, TypeError, YAMLError, OmegaConfBaseException) as error:
        reason = " ".join(str(error).split())
        raise UserError(f"'{path}' is damaged ({reason}); restore it, or delete it to do without.") from error


def _differences(before: Any, now: Any, key: str = "") -> Iterator[str]:
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for name in sorted(before.keys() | now.keys(), key=str):
            yield from _differences(before.get(name), now.get(name), f"{key}.{name}" if key else str(name))
    elif before != now:
        yield f"{key}: {before} there, {now} now"


def _check_inputs(directory: RunDir, now: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest to record; refuses to continue with another policy's code, or with other weights, tasks or
    prompts under the same names. Prompts that a hook failed to make, then or now, are no others."""
    before = read_json(directory.path / layout.MANIFEST) or {}
    inputs = _INPUTS if prompts_known(before, now) else [given for given in _INPUTS if given[0] != "prompts"]
    for key, what in inputs:
        if before.get(key, {}).get("sha256", now[key]["sha256"]) != now[key]["sha256"]:
            raise UserError(
                f"the {what} have changed since '{directory.path}' was begun; restore them, or choose another"
                " run.dir."
            )
    if before.get("policy", now["policy"]) != now["policy"]:
        raise UserError(
            f"'{directory.path}' was begun with {before['policy']} and would go on with {now['policy']},"
            " whose figures differ; name the first as policy=, or choose another run.dir."
        )
    return continued(before, now)
