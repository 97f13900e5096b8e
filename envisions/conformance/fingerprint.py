"""What of an environment has to be the same in every process: its tasks, its prompts, its verdicts.

`python -m envisions.conformance.fingerprint CONFIG` prints it as JSON, for comparison with another hash seed.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from envisions.records import digest
from symbolic import Executor

TRIED = 6  # tasks of each side whose programs are run


def fingerprint(config: Mapping[str, Any], executor: Executor) -> dict[str, str]:
    """Digests by what they are of."""
    from envisions.conformance.subject import SPLITS, Subject

    subject = Subject(config, executor)
    environment = subject.environment
    tasks = [task for split in SPLITS for task in environment.tasks(split)]
    shown = [
        environment.messages(task, few_shot=few_shot) for task in tasks[:50] for few_shot in (True, False)
    ]
    tried = [task for split in SPLITS for task in environment.tasks(split)[:TRIED]]
    echoed = [subject.every_turn(subject.probes[1].program(task)) for task in tried]
    played = [*subject.play_turns(tried, list(map(subject.turns, tried))), *subject.play_turns(tried, echoed)]
    verdicts = [
        (a.found and [a.found.verdict, dict(a.found.certificate)], a.observation)
        for turns in played
        for a in turns
    ]
    return {"tasks": digest([t.id for t in tasks]), "prompts": digest(shown), "verdicts": digest(verdicts)}


def fingerprint_elsewhere(config: Mapping[str, Any]) -> dict[str, str]:
    """The same from a fresh process with a hash seed of its own. Raises RuntimeError with what it complained
    of."""
    other = "1" if os.environ.get("PYTHONHASHSEED") != "1" else "2"
    paths = os.pathsep.join(path or os.getcwd() for path in sys.path)
    done = subprocess.run(
        [sys.executable, "-m", __name__, repr(dict(config))],
        env={**os.environ, "PYTHONHASHSEED": other, "PYTHONPATH": paths},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(
            done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "a process failed"
        )
    found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    from envisions.conformance.subject import executor_for

    _config = ast.literal_eval(sys.argv[1])
    with executor_for(_config) as _executor:
        print(json.dumps(fingerprint(_config, _executor)))
