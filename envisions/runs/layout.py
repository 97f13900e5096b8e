"""The names of a run's files, each once.

<run.dir>/config.yaml  manifest.json  tasks.jsonl  executions.sqlite  run.log
<run.dir>/round_0/     eval.jsonl  probe.jsonl  baselines.jsonl  metrics.json
<run.dir>/round_N/     explore.jsonl  refine.jsonl  eval.jsonl  luck.jsonl  sft.jsonl  pairs.jsonl
                       metrics.json  checkpoint/
<run.dir>/report.json  report.md  report.html
"""

from __future__ import annotations

from pathlib import Path

LOCK = ".lock"
CONFIG = "config.yaml"
MANIFEST = "manifest.json"
TASKS = "tasks.jsonl"
LOG = "run.log"
EXECUTIONS = "executions.sqlite"
REPORT_JSON, REPORT_MD, REPORT_HTML = "report.json", "report.md", "report.html"

PROBE, EXPLORE, REFINE, EVAL = "probe.jsonl", "explore.jsonl", "refine.jsonl", "eval.jsonl"
TRAJECTORIES = (PROBE, EXPLORE, REFINE, EVAL)
BASELINES = "baselines.jsonl"
LUCK, SFT_ROWS, PAIRS = "luck.jsonl", "sft.jsonl", "pairs.jsonl"
METRICS = "metrics.json"
CHECKPOINT = "checkpoint"
TUNED = "sft"  # the weights between two stages of training
TRAINING = "training.json"  # within weights: what their training measured

_ROUND = "round_"


def round_folder(run: Path, number: int) -> Path:
    """Where the records of a round are; 0 is the base model's."""
    return run / f"{_ROUND}{number}"


def rounds(run: Path) -> list[int]:
    """The numbers of the rounds that have a folder of their own, in order; links do not count."""
    numbers = (path.name.removeprefix(_ROUND) for path in run.glob(f"{_ROUND}*") if _is_folder(path))
    return sorted(int(number) for number in numbers if number.isdecimal() and number == str(int(number)))


def record_files(run: Path) -> list[Path]:
    """Every file of a run that may hold JSON lines, there or not."""
    names = (*TRAJECTORIES, BASELINES, LUCK, SFT_ROWS, PAIRS)
    return [run / TASKS, *(round_folder(run, n) / name for n in rounds(run) for name in names)]


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
