"""Asks one check after another, so that one cause fails one check.

A check that fails as an earlier one did (the same defect, or an exception from the same line) or that rests
on one that failed is "not reached": it says nothing of its own.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from envisions.conformance.subject import (
    Check,
    DefectError,
    NotApplicableError,
    NotSeenError,
    Outcome,
    Subject,
)

Cause = tuple[object, ...]  # what tells whether two failures are one
FOUNDATION = ("protocol", "tasks")  # where one of these failed, what our own code raises is its consequence
_OURS = tuple(str(Path(__file__).parents[2] / name) for name in ("envisions", "symbolic"))


@dataclass
class Examination:
    """The checks of one environment so far. `failed` has the causes by the checks that failed, `blamed` for
    each check that was not reached the one that is to blame."""

    subject: Subject
    failed: dict[str, Cause] = field(default_factory=dict)
    blamed: dict[str, str] = field(default_factory=dict)

    def ask(self, check: Check) -> Outcome:
        """What comes of a check. An environment that raises fails the check in which it does."""
        if self.failed and not self.subject.made:
            return self._not_reached(check, next(iter(self.failed)))
        try:
            return Outcome(check.name, "pass", check.examine(self.subject))
        except NotSeenError as remedy:
            return Outcome(check.name, "not seen", str(remedy))
        except NotApplicableError as reason:
            return Outcome(check.name, "skip", str(reason))
        except DefectError as defect:
            return self._failed(check, (defect.cause,), defect, defect.what, defect.example)
        except Exception as error:  # noqa: BLE001  whatever a stranger's class raises is its defect
            place = traceback.extract_tb(error.__traceback__)[-1]
            said = f"it raised {type(error).__name__} ({Path(place.filename).name}:{place.lineno})"
            return self._failed(check, (type(error), place.filename, place.lineno), error, said, str(error))

    def _failed(self, check: Check, cause: Cause, error: Exception, said: str, example: str) -> Outcome:
        if blame := self._to_blame(check, cause, error):
            return self._not_reached(check, blame)
        self.failed[check.name] = cause
        return Outcome(check.name, "fail", said, example)

    def _to_blame(self, check: Check, cause: Cause, error: Exception) -> str | None:
        """The check that has failed for the same reason, or whose failure may be the reason."""
        for name, other in self.failed.items():
            if other == cause:
                return name
        raised_by_us = not isinstance(error, DefectError) and str(cause[1]).startswith(_OURS)
        rests_on: tuple[str, ...] = check.needs + (FOUNDATION if raised_by_us else ())
        for name in rests_on:
            if name in self.failed or name in self.blamed:
                return self.blamed.get(name, name)
        return None

    def _not_reached(self, check: Check, blame: str) -> Outcome:
        self.blamed[check.name] = blame
        return Outcome(check.name, "not reached", f"because of '{blame}': mend that first")


def examine(subject: Subject, checks: Sequence[Check], *, fast: bool = False) -> Iterator[Outcome]:
    """All checks, one after another; those that take long are left out where it has to be `fast`."""
    examination = Examination(subject)
    for check in checks:
        if fast and check.slow:
            yield Outcome(check.name, "skip", "left out by fast=true")
        else:
            yield examination.ask(check)
