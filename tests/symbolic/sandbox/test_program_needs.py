"""What a program brings along: files of its own, libraries that are warm, limits of its own."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from symbolic import Executor, Limits, Program
from symbolic.sandbox import isolation
from symbolic.sandbox.declared import needed

TIERS = [tier.name for tier in isolation.TIERS]
READ = "answer = open('notes.txt').read()"


@pytest.fixture(scope="module", params=TIERS)
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    try:
        started = Executor(Limits(cpu_s=0.5), workers=2, tier=request.param)
    except isolation.IsolationError as reason:
        pytest.skip(str(reason))
    with started as running:
        yield running


def test_files_lie_in_the_working_directory(executor: Executor) -> None:
    code = "import os\nanswer = [open('a.txt').read(), open('in/b', 'rb').read().hex(), sorted(os.listdir())]"
    [found] = executor.run([Program(code, files={"a.txt": "naïve", "in/b": b"\x00\xff"})])
    assert found.value == ["naïve", "00ff", ["a.txt", "in"]]


def test_each_program_has_files_of_its_own(executor: Executor) -> None:
    programs = [Program(READ, files={"notes.txt": str(n)}) for n in range(20)]
    assert [found.value for found in executor.run(programs)] == [str(n) for n in range(20)]


def test_a_module_among_the_files_can_be_imported(executor: Executor) -> None:
    harness = "from solution import double\nanswer = [double(x) for x in (2, 'a')]"
    written = "def double(x):\n    return x + x\n"
    [found] = executor.run([Program(harness, files={"solution.py": written})])
    assert found.value == [4, "aa"]


def test_a_database_file_is_read_where_it_lies(executor: Executor, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "made.db")) as database:
        database.executescript("CREATE TABLE t (n); INSERT INTO t VALUES (3), (4);")
    content = (tmp_path / "made.db").read_bytes()
    code = (
        "import sqlite3\ndb = sqlite3.connect('file:made.db?immutable=1', uri=True)\n"
        "answer = db.execute('SELECT sum(n) FROM t').fetchone()[0]"
    )
    [found] = executor.run([Program(code, files={"made.db": content})])
    assert found.value == 7


@pytest.mark.parametrize(
    "code",
    [
        "open('mark', 'w').write('x')",
        "open('notes.txt', 'a').write('x')",
        "import os\nos.listdir('..')",
        "import os\nos.remove('notes.txt')",
        "import os\nos.mkdir('mark')",
        "import os\nos.chmod('..', 0o777)",
    ],
)
def test_it_writes_nothing_there_and_finds_no_other_program_s(executor: Executor, code: str) -> None:
    [found] = executor.run([Program(code, files={"notes.txt": "mine"})])
    assert found.status == "error"
    assert "not permitted" in found.error.lower() or "denied" in found.error or "Read-only" in found.error


def test_without_files_there_are_none(executor: Executor) -> None:
    with_files, without = executor.run([Program(READ, files={"notes.txt": "x"}), Program(READ)])
    assert with_files.value == "x"
    assert without.status == "error"


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place for temporary files that no other process uses, open to all as the system's is."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def test_nothing_is_left_behind(temporary: Path) -> None:
    with Executor(workers=1) as executor:
        executor.run([Program("answer = 1")])
        assert list(temporary.iterdir()) == []  # the place is made when it is first needed
        endless = Program("while True: pass", files={"a": ""}, limits=Limits(cpu_s=0.1))
        executor.run([Program(READ, files={"notes.txt": "x"}), endless])
        [place] = temporary.iterdir()
        place.chmod(0o700)
        assert list(place.iterdir()) == []
    assert list(temporary.iterdir()) == []


def test_files_that_cannot_be_written_are_no_fault_of_the_program(executor: Executor) -> None:
    lost, next_one = executor.run([
        Program("answer = 1", files={"a": "", "a/b": ""}), Program(READ, files={"notes.txt": "x"})
    ])  # fmt: skip
    assert lost.status == "infra"
    assert "its files could not be written" in lost.error
    assert next_one.value == "x"


@pytest.mark.parametrize("name", ["", ".", "/etc/passwd", "../up", "a/../../b", "a\0b"])
def test_a_file_s_name_stays_inside(name: str) -> None:
    with pytest.raises(ValueError, match=r"program\.files"):
        Program("answer = 1", files={name: "x"})


def test_declared_libraries_are_there_before_it_starts(executor: Executor) -> None:
    code = "import sys\nanswer = 'xml.dom.minidom' in sys.modules"
    without, with_it = executor.run([Program(code), Program(code, libraries=("xml.dom.minidom",))])
    assert (without.value, with_it.value) == (False, True)


def test_a_library_that_draws_changes_no_random_number(executor: Executor) -> None:
    code = "import random\nanswer = random.random()"
    without, with_it = executor.run([Program(code), Program(code, libraries=("tempfile", "networkx"))])
    assert without.value == with_it.value


def test_a_library_that_is_not_installed_is_the_callers_mistake(executor: Executor) -> None:
    with pytest.raises(ValueError, match="cannot import no_such_library: install it"):
        executor.run([Program("answer = 1", libraries=("no_such_library",))])


def test_a_library_that_cannot_be_imported_is_no_fault_of_the_program() -> None:
    with Executor(workers=1) as executor:
        [found] = executor.run([Program("answer = 1", libraries=("sqlite3.no_such_module",))])
    assert found.status == "infra"
    assert "the library 'sqlite3.no_such_module' cannot be imported in the sandbox (Module" in found.error


def test_declared_libraries_bring_what_they_require_and_nothing_else(executor: Executor) -> None:
    template = "import jinja2\nanswer = jinja2.Template('{{ 6 * 7 }}').render()"
    other = "import torch\nanswer = 1"
    undeclared, declared, beside = executor.run([
        Program(template), Program(template, libraries=("jinja2",)), Program(other, libraries=("jinja2",))
    ])  # fmt: skip
    assert "No module named 'jinja2'" in undeclared.error
    assert declared.value == "42"
    assert "No module named 'torch'" in beside.error


def test_what_a_library_requires_is_what_its_distributions_say() -> None:
    assert needed(("sympy.abc", "json")) == ("sympy", "mpmath")
    assert {"jinja2", "markupsafe"} == set(needed(("jinja2",)))


def test_a_library_that_wants_a_place_for_its_cache_can_be_imported(executor: Executor) -> None:
    code = "import matplotlib.font_manager, tempfile\nanswer = 1\ntempfile.mkdtemp()"
    [found] = executor.run([Program(code, libraries=("matplotlib.font_manager",))])
    assert "No usable temporary directory" in found.error  # once it has begun there is none


def test_limits_of_its_own_hold_beside_others(executor: Executor) -> None:
    slow = "n = 0\nwhile n < 10**7: n += 1\nanswer = n"
    big = "answer = len(bytearray(300 << 20))"
    programs = [
        Program("while True: pass", limits=Limits(cpu_s=0.1)),
        Program(slow, limits=Limits(cpu_s=30)),
        Program(big),
        Program(big, limits=Limits(mem_mb=100)),
        Program("import time\ntime.sleep(9)", limits=Limits(wall_s=0.2)),
    ]
    found = executor.run(programs)
    assert [it.status for it in found] == ["timeout", "ok", "ok", "memory", "timeout"]
    assert "0.1 seconds of processor time" in found[0].error
    assert "within 0.2 seconds" in found[4].error


def test_a_kept_result_is_of_the_same_files_and_limits(tmp_path: Path) -> None:
    loop = "n = 0\nwhile n < 10**6: n += 1\nanswer = n"
    with Executor(workers=1, cache=tmp_path / "cache") as executor:
        one, other = (Program(READ, files={"notes.txt": text}) for text in "ab")
        assert [executor.run([program])[0].value for program in (one, other, one)] == ["a", "b", "a"]
        statuses = [
            executor.run([Program(loop, limits=Limits(cpu_s=seconds))])[0].status for seconds in (0.005, 5)
        ]
        assert statuses == ["timeout", "ok"]
