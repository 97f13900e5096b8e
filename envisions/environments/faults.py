"""What an environment's own code did wrong, in one sentence: which hook, what, and on which line.

A fault says nothing about the program that was to be judged: its verdict is `unknown`, of the kind "hook", it
is counted as the harness's, and nobody trains on it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from types import FrameType, TracebackType
from typing import Any

from envisions.errors import UserError, line_of, told
from envisions.records import HOOK
from symbolic import Verdict

_OURS = {"envisions", "symbolic"}
Place = tuple[FrameType, int]  # a frame and the line that it is at


@dataclass(frozen=True, slots=True)
class Fault:
    """`hook` is "my_module.MyClass.judge", `what` goes on: "raised KeyError: 'x'"; `where` is a file and a
    line of the plug-in's own, or empty."""

    hook: str
    what: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.hook} {self.what}" + (f" ({self.where})" if self.where else "")

    @property
    def verdict(self) -> Verdict:
        return Verdict("unknown", {"kind": HOOK, **asdict(self)})

    @classmethod
    def of(cls, verdict: Verdict) -> Fault | None:
        """The fault that a verdict records, if it does."""
        if verdict.certificate.get("kind") != HOOK:
            return None
        return cls(*(str(verdict.certificate.get(field.name, "")) for field in fields(cls)))


class HookError(UserError):
    """A hook did not give what it was asked for. Where nobody counts it, it ends the command."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"{fault}; mend it, and the same command continues.")
        self.fault = fault


def hook_name(owner: Any, hook: str) -> str:
    """ "my_module.MyClass.judge" """
    kind = owner if isinstance(owner, type) else type(owner)
    return f"{kind.__module__}.{kind.__qualname__}.{hook}"


def raised(owner: Any, hook: str, error: BaseException) -> Fault:
    """The fault of a hook that raised."""
    return _placed(owner, hook, f"raised {told(error)}", _places(error.__traceback__))


def overdue(owner: Any, hook: str, seconds: float, frame: FrameType | None) -> Fault:
    """The fault of a hook that did not come back in time; `frame` is where it was."""
    places: list[Place] = []
    while frame is not None:
        places.insert(0, (frame, frame.f_lineno))
        frame = frame.f_back
    return _placed(owner, hook, f"took more than {seconds:g} s", places)


def _placed(owner: Any, hook: str, what: str, places: Sequence[Place]) -> Fault:
    """The hook is where the plug-in was entered, the line the last one of its own."""
    own = [place for place in places if _is_own(place[0], owner)]
    if not own:
        return Fault(hook_name(owner, hook), what, line_of(*places[-1]) if places else "")
    entered = own[0][0]
    return Fault(f"{entered.f_globals.get('__name__')}.{entered.f_code.co_qualname}", what, line_of(*own[-1]))


def _is_own(frame: FrameType, owner: Any) -> bool:
    """Whether the plug-in's author wrote it: neither a library, nor Python's, nor ours."""
    top, file = str(frame.f_globals.get("__name__")).partition(".")[0], frame.f_code.co_filename
    homes = {kind.__module__.partition(".")[0] for kind in type(owner).__mro__} - _OURS
    if top in homes - {"builtins", "abc"}:
        return True
    return top not in _OURS | sys.stdlib_module_names and "-packages" not in file


def _places(trace: TracebackType | None) -> list[Place]:
    places = []
    while trace is not None:
        places.append((trace.tb_frame, trace.tb_lineno))
        trace = trace.tb_next
    return places
