"""Certificates of an environment's own kind: asked of the environment that the run's configuration names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from envisions import Execution, Message, Program, ProgramEnvironment, Split, Task, Verdict
from envisions.environments.protocol import BaseEnvironment, Episode
from envisions.records import digest
from envisions.runs.folder import write_records
from envisions.runs.tasks import record_tasks
from envisions.runs.verification import Findings
from envisions.runs.verification import verify as verify_as
from envisions.verify import main

HERE = "tests.envisions.runs.test_rechecks"
TASKS = [Task(f"What divides {n}?", None, group=f"{n}", data={"n": n}) for n in (12, 35)]


class Divisors(BaseEnvironment):
    """A right answer is any proper divisor."""

    id = "divisors-v1"

    def __init__(self, n_train: int, n_test: int, seed: int = 0) -> None:
        pass

    def tasks(self, split: Split) -> Sequence[Task]:
        return [TASKS[split == "test"]]

    def messages(self, task: Task, *, few_shot: bool) -> list[Message]:
        return []

    def parse(self, completion: str) -> Program:
        return Program(completion)

    def open(self, task: Task, seed: int) -> Episode:
        raise NotImplementedError

    def recheck(self, task: Task, value: Any, certificate: Mapping[str, Any]) -> Verdict | Program:
        if certificate["kind"] != "divisor":
            return super().recheck(task, value, certificate)
        left = task.data["n"] // value
        verdict = "right" if 1 < value < task.data["n"] and left * value == task.data["n"] else "wrong"
        return Verdict(verdict, {"kind": "divisor", "left": left})


class InTheSandbox(Divisors):
    def recheck(self, task: Task, value: Any, certificate: Mapping[str, Any]) -> Verdict | Program:
        return Program(
            "def f(n, d):\n    return n % d == 0 and d > 1", entry="f", args=[task.data["n"], value]
        )


class Broken(Divisors):
    def __init__(self, **keys: Any) -> None:
        raise OSError("no engine")


class Spinning(Divisors):
    def recheck(self, task: Task, value: Any, certificate: Mapping[str, Any]) -> Verdict | Program:
        return {}["engine"]  # type: ignore[return-value, misc]


def called(**keys: Any) -> None:
    raise SystemExit("a function that the configuration named was called")


called.tasks = called.open = called.recheck = None  # type: ignore[attr-defined]


class Thing:
    def __init__(self, **keys: Any) -> None:
        raise SystemExit("a class that is no environment was made")


def record(value: Any, verdict: str = "right", left: int = 3, task: Task = TASKS[0], **change: Any) -> Any:
    execution = {"status": "ok", "value": value, "output": "", "error": "", "seconds": 0, "isolation": ""}
    certificate = {"kind": "divisor", "left": left, **change}
    return {
        "id": "i",
        "task": task.id,
        "steps": [{"program": {"code": "answer = 4"}, "execution": execution}],
        "verdict": {"verdict": verdict, "certificate": certificate},
    }


HONEST = (record(4), record(5, "wrong", 2), record(7, left=5, task=TASKS[1]))


@pytest.fixture
def run(tmp_path: Path) -> Path:
    (tmp_path / "round_1").mkdir()
    record_tasks(tmp_path, {"train": TASKS[:1], "test": TASKS[1:]})
    configure(tmp_path, "Divisors")
    return tmp_path


def configure(run: Path, name: str) -> None:
    target = name if "." in name else f"{HERE}.{name}"
    config = {"env": {"_target_": target, "n_train": 1, "n_test": 1}, "seed": 3}
    (run / "config.yaml").write_text(yaml.safe_dump(config))


def verify(run: Path) -> Findings:
    """As by a user who names the class that the run does."""
    try:
        target = yaml.safe_load((run / "config.yaml").read_text())["env"]["_target_"]
    except (TypeError, KeyError, OSError, yaml.YAMLError):
        target = None
    return verify_as(run, env=target)


def command(run: Path) -> int:
    target = yaml.safe_load((run / "config.yaml").read_text())["env"]["_target_"]
    return main([f"run.dir={run}", f"env._target_={target}"])


def write(run: Path, *records: Any) -> None:
    write_records(run / "round_1/explore.jsonl", records)


def test_what_holds_is_confirmed(run: Path) -> None:
    write(run, *HONEST)
    findings = verify(run)
    assert (findings.complaints, findings.refuted, findings.not_recheckable.total()) == ([], 0, 0)
    assert findings.checked == {("divisor", "right"): 2, ("divisor", "wrong"): 1}


TAMPERED = {
    "the verdict": (record(5, "right", 2), "rechecking gives 'wrong'"),
    "the verdict, to unknown": (record(4, "unknown"), "rechecking gives 'right'"),
    "the certificate": (record(4, left=4), "its 'left' says 4, rechecking gives 3"),
    "the value": (record(5), "rechecking gives 'wrong'"),
    "the task": (record(7, left=5), "rechecking gives 'wrong'"),
    "a value that recheck cannot read": (record("4"), "Divisors.recheck raised TypeError"),
    "a task of no run's": ({**record(4), "task": "0"}, "is not among the run's"),
    "the kind, to one of ours": (record(4, kind="number"), "it does not name both answers"),
    "the kind, to a fault": (record(4, kind="hook"), "the verdict says 'right'"),
    "no execution": ({**record(4), "steps": [{"program": {}, "execution": None}]}, "no execution"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_tampered_with_is_refuted(what: str, run: Path) -> None:
    tampered, words = TAMPERED[what]
    write(run, *HONEST, tampered)
    findings = verify(run)
    assert [complaint.partition(": ")[0] for complaint in findings.complaints] == ["round_1/explore.jsonl:4"]
    assert words in findings.complaints[0]
    assert findings.refuted == 1


def test_a_recheck_may_run_in_the_sandbox(run: Path) -> None:
    configure(run, "InTheSandbox")
    write(run, *HONEST, record(5, "right"))
    findings = verify(run)
    assert [complaint.partition(": ")[0] for complaint in findings.complaints] == ["round_1/explore.jsonl:4"]


ELSEWHERE = {
    "nowhere.Divisors": "nowhere.Divisors cannot be imported",
    f"{HERE}.Nothing": "cannot be imported",
    "Broken": "no engine",
    "os.system": "os.system is no environment",
    "called": "is no environment",
    "Thing": "is no environment",
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_without_the_environment_they_are_not_recheckable(
    name: str, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(run, name)
    write(run, *HONEST)
    assert command(run) == 3
    said = capsys.readouterr().out
    assert "3 not re-checkable here: 'divisor' (" in said
    assert ELSEWHERE[name] in said
    assert "0 certificates checked, 0 do not hold" in said
    assert "0 confirmed, 0 refuted, 3 not re-checkable here" in said


def test_a_kind_that_the_environment_does_not_know_is_not_recheckable(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(run, *HONEST, record(4, kind="trust me"), record(5, "right", 2))
    assert command(run) == 1
    said = capsys.readouterr().out
    assert "1 not re-checkable here: 'trust me'" in said
    assert "3 confirmed, 1 refuted, 1 not re-checkable here" in said


def test_a_recheck_that_raises_is_told_once_and_confirms_nothing(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(run, "Spinning")
    write(run, *HONEST)
    assert command(run) == 1
    said = capsys.readouterr()
    assert said.err.count("Spinning.recheck raised KeyError: 'engine' (") == 1
    assert "0 confirmed, 3 refuted" in said.out


@pytest.mark.parametrize("text", ["", "[1]", "{", "env: 3", "env: {n: 1}", "a: &a [*a]"])
def test_a_configuration_that_names_none(text: str, run: Path) -> None:
    (run / "config.yaml").write_text(text)
    write(run, *HONEST)
    assert verify(run).not_recheckable.total() == 3


def test_a_linked_configuration_is_not_followed_and_a_missing_one_is_told(run: Path, tmp_path: Path) -> None:
    (run / "config.yaml").rename(tmp_path / "elsewhere.yaml")
    write(run, *HONEST)
    assert "no config.yaml" in verify(run).complaints[0]
    (run / "config.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    assert verify(run).not_recheckable.total() == 3


def test_trivial_answers_have_the_value_that_theirs_is_about(run: Path) -> None:
    (run / "round_0").mkdir()
    answers = [
        {
            "name": "echo",
            "task": it["task"],
            "verdict": it["verdict"],
            "value": it["steps"][0]["execution"]["value"],
        }
        for it in (*HONEST, record(5))
    ]
    write_records(run / "round_0/baselines.jsonl", answers)
    findings = verify(run)
    assert [complaint.partition(": ")[0] for complaint in findings.complaints] == [
        "round_0/baselines.jsonl:4"
    ]


class Reading(ProgramEnvironment):
    """Its checkers read what was printed, and take a while."""

    id = "reading-v1"

    def __init__(self, n_train: int, n_test: int, seed: int = 0) -> None:
        self._tasks = {"train": (TASKS[0],), "test": (TASKS[1],)}

    def judge(self, task: Task, execution: Execution) -> Program:
        code = "def f(said):\n    for _ in range(3 * 10 ** 7): pass\n    return said == 'yes'"
        return Program(code, entry="f", args=[execution.output])


def checked_record(status: str = "ok", output: str = "yes", verdict: str = "right") -> Any:
    made = Reading(1, 1).judge(TASKS[0], Execution("ok", 4, output))
    it = record(4, verdict)
    it["verdict"]["certificate"] = {"kind": "checker", "checker": digest(asdict(made))}
    it["steps"][-1]["execution"] |= {"status": status, "output": output}
    return it


def test_a_checker_is_asked_about_the_execution_on_record_under_the_runs_limits(run: Path) -> None:
    configure(run, "Reading")
    config = yaml.safe_load((run / "config.yaml").read_text())
    (run / "config.yaml").write_text(yaml.safe_dump({**config, "executor": {"cpu_s": 20}}))
    write(run, checked_record(), checked_record(output="no", verdict="wrong"))
    findings = verify(run)
    assert (findings.complaints, findings.checked.total()) == ([], 2)


def test_what_gave_no_result_was_not_judged(run: Path) -> None:
    configure(run, "Reading")
    write(run, checked_record("timeout"))
    assert "no result that could be judged" in verify(run).complaints[0]


def test_a_checker_that_runs_out_of_its_limits_here_refutes_nothing(run: Path) -> None:
    configure(run, "Reading")
    config = yaml.safe_load((run / "config.yaml").read_text())
    (run / "config.yaml").write_text(yaml.safe_dump({**config, "executor": {"cpu_s": 0.1}}))
    write(run, checked_record())
    findings = verify(run)
    assert (findings.complaints, findings.unproven) == ([], 1)
    assert "ran out of its limits here (timeout)" in str(findings.not_recheckable)
