"""`python -m envisions.verify run.dir=PATH`: checks every certificate of a run again.

Reads the folder, changes nothing in it, and prints how many certificates of each kind hold and which do not.
Those of an environment's own kinds are asked of its `recheck`; where it cannot be made, or does not know the
kind, they are counted as not re-checkable here. The folder cannot choose what is imported: an environment
that is neither shipped nor an installed package's has to be named once more, as env._target_=CLASS. Nothing
is fetched from a hub. Where the run's programs ran unconfined, checkers need
executor.allow_unsandboxed=true.

Exit code 0 if all hold, 1 if one does not, 2 for a mistake in the command, 3 if nothing was refuted but a
verdict `right` could not be checked. For example::

    python -m envisions.verify run.dir=runs/math-envisions-0a1b2c3d
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from envisions.errors import HarnessError
from envisions.runs.verification import verify
from envisions.settings.cli import command, only_keys
from symbolic.jobs import OffloadError

MAX_SHOWN = 50
_KEYS = ("run.dir", "env._target_", "executor.allow_unsandboxed")
_USAGE = "python -m envisions.verify run.dir=PATH [env._target_=CLASS]"


def main(arguments: Sequence[str]) -> int:
    """Prints what was found; 0 if every certificate holds, 1 if not, 2 if the sandbox failed, 3 if a verdict
    `right` could not be checked. Raises `UserError` for a mistake in the command."""
    keys = only_keys(_KEYS, arguments, _USAGE)
    unsandboxed = keys.get("executor.allow_unsandboxed", "false") == "true"
    try:
        findings = verify(Path(keys["run.dir"]), env=keys.get("env._target_"), allow_unsandboxed=unsandboxed)
    except (OffloadError, HarnessError) as error:
        print(f"The sandbox failed, so not all certificates were checked: {error}", file=sys.stderr)
        return 2
    for (kind, verdict), count in sorted(findings.checked.items()):
        print(f"{count:8,} {verdict:8.20} {kind:.40}")
    for complaint in findings.complaints[:MAX_SHOWN]:
        print(f"does not hold: {complaint!a:.400}")
    if len(findings.complaints) > MAX_SHOWN:
        print(f"… and {len(findings.complaints) - MAX_SHOWN:,} more")
    for (kind, reason), count in sorted(findings.not_recheckable.items()):
        print(f"{count:8,} not re-checkable here: {kind!a:.40} ({reason!s:.300})")
    checked, refuted = findings.checked.total(), findings.refuted
    print(f"{checked:,} certificates checked, {len(findings.complaints):,} do not hold")
    print(
        f"{checked - refuted:,} confirmed, {refuted:,} refuted,"
        f" {findings.not_recheckable.total():,} not re-checkable here"
    )
    if findings.unproven:
        print(f"of the latter {findings.unproven:,} say 'right', which nothing here shows")
    return 1 if findings.complaints else 3 if findings.unproven else 0


if __name__ == "__main__":
    command(lambda: sys.exit(main(sys.argv[1:])), __doc__)
