"""The rows of data files, folders and hub data sets, as plain data. What is wrong with one is one sentence.

A `.json` file holds an array of objects (or {"data": [...]}), a `.csv` or `.tsv` file a header and a line a
row, a `.parquet` file columns, any other file one JSON object a line. A folder is one that `datasets` saved
(`save_to_disk`) or one of data files that it reads, such as a copy of a hub repository. Text is UTF-8, with
or without a byte order mark.
"""

from __future__ import annotations

import csv
import io
import json
import logging
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from envisions.errors import UserError
from envisions.records import Split

HUB = "hub:"
Rows = Iterable[tuple[int, Any]]  # with their numbers, from 1
Parts = Mapping[Split, Callable[[], Rows]]  # read when called
_INSTEAD = {  # of what is no text: what is read in its place
    **dict.fromkeys((".gz", ".bz2", ".xz", ".zst", ".zip", ".tar"), "unpack it first"),
    **dict.fromkeys((".xlsx", ".xls", ".ods"), "save it as .csv"),
}


def parts_of(source: str) -> Parts:
    """The training rows of a source, and its test rows where it has any apart. Raises UserError, or does so
    when they are read."""
    if not source.strip():
        raise UserError("env.data is empty: name a file, a folder or hub:owner/name, or leave it out")
    if source.startswith(HUB):
        return {"train": partial(_hub_rows, source, "train"), "test": partial(_hub_rows, source, "test")}
    path = Path(os.path.expanduser(source))
    try:
        is_folder = path.is_dir()
    except (OSError, ValueError):  # a name that no file can have
        is_folder = False
    return _folder_parts(path) if is_folder else {"train": partial(_file_rows, path)}


def _file_rows(path: Path) -> Rows:
    kind = path.suffix.lower()
    if kind == ".parquet":
        return _parquet_rows(path)
    text = _text(path)
    if kind in (".csv", ".tsv"):
        return _table_rows(path, text)
    return enumerate(_objects(path, text) if kind == ".json" else _lines(path, text), start=1)


def _objects(path: Path, text: str) -> Sequence[Any]:
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data":  # JSON lines under the other name
            return _lines(path, text)
        raise UserError(f"{path} is malformed at line {error.lineno}: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path} is malformed: {_reason(error)}") from error
    rows = whole.get("data", [whole]) if isinstance(whole, Mapping) else whole
    if not isinstance(rows, list):
        raise UserError(f"{path} is neither an array of objects nor {{'data': [...]}}")
    return rows


_NO_OBJECT = "it is not one JSON object (a table's name ends in .csv, .tsv or .parquet)"


def _lines(path: Path, text: str) -> list[Any]:
    rows = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                rows.append(json.loads(line))
            except (ValueError, RecursionError) as error:
                long = _NO_OBJECT if "digits" not in str(error) else _reason(error)
                raise UserError(f"{path} is malformed at line {number}: {long}") from error
    return rows


def _table_rows(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows without anything in them are left out. Cells are parted by what the header has most of: commas,
    semicolons or tabs."""
    text = text.lstrip("\r\n")
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        header = [name.strip() for name in next(reader, ())]
        if twice := [name for name, count in Counter(header).items() if name and count > 1]:
            raise UserError(f"{path} has two columns named '{twice[0]}': rename one")
        for number, cells in enumerate(reader, start=1):
            if len(cells) > len(header):
                raise UserError(
                    f"{path}: row {number} (line {reader.line_num}) has {len(cells)} cells and the header"
                    f" {len(header)}: quote those that hold '{delimiter}'"
                )
            if any(cell.strip() for cell in cells):
                yield number, dict(zip(header, [*cells, *[""] * (len(header) - len(cells))], strict=True))
    except csv.Error as error:
        most = f"{csv.field_size_limit():,}"
        long = f"a cell has more than {most} characters: close its quote, or give the rows as JSON lines"
        said = long if "field limit" in str(error) else error
        raise UserError(f"{path} is malformed at line {reader.line_num}: {said}") from error


def _parquet_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    parquet = _needed("pyarrow.parquet", str(path))
    _check_there(path)
    try:
        rows = parquet.read_table(path).to_pylist()
    except (OSError, ValueError, ArithmeticError, NotImplementedError) as error:
        raise UserError(f"{path} cannot be read as Parquet: {_reason(error)}") from error
    return ((number, row) for number, row in enumerate(rows, start=1) if not _blank(row))


def _blank(row: Mapping[str, Any]) -> bool:
    return all(value is None or value == "" or value != value for value in row.values())


def _folder_parts(path: Path) -> Parts:
    datasets = _needed("datasets", str(path))
    saved = any((path / name).is_file() for name in ("dataset_dict.json", "state.json"))
    read = datasets.load_from_disk if saved else datasets.load_dataset
    try:
        with _quiet():
            data = read(str(path.resolve()))
    except (OSError, ValueError, RuntimeError, TypeError, datasets.exceptions.DatasetsError) as error:
        raise UserError(
            f"{path} is a folder that cannot be read as a data set ({_reason(error)}): name the data file"
            " inside it"
        ) from error
    splits = data if isinstance(data, Mapping) else {"train": data}
    if len(splits) == 1:
        return {"train": partial(_numbered, next(iter(splits.values())))}
    if "train" not in splits:
        raise UserError(
            f"{path} has the splits {', '.join(splits)} and none named 'train': name a data file inside it,"
            " or a folder with one"
        )
    found: dict[Split, Callable[[], Rows]] = {"train": partial(_numbered, splits["train"])}
    return {**found, "test": partial(_numbered, splits["test"])} if "test" in splits else found


def _numbered(rows: Iterable[Mapping[str, Any]]) -> Rows:
    return ((number, row) for number, row in enumerate(rows, start=1) if not _blank(row))


def _hub_rows(source: str, split: Split) -> Rows:
    name, _, config = source.removeprefix(HUB).partition(":")
    if not re.fullmatch(r"\w[\w.-]*/\w[\w.-]*", name):
        raise UserError(f"{source!r} does not name a data set: write hub:owner/name or hub:owner/name:config")
    datasets = _needed("datasets", source)
    try:
        with _quiet():
            rows: Iterable[Any] = datasets.load_dataset(name, config or None, split=split)
    except (OSError, ValueError, RuntimeError, datasets.exceptions.DatasetsError) as error:
        raise UserError(
            f"cannot load the {split} split of {source} ({_reason(error)}): check the name and the network, "
            f"or download the file and give its path"
        ) from error
    return enumerate(rows, start=1)


def _needed(module: str, source: str) -> Any:
    package = module.partition(".")[0]
    try:
        return import_module(module)
    except ImportError as error:
        raise UserError(
            f"{source} needs the package {package}: pip install {package} (or 'envisions[data]')"
        ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Without `datasets`' bars and the hub client's warning for every retry."""
    from datasets.utils import logging as bars

    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    shown = bars.is_progress_bar_enabled()
    bars.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            bars.enable_progress_bar()


def _text(path: Path) -> str:
    _check_there(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise _no_text(path, error.start) from error
    except (OSError, ValueError) as error:
        raise UserError(f"cannot read the data file {path}: {_reason(error)}") from error
    if "\0" in text:  # UTF-16 without its mark, or no text at all
        raise _no_text(path, text.index("\0"))
    return text


def _no_text(path: Path, place: int) -> UserError:
    remedy = _INSTEAD.get(path.suffix.lower(), "convert it to UTF-8 (iconv -f ENCODING -t UTF-8)")
    return UserError(f"{path} is not UTF-8 text (byte {place}): {remedy}")


def _check_there(path: Path) -> None:
    try:
        path.stat()
    except FileNotFoundError as error:
        raise UserError(f"no such data file: {path} (is the path relative to another folder?)") from error
    except (OSError, ValueError) as error:
        raise UserError(f"cannot read the data file {path}: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    """What went wrong, on one line."""
    if "integer string conversion" in str(error):
        return "it holds a whole number of more than 4,300 digits"
    return getattr(error, "strerror", None) or str(error).strip().partition("\n")[0] or type(error).__name__
