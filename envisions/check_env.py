"""`python -m envisions.check_env env=NAME [key=value …] [json=PATH]`: is an environment fit to train on?

Runs the checks of envisions/conformance without a model, prints a table, and writes it as JSON where asked.
Exit code 0 if all hold, 1 if one fails, 2 for a mistake in the command.
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envisions.cli import command

if TYPE_CHECKING:
    from envisions.conformance import Encode, Outcome
    from envisions.settings import Settings

_STYLES = {"pass": "green", "fail": "bold red", "skip": "dim"}


def main() -> None:
    from envisions.config import compose
    from envisions.conformance import CHECKS, Subject, examine
    from envisions.rundir import write_json
    from symbolic import Executor

    path = _json_path()
    [(settings, env)] = compose()
    encode, context = _model(settings)
    with Executor() as executor:
        subject = Subject(dict(settings.env), executor, encode, context, settings.max_new_tokens)
        subject.environment  # noqa: B018  a mistake in the command is answered before the table
        outcomes = _shown(env, list(_with_progress(examine(subject, CHECKS), len(CHECKS))))
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


def _model(settings: Settings) -> tuple[Encode, int]:
    """The tokenizer's encoding and the context of the model that `model=` names."""
    from transformers import AutoConfig, AutoTokenizer

    from envisions.models import resolve
    from envisions.policies.encode import encode

    path = resolve(settings.model).path
    tokenizer: Any = AutoTokenizer.from_pretrained(path, local_files_only=True)
    config: Any = AutoConfig.from_pretrained(path, local_files_only=True)
    return lambda messages: encode(tokenizer, messages), config.get_text_config().max_position_embeddings


def _with_progress(outcomes: Any, total: int) -> Any:
    from envisions.display import Display

    with Display().stage("checks", total) as advance:
        for outcome in outcomes:
            advance(1)
            yield outcome


def _shown(env: str, outcomes: list[Outcome]) -> list[Outcome]:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("check", "", "what was seen", title=f"env={env}")
    for outcome in outcomes:
        example = f"\n{outcome.example[:600]}" if outcome.example else ""
        mark = f"[{_STYLES[outcome.status]}]{outcome.status}[/]"
        table.add_row(outcome.name, mark, escape(outcome.note + example))
    Console(highlight=False).print(table)
    return outcomes


if __name__ == "__main__":
    command(main)
