"""Does training sharpen or extend? pass@k by round, and the tasks that any of a task's samples solves.

    python benchmarks/sharpen.py RUN_DIR

for a run with `evaluation.samples=N`. A model that is only sharper solves with one sample what the base
solved with N, and nothing that the base never solves. p values are sign flips over groups of tasks against
the base on "any of N solves it", with Holm's correction over the planned rounds.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from pathlib import Path

from envisions.report.reading import read_trajectories
from envisions.runs import layout
from envisions.runs.folder import read_json
from envisions.runs.tasks import read_tasks
from envisions.stats import holm, sign_flips


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("run", type=Path)
    folder = parser.parse_args().run

    report = read_json(folder / layout.REPORT_JSON) or sys.exit(f"{folder} has no report")
    solved = [_solved_by_any(layout.round_folder(folder, entry["round"])) for entry in report["rounds"]]
    if not all(solved):
        sys.exit(f"{folder} has no samples: run it with evaluation.samples=16")
    base, *trained = solved
    groups = {task.id: task.group for task in read_tasks(folder)}
    flips = [
        sign_flips([later[task] - base[task] for task in base], [groups[task] for task in base])
        for later in trained
    ]
    p_values = [p for p in flips if p is not None]
    if len(p_values) < len(trained):
        sys.exit(f"{folder} has test tasks of too few groups for a test")
    adjusted = holm(p_values, report["planned_rounds"])
    compared = [
        f"gained {sum(later[task] and not base[task] for task in base)}, "
        f"lost {sum(base[task] and not later[task] for task in base)}, p {p:.2g}, Holm {corrected:.2g}"
        for later, p, corrected in zip(trained, p_values, adjusted, strict=True)
    ]
    for entry, right, against in zip(report["rounds"], solved, ["", *compared], strict=True):
        shares = "  ".join(f"pass@{k} {share:.1%}" for k, share in entry["pass_at_k"].items())
        print(f"round {entry['round']}: {shares}  any {sum(right.values())} of {len(right)}  {against}")


def _solved_by_any(folder: Path) -> dict[str, bool]:
    """The test tasks by whether any of their samples solves them; empty without samples."""
    right: defaultdict[str, bool] = defaultdict(bool)
    for attempt in read_trajectories(folder / layout.EVAL):
        if attempt.temperature > 0:
            right[attempt.task] |= attempt.solved
    return right


if __name__ == "__main__":
    main()
