"""Who sleeps is judged by its sleep, and costs no machine's time; who was kept from running is not judged by
it."""

# ruff: noqa: E501 - a program a line reads better
from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from symbolic import Executor, Limits, Program
from symbolic.sandbox.supervisor import Job, Supervisor
from tests.symbolic.sandbox.test_executor_faults import family

SHORT = Limits(cpu_s=0.25)  # one second by the clock
SLEEPS = {
    "sleep": "import time; time.sleep(1000)",
    "a lock": "import threading; lock = threading.Lock(); lock.acquire(); lock.acquire()",
    "poll": "import select; select.select([], [], [], 1000)",
    "a signal": "import signal; signal.pause()",
    "stopped": "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
    "a thread": "import threading, time; t = threading.Thread(target=time.sleep, args=(99,)); t.start(); t.join()",
    "little naps": "import time\nwhile True: time.sleep(0.1)",
}


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The index of every program that is begun, again whenever it is."""
    seen = list[int]()
    begin = Supervisor._begin

    def watched(self: Supervisor, job: Job) -> None:
        seen.append(job.index)
        begin(self, job)

    with monkeypatch.context() as patch:
        patch.setattr(Supervisor, "_begin", watched)
        yield seen


@pytest.mark.parametrize(
    "limits", [SHORT, Limits(cpu_s=1, wall_s=1)], ids=["by default", "by a clock of its own"]
)
def test_who_sleeps_is_judged_at_once(begun: list[int], limits: Limits) -> None:
    with Executor(workers=2) as executor:
        begun.clear()
        results = executor.run([Program(code) for code in SLEEPS.values()], limits)
    assert [(result.status, result.error) for result in results] == [
        ("timeout", "it did not end within 1 seconds")
    ] * len(SLEEPS)
    assert len(begun) <= len(SLEEPS) + 2  # where the machine is so busy that the look came late


def test_who_sleeps_keeps_no_other_waiting() -> None:
    """With two at a time and each once more alone, these would take 45 s."""
    sleepers = [Program(f"import time; time.sleep({1000 + n})") for n in range(30)]
    workers = [Program(f"answer = {n}") for n in range(30)]
    with Executor(workers=2) as executor:
        start = time.monotonic()
        results = executor.run([*sleepers, *workers], SHORT)
        took = time.monotonic() - start
    assert [result.status for result in results] == ["timeout"] * 30 + ["ok"] * 30
    assert took < 20


def test_a_short_sleep_is_no_fault() -> None:
    programs = [Program(f"import time; time.sleep(0.7); answer = {n}") for n in range(8)]
    with Executor(workers=2) as executor:
        assert [result.value for result in executor.run(programs, SHORT)] == list(range(8))


@pytest.mark.parametrize(
    "limits", [SHORT, Limits(cpu_s=1, wall_s=1)], ids=["by default", "by a clock of its own"]
)
def test_who_was_stopped_with_its_zygote_did_not_sleep(limits: Limits) -> None:
    """As a paused container does, or a machine that is asleep."""
    values = list[object]()
    with Executor(workers=2, tier="kernel-filter") as executor:
        program = Program("import time; time.sleep(0.4); answer = 1")
        thread = threading.Thread(
            target=lambda: values.extend(r.value for r in executor.run([program], limits))
        )
        thread.start()
        time.sleep(0.2)
        pids = [pid for zygote in executor._supervisor.processes() for pid in (zygote, *family(zygote))]
        for number in (signal.SIGSTOP, signal.SIGCONT):
            for pid in pids:
                os.kill(pid, number)
            time.sleep(2 if number == signal.SIGSTOP else 0)
        thread.join()
    assert values == [1]


def test_who_computes_too_long_runs_again_beside_half_the_workers(begun: list[int]) -> None:
    with Executor(workers=4) as executor:
        begun.clear()
        results = executor.run([Program(f"while True: {n}") for n in range(6)], Limits(cpu_s=0.2))
    assert {result.status for result in results} == {"timeout"}
    assert sorted(begun) == sorted([*range(6)] * 2)
