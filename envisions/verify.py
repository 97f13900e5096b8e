"""`python -m envisions.verify run.dir=PATH`: checks every certificate of a run again.

Reads the folder, changes nothing in it, and prints how many certificates of each kind hold and which do not.
Those of an environment's own kinds are asked of its `recheck`; where the environment is not installed, or
does not know the kind, they are counted as not re-checkable here. Exit code 0 if all hold, 1 if one does not,
2 for a mistake in the command. Its one key is run.dir. For example::

    python -m envisions.verify run.dir=runs/math-envisions-0a1b2c3d
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from envisions.errors import HarnessError
from envisions.runs.verification import verify
from envisions.settings.cli import command, only_key
from symbolic.jobs import OffloadError

MAX_SHOWN = 50


def main(arguments: Sequence[str]) -> int:
    """Prints what was found; 0 if every certificate holds, 1 if not, 2 if not all could be checked. Raises
    `UserError` for a mistake in the command."""
    try:
        findings = verify(Path(only_key("run.dir", arguments, "python -m envisions.verify run.dir=PATH")))
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
    return 1 if findings.complaints else 0


if __name__ == "__main__":
    command(lambda: sys.exit(main(sys.argv[1:])), __doc__)
