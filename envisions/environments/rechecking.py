"""Certificates of an environment's own kinds, checked again by its `recheck`, under watch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from envisions.environments.checker import judged_by
from envisions.environments.faults import Fault, HookError
from envisions.environments.protocol import NOT_RECHECKABLE, Environment
from envisions.records import Task
from symbolic import Executor, Program, Verdict
from symbolic.jobs import using


class NotRecheckableError(Exception):
    """Nothing here can check the certificate, and why."""


def recheck(
    environment: Environment,
    task: Task,
    value: Any,
    verdict: str,
    certificate: Mapping[str, Any],
    executor: Executor,
) -> str | None:
    """None if the environment comes to the same verdict on `value`, and a certificate of the same kind says
    the same as far as both say it; else what does not hold. Raises `NotRecheckableError` where the
    environment does not know the kind."""
    found = _found(environment, task, value, certificate, executor)
    if found.certificate.get("kind") == NOT_RECHECKABLE.certificate["kind"]:
        raise NotRecheckableError("its environment's recheck does not know the kind")
    if fault := Fault.of(found):
        return f"it could not be checked: {fault}"
    if found.verdict != verdict:
        return f"the verdict says {verdict!r:.50}, rechecking gives {found.verdict!r}"
    if found.certificate.get("kind") != certificate.get("kind"):
        return None
    for key in sorted(found.certificate.keys() & certificate.keys()):
        if (said := _json(certificate[key])) != (gives := _json(found.certificate[key])):
            return f"its {key!r} says {said:.100}, rechecking gives {gives:.100}"
    return None


def _found(
    environment: Environment, task: Task, value: Any, certificate: Mapping[str, Any], executor: Executor
) -> Verdict:
    try:
        with using(executor):
            found = environment.recheck(task, value, certificate)
    except HookError as error:
        return error.fault.verdict
    return judged_by(environment, [found], executor)[0] if isinstance(found, Program) else found


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
