"""Certificates of an environment's own kinds, checked again by its `recheck`, under watch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from envisions.environments.checker import CHECKER, judged_by
from envisions.environments.faults import Fault, HookError
from envisions.environments.protocol import NOT_RECHECKABLE, Environment
from envisions.records import Task
from symbolic import Executor, Program, Verdict
from symbolic.jobs import using


class NotRecheckableError(Exception):
    """Nothing here can check the certificate, and why."""


class UnknownKindError(NotRecheckableError):
    """The environment's `recheck` does not know the certificate's kind."""


def recheck(
    environment: Environment,
    task: Task,
    value: Any,
    verdict: str,
    certificate: Mapping[str, Any],
    executor: Executor,
    *,
    alone: bool = False,
) -> str | None:
    """None if the environment comes to the same verdict on `value`, and a certificate of the same kind says
    the same as far as both say it; else what does not hold. `alone`: nothing but the value is known of the
    execution (it is not `judging`), so that a checker of more than that may be another one. Raises
    `NotRecheckableError` where the environment does not know the kind."""
    found = _found(environment, task, value, certificate, executor)
    if found.certificate.get("kind") == NOT_RECHECKABLE.certificate["kind"]:
        raise UnknownKindError("its environment's recheck does not know the kind")
    _check_checker(found.certificate, certificate, alone)
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


def _check_checker(found: Mapping[str, Any], stored: Mapping[str, Any], alone: bool) -> None:
    """Raises `NotRecheckableError` where a checker here says nothing of what one said then."""
    if not found.get("kind") == stored.get("kind") == CHECKER:
        return
    if alone and found.get("checker") != stored.get("checker"):
        raise NotRecheckableError("for the value alone its environment gives another checker")
    if "status" in found and "status" not in stored:
        raise NotRecheckableError(f"its checker ran out of its limits here ({found['status']})")


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
