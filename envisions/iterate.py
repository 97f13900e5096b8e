"""`python -m envisions.iterate env=NAME [key=value …]`: trains a model on what its own programs did.

Runs the rounds and prints the report, which also lies in the run's folder. Killed, the same command goes on
where it was. `--help` lists the keys, those of the environment that is named among them. For example::

    python -m envisions.iterate env=math rounds=1 env.n_train=40 env.n_test=40
"""

# Puts the parts together and hands them to the loop (loop.py). Heavy imports wait until the configuration has
# been read, so that a mistake is answered at once.

from __future__ import annotations

from typing import TYPE_CHECKING

from envisions.settings.cli import command

if TYPE_CHECKING:
    from envisions.settings.schema import Settings


def main() -> None:
    from envisions.settings.compose import compose

    asked = compose(__doc__)
    if len(asked) > 1:
        from envisions.runs.open import check_apart

        check_apart(asked)
    for settings, env in asked:
        iterate(settings, env)


def iterate(settings: Settings, env: str) -> None:
    """One run; `env` is the environment's name in `conf/env`."""
    from envisions.runs.open import open_run

    with open_run(settings, env) as run:
        from envisions.loop import self_train
        from envisions.runs import layout

        self_train(run)
        print((run.directory.path / layout.REPORT_MD).read_text(encoding="utf-8"))


if __name__ == "__main__":
    command(main)
