"""`python -m envisions.check_env env=NAME [key=value …]`: is an environment fit to train on?

Runs the checks of docs/how-to/environments.md and prints a table; of the model it needs the tokenizer alone.
Exit code 0 if none fails, 1 if one does, 2 for a mistake in the command. Where one cause would fail several
checks, one fails and the others are "not reached"; what a check had no chance to see is "not seen", with what
would show it. Beside a run's keys it takes::

    fast=true   a few tasks, without the checks that take long: seconds, while an environment is being written
    json=PATH   the outcomes, as JSON

For example::

    python -m envisions.check_env env=custom env._target_=letters.Letters fast=true
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from envisions.settings.cli import command, own_path, own_switch

if TYPE_CHECKING:
    from envisions.conformance import Outcome, Subject
    from envisions.settings.schema import Settings

FEW = 16  # tasks of each side, where it has to be fast


def main() -> None:
    from envisions.runs.folder import write_json
    from envisions.settings.compose import compose

    path, fast = own_path("json"), own_switch("fast")
    found = [_checked(settings, env, fast) for settings, env in compose(__doc__)]
    if path:
        write_json(path, found[0] if len(found) == 1 else {"environments": found})
    if any(check["status"] == "fail" for one in found for check in one["checks"]):
        sys.exit(1)


def _checked(settings: Settings, env: str, fast: bool) -> dict[str, Any]:
    """Checks one environment, prints the table, and gives the outcomes."""
    from envisions.conformance import CHECKS, Subject, examine, executor_for
    from envisions.conformance.table import show, with_progress
    from symbolic import Limits

    config = _fewer(settings.env) if fast else dict(settings.env)
    chosen, (encode, context) = settings.executor, _encoder(settings, fast)
    limits = Limits(cpu_s=chosen.cpu_s, mem_mb=chosen.mem_mb)
    with executor_for(
        config, chosen.libraries, limits=limits, allow_unsandboxed=chosen.allow_unsandboxed
    ) as executor:
        subject = Subject(config, executor, encode, context, settings.max_new_tokens, settings.watch)
        subject.begin()
        outcomes = list(with_progress(examine(subject, CHECKS, fast=fast), len(CHECKS)))
        show(env, outcomes)
        return _closed(subject, env, outcomes)


def _closed(subject: Subject, env: str, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    name = getattr(subject.environment, "id", None) if subject.made else None
    if subject.made:
        subject.environment.close()
    return {"env": env, "id": name, "checks": [asdict(outcome) for outcome in outcomes]}


def _encoder(settings: Settings, fast: bool) -> tuple[Any, int]:
    """Of the model: its tokenizer and its context. Where it has to be fast and they are not on disk, none."""
    from envisions.models import described

    folder = described(settings.model, fetch=not fast)
    if folder is None:
        return None, 0
    from envisions.policies.fit import load_encoder

    return load_encoder(folder, datetime.now(UTC))


def _fewer(config: Any) -> dict[str, Any]:
    sizes = {key: config.get(key) for key in ("n_train", "n_test")}
    return {**config, **{key: min(n, FEW) for key, n in sizes.items() if isinstance(n, int)}}


if __name__ == "__main__":
    command(main)
