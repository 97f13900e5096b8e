"""Hashes of what tiny runs of every method record, to see that a change of the code's shape changed nothing.

    python scripts/golden.py > before      then change the code, and: python scripts/golden.py | diff before -

Hashed are records, rows, reports and checkpoints, times aside. The hashes are of one machine and one
installation: compare them there alone. Half a minute on one core.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
METHODS = ("envisions", "envisions_paper", "format_only", "rft", "unfiltered")
KEYS = (
    *("env=custom", "env._target_=tests.toy.ToyEnvironment", "env.n_train=8", "env.n_test=6"),
    *("rounds=2", "samples=3", "max_new_tokens=12", "evaluation.samples=1", "policy=transformers"),
    *("policy.episodes=8", "train.sft.batch_size=2", "train.dpo.batch_size=2"),
)
RECORDED = ("*/*.jsonl", "*/checkpoint/*.safetensors", "*/checkpoint/*.json", "tasks.jsonl")
TIMES = re.compile(rb'"[a-z_]*seconds": ([0-9.e-]+|\{[^}]*\})')


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
        make = f"import pathlib, tests.tiny; tests.tiny.make_tiny_model(pathlib.Path({name!r}) / 'tiny')"
        iterate = ("-m", "envisions.iterate", "--multirun", *KEYS, f"model={folder / 'tiny'}")
        for arguments in (("-c", make), (*iterate, f"method={','.join(METHODS)}")):
            done = subprocess.run(
                [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True
            )
            if done.returncode:
                sys.exit(done.stderr)
        for run in sorted((folder / "runs").glob("*-*")):
            method = run.name.split("-")[1]
            for path in sorted(path for pattern in RECORDED for path in run.glob(pattern)):
                content = TIMES.sub(b"", path.read_bytes())
                print(method, path.relative_to(run), hashlib.sha256(content).hexdigest()[:16])


if __name__ == "__main__":
    main()
