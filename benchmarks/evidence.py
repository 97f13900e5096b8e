"""Does execution teach, how much, and what does each part add? Runs methods at equal cost and compares them.

    python benchmarks/evidence.py STUDY FOLDER [--seeds 0 1] [--tokens 60000] key=value ...

STUDY is one of STUDIES below; the keys are those of `python -m envisions.iterate` and hold for every run.
Runs follow one another in FOLDER/NAME-SEED and continue where they were stopped. The first run of a seed
evaluates the base model and explores first, the others take both over. Every run has the same samples and
trains on the same number of tokens a round, a third of them in DPO where the method has it. Prints a table,
and writes it with the paired tests to FOLDER/STUDY.md.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from envisions.records import Trajectory
from envisions.rundir import read_json, read_records
from envisions.stats import mcnemar

# A run's name and what it is told beyond the method's defaults. Later ones are compared with the first.
STUDIES: dict[str, dict[str, list[str]]] = {
    "methods": {
        "envisions": ["method=envisions"],
        "unfiltered": ["method=unfiltered"],
        "rft": ["method=rft"],
        "envisions_paper": ["method=envisions_paper"],
    },
    "parts": {
        "envisions": ["method=envisions"],
        "no DPO": ["method.pairs_per_task=0"],
        "no L2": ["method.l2_per_task=0"],
        "no refinement": ["method.refine=none"],
        "no feedback": ["method.feedback=false"],
        "random ranking": ["method.ranking=random"],
        "from previous": ["method.start=previous"],
    },
}
WITHOUT_DPO = ("unfiltered", "rft", "envisions_paper", "no DPO")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("study", choices=STUDIES)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--tokens", type=int, default=60_000, help="trained on in each round")
    parser.add_argument("--only", nargs="+", help="these of the study's runs")
    options, keys = parser.parse_known_args()

    names = [name for name in STUDIES[options.study] if not options.only or name in options.only]
    for seed in options.seeds:
        for name in names:
            folder = _folder(options.folder, name, seed)
            _share(options.folder, folder, seed)
            told = [*STUDIES[options.study][name], *_budget(name, options.tokens)]
            command = ["envisions.iterate", *told, f"seed={seed}", f"run.dir={folder}", *keys]
            subprocess.run([sys.executable, "-m", *command], check=True)
    lines = _table(options.folder, names, options.seeds)
    text = "\n".join([f"    python benchmarks/evidence.py {' '.join(sys.argv[1:])}", "", *lines, ""])
    (options.folder / f"{options.study}.md").write_text(text)
    print(text)


def _folder(parent: Path, name: str, seed: int) -> Path:
    return parent / f"{name.replace(' ', '-')}-{seed}"


def _budget(name: str, tokens: int) -> list[str]:
    preference = 0 if name in WITHOUT_DPO else tokens // 3
    return [
        f"train.sft.tokens={tokens - preference}",
        *([f"train.dpo.tokens={preference}"] if preference else []),
    ]


def _share(parent: Path, folder: Path, seed: int) -> None:
    """What the base model did does not depend on the method: a new run begins with what another recorded."""
    finished = [p.parent for p in sorted(parent.glob(f"*-{seed}/round_1")) if (p / "metrics.json").exists()]
    if finished and not folder.exists():
        for name in ("round_0", "round_1/explore.jsonl"):
            source, target = finished[0] / name, folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)


def _table(parent: Path, names: list[str], seeds: list[int]) -> list[str]:
    first = names[0]
    header = ("seed", "run", "base", "by round", "last: 95 %", "pass@k", "p vs base", f"p vs {first}",
              "trained", "generated", "minutes")  # fmt: skip
    lines = [f"| {' | '.join(header)} |", "|---" * len(header) + "|"]
    for seed in seeds:
        reference = _solved(_folder(parent, first, seed))
        for name in names:
            folder = _folder(parent, name, seed)
            report = json.loads((folder / "report.json").read_text())
            base, *rounds = report["rounds"]
            last, solved = rounds[-1], _solved(folder)
            p = mcnemar([reference[task] for task in sorted(reference)], [solved[t] for t in sorted(solved)])
            row = (
                seed,
                name,
                f"{base['pass_at_1']:.1%}",
                " → ".join(f"{entry['pass_at_1']:.1%}" for entry in rounds),
                "–".join(f"{bound:.1%}" for bound in last["ci95"]),
                ", ".join(f"{k}: {share:.1%}" for k, share in last["pass_at_k"].items()),
                f"{last['p_vs_base']:.2g}",
                "" if name == first else f"{p:.2g}",
                f"{_sum(rounds, 'tokens', 'sft', 'dpo'):,.0f}",
                f"{_sum(rounds, 'tokens', 'explore', 'refine'):,.0f}",
                f"{_sum(rounds, 'seconds', 'refine', 'curate', 'sft', 'dpo', 'evaluate') / 60:.0f}",
            )
            lines.append(f"| {' | '.join(map(str, row))} |")
    return lines


def _solved(folder: Path) -> dict[str, bool]:
    """The test tasks by whether the last round's likeliest answer is right."""
    number = len(read_json(folder / "report.json")["rounds"]) - 1
    played = read_records(folder / f"round_{number}" / "eval.jsonl", Trajectory.from_json)
    return {t.task: t.verdict.right for t in played if t.temperature == 0}


def _sum(rounds: list[dict[str, Any]], table: str, *stages: str) -> float:
    return sum(entry[table].get(stage, 0) for entry in rounds for stage in stages)


if __name__ == "__main__":
    main()
