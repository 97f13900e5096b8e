"""Data files: what is read, and the one sentence for everything that is wrong with one."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from envisions.environments.sources import load_split, plain_answer, read_tasks
from envisions.errors import UserError

ROW = '{"question": "How many?", "answer": "so many #### 3"}'


def write(path: Path, content: str | bytes) -> str:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", ROW + "\n\n" + ROW + "\n"),
        ("windows.jsonl", "\ufeff" + ROW + "\r\n" + ROW + "\r\n"),
        ("a.json", f"[{ROW},\n {ROW}]"),
        ("wrapped.json", json.dumps({"data": [json.loads(ROW)] * 2}, indent=2)),
        ("lines.json", ROW + "\n" + ROW),
        ("input.txt", '{"input": "How many?", "target": 3.0, "id": 7}\n' * 2),
    ],
)
def test_forms_that_are_read(tmp_path: Path, name: str, content: str) -> None:
    tasks = read_tasks(write(tmp_path / name, content), "train")
    assert [(task.question, task.target) for task in tasks] == [("How many?", 3)] * 2


@pytest.mark.parametrize(
    ("answer", "plain"),
    [
        (43.0, 43),
        (1.75, 1.75),
        ("43.0", 43),
        ("#### 1,250", 1250),
        ("He has 3 * 4 = 12.\n#### $12", 12),
        ("#### -7", -7),
        ("#### 3\n#### 4", 4),
        ("007", 7),
        ("0.5", 0.5),
        ("-$5", -5),
        ("1,25", "1,25"),
        ("\\frac{1}{2}", "\\frac{1}{2}"),
        ("50%", "50%"),
        ("٣", "٣"),
        ("1_000", "1_000"),
        (True, True),
        ([1, 2], [1, 2]),
        (10**30, 10**30),
    ],
)
def test_answers_become_exact_plain_data(answer: object, plain: object) -> None:
    got = plain_answer(answer)
    assert got == plain
    assert type(got) is type(plain)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.jsonl", "", "holds no rows"),
        ("empty.json", "[]", "holds no rows"),
        ("bad.jsonl", ROW + "\n\n{oops}\n", "malformed at line 3"),
        ("bad.json", f"[{ROW},\n{{oops}}]", "malformed at line 2"),
        ("cut.json", f"[{ROW},", "malformed at line 1"),
        ("deep.json", "[" * 100_000, "malformed"),
        ("number.json", "7", "neither an array"),
        ("list.jsonl", "[1]\n", "row 1 is not an object"),
        (
            "field.jsonl",
            ROW + '\n{"question": "?", "solution": 1}',
            "row 2 lacks a field 'answer' or 'target'",
        ),
        ("names.jsonl", '{"problem": "?", "answer": 1}', "its fields: 'problem', 'answer'"),
        (
            "none.jsonl",
            '{"question": "?", "answer": null}',
            "row 1 has no answer under 'answer': it is empty",
        ),
        ("blank.jsonl", '{"question": "?", "answer": "x ####  "}', "it is empty"),
        ("nan.jsonl", '{"question": "?", "answer": NaN}', "not a number"),
        ("question.jsonl", '{"question": " ", "answer": 1}', "row 1 has no text"),
        ("latin.jsonl", '{"question": "Fünf?", "answer": 5}'.encode("latin-1"), "not UTF-8"),
        ("binary.jsonl", b"\x89PNG\r\n\x00", "not UTF-8"),
    ],
)
def test_wrong_files_are_one_sentence(tmp_path: Path, name: str, content: str | bytes, said: str) -> None:
    path = write(tmp_path / name, content)
    with pytest.raises(UserError, match=re.escape(said)) as caught:
        read_tasks(path, "train")
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_files_and_folders_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such data file"):
        read_tasks(str(tmp_path / "none.jsonl"), "train")
    with pytest.raises(UserError, match="is a folder"):
        read_tasks(str(tmp_path), "train")
    with pytest.raises(UserError, match="cannot read the data file"):
        read_tasks(str(tmp_path / ("x" * 300)), "train")
    with pytest.raises(UserError, match="cannot read the data file"):
        read_tasks("a\0b", "train")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable_files_are_one_sentence(tmp_path: Path) -> None:
    path = write(tmp_path / "secret.jsonl", ROW)
    Path(path).chmod(0)
    with pytest.raises(UserError, match="cannot read the data file"):
        read_tasks(path, "train")


def test_own_split_is_kept_and_exact_duplicates_leave_training(tmp_path: Path) -> None:
    rows = [{"question": f"How many are {i} and 1?", "answer": i + 1} for i in range(10)]
    train = write(tmp_path / "train.json", json.dumps(rows[:6]))
    test = write(tmp_path / "test.json", json.dumps(rows[5:]))
    split = load_split(train, test, 5, 5, seed=0)
    assert {task.target for task in split.train} == {1, 2, 3, 4, 5}
    assert {task.target for task in split.test} == {6, 7, 8, 9, 10}
    assert split.counts["train_also_in_test"] == 1


@pytest.mark.parametrize("source", ["hub:gsm8k", "hub:", "hub:a/b/c", "hub:../x:main"])
def test_a_hub_name_without_owner_is_one_sentence(source: str) -> None:
    with pytest.raises(UserError, match=r"write hub:owner/name"):
        read_tasks(source, "train")


def test_hub_data_are_read_with_both_splits(tmp_path: Path) -> None:
    """`datasets` takes a folder of that name before it asks the hub, so the real loader runs offline."""
    folder = tmp_path / "owner" / "name"
    folder.mkdir(parents=True)
    for split, answer in (("train", 1), ("test", 2)):
        row = {"question": f"The {split} question?", "answer": f"so it is #### {answer}"}
        (folder / f"{split}.jsonl").write_text(json.dumps(row))
    code = (
        "from envisions.environments.sources import load_split\n"
        "from envisions.errors import UserError\n"
        "split = load_split('hub:owner/name', None, 1, 1, 0)\n"
        "print(split.train[0].target, split.test[0].target)\n"
        "for source in ('hub:owner/name:nope', 'hub:owner/other'):\n"
        "    try:\n"
        "        load_split(source, None, 1, 1, 0)\n"
        "    except UserError as error:\n"
        "        print(error)\n"
    )
    offline = {"HF_HOME": str(tmp_path / "cache"), "HF_HUB_OFFLINE": "1", "PYTHONPATH": os.getcwd()}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | offline, cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    numbers, config, missing = done.stdout.strip().split("\n")
    assert numbers == "1 2"
    assert "cannot load the train split of hub:owner/name:nope" in config
    assert "cannot load the train split of hub:owner/other" in missing


def test_without_datasets_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(UserError, match="pip install datasets"):
        read_tasks("hub:owner/name", "train")
