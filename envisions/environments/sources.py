"""Reads questions with answers from a file or from the model hub; what `env.data=` names.

files.py says which files, folders and hub names. A row has its question under `question` or `input`, its
answer under `answer` or `target`, or where `Columns` say; other fields are ignored.

An answer that is text is read as GSM8K's: what follows the last `####`, where there is one; if it
then spells a plain number ("$1,250", "18.0"), it becomes that number. Numbers become exact plain
data (43.0 is 43). LaTeX, fractions and words stay text, for the environment's judge to read.
"""

from __future__ import annotations

import json
import math
import re
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any, Final

from envisions.environments.files import Parts, parts_of
from envisions.environments.similarity import mask
from envisions.environments.splits import TaskSplit, keep_split, split_by_group
from envisions.errors import UserError, did_you_mean
from envisions.records import Split, Task

QUESTION = ("question", "input")
ANSWER = ("answer", "target")
ReadRow = Callable[[Mapping[str, Any], str], Task]  # a row and its place, for an error

_NUMBER = re.compile(r"-?\$?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?", re.ASCII)


@dataclass(frozen=True)
class Columns:
    """Where a row has its question and its answer, if under other names than usual: a column, or a path into
    a nested one ("reward_model.ground_truth", "prompt.0.content")."""

    question: str | None = None
    answer: str | None = None

    def named(self, row: Mapping[str, Any], where: str) -> Mapping[str, Any]:
        """The row with its question and answer under the usual names, over what it has of its own. Raises
        UserError where there is no such column."""
        chosen = {"question": self.question, "answer": self.answer}
        named = {name: self._of(row, name, path, where) for name, path in chosen.items() if path}
        return ChainMap(named, dict(row))

    def _of(self, row: Mapping[str, Any], name: str, path: str, where: str) -> Any:
        try:
            return _get(row, path)
        except (LookupError, ValueError) as error:
            columns = list(_paths(row))
            raise UserError(
                f"{where} has no column '{path}', which env.{name} names.{did_you_mean(path, columns)}"
                f" Its columns: {', '.join(columns)}"
            ) from error


AS_USUAL: Final = Columns()


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


def read_tasks(
    source: str, split: Split, read: ReadRow = read_row, columns: Columns = AS_USUAL
) -> list[Task]:
    """The tasks of a file, or those of one split of a folder or hub data set (its only one, if it has one),
    each row as `read` makes it.

    Raises UserError, in one sentence, for whatever is wrong with the source.
    """
    return _tasks(source, parts_of(source), split, read, columns)


def _tasks(source: str, parts: Parts, split: Split, read: ReadRow, columns: Columns) -> list[Task]:
    rows = parts.get(split, parts["train"])()
    tasks = [_task(row, f"{source}: row {number}", read, columns) for number, row in rows]
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
    columns: Columns = AS_USUAL,
) -> TaskSplit:
    """The training and test tasks of `env.data`, by the rules of `envisions.environments.splits`.

    The source's own split is kept where there is one: `test_data`, or the test split of a folder or hub data
    set. Questions like those in `exclude` (a prompt's worked examples) do not become tasks.
    """
    masked = {mask(question) for question in exclude}

    def tasks(source: str, parts: Parts, split: Split) -> list[Task]:
        found = _tasks(source, parts, split, read, columns)
        return [task for task in found if mask(task.question) not in masked]

    parts = parts_of(data)
    train = tasks(data, parts, "train")
    if test_data is not None:
        return keep_split(train, tasks(test_data, parts_of(test_data), "test"), n_train, n_test, seed)
    if "test" in parts:
        return keep_split(train, tasks(data, parts, "test"), n_train, n_test, seed)
    return split_by_group(train, n_train, n_test, seed)


def plain_answer(answer: Any) -> Any:
    """The answer as exact plain data: a JSON value. Raises ValueError where there is none (null, empty, nan),
    or something that JSON cannot hold."""
    if isinstance(answer, Decimal | date | time):
        answer = str(answer)
    if isinstance(answer, str):
        text = answer.rsplit("####", 1)[-1].strip()
        answer = _number(text) if _NUMBER.fullmatch(text) else text
    if isinstance(answer, float):
        if math.isnan(answer):
            raise ValueError("it is not a number")
        return int(answer) if answer.is_integer() else answer
    if answer is None or answer in ("", [], {}):
        raise ValueError("it is empty")
    if isinstance(answer, str) and answer.lower() == "nan":
        raise ValueError("it is not a number")
    if not isinstance(answer, str | int | list | Mapping):
        raise ValueError(f"it is {type(answer).__name__}, and neither text, a number nor a list")
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
    own = row.maps[-1] if isinstance(row, ChainMap) else row
    found = ", ".join(map(repr, own)) or "none"
    remedy = f"rename one, or name yours, as env.{names[0]}=COLUMN"
    raise UserError(f"{where} lacks a field {wanted} (its fields: {found}): {remedy}")


def _task(row: Any, where: str, read: ReadRow, columns: Columns) -> Task:
    if not isinstance(row, Mapping):
        raise UserError(f"{where} is not an object with the fields 'question' and 'answer', but {row!r:.60}")
    task = read(columns.named(row, where), where)
    try:
        json.dumps([task.question, task.target], ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError as error:
        raise UserError(f"{where} has half a character ({error.object[error.start]!r}): mend it") from error
    return task


def _get(row: Any, column: str) -> Any:
    """The value under a column's name, or under a path of names and places with dots between. Raises
    LookupError."""
    if isinstance(row, Mapping) and column in row:
        return row[column]
    first, dot, rest = column.partition(".")
    if isinstance(row, list) and first.isdecimal():
        inner = row[int(first)]
    elif isinstance(row, Mapping) and dot:
        inner = row[first]
    else:
        raise LookupError(column)
    return _get(inner, rest) if dot else inner


def _paths(row: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """The names of all columns, inner ones with dots."""
    for name, value in row.items():
        if isinstance(value, Mapping) and value:
            yield from _paths(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"
