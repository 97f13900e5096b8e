"""`python -m envisions.check_env env=NAME [key=value …] [json=PATH]`: is an environment fit to train on?

Runs the checks of envisions/conformance without a model, prints a table, and writes it as JSON where asked.
Exit code 0 if all hold, 1 if one fails, 2 for a mistake in the command.
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from envisions.settings.cli import command


def main() -> None:
    from envisions.conformance import CHECKS, Subject, examine
    from envisions.conformance.table import show, with_progress
    from envisions.models import resolve
    from envisions.policies.fit import load_encoder
    from envisions.runs.folder import write_json
    from envisions.settings.compose import compose
    from symbolic import Executor

    path = _json_path()
    [(settings, env)] = compose()
    encode, context = load_encoder(resolve(settings.model).path, datetime.now(UTC))
    with Executor() as executor:
        subject = Subject(dict(settings.env), executor, encode, context, settings.max_new_tokens)
        subject.environment  # noqa: B018  a mistake in the command is answered before the table
        outcomes = list(with_progress(examine(subject, CHECKS), len(CHECKS)))
        show(env, outcomes)
        subject.environment.close()
    if path:
        write_json(path, {"env": env, "id": subject.environment.id, "checks": [asdict(o) for o in outcomes]})
    if any(outcome.status == "fail" for outcome in outcomes):
        sys.exit(1)


def _json_path() -> Path | None:
    """Takes json=PATH out of the arguments: it is no key of a run's configuration."""
    named = [argument for argument in sys.argv[1:] if argument.startswith("json=")]
    sys.argv[1:] = [argument for argument in sys.argv[1:] if argument not in named]
    return Path(named[-1].removeprefix("json=")) if named else None


if __name__ == "__main__":
    command(main)
