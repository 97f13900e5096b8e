"""An environment's own code under watch: its clock, its exceptions, what it gives instead."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from envisions import Execution, Program, UserError
from envisions.conformance import executor_for
from envisions.environments.faults import Fault, HookError
from envisions.environments.watch import Bounds, Watch
from envisions.environments.watched import WatchedEnvironment
from envisions.errors import HarnessError
from symbolic.jobs import OffloadError
from symbolic.waiting import waiting
from tests.envisions.environments import faulty
from tests.envisions.environments.faulty import HOOKS, WRONG, Faulty, asked

BOUNDS = Bounds(seconds=0.3, left_behind=2, faults=0.05, seen=20, observation=30)
CLASS = "tests.envisions.environments.faulty.Faulty"
SOURCE = Path(faulty.__file__).read_text().splitlines()
[LINE] = [number for number, line in enumerate(SOURCE, start=1) if "# LINE" in line]


def watched(hook: str, what: Callable[[], Any], bounds: Bounds = BOUNDS) -> tuple[Any, list[str]]:
    said: list[str] = []
    return WatchedEnvironment(Faulty(hook, what), Watch(bounds, said.append)), said


def fault_of(environment: Any, hook: str) -> Fault:
    """What the hook's fault is told to be: raised, or as the verdict of an episode's step."""
    try:
        given = asked(environment)[hook]()
        if hook == "open":  # the episode answers for it
            given = given.step(Program(""), Execution("ok", 5))
    except HookError as error:
        return error.fault
    fault = Fault.of(given.verdict)
    assert fault is not None
    return fault


def test_what_is_as_it_should_be_goes_through() -> None:
    environment, said = watched("", lambda: None)
    for ask in asked(environment).values():
        ask()
    answer = environment.open(faulty.TASK, 0).step(Program(""), Execution("ok", 5))
    assert (answer.verdict.verdict, answer.terminated, said) == ("right", True, [])


@pytest.mark.parametrize("hook", HOOKS)
def test_an_exception_is_told_with_the_plugins_own_line(hook: str) -> None:
    environment, said = watched(hook, faulty.raise_in_a_library)
    fault = fault_of(environment, hook)
    assert "raised JSONDecodeError: Expecting property name" in str(fault)
    assert fault.where.endswith(f"faulty.py:{LINE}"), "not in json's own file"
    assert said == [f"  not judged: {fault}"]
    fault_of(environment, hook)
    assert len(said) == 1, "the first of its kind alone"
    assert fault.verdict.verdict == "unknown"


@pytest.mark.parametrize(
    ("hook", "given", "words"), WRONG, ids=[f"{hook}: {words}" for hook, _, words in WRONG]
)
def test_another_type_than_was_asked_for_is_told_by_hook_and_class(hook: str, given: Any, words: str) -> None:
    environment, _ = watched(hook, lambda: given)
    sentence = str(fault_of(environment, hook))
    assert words in sentence
    owner = CLASS.replace("Faulty", "Steps") if hook == "step" else CLASS
    assert sentence.startswith(f"{owner}.{hook} returned ")
    assert "\n" not in sentence


@pytest.mark.slow
@pytest.mark.parametrize("hook", [hook for hook in HOOKS if hook != "tasks"])
def test_every_hook_has_a_clock(hook: str) -> None:
    environment, _ = watched(hook, faulty.spin)
    before, started = threading.active_count(), time.monotonic()
    fault = fault_of(environment, hook)
    assert "took more than" in fault.what
    assert fault.where.startswith("tests/") or "faulty.py:" in fault.where
    assert time.monotonic() - started < 10
    assert threading.active_count() <= before + 1, "a loop in Python is ended, not left behind"


def test_the_clock_holds_in_threads_and_side_by_side() -> None:
    environment, _ = watched("wrap", faulty.spin)
    started = time.monotonic()
    with ThreadPoolExecutor(4) as threads:
        faults = list(threads.map(lambda _: fault_of(environment, "wrap"), range(4)))
    assert ["took more than 0.3 s" in str(fault) for fault in faults] == [True] * 4
    assert time.monotonic() - started < 15


def test_what_never_comes_back_is_left_behind_and_only_so_often() -> None:
    environment, _ = watched("wrap", faulty.sleep)
    for _ in range(BOUNDS.left_behind):
        assert "took more than" in str(fault_of(environment, "wrap"))
    assert environment.watch.exhausted
    started = time.monotonic()
    assert "was not asked: 2 calls before it never came back" in str(fault_of(environment, "wrap"))
    assert time.monotonic() - started < 0.2


def test_waiting_for_the_sandbox_is_not_on_the_clock() -> None:
    def waits() -> Program:
        with waiting():
            time.sleep(0.8)
        return Program("answer = 5")

    environment, _ = watched("wrap", waits)
    assert asked(environment)["wrap"]() == Program("answer = 5")


def test_what_comes_too_late_is_late() -> None:
    """As after code in C that let no other thread run: the clock could not go off before."""
    watch = Watch(BOUNDS)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(60)
    try:
        with pytest.raises(HookError, match=r"took more than 0\.3 s"):
            watch.call(object(), "judge", _holds_the_interpreter)
    finally:
        sys.setswitchinterval(interval)


def _holds_the_interpreter() -> int:
    end = time.monotonic() + 0.6
    while time.monotonic() < end:
        pass
    return 5


@pytest.mark.parametrize("error", [UserError("mend"), HarnessError("lost"), OffloadError("infra", "lost")])
def test_errors_that_have_an_owner_stay_as_they_are(error: Exception) -> None:
    def raises() -> None:
        raise error

    environment, said = watched("step", raises)
    with pytest.raises(type(error)):
        asked(environment)["step"]()
    assert said == []


def test_sys_exit_and_exceptions_that_cannot_be_read_are_faults() -> None:
    class MuteError(Exception):
        def __str__(self) -> str:
            raise ValueError

    def raises() -> None:
        raise MuteError

    assert fault_of(watched("wrap", raises)[0], "wrap").what == "raised MuteError"
    assert "raised SystemExit: 3" in str(fault_of(watched("wrap", lambda: sys.exit(3))[0], "wrap"))


def test_a_close_that_fails_is_told_and_changes_nothing() -> None:
    environment, said = watched("close", faulty.raise_in_a_library)
    episode = environment.open(faulty.TASK, 0)
    assert episode.step(Program(""), Execution("ok", 5)).verdict.right
    episode.close()
    assert len(said) == 1


def test_an_observation_is_cut_and_says_so() -> None:
    environment, _ = watched("step", lambda: faulty.transition(observation="x" * 1030))
    said = asked(environment)["step"]().observation
    assert said == "x" * 30 + "… (cut: 1,000 more characters)"


def test_hooks_side_by_side_have_each_the_time_that_they_would_have_alone() -> None:
    def works() -> Program:
        begun = time.thread_time()
        while time.thread_time() - begun < 0.12:
            pass
        return Program("answer = 5")

    environment, said = watched("wrap", works)
    with ThreadPoolExecutor(8) as threads:
        given = list(threads.map(lambda _: asked(environment)["wrap"](), range(8)))
    assert (given, said) == ([Program("answer = 5")] * 8, [])


def test_what_ended_in_time_may_be_looked_at_late(monkeypatch: pytest.MonkeyPatch) -> None:
    join = threading.Thread.join

    def late(thread: threading.Thread, timeout: float | None = None) -> None:
        join(thread, timeout)
        if thread.name == "hook":
            time.sleep(0.5)

    monkeypatch.setattr(threading.Thread, "join", late)

    def works() -> Program:
        time.sleep(0.05)
        return Program("answer = 5")

    environment, _ = watched("wrap", works)
    assert asked(environment)["wrap"]() == Program("answer = 5")


def test_to_look_at_what_a_hook_gave_is_to_call_its_code() -> None:
    class Rude:
        def __repr__(self) -> str:
            raise OSError("no words")

    for hook in ("wrap", "step", "gold"):
        assert "raised OSError: no words" in str(fault_of(watched(hook, Rude)[0], hook))


def test_a_plugin_without_a_close_is_told() -> None:
    class Endless(Faulty):
        @property
        def close(self) -> Any:  # type: ignore[override]
            raise AttributeError("never closes")

    said: list[str] = []
    WatchedEnvironment(Endless(), Watch(BOUNDS, said.append)).close()
    assert "never closes" in said[0]


def test_the_readings_of_a_plugin_are_its_own() -> None:
    class Read(Faulty):
        readings = {"semantics": ("open", "closed")}

    assert WatchedEnvironment(Read(), Watch(BOUNDS)).readings == Read.readings


@pytest.mark.parametrize(("named", "words"), [("numpy", "give a list of names"), (["nope"], "install it")])
def test_libraries_that_are_no_list_of_installed_ones_are_a_mistake_told(named: Any, words: str) -> None:
    kind = type("Named", (Faulty,), {"libraries": named, "__module__": __name__})
    with pytest.raises(UserError, match=words):
        WatchedEnvironment(kind(), Watch(BOUNDS))
    globals()["Named"] = kind
    with pytest.raises(UserError, match=words):
        executor_for({"_target_": f"{__name__}.Named"})


HOLDS = """
import re
from tests.envisions.environments.test_watch import watched, fault_of
from envisions import Program

def matches():
    re.fullmatch("(a+)+", "a" * {length} + "b")  # in C, and no other thread runs
    return Program("")

environment, said = watched("wrap", matches)
print(fault_of(environment, "wrap"))
"""


@pytest.mark.slow
def test_code_that_holds_the_interpreter_is_told_of_while_it_does() -> None:
    """By the line it is on; and when it lets go, it was late."""
    done = subprocess.run(
        [sys.executable, "-c", HOLDS.format(length=28)], capture_output=True, text=True, timeout=120
    )
    assert "Timeout (0:00:01.3" in done.stderr
    assert "in matches" in done.stderr
    assert "took more than 0.3 s" in done.stdout
