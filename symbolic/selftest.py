"""`python -m symbolic.selftest`: which attacks each tier stops here, and which tier the executor would take.

Exit code 0 if some tier is offered. Does not replace the test suite, which tries far more.
"""

from __future__ import annotations

import argparse
import sys

from symbolic.sandbox import isolation
from symbolic.sandbox.attacks import ATTACKS


def main() -> int:
    if sys.platform != "linux":
        print(f"This is {sys.platform}: programs are confined on Linux only.")
        return 1
    trials = [isolation.attempt(tier, workers=1) for tier in isolation.TIERS]
    for trial in trials:
        _show(trial)
    best = next((trial.tier.name for trial in trials if trial.supervisor), None)
    print(
        f"The executor uses: {best}"
        if best
        else "Programs cannot be confined here; the executor refuses to run."
    )
    return 0 if best else 1


def _show(trial: isolation.Trial) -> None:
    if trial.missing:
        print(f"{trial.tier.name}: not offered. {trial.missing}")
        return
    facts = trial.supervisor.facts() if trial.supervisor else {}
    print(f"{trial.tier.name}: {'offered' if trial.supervisor else 'NOT offered'} {facts or ''}".rstrip())
    for notice in isolation.notices(trial.tier, facts) if facts else ():
        print(f"  note: {notice}")
    for name in ATTACKS:
        print(f"  {'NOT STOPPED' if name in trial.through else 'stopped'}: {name}")
    if trial.supervisor:
        trial.supervisor.close()


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m symbolic.selftest", description=__doc__).parse_args()
    sys.exit(main())
