"""When so much is lost to an environment's own code that a run ends, in one sentence.

Attempts that a hook failed are on record as `unknown`, with what the model wrote. A stage that loses more
than a share of them ends the run; as it goes on, with the plug-in mended, those are judged again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from envisions.environments.faults import Fault
from envisions.environments.protocol import Environment
from envisions.environments.watched import WatchedEnvironment
from envisions.errors import UserError
from envisions.records import Trajectory
from symbolic import Verdict


def too_many(played: Sequence[Trajectory], environment: Environment) -> bool:
    """Whether a stage with these attempts ended, or would have, since too many of them were not judged."""
    verdicts = [one.verdict for one in played]
    return bool(_sentence(_Stage(verdicts, ended=True), environment))


def check_losses(played: Sequence[Trajectory], environment: Environment, ended: bool = False) -> None:
    """Raises `UserError` where too many of a stage's attempts so far were not judged: more than a share, all
    of a stage that has ended, or so many that hang that no hook is asked any more."""
    check_verdicts([one.verdict for one in played], environment, ended)


def check_verdicts(verdicts: Sequence[Verdict], environment: Environment, ended: bool = False) -> None:
    """As `check_losses`, by the verdicts alone."""
    stage = _Stage(verdicts, ended)
    if why := _sentence(stage, environment) or _hanging(environment):
        raise UserError(
            f"{why}{f' (first: {stage.first})' if stage.first else ''}; mend it, and the same command"
            " continues: what the model wrote is kept, and judged then."
        )


@dataclass(frozen=True)
class _Stage:
    verdicts: Sequence[Verdict]
    ended: bool

    @property
    def faults(self) -> list[Fault]:
        return [fault for verdict in self.verdicts if (fault := Fault.of(verdict))]

    @property
    def first(self) -> Fault | None:
        return next(iter(self.faults), None)


def _sentence(stage: _Stage, environment: Environment) -> str | None:
    if not isinstance(environment, WatchedEnvironment):
        return None
    bounds, lost, seen = environment.watch.bounds, len(stage.faults), len(stage.verdicts)
    above = seen >= bounds.seen and lost > bounds.faults * seen
    if not above and not (stage.ended and lost == seen > 0):
        return None
    return (
        f"the environment's own code failed for {lost:,} of {seen:,} attempts, and a stage may lose"
        f" watch.faults={bounds.faults:g} of them"
    )


def _hanging(environment: Environment) -> str | None:
    if not (isinstance(environment, WatchedEnvironment) and environment.watch.exhausted):
        return None
    most = environment.watch.bounds.left_behind
    return f"{most} calls of the environment's own code never came back, as many as watch.left_behind allows"
