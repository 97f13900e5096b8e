"""Tables, folders and columns: the same tasks, whatever they are kept in."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from envisions.environments.sources import Columns, load_split, plain_answer, read_tasks
from envisions.errors import UserError
from envisions.settings.build import build

ROWS = [{"question": f"How many are {i} and 1?", "answer": i + 1} for i in range(6)]
KEPT = [(row["question"], row["answer"]) for row in ROWS]


def tasks(path: Path, question: str | None = None, answer: str | None = None) -> list[tuple[str, Any]]:
    found = read_tasks(str(path), "train", columns=Columns(question, answer))
    return [(task.question, task.target) for task in found]


def write_csv(path: Path, rows: Sequence[Any]) -> None:
    path.write_text("question,answer\n" + "".join(f"{row['question']},{row['answer']}\n" for row in rows))


def write_jsonl(path: Path, rows: Sequence[Any]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def write_parquet(path: Path, rows: Sequence[Any]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(list(rows)), path)


def save_to_disk(path: Path, rows: Sequence[Any]) -> None:
    from datasets import Dataset

    Dataset.from_list(list(rows)).save_to_disk(path)


def save_split(path: Path, rows: Sequence[Any]) -> None:
    from datasets import Dataset, DatasetDict

    DatasetDict({"train": Dataset.from_list(list(rows))}).save_to_disk(path)


def as_on_the_hub(path: Path, rows: Sequence[Any]) -> None:
    (path / "data").mkdir(parents=True)
    write_parquet(path / "data/train-00000-of-00001.parquet", rows)


WRITERS: dict[str, Callable[[Path, Sequence[Any]], None]] = {
    "a.csv": write_csv,
    "A.CSV": write_csv,
    "a.jsonl": write_jsonl,
    "a.json": write_jsonl,
    "a.parquet": write_parquet,
    "saved": save_to_disk,
    "saved split": save_split,
    "hub": as_on_the_hub,
}


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """`datasets` keeps what it has read in a cache."""
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path_factory.getbasetemp() / "cache")


@pytest.mark.parametrize("name", WRITERS)
def test_every_kind_gives_the_same_tasks(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    WRITERS[name](tmp_path / name, ROWS)
    capfd.readouterr()
    assert tasks(tmp_path / name) == KEPT
    assert capfd.readouterr().err == ""


def test_an_empty_name_is_no_folder() -> None:
    with pytest.raises(UserError, match="is empty: name a file"):
        read_tasks(" ", "train")


def test_a_home_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write_csv(tmp_path / "a.csv", ROWS)
    assert tasks(Path("~/a.csv")) == KEPT


def test_the_fields_that_are_told_are_the_file_s_own(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("problem,solution\nHow many?,3\n")
    with pytest.raises(UserError, match=r"lacks a field 'answer'.*: 'problem', 'solution'\)"):
        tasks(tmp_path / "a.csv", question="problem")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("quotes.csv", 'question,answer\n"He said ""two"", and left.",2\n', ('He said "two", and left.', 2)),
        ("newlines.csv", 'question,answer\n"One line,\nanother",a\n', ("One line,\nanother", "a")),
        ("windows.csv", '\ufeffquestion,answer\r\n"One\r\ntwo",a\r\n\r\n', ("One\ntwo", "a")),
        ("spaced.csv", 'question, answer\nHow many?, "1,250"\n', ("How many?", 1250)),
        ("empty.csv", "\nquestion,answer\n\n,\n  ,\nHow many?,3\n,\n", ("How many?", 3)),
        ("excel.csv", "question;answer\nHow many, if any?;3\n", ("How many, if any?", 3)),
        ("tabs.tsv", "question\tanswer\nHow many, if any?\t3\n", ("How many, if any?", 3)),
        ("more.csv", "id,answer,question\n1,3.0,How many?\n", ("How many?", 3)),
        ("index.csv", ",question,answer\n0,How many?,3\n", ("How many?", 3)),
        ("gsm.csv", 'question,answer\nHow many?,"So many.\n#### 1,200"\n', ("How many?", 1200)),
        ("minus.csv", "question,answer\nHow many?,-3\n", ("How many?", -3)),
        ("word.csv", "question,answer\nWhich?,None of them\n", ("Which?", "None of them")),
        ("umlaut.csv", "question,answer\nWie groß?,größer\n", ("Wie groß?", "größer")),
    ],
)
def test_tables_as_they_are_found(name: str, text: str, expected: tuple[str, Any], tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(text.encode())
    assert tasks(tmp_path / name) == [expected]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "nan.csv",
            "question,answer\nHow many?,NaN\n",
            "row 1 has no answer under 'answer': it is not a number",
        ),
        (
            "blank.csv",
            "question,answer\nA?,1\n\nB?,\n",
            "row 3 has no answer under 'answer': it is empty",
        ),
        ("short.csv", "question,answer\nTwo?\n", "row 1 has no answer under 'answer': it is empty"),
        ("long.csv", "question,answer\nHow many, if any?,3\n", "row 1 (line 2) has 3 cells and the header 2"),
        ("open.csv", 'question,answer\n"How many?,3\n', "malformed at line 2"),
        ("twice.csv", "question,answer,answer\na,1,2\n", "two columns named 'answer'"),
        ("names.csv", "problem,solution\na,1\n", "'solution'): rename one, or name yours, as env.question"),
        ("header.csv", "question,answer\n", "holds no rows"),
        ("nothing.csv", "", "holds no rows"),
        ("latin.csv", "question,answer\nWie groß?,1\n".encode("latin-1"), "not UTF-8"),
        ("excel.csv", "question,answer\n".encode("utf-16"), "convert it to UTF-8"),
        ("unmarked.csv", "question,answer\n".encode("utf-16-le"), "convert it to UTF-8"),
        ("packed.csv.gz", gzip.compress(b"question,answer\n"), "unpack it first"),
        ("book.xlsx", b"PK\x03\x04\x14\x00\x06\x00", "save it as .csv"),
        ("table.txt", b"question,answer\na,1\n", "not one JSON object (a table's name ends in .csv"),
        ("endless.csv", b'question,answer\n"' + b"x" * 131_073, "131,072 characters: close its quote"),
        ("text.parquet", "question,answer\n", "cannot be read as Parquet"),
        ("huge.jsonl", '{"question": "?", "answer": 1' + "0" * 5000 + "}", "more than 4,300 digits"),
        ("huge.json", '[{"question": "?", "answer": 1' + "0" * 5000 + "}]", "more than 4,300 digits"),
        ("half.jsonl", '{"question": "a\\ud800?", "answer": 1}', "row 1 has half a character"),
        ("half.jsonl", '{"question": "a?", "answer": "\\ud800"}', "row 1 has half a character"),
        ("list.jsonl", '{"question": "a?", "answer": []}', "it is empty"),
        ("object.jsonl", '{"question": "a?", "answer": {}}', "it is empty"),
    ],
)
def test_what_is_wrong_is_one_sentence(name: str, text: str | bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UserError) as caught:
        tasks(tmp_path / name)
    assert said in str(caught.value)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


VERL = {
    "prompt": [{"role": "user", "content": "How many are 2 and 3?"}],
    "reward_model": {"style": "rule", "ground_truth": "5"},
    "extra.info": 7,
}


@pytest.mark.parametrize("name", ["a.jsonl", "a.parquet", "saved"])
def test_columns_may_have_other_names_and_be_nested(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / name, [VERL])
    asked = "How many are 2 and 3?"
    assert tasks(tmp_path / name, "prompt.0.content", "reward_model.ground_truth") == [(asked, 5)]
    assert tasks(tmp_path / name, "prompt.0.content", "extra.info") == [(asked, 7)]


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        ("quesion", None, "no column 'quesion', which env.question names. Did you mean 'question'?"),
        (None, "anwser", "no column 'anwser', which env.answer names. Did you mean 'answer'?"),
        ("zzz", None, "Its columns: question, answer, more.of"),
        (None, "more.off", "Did you mean 'more.of'?"),
        (None, "answer.0", "no column 'answer.0'"),
        (None, "question.x", "no column 'question.x'"),
        (None, "", None),
    ],
)
def test_a_column_that_is_not_there(
    question: str | None, answer: str | None, said: str | None, tmp_path: Path
) -> None:
    write_jsonl(tmp_path / "a.jsonl", [{"question": "How many?", "answer": 1, "more": {"of": 1}}])
    if said is None:
        assert tasks(tmp_path / "a.jsonl", question, answer) == [("How many?", 1)]
        return
    with pytest.raises(UserError) as caught:
        tasks(tmp_path / "a.jsonl", question, answer)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_column_that_is_named_wins(tmp_path: Path) -> None:
    write_jsonl(tmp_path / "a.jsonl", [{"question": "No?", "problem": "Yes?", "answer": 1, "gold": 2}])
    assert tasks(tmp_path / "a.jsonl", "problem", "gold") == [("Yes?", 2)]


def test_missing_cells_of_a_parquet_file(tmp_path: Path) -> None:
    write_parquet(tmp_path / "a.parquet", [*ROWS, {"question": None, "answer": None}])
    assert tasks(tmp_path / "a.parquet") == KEPT
    write_parquet(tmp_path / "b.parquet", [{"question": "a?", "answer": float("nan")}])
    with pytest.raises(UserError, match="row 1 has no answer under 'answer': it is not a number"):
        tasks(tmp_path / "b.parquet")


@pytest.mark.parametrize(
    ("answer", "plain"), [(Decimal("1.50"), 1.5), (Decimal(7), 7), (date(2020, 1, 2), "2020-01-02")]
)
def test_answers_of_tables_are_plain_data(answer: Any, plain: Any) -> None:
    assert plain_answer(answer) == plain


def test_bytes_are_no_answer() -> None:
    with pytest.raises(ValueError, match="it is bytes"):
        plain_answer(b"1")


def _two_sides(folder: Path) -> None:
    from datasets import Dataset, DatasetDict

    DatasetDict(train=Dataset.from_list(ROWS[:4]), test=Dataset.from_list(ROWS[3:])).save_to_disk(folder)


def _two_files(folder: Path) -> None:
    folder.mkdir()
    write_jsonl(folder / "train.jsonl", ROWS[:4])
    write_jsonl(folder / "test.jsonl", ROWS[3:])


def _a_card(folder: Path) -> None:
    folder.mkdir()
    write_csv(folder / "a.csv", ROWS[:4])
    write_csv(folder / "b.csv", ROWS[3:])
    splits = "".join(
        f"  - split: {name}\n    path: {file}\n" for name, file in (("train", "a.csv"), ("test", "b.csv"))
    )
    (folder / "README.md").write_text(f"---\nconfigs:\n- config_name: default\n  data_files:\n{splits}---\n")


@pytest.mark.parametrize("make", [_two_sides, _two_files, _a_card])
def test_a_folder_s_own_split_is_kept(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "folder")
    split = load_split(str(tmp_path / "folder"), None, 3, 3, seed=0)
    assert {task.target for task in split.train} == {1, 2, 3}
    assert {task.target for task in split.test} == {4, 5, 6}
    assert split.counts["train_also_in_test"] == 1


def test_questions_with_several_answers_are_counted(tmp_path: Path) -> None:
    twice = [{**ROWS[0], "answer": 99}, {**ROWS[1], "answer": 2.0}]
    write_jsonl(tmp_path / "train.jsonl", [*ROWS[:4], *twice])
    write_jsonl(tmp_path / "test.jsonl", ROWS[4:])
    split = load_split(str(tmp_path / "train.jsonl"), str(tmp_path / "test.jsonl"), 4, 2, seed=0)
    assert (split.counts["distinct"], split.counts["conflicting"]) == (6, 1)


def test_a_folder_may_be_the_one_at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _two_files(tmp_path / "folder")
    monkeypatch.chdir(tmp_path / "folder")
    assert tasks(Path()) == KEPT[:4]


def test_a_folder_may_be_the_test_data(tmp_path: Path) -> None:
    _two_sides(tmp_path / "both")
    save_to_disk(tmp_path / "one", ROWS[3:])
    write_csv(tmp_path / "train.csv", ROWS[:3])
    for test_data in ("both", "one"):
        split = load_split(str(tmp_path / "train.csv"), str(tmp_path / test_data), 3, 3, seed=0)
        assert {task.target for task in split.test} == {4, 5, 6}


def test_folders_that_are_no_data_set_are_one_sentence(tmp_path: Path) -> None:
    from datasets import Dataset, DatasetDict

    rows = Dataset.from_list(ROWS)
    DatasetDict(dev=rows, held=rows).save_to_disk(tmp_path / "names")
    with pytest.raises(UserError, match=r"has the splits dev, held and none named 'train'"):
        tasks(tmp_path / "names")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/state.json").write_text("{")
    (tmp_path / "broken/dataset_info.json").write_text("{")
    with pytest.raises(UserError, match=r"is a folder that cannot be read .*: name the data file"):
        tasks(tmp_path / "broken")
    with pytest.raises(UserError, match="no such data file"):
        tasks(tmp_path / "none.parquet")


@pytest.mark.parametrize(("name", "module"), [("a.parquet", "pyarrow.parquet"), ("saved", "datasets")])
def test_what_is_not_installed_is_named(
    name: str, module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    WRITERS[name](tmp_path / name, ROWS)
    monkeypatch.setitem(sys.modules, module, None)
    package = module.partition(".")[0]
    with pytest.raises(
        UserError, match=rf"needs the package {package}: pip install {package} \(or 'envisions\[data\]'\)"
    ):
        tasks(tmp_path / name)


@pytest.mark.parametrize("env", ["math.MathEnvironment", "program.DataEnvironment"])
def test_columns_are_keys_of_every_environment_with_data(env: str, tmp_path: Path) -> None:
    words = [chr(97 + i) * 4 for i in range(26)]
    rows = [{"asked": f"{word} {word[::-1]} {i}?", "value": i + 1} for i, word in enumerate(words)]
    write_csv(tmp_path / "a.csv", [{"question": row["asked"], "answer": row["value"]} for row in rows])
    (tmp_path / "a.csv").write_text(
        (tmp_path / "a.csv").read_text().replace("question,answer", "asked,value")
    )
    config = {"_target_": f"envs.{env}", "n_train": 5, "n_test": 3, "data": str(tmp_path / "a.csv")}
    environment = build({**config, "question": "asked", "answer": "value"}, group="env")
    assert {task.target for task in environment.tasks("train")} <= set(range(1, 27))
    with pytest.raises(UserError, match=r"env\.question is given without env\.data"):
        build({**config, "data": None, "question": "asked"}, group="env")


def test_answers_of_theories_may_be_in_another_column(tmp_path: Path) -> None:
    row = {"story": "Bob is kind.\nTrue, false or unknown: Bob is kind.", "label": "Uncertain"}
    write_jsonl(tmp_path / "a.jsonl", [row])
    keys = {
        "n_train": 1,
        "n_test": 1,
        "data": str(tmp_path / "a.jsonl"),
        "test_data": str(tmp_path / "a.jsonl"),
    }
    config = {"_target_": "envs.logic.LogicEnvironment", "semantics": "open", **keys}
    with pytest.raises(UserError, match="tasks on the train side"):  # read, and its twin is a test task
        build({**config, "question": "story", "answer": "label"}, group="env")
    with pytest.raises(UserError, match="lacks a field 'question'"):
        build(config, group="env")
