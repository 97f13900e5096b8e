"""Checking a run's certificates: what holds, what was planted, and folders that mean harm."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict

import pytest

from envisions.errors import UserError
from envisions.runs.folder import write_records
from envisions.runs.tasks import TaskRecord
from envisions.runs.verification import MAX_LINE, verify
from envisions.verify import main
from symbolic import judge
from symbolic.graphs import judge_witness


def record(verdict, value, *, status="ok", task="t1", code="def solution(): ..."):
    execution = {"status": status, "value": value, "output": "", "error": "", "seconds": 0.0, "isolation": ""}
    step = {"program": {"code": code, "language": "python", "entry": None}, "execution": execution}
    return {
        "id": "i",
        "task": task,
        "steps": [step],
        "verdict": {"verdict": verdict.verdict, "certificate": dict(verdict.certificate)},
    }


@pytest.fixture
def run(tmp_path):
    (tmp_path / "round_1").mkdir()
    return tmp_path


def write(run, *records, name="explore.jsonl"):
    (run / "round_1" / name).write_text("".join(json.dumps(record) + "\n" for record in records))


def planted(record, **change):
    return {**record, "verdict": {**record["verdict"], **change}}


def test_what_holds(run):
    path = {"kind": "path", "nodes": [1, 2], "edges": [[1, 2]], "source": 1, "target": 2}
    write(run, record(judge(5, "5"), 5), record(judge(6, "5"), 6))
    write(run, record(judge_witness(path, [1, 2]), [1, 2], task="t2"), name="refine.jsonl")
    findings = verify(run)
    assert not findings.complaints
    assert findings.checked == {("number", "right"): 1, ("number", "wrong"): 1, ("witness", "right"): 1}


def test_planted_claims_are_listed(run):
    good = record(judge(5, "5"), 5)
    bad = record(judge(6, "5"), 6)
    forged = {**good["verdict"]["certificate"], "got": 5}
    write(
        run,
        good,
        planted(bad, verdict="right"),
        planted(bad, verdict="right", certificate=forged),
        record(judge(6, "6"), 6),
        record(judge(5, "5"), None, status="timeout"),
        planted(good, certificate={"kind": "not executed", "status": "error"}, verdict="wrong"),
        planted(good, certificate={"kind": "infra"}, verdict="unknown"),
        planted(good, certificate={"kind": "trust me"}),
        planted(good, certificate=None),
        {"id": "x"},
    )
    complaints = verify(run).complaints
    lines = [int(complaint.split(":")[1]) for complaint in complaints]
    assert lines == [2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert "another value" in complaints[1]
    assert "another answer in an earlier line" in complaints[2]


def test_the_folder_is_not_trusted(run, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.jsonl").write_text(json.dumps(record(judge(5, "5"), 5)) + "\n")
    (run / "round_1" / "explore.jsonl").symlink_to(outside / "secret.jsonl")
    (run / "round_2").symlink_to(outside)
    os.mkfifo(run / "round_1" / "refine.jsonl")
    (run / "round_1" / "eval.jsonl").write_bytes(
        b"x" * (MAX_LINE + 10)
        + b"\n"
        + b"[" * 100_000
        + b"\n"
        + b'"text"\n'
        + b"\xff\n"
        + b"{}\n"
        + b'{"verdict'
    )
    findings = verify(run)
    assert [complaint.split(": ")[1] for complaint in findings.complaints] == [
        "it cannot be opened",
        "it is not a plain file",
        f"the line is longer than {MAX_LINE >> 20} MiB",
        "the line is not JSON",
        "the line is no record",
        "the line is not JSON",
        "it is not a trajectory with a verdict and a certificate",
    ]


def with_tasks(run, **targets):
    some = [TaskRecord(name, "train", "g", 0, "?", target) for name, target in targets.items()]
    write_records(run / "tasks.jsonl", map(asdict, some))


def test_answers_are_those_of_the_runs_tasks(run):
    with_tasks(run, t1="5", t2="6")
    write(
        run,
        record(judge(5, "5"), 5),
        record(judge(5, "5"), 5, task="t2"),
        record(judge(7, "7"), 7, task="t3"),
        record(judge(5, "5"), None, status="timeout", task="t4"),
    )
    complaints = verify(run).complaints
    assert [complaint.split(": ")[0] for complaint in complaints] == [
        f"round_1/explore.jsonl:{n}" for n in (2, 3, 4)
    ]
    assert "task 't2' has another target in tasks.jsonl" in complaints[0]
    assert "task 't3' is not among the run's" in complaints[1]


def test_trivial_answers_are_checked_too(run):
    with_tasks(run, t1="5")
    (run / "round_0").mkdir()
    good, wrong = (record(judge(got, "5"), got) for got in (5, 6))
    answers = [{"name": "echo", "task": "t1", "verdict": one["verdict"]} for one in (good, wrong)]
    answers.append({**answers[1], "verdict": {**answers[1]["verdict"], "verdict": "right"}})
    write_records(run / "round_0" / "baselines.jsonl", answers)
    findings = verify(run)
    assert findings.checked.total() == 3
    assert [complaint.split(": ")[0] for complaint in findings.complaints] == ["round_0/baselines.jsonl:3"]


def test_tasks_that_cannot_be_read_are_told(run, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "tasks.jsonl"
    outside.write_text('{"id": "t1", "target": "5"}\n')
    (run / "tasks.jsonl").symlink_to(outside)
    write(run, record(judge(5, "5"), 5))
    assert [complaint[:15] for complaint in verify(run).complaints] == ["tasks.jsonl:0: ", "round_1/explore"]


def test_command(run, capsys):
    write(run, record(judge(5, "5"), 5))
    assert main([f"run.dir={run}"]) == 0
    assert "1 certificates checked, 0 do not hold" in capsys.readouterr().out
    write(run, planted(record(judge(6, "5"), 6), verdict="right"))
    assert main([f"run.dir={run}"]) == 1
    assert "does not hold" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["run.dir="], ["rundir=x"], ["run.dir=/nowhere/at/all"]])
def test_a_mistake_in_the_command(arguments):
    done = subprocess.run(
        [sys.executable, "-m", "envisions.verify", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_a_folder_that_is_no_run(tmp_path):
    with pytest.raises(UserError, match="no round_0"):
        verify(tmp_path)
