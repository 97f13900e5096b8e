"""Reads questions with answers from a file or from the model hub; what `env.data=` names.

A `.json` file holds an array of objects (or {"data": [...]}), any other file one JSON object a line.
An object has its question under `question` or `input`, its answer under `answer` or `target`; other
fields are ignored. `hub:owner/name` or `hub:owner/name:config` names a data set for `datasets`.

An answer that is text is read as GSM8K's: what follows the last `####`, where there is one; if it
then spells a plain number ("$1,250", "18.0"), it becomes that number. Numbers become exact plain
data (43.0 is 43). LaTeX, fractions and words stay text, for the environment's judge to read.
"""

from __future__ import annotations

import json
import logging
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from envisions.environments.similarity import mask
from envisions.environments.splits import TaskSplit, keep_split, split_by_group
from envisions.errors import UserError
from envisions.records import Split, Task

HUB = "hub:"
QUESTION = ("question", "input")
ANSWER = ("answer", "target")
ReadRow = Callable[[Mapping[str, Any], str], Task]  # a row and its place, for an error

_NUMBER = re.compile(r"-?\$?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?", re.ASCII)


def read_row(row: Mapping[str, Any], where: str) -> Task:
    """The task in a row with a question and an answer; `where` names the row, for a UserError."""
    question = row[field_of(row, QUESTION, where)]
    if not isinstance(question, str) or not question.strip():
        raise UserError(f"{where} has no text under its question field, but {question!r:.60}")
    name = field_of(row, ANSWER, where)
    try:
        return Task(question.strip(), plain_answer(row[name]))
    except ValueError as error:
        raise UserError(f"{where} has no answer under {name!r}: {error}") from error


def read_tasks(source: str, split: Split, read: ReadRow = read_row) -> list[Task]:
    """The tasks of a file, or those of one split of a hub data set, each row as `read` makes it.

    Raises UserError, in one sentence, for whatever is wrong with the source.
    """
    rows = _hub_rows(source, split) if source.startswith(HUB) else _file_rows(Path(source))
    tasks = [_task(row, f"{source}: row {number}", read) for number, row in enumerate(rows, start=1)]
    if not tasks:
        raise UserError(f"{source} holds no rows: give a file with at least one question and its answer")
    return tasks


def load_split(
    data: str,
    test_data: str | None,
    n_train: int,
    n_test: int,
    seed: int,
    exclude: Iterable[str] = (),
    read: ReadRow = read_row,
) -> TaskSplit:
    """The training and test tasks of `env.data`, by the rules of `envisions.environments.splits`.

    The source's own split is kept where there is one: `test_data`, or a hub data set's test split.
    Questions like those in `exclude` (a prompt's worked examples) do not become tasks.
    """
    masked = {mask(question) for question in exclude}

    def tasks(source: str, split: Split) -> list[Task]:
        return [task for task in read_tasks(source, split, read) if mask(task.question) not in masked]

    if test_data is None and not data.startswith(HUB):
        return split_by_group(tasks(data, "train"), n_train, n_test, seed)
    return keep_split(tasks(data, "train"), tasks(test_data or data, "test"), n_train, n_test, seed)


def plain_answer(answer: Any) -> Any:
    """The answer as exact plain data. Raises ValueError where there is none (null, empty, nan)."""
    if isinstance(answer, str):
        text = answer.rsplit("####", 1)[-1].strip()
        answer = _number(text) if _NUMBER.fullmatch(text) else text
    if isinstance(answer, float):
        if math.isnan(answer):
            raise ValueError("it is not a number")
        return int(answer) if answer.is_integer() else answer
    if answer is None or answer == "":
        raise ValueError("it is empty")
    return answer


def _number(text: str) -> int | float:
    digits = re.sub(r"[$,]", "", text)
    return float(digits) if "." in digits else int(digits)


def field_of(row: Mapping[str, Any], names: Sequence[str], where: str) -> str:
    """The first of `names` that the row has. Raises UserError where it has none."""
    for name in names:
        if name in row:
            return name
    wanted = " or ".join(map(repr, names))
    found = ", ".join(map(repr, row)) or "none"
    raise UserError(f"{where} lacks a field {wanted} (its fields: {found}): rename or add it")


def _task(row: Any, where: str, read: ReadRow) -> Task:
    if not isinstance(row, Mapping):
        raise UserError(f"{where} is not an object with the fields 'question' and 'answer', but {row!r:.60}")
    return read(row, where)


def _file_rows(path: Path) -> Iterable[Any]:
    text = _text(path)
    if path.suffix != ".json":
        return _lines(path, text)
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":  # JSON lines under the other name
            return _lines(path, text)
        raise UserError(f"{path} is malformed at line {error.lineno}: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is malformed: {error}") from error
    rows = whole.get("data", [whole]) if isinstance(whole, Mapping) else whole
    if not isinstance(rows, list):
        raise UserError(f"{path} is neither an array of objects nor {{'data': [...]}}")
    return rows


def _lines(path: Path, text: str) -> list[Any]:
    rows = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                rows.append(json.loads(line))
            except (ValueError, RecursionError) as error:
                raise UserError(f"{path} is malformed at line {number}: it is not one JSON object") from error
    return rows


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise UserError(f"no such data file: {path} (is the path relative to another folder?)") from error
    except IsADirectoryError as error:
        raise UserError(f"{path} is a folder: name the data file inside it") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text (byte {error.start}): convert it first") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"cannot read the data file {path}: {reason}") from error


def _hub_rows(source: str, split: Split) -> Iterable[Any]:
    name, _, config = source.removeprefix(HUB).partition(":")
    if not re.fullmatch(r"\w[\w.-]*/\w[\w.-]*", name):
        raise UserError(f"{source!r} does not name a data set: write hub:owner/name or hub:owner/name:config")
    try:
        from datasets import load_dataset
        from datasets.exceptions import DatasetsError
    except ImportError as error:
        raise UserError(f"{source} needs the package datasets: pip install datasets") from error
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # a warning for every retry
    try:
        rows: Iterable[Any] = load_dataset(name, config or None, split=split)
    except (OSError, ValueError, RuntimeError, DatasetsError) as error:
        reason = str(error).strip().split("\n")[0]
        raise UserError(
            f"cannot load the {split} split of {source} ({reason}): check the name and the network, "
            f"or download the file and give its path"
        ) from error
    return rows
