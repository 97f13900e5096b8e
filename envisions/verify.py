"""`python -m envisions.verify run.dir=…`: checks every certificate of a run again.

Certificates of an environment's own kinds are asked of its `recheck`; where the environment is not installed,
or does not know the kind, they are counted as not re-checkable here.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from envisions.errors import HarnessError, UserError, did_you_mean
from envisions.runs.verification import verify
from symbolic.jobs import OffloadError

MAX_SHOWN = 50


def main(arguments: Sequence[str]) -> int:
    """Prints what was found; 0 if every certificate holds, 1 if not, 2 for a mistake in the command."""
    try:
        findings = verify(_run_directory(arguments), lambda line: print(line, file=sys.stderr))
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
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


def _run_directory(arguments: Sequence[str]) -> Path:
    for argument in arguments:
        key, equals, value = argument.partition("=")
        if not equals or key != "run.dir":
            hint = did_you_mean(key, ["run.dir"])
            raise UserError(f"'{argument}' is not understood; write run.dir=PATH.{hint}")
    if len(arguments) != 1 or not value:
        raise UserError("Name the run to check: python -m envisions.verify run.dir=PATH")
    return Path(value)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
