"""Whether a hook gave what the protocol says: each check answers None, or how it goes on after
"my_module.MyClass.judge": "returned None, where a Verdict is expected"."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, get_args

from envisions.environments.protocol import Transition
from envisions.records import Task
from symbolic import STATUSES, Execution, Program, Verdict
from symbolic.sandbox.declared import check_installed
from symbolic.verdict import VerdictName

Complaint = str | None
_ROLES = ("system", "user", "assistant")


def a(kind: type, value: Any) -> Complaint:
    """One thing of a kind."""
    return None if isinstance(value, kind) else _instead(value, kind.__name__)


def several(kind: type, values: Any) -> Complaint:
    """A sequence of a kind, which may be empty."""
    if not isinstance(values, Sequence) or isinstance(values, str):
        return _instead(values, f"sequence of {kind.__name__}")
    return next((_instead(v, kind.__name__, "within") for v in values if not isinstance(v, kind)), None)


def tasks(values: Any) -> Complaint:
    return several(Task, values)


def program(value: Any) -> Complaint:
    """A program whose arguments are JSON, as the executor wants them."""
    if wrong := a(Program, value):
        return wrong
    if not isinstance(value.args, Sequence) or isinstance(value.args, str):
        return _instead(value.args, "sequence", "as the args of its Program")
    return _json("a Program with args", list(value.args))


def runnable(value: Any) -> Complaint:
    """A program that our executor takes; what is of a wrong type, `Program` has refused."""
    if wrong := program(value):
        return wrong
    if value.language != "python":
        return f"returned a Program with language={value.language!r:.40}, and the executor runs python"
    return _files(value.files) or _libraries(value.libraries)


def _files(files: Mapping[str, Any]) -> Complaint:
    names = {PurePosixPath(name): name for name in files}
    for path in names:
        if held := next((parent for parent in path.parents if parent in names), None):
            return f"returned a Program in whose files {str(held)!r:.40} is both a file and a folder"
    return None


def _libraries(libraries: Sequence[str]) -> Complaint:
    try:
        check_installed(libraries)
    except ValueError as error:
        return f"returned a Program whose libraries are not all there: {error}"
    return None


def programs(values: Any) -> Complaint:
    return several(Program, values)


def messages(values: Any) -> Complaint:
    """A conversation."""
    if wrong := several(dict, values):
        return wrong
    for message in values:
        if message.get("role") not in _ROLES or not isinstance(message.get("content"), str):
            return f"returned the message {message!r:.80}, which has no role of {', '.join(_ROLES)} with text"
    return None if values else "returned no message"


def verdict(value: Any) -> Complaint:
    """A verdict, or the program that finds it."""
    if isinstance(value, Program):
        return runnable(value)
    if not isinstance(value, Verdict):
        return _instead(value, "Verdict or a checker Program")
    if value.verdict not in get_args(VerdictName):
        return f"returned Verdict({value.verdict!r:.40}), where 'right', 'wrong' or 'unknown' is expected"
    certificate: Any = value.certificate
    if not isinstance(certificate, Mapping):
        return _instead(certificate, "mapping", "as the certificate of its Verdict")
    return _json("a Verdict with a certificate", dict(certificate))


def transition(value: Any) -> Complaint:
    """What an episode's step answers."""
    if wrong := a(Transition, value):
        return wrong
    if not isinstance(value.observation, str):
        return _instead(value.observation, "str", "as the observation of its Transition")
    for name in ("terminated", "truncated"):
        if type(getattr(value, name)) is not bool:
            return _instead(getattr(value, name), "bool", f"as `{name}` of its Transition")
    if value.verdict is None:
        ended = value.terminated and not value.truncated
        none = "returned a Transition that is terminated and has no verdict" if ended else None
        return none or _execution(value.execution)
    return verdict(value.verdict) or _execution(value.execution)


def executions(values: Any, count: int) -> Complaint:
    """One execution for each program."""
    if wrong := several(Execution, values):
        return wrong
    if len(values) != count:
        return f"returned {len(values)} executions for {count} programs"
    return next((wrong for execution in values if (wrong := _execution(execution))), None)


def answers(value: Any) -> Complaint:
    """Baselines: by name, for each task's id its programs."""
    if not isinstance(value, Mapping):
        return _instead(value, "mapping")
    for by_task in value.values():
        if not isinstance(by_task, Mapping):
            return _instead(by_task, "mapping from task ids to programs", "under a baseline's name")
    given = (some for by_task in value.values() for some in by_task.values())
    return next((wrong for some in given if (wrong := programs(some))), None)


def plain(value: Any) -> Complaint:
    """A mapping of JSON."""
    return a(Mapping, value) or _json("a mapping", dict(value))


def _execution(value: Any) -> Complaint:
    if wrong := a(Execution, value):
        return wrong
    if value.status not in STATUSES:
        return f"returned an Execution with status={value.status!r:.40}, which is none of the executor's"
    return _json("an Execution with a value", value.value)


def _json(what: str, value: Any) -> Complaint:
    try:
        json.dumps(value)
    except (TypeError, ValueError, RecursionError) as error:
        return f"returned {what} that is not JSON ({str(error)[:100]})"
    return None


def _instead(value: Any, wanted: str, place: str = "") -> str:
    kind = type(value)
    module = "" if kind.__module__ == "builtins" else f"{kind.__module__}."
    got = "None" if value is None else f"{module}{kind.__name__} ({value!r:.40})"
    return f"returned {got}{' ' + place if place else ''}, where a {wanted} is expected"
