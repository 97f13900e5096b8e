"""The number of threads that a program has at a time is limited, in every tier, and for each program by
itself."""

# ruff: noqa: E501 - a program a line reads better
from __future__ import annotations

from collections.abc import Iterator

import pytest

from symbolic import Executor, Limits, Program
from symbolic.sandbox import syscalls
from symbolic.sandbox.supervisor import Supervisor
from tests.symbolic.sandbox import reaching

LIMITS = Limits(cpu_s=4)
SMALL = "import threading\nthreading.stack_size(1 << 16)\ngo = threading.Event()\n"
MANY = SMALL + (
    "for n in range({0}):\n    threading.Thread(target=go.wait, daemon=True).start()\n"
    "answer = threading.active_count()\ngo.set()"
)
RAW = (
    "import ctypes, time\nlibc = ctypes.CDLL(None)\n"
    "start = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)(lambda _: time.sleep(9))\n"
    "attributes = ctypes.create_string_buffer(64)\nlibc.pthread_attr_init(attributes)\n"
    "libc.pthread_attr_setstacksize(attributes, ctypes.c_size_t(1 << 16))\n"
    "for n in range(2000): libc.pthread_create(ctypes.byref(ctypes.c_ulong()), attributes, start, None)\nanswer = n"
)


@pytest.fixture(scope="module", params=reaching.TIERS)
def supervisor(request: pytest.FixtureRequest) -> Iterator[Supervisor]:
    try:
        with reaching.of_tier(request.param) as it:
            yield it
    except ValueError as reason:
        pytest.skip(str(reason))


@pytest.mark.parametrize("code", [MANY.format(2000), RAW], ids=["of Python's", "of the C library's"])
def test_two_thousand_are_too_many(supervisor: Supervisor, code: str) -> None:
    (result,) = supervisor.run([Program(code)], LIMITS)
    assert (result.status, result.error) == ("error", "it began more than 64 threads at once")


def test_each_program_has_its_own_count(supervisor: Supervisor) -> None:
    results = supervisor.run([Program(MANY.format(60) + f"\n# {n}") for n in range(6)], LIMITS)
    assert [result.value for result in results] == [61] * 6


def test_those_that_ended_do_not_count(supervisor: Supervisor) -> None:
    code = "import threading\nfor n in range(500):\n    t = threading.Thread(target=int)\n    t.start()\n    t.join()\nanswer = n"
    assert supervisor.run([Program(code)], LIMITS)[0].value == 499


def test_signals_do_not_count_twice(supervisor: Supervisor) -> None:
    code = (
        "import signal, threading\nsignal.signal(14, lambda *_: None)\nsignal.setitimer(signal.ITIMER_REAL, 1e-4, 1e-4)\n"
        "for n in range(300):\n    t = threading.Thread(target=int)\n    t.start()\n    t.join()\nanswer = n"
    )
    assert supervisor.run([Program(code)], LIMITS)[0].value == 299


def test_as_many_as_allowed_fit_into_the_usual_memory(supervisor: Supervisor) -> None:
    code = (
        "import threading\nall_there = threading.Barrier(64)\ndef work(): b = [bytearray(999)] * 9; all_there.wait()\n"
        "crew = [threading.Thread(target=work) for _ in range(64)]\n"
        "for t in crew: t.start()\nfor t in crew: t.join()\nanswer = len(crew)"
    )
    (result,) = supervisor.run([Program(code)], LIMITS)
    assert (result.value, result.error) == (64, "")


def test_the_limit_can_be_another(supervisor: Supervisor) -> None:
    few, more = (Limits(cpu_s=4, threads=n) for n in (3, 200))
    assert "more than 3 threads" in supervisor.run([Program(MANY.format(4))], few)[0].error
    assert supervisor.run([Program(MANY.format(150))], more)[0].value == 151


def test_where_they_cannot_be_counted_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syscalls, "thread_filter", lambda: b"")
    with Executor() as executor:
        assert executor.describe()["threads_limited"] is False
        assert any("how many threads" in notice for notice in executor.notices)
