"""Who reads a run's files changes nothing in them; who holds the lock mends what a kill has torn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from envisions.errors import UserError
from envisions.records import Task
from envisions.runs import layout
from envisions.runs.folder import RunDir, append_records, read_records
from envisions.runs.tasks import read_tasks, record_tasks

TORN = '{"n": 3, "ha'


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """Two whole records, and a third that is being written."""
    path = layout.round_folder(tmp_path, 1) / layout.EXPLORE
    path.parent.mkdir()
    append_records(path, [{"n": 1}, {"n": 2}])
    with open(path, "a") as file:
        file.write(TORN)
    return path


def numbers(path: Path) -> list[Any]:
    return read_records(path, lambda record: record["n"])


def test_a_reader_beside_a_writer_takes_nothing_away(records: Path) -> None:
    before = records.read_bytes()
    assert numbers(records) == [1, 2]
    assert records.read_bytes() == before
    with open(records, "a") as writer:
        writer.write('lf": true}\n')
    assert numbers(records) == [1, 2, 3]


def test_the_holder_of_the_lock_mends(records: Path, tmp_path: Path) -> None:
    with RunDir(tmp_path):
        assert records.read_text().endswith('{"n": 2}\n')
        append_records(records, [{"n": 4}])
    assert numbers(records) == [1, 2, 4]


def test_who_does_not_get_the_lock_mends_nothing(records: Path, tmp_path: Path) -> None:
    records.write_text("")
    with RunDir(tmp_path):
        records.write_text(TORN)
        with pytest.raises(UserError, match="another process"), RunDir(tmp_path):
            pass
        assert records.read_text() == TORN


@pytest.mark.parametrize(("content", "left"), [(TORN, ""), ("", ""), ("{}\n", "{}\n"), ("{}\n{", "{}\n")])
def test_what_mending_leaves(content: str, left: str, records: Path, tmp_path: Path) -> None:
    records.write_text(content)
    with RunDir(tmp_path):
        assert records.read_text() == left


def test_other_damage_is_told(records: Path) -> None:
    records.write_text('{"n": 1}\n{"n"\n{"n": 2}\n')
    with pytest.raises(UserError, match="line 2 of"):
        numbers(records)


def test_rounds_are_folders_with_a_number(tmp_path: Path) -> None:
    for name in ("round_10", "round_2", "round_02", "round_x", "round_", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / "round_3").write_text("")
    (tmp_path / "round_4").symlink_to(tmp_path / "other")
    assert layout.rounds(tmp_path) == [2, 10]


TASKS = {
    "train": [Task("1 + 1?", 2, "g1", 1, gold="return 2")],
    "test": [Task("a, b?", ("a", {"b": 1.5}), "g2", 3, kind="words")],
}


def test_tasks_are_recorded_without_their_solutions(tmp_path: Path) -> None:
    record_tasks(tmp_path, TASKS)  # type: ignore[arg-type]
    lines = [json.loads(line) for line in (tmp_path / layout.TASKS).read_text().splitlines()]
    assert lines[0] == {
        "id": TASKS["train"][0].id,
        "side": "train",
        "group": "g1",
        "level": 1,
        "question": "1 + 1?",
        "target": 2,
        "kind": "",
    }
    assert lines[1]["target"] == {"$tuple": ["a", {"$dict": [["b", 1.5]]}]}
    assert [task.side for task in read_tasks(tmp_path)] == ["train", "test"]


def test_tasks_are_written_once(tmp_path: Path) -> None:
    record_tasks(tmp_path, TASKS)  # type: ignore[arg-type]
    path = tmp_path / layout.TASKS
    written = path.stat().st_mtime_ns
    record_tasks(tmp_path, TASKS)  # type: ignore[arg-type]
    assert path.stat().st_mtime_ns == written
    path.write_text(path.read_text().replace('"target": 2', '"target": 3'))
    with pytest.raises(UserError, match=r"tasks\.jsonl' holds other tasks"):
        record_tasks(tmp_path, TASKS)  # type: ignore[arg-type]
