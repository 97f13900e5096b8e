"""The executor's contract: order, values, statuses, words, threads, reuse."""

from __future__ import annotations

import math
import re
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from symbolic import Executor, Limits, Program
from symbolic.sandbox.images import image_for

LIMITS = Limits(cpu_s=0.5)


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    with Executor(LIMITS, workers=2) as it:
        yield it


def value_of(executor: Executor, expression: str) -> object:
    (result,) = executor.run([Program(f"answer = {expression}")])
    assert result.ok, result
    return result.value


def test_results_come_in_order(executor: Executor) -> None:
    programs = [Program(f"def solution():\n    return {n} * 7", entry="solution") for n in range(20)]
    assert [result.value for result in executor.run(programs)] == [n * 7 for n in range(20)]


def test_an_empty_batch_is_empty(executor: Executor) -> None:
    assert executor.run([]) == []


def test_arguments_reach_the_entry_function(executor: Executor) -> None:
    program = Program("def f(xs, names):\n    return [sum(xs), names]", entry="f", args=([1, 2], {"a": "ü"}))
    assert executor.run([program])[0].value == [3, {"a": "ü"}]


def test_arguments_without_an_entry_are_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match=r"program\.entry"):
        Program("answer = 1", args=(1,))


@pytest.mark.parametrize(
    ("program", "words"),
    [
        (Program("def f(x): return x", entry="f", args=({1},)), "program.args must be JSON data"),
        (Program("answer(X).", language="prolog"), "program.language='prolog'"),
    ],
)
def test_a_mistake_in_the_call_is_named(executor: Executor, program: Program, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        executor.run([program])
    assert value_of(executor, "1") == 1


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("None", None),
        ("True", True),
        ("-7", -7),
        ("2**200", 2**200),
        ("-(2**53)", -(2**53)),
        ("1.5", 1.5),
        ("float('inf')", math.inf),
        ("'naïve'", "naïve"),
        ("(1, [2, (3,)])", [1, [2, [3]]]),
        ("{3, 1, 2}", [1, 2, 3]),
        ("{1: 'a', 'b': (2,)}", {1: "a", "b": [2]}),
        ("{(0, 1): 2}", {"(0, 1)": 2}),
        ("__import__('fractions').Fraction(1, 3)", "1/3"),
        ("__import__('decimal').Decimal('0.10')", "0.10"),
        ("'\\ud800'", "\\ud800"),
        ("10**5000", f"1{5000 * '0'}"),
        ("-(10**20_000)", f"-1{9997 * '0'}…"),
        ("type('Liar', (int,), {'__eq__': lambda s, o: True, '__repr__': lambda s: 'five'})(5)", "five"),
        ("range(3)", "range(0, 3)"),
    ],
)
def test_plain_values_come_back_and_the_rest_is_text(
    executor: Executor, expression: str, value: object
) -> None:
    assert value_of(executor, expression) == value


def test_nan_comes_back(executor: Executor) -> None:
    value = value_of(executor, "float('nan')")
    assert isinstance(value, float)
    assert math.isnan(value)


def test_numbers_of_libraries_are_plain(executor: Executor) -> None:
    assert value_of(executor, "__import__('numpy').array([[1, 2], [3, 4]])") == [[1, 2], [3, 4]]
    assert value_of(executor, "__import__('numpy').int64(7)") == 7
    assert value_of(executor, "__import__('sympy').Integer(5)") == 5
    assert value_of(executor, "__import__('sympy').Rational(1, 3)") == "1/3"


@pytest.mark.parametrize(
    ("code", "entry", "status", "error"),
    [
        (
            "def f():\n    return x + 1",
            "f",
            "error",
            "NameError: name 'x' is not defined (line 2: `return x + 1`)",
        ),
        ("def f(:", "f", "error", "SyntaxError: invalid syntax (line 1: `def f(:`)"),
        ("def g(): return 1", "f", "error", "NameError: the program defines no function `f`"),
        ("x = 1", None, "no_result", "the program sets no variable `answer`"),
        ("raise SystemExit(0)", None, "error", "SystemExit: 0 (line 1: `raise SystemExit(0)`)"),
        ("import os\nos._exit(0)", None, "no_result", "it ended before it gave a result"),
        ("input()", None, "error", "EOFError: EOF when reading a line (line 1: `input()`)"),
        ("while True: pass", None, "timeout", "it used more than 0.5 seconds of processor time"),
        ("answer = bytearray(10**10)", None, "memory", "MemoryError: it asked for more memory than allowed"),
        ("print('x' * 10**6)", None, "output", "it printed more than 64 KiB"),
        (
            "answer = [0] * 5000",
            None,
            "result_size",
            "the result has 5000 items where at most 1000 are allowed",
        ),
        ("import os\nos.abort()", None, "crash", "it crashed (SIGABRT: it aborted)"),
    ],
)
def test_what_went_wrong_is_said(
    executor: Executor, code: str, entry: str | None, status: str, error: str
) -> None:
    (result,) = executor.run([Program(code, entry=entry)])
    assert (result.status, result.error, result.value) == (status, error, None)


def test_output_is_kept_also_of_a_program_that_hangs(executor: Executor) -> None:
    done, hung = executor.run([Program("print('hi'); answer = 1"), Program("print('hi')\nwhile True: pass")])
    assert (done.output, hung.output) == ("hi\n", "hi\n")


def test_sleep_ends_at_the_wall_limit(executor: Executor) -> None:
    (result,) = executor.run([Program("import time; time.sleep(60)")], Limits(cpu_s=1, wall_s=0.2))
    assert (result.status, result.error) == ("timeout", "it did not end within 0.2 seconds")


def test_programs_see_nothing_of_each_other(executor: Executor) -> None:
    programs = [Program("import math\nmath.pi = 3\nanswer = 1"), Program("import math\nanswer = math.pi")]
    assert executor.run(programs)[1].value == math.pi


def test_many_threads_share_one_executor(executor: Executor) -> None:
    seen: dict[int, list[object]] = {}

    def work(n: int) -> None:
        seen[n] = [r.value for r in executor.run([Program(f"answer = {n} + {i}") for i in range(5)])]

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {n: [n + i for i in range(5)] for n in range(8)}


def test_identical_programs_run_once_a_batch(executor: Executor) -> None:
    results = executor.run([Program("import time; answer = time.time()")] * 3)
    assert len({result.value for result in results}) == 1


def test_a_cache_outlives_the_executor(tmp_path: Path) -> None:
    seen = []
    for _ in range(2):
        with Executor(LIMITS, cache=tmp_path / "executions.sqlite") as executor:
            seen.append(executor.run([Program("import time; answer = time.time()")])[0])
    assert seen[0] == seen[1]


@pytest.mark.parametrize(
    "row", ["", "{", "[1]", '{"status": "ok"}', '{"status": "fine", "value": 1}', b"\xff"]
)
def test_a_damaged_row_of_the_cache_costs_the_reuse_alone(row: str | bytes, tmp_path: Path) -> None:
    path = tmp_path / "executions.sqlite"
    for _ in range(2):
        with Executor(LIMITS, cache=path) as executor:
            assert executor.run([Program("answer = 41 + 1")])[0].value == 42
        with closing(sqlite3.connect(path)) as database, database:
            assert database.execute("UPDATE executions SET execution = ?", (row,)).rowcount == 1


def test_a_closed_executor_says_so() -> None:
    executor = Executor(LIMITS)
    executor.close()
    with pytest.raises(RuntimeError, match="closed"):
        executor.run([Program("answer = 1")])


def test_a_cache_that_is_something_else_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "thesis.tex"
    path.write_bytes(b"years of work" * 1000)
    with Executor(LIMITS, cache=path) as executor:
        executor.run([Program("answer = 1")])
    assert (tmp_path / "thesis.tex.damaged").read_bytes().startswith(b"years of work")


def test_a_worker_is_needed() -> None:
    with pytest.raises(ValueError, match="workers must be at least 1, not 0"):
        Executor(workers=0)


def test_several_executors_live_at_once(executor: Executor) -> None:
    with Executor(LIMITS, workers=1) as other:
        assert (
            other.run([Program("answer = 1")])[0].value == executor.run([Program("answer = 1")])[0].value == 1
        )


def test_random_numbers_are_the_same_every_time(executor: Executor) -> None:
    code = "import random\nanswer = random.random()"
    first, second = executor.run([Program(code), Program(code + "\n")])
    assert first.value == second.value


def test_other_limits_are_another_result(executor: Executor) -> None:
    program = Program("x = bytearray(200 << 20)\nanswer = len(x)")
    assert executor.run([program], Limits(mem_mb=100))[0].status == "memory"
    assert executor.run([program], Limits(mem_mb=400))[0].value == 200 << 20


@pytest.mark.parametrize("code", ["import sympy", "x = __import__('sympy')", "from sympy.abc import x, y"])
def test_programs_go_where_their_library_is_warm(executor: Executor, code: str) -> None:
    """Without it, the import alone would take longer than this."""
    assert executor.run([Program(f"{code}\nanswer = 1")], Limits(cpu_s=0.2))[0].value == 1


def test_a_dear_import_wins() -> None:
    texts = ("import numpy\nimport sympy", "import z3, networkx", "import z3", "import math", "lambda z30: 1")
    assert [image_for(Program(text)) for text in texts] == ["sympy", "graph", "z3", "plain", "plain"]
