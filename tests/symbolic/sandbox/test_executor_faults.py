"""Things that break: zygotes killed in the middle, the caller interrupted, killed, forgetful or forked."""

from __future__ import annotations

import gc
import os
import random
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from symbolic import Executor, Limits, Program
from symbolic.sandbox import launch
from symbolic.sandbox.handle import Handle
from symbolic.sandbox.images import WARM
from symbolic.sandbox.supervisor import Job, Supervisor

LIMITS = Limits(cpu_s=0.5)
SLEEPERS = [Program(f"import time; time.sleep(0.05); answer = {n}") for n in range(40)]


def children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(child) for child in (task / "children").read_text().split()]
    return found


def family(pid: int) -> list[int]:
    """All descendants, nearest first."""
    try:
        nearest = children(pid)
    except OSError:
        return []
    return nearest + [pid for child in nearest for pid in family(child)]


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert condition()


def gone(pids: list[int]) -> bool:
    return not any(os.path.exists(f"/proc/{pid}") for pid in pids)


@pytest.mark.parametrize("tier", ["strong", "kernel-filter", "namespace"])
def test_whatever_is_killed_every_result_is_right(tier: str) -> None:
    """A zygote, bubblewrap, or a program: nothing is lost, and nothing is scored as the program's fault."""
    try:
        executor = Executor(LIMITS, workers=2, tier=tier)
    except ValueError as error:
        pytest.skip(str(error))
    draw, values = random.Random(tier), list[object]()
    with executor:
        thread = threading.Thread(target=lambda: values.extend(r.value for r in executor.run(SLEEPERS)))
        thread.start()
        for _ in range(4):
            time.sleep(0.2)
            living = [pid for zygote in executor._supervisor.processes() for pid in (zygote, *family(zygote))]
            if living:
                kill(draw.choice(living))
        thread.join()
    assert values == list(range(40))


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def test_a_program_that_ran_too_long_runs_again_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = list[tuple[int, bool, int]]()
    begin = Supervisor._begin

    def watched(self: Supervisor, job: Job) -> None:
        seen.append((job.index, job.alone, len(self._running)))
        begin(self, job)

    with Executor(Limits(cpu_s=0.1), workers=3) as executor:
        monkeypatch.setattr(Supervisor, "_begin", watched)
        programs = [Program(f"while True: {n}") for n in range(3)] + SLEEPERS[:6]
        results = executor.run(programs)
    assert [result.status for result in results] == ["timeout"] * 3 + ["ok"] * 6
    again = [(index, running) for index, alone, running in seen if alone]
    assert sorted(again) == [(0, 0), (1, 0), (2, 0)]


def test_a_library_that_is_broken_is_the_programs_to_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(WARM, "z3", "import no_such_solver")
    with Executor(LIMITS, workers=1) as executor:
        (result,) = executor.run([Program("import z3_\nimport no_such_solver  # z3")])
        assert (result.status, result.error[:19]) == ("error", "ModuleNotFoundError")


def test_a_zygote_that_cannot_start_is_our_fault_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with Executor(LIMITS, workers=1) as executor:
        monkeypatch.setattr(launch, "_BOOT", "raise OSError('no sandbox here')")
        failed, fine = executor.run([Program("import z3\nanswer = 1"), Program("answer = 1")])
    assert (failed.status, fine.value) == ("infra", 1)
    assert "no sandbox here" in failed.error


def outcome_of(executor: Executor, *programs: Program) -> list[object]:
    """The results' statuses, or what was raised; nothing where the caller hangs."""
    said: list[object] = []

    def call() -> None:
        try:
            said.extend(result.status for result in executor.run(programs))
        except Exception as error:  # noqa: BLE001 - whatever it is
            said.append(error)

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    thread.join(20)
    return said


def test_a_system_that_starts_no_more_processes_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> NoReturn:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    with Executor(LIMITS, workers=1) as executor:
        with monkeypatch.context() as patch:
            patch.setattr(executor._supervisor, "_start", refuse)
            assert outcome_of(executor, Program("import z3"), Program("answer = 1")) == ["infra", "ok"]
        assert outcome_of(executor, Program("import z3\nanswer = 1")) == ["ok"]


def test_what_cannot_be_handed_over_fails_its_own_batch_alone(
    monkeypatch: pytest.MonkeyPatch, temporary: Path
) -> None:
    put = Handle.put

    def fail(self: Handle, number: int, program: Program, *rest: Any) -> None:
        if "unspeakable" in program.code:
            raise OverflowError("cannot be written")
        put(self, number, program, *rest)

    monkeypatch.setattr(Handle, "put", fail)
    with Executor(LIMITS, workers=1) as executor:
        unspeakable = Program("unspeakable", files={"a": ""})
        [failure] = outcome_of(executor, Program("answer = 1"), unspeakable, Program("answer = 2"))
        assert isinstance(failure, OverflowError)
        assert outcome_of(executor, Program("answer = 3")) == ["ok"]
        [place] = temporary.iterdir()
        place.chmod(0o700)
        assert list(place.iterdir()) == []


@pytest.mark.parametrize("step", ["_dispatch", "_begin", "_end", "_report", "_late"])
def test_whatever_breaks_the_supervisor_every_caller_hears_of_it(
    monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Wherever their programs are at that moment."""

    def broken(self: Supervisor, *_: object) -> NoReturn:
        if step == "_end":
            self._running.clear()
        raise LookupError("broken")

    with Executor(LIMITS, workers=1) as executor:
        monkeypatch.setattr(Supervisor, step, broken)
        sleep = Program("import time; time.sleep(1); answer = 1")
        [failure] = outcome_of(executor, sleep, Program("answer = 2"))
        assert isinstance(failure, LookupError)


def test_closing_leaves_no_process_and_no_descriptor() -> None:
    before = set(os.listdir("/proc/self/fd"))
    with Executor(LIMITS) as executor:
        pids = executor._supervisor.processes()
        pids += [pid for zygote in pids for pid in family(zygote)]
        assert executor.run([Program("answer = 1")])[0].value == 1
    wait_until(lambda: gone(pids))
    assert set(os.listdir("/proc/self/fd")) == before
    executor.close()


def test_closing_ends_running_programs() -> None:
    executor, failures = Executor(LIMITS, workers=2), list[BaseException]()

    def wait() -> None:
        try:
            executor.run([Program("import time; time.sleep(60)")], Limits(cpu_s=60))
        except RuntimeError as failure:
            failures.append(failure)

    thread = threading.Thread(target=wait)
    thread.start()
    (zygote,) = executor._supervisor.processes()
    wait_until(lambda: len(family(zygote)) > 0)
    pids = [zygote, *family(zygote)]
    executor.close()
    thread.join()
    wait_until(lambda: gone(pids))
    assert "closed" in str(failures[0])


def test_who_forgets_to_close_leaves_nothing() -> None:
    executor = Executor(LIMITS)
    pids = executor._supervisor.processes()
    del executor
    gc.collect()
    wait_until(lambda: gone(pids))


def test_idle_costs_no_processor_time() -> None:
    with Executor(LIMITS) as executor:
        executor.run([Program("answer = 1")])
        zygotes = executor._supervisor.processes()
        everyone = [os.getpid(), *zygotes, *(pid for zygote in zygotes for pid in family(zygote))]
        time.sleep(0.1)
        before = [switches(pid) for pid in everyone]
        time.sleep(0.5)
        assert [switches(pid) for pid in everyone][1:] == before[1:]
        assert switches(os.getpid()) - before[0] < 10


def switches(pid: int) -> int:
    """How often its threads have been given a processor."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[2]) for task in tasks)


CALLER = """
import os, signal, sys, threading, time
from symbolic import Executor, Limits, Program
from symbolic.sandbox import launch
from symbolic.sandbox.images import WARM
from symbolic.sandbox.supervisor import Job, Supervisor
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in the background
    with Executor(Limits(cpu_s=60), workers=2) as executor:
        print(*executor._supervisor.processes(), flush=True)
        executor.run([Program("import time; time.sleep(60)"), Program("while True: pass")])
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_zygotes_and_programs_end_with_the_caller(number: int) -> None:
    caller = subprocess.Popen(
        [sys.executable, "-c", CALLER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert caller.stdout
    zygotes = [int(pid) for pid in caller.stdout.readline().split()]
    wait_until(lambda: sum(len(family(pid)) for pid in zygotes) >= 2)
    pids = [pid for zygote in zygotes for pid in (zygote, *family(zygote))]
    caller.send_signal(number)
    caller.wait(20)
    caller.stdout.close()
    wait_until(lambda: gone(pids))


def test_a_forked_process_is_told_to_make_its_own() -> None:
    with Executor(LIMITS) as executor:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside threads
            pid = os.fork()
        if pid == 0:
            try:
                executor.run([Program("answer = 1")])
            except RuntimeError:
                os._exit(42)
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 42
        assert executor.run([Program("answer = 1")])[0].value == 1


def test_a_starved_program_is_not_late() -> None:
    """Its wall limit counts sleep; beside many busy processes it only waits longer."""
    busy = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(4 * (os.cpu_count() or 1))
    ]
    try:
        with Executor(Limits(cpu_s=0.2), workers=4) as executor:
            code = "from time import process_time as now\nwhile now() < 0.12: pass\nanswer = "
            results = executor.run([Program(f"{code}{n}") for n in range(4)])
    finally:
        for process in busy:
            process.kill()
            process.wait()
    assert [result.value for result in results] == [0, 1, 2, 3]


def test_a_short_soak() -> None:
    root = Path(__file__).parents[3]
    command = [sys.executable, str(root / "benchmarks" / "soak.py"), "--programs", "400"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
