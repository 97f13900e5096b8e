"""A stage that was killed goes on from its middle: the trainer's own checkpoints, made whole in one step.

A checkpoint counts once `last.json` names it; what a kill left half-written never does. On a CPU the stage
then ends with the weights that it would have ended with.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from envisions.runs.folder import read_json, write_json

EVERY = 60.0  # seconds from one checkpoint to the next, at least
SHARE = 0.02  # of the time, at most, goes into them: with larger models they are rarer


class Checkpoints(TrainerCallback):  # type: ignore[misc, unused-ignore]
    """Checkpoints of the work that `identity` names, in `folder`; those of any other work are removed."""

    def __init__(self, folder: Path, identity: str) -> None:
        self._folder, self._identity = folder, identity
        self._asked = time.monotonic()
        self._due = self._asked + EVERY
        if self.last is None:
            shutil.rmtree(folder, ignore_errors=True)

    @property
    def last(self) -> Path | None:
        """The newest whole checkpoint."""
        marker = read_json(self._folder / "last.json") or {}
        return self._folder / marker["name"] if marker.get("identity") == self._identity else None

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        self._asked = time.monotonic()
        control.should_save = self._asked >= self._due and state.global_step < state.max_steps

    def on_save(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        before, name = self.last, f"checkpoint-{state.global_step}"
        write_json(self._folder / "last.json", {"identity": self._identity, "name": name})
        if before is not None:
            shutil.rmtree(before, ignore_errors=True)
        now = time.monotonic()
        self._due = now + max(EVERY, (now - self._asked) / SHARE)
