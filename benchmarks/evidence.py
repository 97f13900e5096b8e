"""Does execution teach, how much, and what does each part add? Runs methods side by side and compares them.

    python benchmarks/evidence.py STUDY FOLDER [--seeds 0,1] [--tokens 60000] [--only NAME,…] key=value ...

STUDY is one of STUDIES below; the keys are those of `python -m envisions.iterate` and hold for every run.
Runs follow one another in FOLDER/NAME-SEED and continue where they were stopped. The first run of a seed
evaluates the base model and explores first; the others take both over, and the whole first round where
they differ only from the second on. All explore with as many samples and train on as many tokens a round,
a third of them in DPO where the method has it; what refinement generates on top is in the table. Prints the
tables (results, rounds, costs), and writes them to FOLDER/STUDY.md.

p values are sign flips over groups of the same test tasks after the last round, against the study's first
run, with Holm's correction over the seed's other runs. The pooled difference averages each task over the
seeds and holds given these seeds: its interval and p are over groups too (bootstrap, sign flips), with Holm's
correction over the pooled rows.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from envisions.report.reading import read_trajectories
from envisions.runs import layout
from envisions.runs.folder import read_json
from envisions.runs.tasks import read_tasks
from envisions.stats import bootstrap_mean, holm, sign_flips

# A run's name and what it is told beyond the method's defaults. Later ones are compared with the first.
STUDIES: dict[str, dict[str, list[str]]] = {
    "methods": {
        "envisions": ["method=envisions"],
        "unfiltered": ["method=unfiltered"],
        "format_only": ["method=format_only"],
        "rft": ["method=rft"],
        "envisions_paper": ["method=envisions_paper", "method.prompt=auto"],  # one exploration for all
    },
    "parts": {
        "envisions": ["method=envisions"],
        "no DPO all tokens": ["method.pairs_per_task=0"],
        "no DPO same SFT": ["method.pairs_per_task=0"],
        "no L2": ["method.l2_per_task=0"],
        "no refinement": ["method.refine=none"],
        "no feedback": ["method.feedback=false"],
        "random ranking": ["method.ranking=random"],
        "from previous": ["method.start=previous"],
    },
}
FROM_ROUND_2 = ("no refinement", "from previous")  # what they leave out has no part in the first round
GENERATED = ("explore", "refine")
SFT_ALONE = ("rft", "envisions_paper", "no DPO all tokens")  # their tokens all go there


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("study", choices=STUDIES)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", default="0,1")
    parser.add_argument("--tokens", type=int, default=60_000, help="trained on in each round")
    parser.add_argument("--only", help="the first run of the study and these")
    options, keys = parser.parse_known_args()

    study = STUDIES[options.study]
    only = options.only.split(",") if options.only else list(study)
    if unknown := set(only) - set(study):
        parser.error(f"{', '.join(unknown)}: not among {', '.join(study)}")
    names = [name for place, name in enumerate(study) if place == 0 or name in only]
    seeds = [int(seed) for seed in options.seeds.split(",")]
    _same_keys(options.folder / "keys", keys)
    for seed in seeds:
        for name in names:
            folder = _folder(options.folder, name, seed)
            if not folder.exists():
                _share(options.folder, folder, names[0] if name in FROM_ROUND_2 else None, seed)
            told = [*study[name], *_budget(name, options.tokens), f"seed={seed}", f"run.dir='{folder}'"]
            subprocess.run([sys.executable, "-m", "envisions.iterate", *told, *keys], check=True)
    runs = [(seed, name, _folder(options.folder, name, seed)) for seed in seeds for name in names]
    lines = [*_table(options.folder, names, seeds), "", *_rounds(runs), "", *_costs(runs)]
    text = "\n".join([f"    python benchmarks/evidence.py {' '.join(sys.argv[1:])}", "", *lines, ""])
    (options.folder / f"{options.study}.md").write_text(text)
    print(text)


def _same_keys(path: Path, keys: list[str]) -> None:
    """Runs share what the base model did, so all that it depends on has to be the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "\n".join(sorted(keys))
    if path.exists() and path.read_text() != text:
        sys.exit(f"{path.parent} holds runs with other keys ({path}): take another folder.")
    path.write_text(text)


def _folder(parent: Path, name: str, seed: int) -> Path:
    return parent / f"{name.replace(' ', '-')}-{seed}"


def _budget(name: str, tokens: int) -> list[str]:
    preference = 0 if name in SFT_ALONE else tokens // 3
    return [
        f"train.sft.tokens={tokens - preference}",
        *([f"train.dpo.tokens={preference}"] if preference else []),
    ]


def _share(parent: Path, folder: Path, first: str | None, seed: int) -> None:
    """A new run begins with what another of its seed recorded: what the base model did does not depend on the
    method, and what differs from round 2 on takes the whole first round of `first`."""
    runs = sorted(parent.glob(f"*-{seed}"))
    finished = [run for run in runs if (layout.round_folder(run, 1) / layout.METRICS).exists()]
    if not finished:
        return
    source = _folder(parent, first, seed) if first else finished[0]
    base, learned = (layout.round_folder(source, number) for number in (0, 1))
    for path in (base, learned if first else learned / layout.EXPLORE):
        target = folder / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if path.is_dir() else shutil.copy
        copy(path, target)


def _table(parent: Path, names: list[str], seeds: list[int]) -> list[str]:
    first, *others = names
    header = ("seed", "run", "base", "by round", "last: 95 %", "pass@k", "p vs base", f"p vs {first}", "Holm",
              "SFT rows", "SFT tokens", "DPO tokens", "generated", "minutes")  # fmt: skip
    rows = []
    for seed in seeds:
        p_values = [_tested(_differences(parent, first, name, [seed])) for name in others]
        tests = {
            name: (p, h) for name, p, h in zip(others, p_values, holm(p_values, len(others)), strict=True)
        }
        for name in names:
            shown = [f"{p:.2g}" for p in tests.get(name, ())] or ["", ""]
            rows.append((seed, name, *_figures(_folder(parent, name, seed), shown)))
    found = [_differences(parent, first, name, seeds) for name in others]
    p_values = [_tested(differences) for differences in found]
    pooled = [
        (name, *_pooled(differences, len(seeds)), f"{p:.2g}", f"{adjusted:.2g}")
        for name, differences, p, adjusted in zip(
            others, found, p_values, holm(p_values, len(others)), strict=True
        )
    ]
    compared = (f"{first} less, given these seeds", "points", "95 %", "p", "Holm")
    return [*_markdown(header, rows), "", *_markdown(compared, pooled)]


def _figures(folder: Path, tests: list[str]) -> list[str]:
    base, *rounds = _report(folder)["rounds"]
    last = rounds[-1]
    own = [{**entry["seconds"], "explore": 0} for entry in rounds[:1]] + [e["seconds"] for e in rounds[1:]]
    return [
        f"{base['pass_at_1']:.1%}",
        " → ".join(f"{entry['pass_at_1']:.1%}" for entry in rounds),
        "–".join(f"{bound:.1%}" for bound in last["ci95"]),
        ", ".join(f"{k}: {share:.1%}" for k, share in last["pass_at_k"].items()),
        f"{last['p_vs_base']:.2g}",
        *tests,
        " + ".join(str(entry["sft_rows"]) for entry in rounds),
        *(f"{_tokens(rounds, stages):,}" for stages in (("sft",), ("dpo",), GENERATED)),
        f"{sum(sum(seconds.values()) for seconds in own) / 60:.0f}",
    ]


def _rounds(runs: list[tuple[int, str, Path]]) -> list[str]:
    """What each round's exploration and refinement were like, and whether self-reward knew."""
    header = ("seed", "run", "round", "tasks solved so far", "explored right", "distinct programs",
              "AUC of self-reward, explored", "refined right", "AUC, refined")  # fmt: skip
    rows = []
    for seed, name, folder in runs:
        for entry in _report(folder)["rounds"][1:]:
            explored, refined, reward = (entry[key] for key in ("explore", "refine", "self_reward"))
            row = (
                seed,
                name,
                entry["round"],
                entry["solved_train"],
                f"{explored['right']} of {explored['attempts']}",
                explored["distinct"],
                _two_digits(reward["explore"]["auc"]),
                f"{refined['right']} of {refined['attempts']}" if refined["attempts"] else "",
                _two_digits(reward["refine"]["auc"]),
            )
            rows.append(row)
    return _markdown(header, rows)


def _costs(runs: list[tuple[int, str, Path]]) -> list[str]:
    """What a percentage point over the base took, evaluations left out, and the seconds of each stage."""
    stages = ("explore", "refine", "curate", "sft", "dpo", "evaluate")
    header = ("seed", "run", "points", "per point: generated tokens", "trained tokens", "programs",
              *(f"{stage}, s" for stage in stages))  # fmt: skip
    rows = []
    for seed, name, folder in runs:
        base, *rounds = _report(folder)["rounds"]
        points = 100 * (rounds[-1]["pass_at_1"] - base["pass_at_1"])
        spent = (
            _tokens(rounds, GENERATED),
            _tokens(rounds, ("sft", "dpo")),
            sum(entry[stage]["attempts"] for entry in rounds for stage in GENERATED),
        )
        row = (
            seed,
            name,
            f"{points:+.1f}",
            *(f"{amount / points:,.0f}" if points > 0 else "–" for amount in spent),
            *(f"{sum(entry['seconds'].get(stage, 0) for entry in rounds):.0f}" for stage in stages),
        )
        rows.append(row)
    return _markdown(header, rows)


def _tokens(rounds: Sequence[dict[str, Any]], stages: Sequence[str]) -> int:
    return sum(entry["tokens"].get(stage, 0) for entry in rounds for stage in stages)


def _markdown(header: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    ruled = [f"| {' | '.join(map(str, row))} |" for row in (header, *rows)]
    return [ruled[0], "|---" * len(header) + "|", *ruled[1:]]


def _two_digits(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _report(folder: Path) -> dict[str, Any]:
    return read_json(folder / layout.REPORT_JSON) or sys.exit(f"{folder} has no report")


def _solved(folder: Path) -> dict[str, bool]:
    """The test tasks by whether the last planned round's likeliest answer is right."""
    report = _report(folder)
    if len(report["rounds"]) - 1 < report["planned_rounds"]:
        sys.exit(f"{folder} ended before its last planned round: {report['verdict']}")
    attempts = read_trajectories(layout.round_folder(folder, report["planned_rounds"]) / layout.EVAL)
    return {t.task: t.solved for t in attempts if t.temperature == 0}


def _differences(parent: Path, first: str, name: str, seeds: list[int]) -> list[tuple[str, int]]:
    """The group of each test task, and how much oftener the study's first run solves it over the seeds."""
    runs = [(_folder(parent, first, seed), _folder(parent, name, seed)) for seed in seeds]
    both = [(_solved(one), _solved(other)) for one, other in runs]
    if any(solved.keys() != both[0][0].keys() for pair in both for solved in pair):
        sys.exit("the runs have different test tasks")
    groups = {task.id: task.group for task in read_tasks(runs[0][0])}
    return [(groups[task], sum(one[task] - other[task] for one, other in both)) for task in both[0][0]]


def _tested(differences: list[tuple[str, int]]) -> float:
    p = sign_flips([difference for _, difference in differences], [group for group, _ in differences])
    return p if p is not None else sys.exit("the test tasks are of too few groups for a test")


def _pooled(differences: list[tuple[str, int]], seeds: int) -> list[str]:
    values = [difference for _, difference in differences]
    low, high = bootstrap_mean(values, [group for group, _ in differences])
    points = [100 * x / seeds for x in (sum(values) / len(values), low, high)]
    return [f"{points[0]:+.1f}", f"{points[1]:+.1f} to {points[2]:+.1f}"]


if __name__ == "__main__":
    main()
