"""What the checks had no chance to see they do not pass, and of many turns they play all; each is shown by
the one check that it is about."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from envisions import Episode, Execution, Program, Task, Transition, Verdict, describe, judge
from envisions.conformance import CHECKS, Examination, Outcome, Subject, examine
from envisions.settings.schema import WatchSettings
from envisions.testing import EnvironmentContract
from symbolic import Executor, Limits
from tests.envisions.conformance.broken import Sound

KEYS = {"n_train": 8, "n_test": 8}
WATCH = WatchSettings(seconds=0.5, left_behind=2, faults=0.05, seen=20, observation=4000)


class Own(Sound):
    """A kind of certificate that only a recheck of its own knows."""

    def judge(self, task: Task, execution: Execution) -> Verdict | Program:
        return Verdict("right" if execution.value == task.target else "wrong", {"kind": "sum"})


class Rechecked(Own):
    def recheck(self, task: Task, value: Any, certificate: Mapping[str, Any]) -> Verdict | Program:
        return self.judge(task, Execution("ok", value))


class Contradicting(Own):
    def recheck(self, task: Task, value: Any, certificate: Mapping[str, Any]) -> Verdict | Program:
        return Verdict("right", {"kind": "sum"})


class Checking(Sound):
    def judge(self, task: Task, execution: Execution) -> Verdict | Program:
        return Program(f"answer = {execution.value == task.target}")


class Kindless(Sound):
    def judge(self, task: Task, execution: Execution) -> Verdict | Program:
        return Verdict("right" if execution.value == task.target else "wrong")


class Turns(Sound):
    """Three turns; the last program's value is judged. Without gold."""

    max_turns = 3

    def make(self, stream: Any, level: int) -> Task:
        return replace(super().make(stream, level), gold=None)

    def open(self, task: Task, seed: int) -> Episode:
        return Visit(self, task)

    def observed(self, task: Task, turn: int, execution: Execution) -> str:
        return describe(execution)

    def found(self, task: Task, turn: int, execution: Execution) -> Verdict | None:
        """The verdict of a turn's execution; None goes on."""
        return None

    def remembered(self, turn: int) -> None:
        pass


class Visit:
    def __init__(self, environment: Turns, task: Task) -> None:
        self.environment, self.task, self.turn = environment, task, 0

    def step(self, program: Program, execution: Execution) -> Transition:
        self.turn += 1
        self.environment.remembered(self.turn)
        found = self.environment.found(self.task, self.turn, execution)
        said = self.environment.observed(self.task, self.turn, execution)
        return Transition(execution, said, found, terminated=found is not None)

    def close(self) -> None:
        pass


class Golden(Turns):
    def gold(self, task: Task) -> Sequence[Program]:
        return [self.answer("0"), self.answer("0"), self.answer(repr(task.target))]

    def found(self, task: Task, turn: int, execution: Execution) -> Verdict | None:
        if execution.status == "infra":
            return Verdict("unknown", {"kind": "infra"})
        return judge(execution.value, task.target) if turn == 3 else None


class TellingLate(Golden):
    def observed(self, task: Task, turn: int, execution: Execution) -> str:
        return f"{describe(execution)} {task.target if turn == 3 else ''}"


class BlamingLate(Golden):
    def found(self, task: Task, turn: int, execution: Execution) -> Verdict | None:
        if turn == 2 and execution.status == "infra":
            return Verdict("wrong", {"kind": "not executed", "status": "infra"})
        return super().found(task, turn, execution)


class GenerousLate(Golden):
    def found(self, task: Task, turn: int, execution: Execution) -> Verdict | None:
        return judge(1, 1) if turn == 3 and not execution.ok else super().found(task, turn, execution)


class SilentLate(Golden):
    def observed(self, task: Task, turn: int, execution: Execution) -> str:
        return "" if turn == 2 else describe(execution)


class HoardingLate(Golden):
    def __init__(self, **keys: Any) -> None:
        super().__init__(**keys)
        self._all: list[str] = []

    def remembered(self, turn: int) -> None:
        if turn == 3:
            self._all.append(str(len(self._all)) * 200)


class PatientLate(Golden):
    def found(self, task: Task, turn: int, execution: Execution) -> Verdict | None:
        if turn == 3 and execution.status == "timeout":
            return Verdict("unknown", {"kind": "infra"})
        return super().found(task, turn, execution)


class ForgingLate(Golden):
    def found(self, task: Task, turn: int, execution: Execution) -> Verdict | None:
        honest = super().found(task, turn, execution)
        return honest and Verdict(honest.verdict, {**honest.certificate, "got": 1, "expected": 2})


class Talkative(Golden):
    def observed(self, task: Task, turn: int, execution: Execution) -> str:
        return "and so on " * 300


class Crashing(Golden):
    def found(self, task: Task, turn: int, execution: Execution) -> Verdict | None:
        return {}["turn 2"] if turn == 2 else super().found(task, turn, execution)


class Slow(Sound):
    def judge(self, task: Task, execution: Execution) -> Verdict | Program:
        time.sleep(20)
        return super().judge(task, execution)


class Untyped(Sound):
    def judge(self, task: Task, execution: Execution) -> Verdict | Program:
        return execution.value == task.target  # type: ignore[no-any-return]


class Foreign(Sound):
    """Writes a language of its own, which `wrap` makes Python of."""

    format = replace(Sound.format, language="sums", head="", entry=None)

    def wrap(self, task: Task, program: Program) -> Program:
        return Program("while True: pass" if program.code.strip() == "loop" else "answer = 0")


class Hanging(Foreign):
    def hanging(self, task: Task) -> Sequence[Program]:
        return [self.format.program("loop")]


class HardlyHanging(Foreign):
    def hanging(self, task: Task) -> Sequence[Program]:
        return [self.format.program("0")]


class Ignoring(Sound):
    """What is run never calls what the model wrote."""

    def wrap(self, task: Task, program: Program) -> Program:
        return replace(program, code=program.code + "\ndef other():\n    return 1\n", entry="other")


# The class, the check, its status and what it says.
SEEN = [
    (Own, "certificates", "not seen", "not re-checkable here (sum): give recheck(task, value, certificate)"),
    (Rechecked, "certificates", "pass", "sum"),
    (Checking, "certificates", "pass", "checker"),
    (Contradicting, "certificates", "fail", "rechecking gives 'right'"),
    (Kindless, "certificates", "fail", "no kind"),
    (Turns, "certificates", "not seen", "give gold(task) or Task.gold"),
    (Golden, "certificates", "pass", "number"),
    (ForgingLate, "certificates", "fail", "does not show its verdict"),
    (Sound, "hangs", "pass", "1 in"),
    (Golden, "hangs", "pass", "3 in"),
    (Foreign, "hangs", "not seen", "no program in sums that never ends is known: give hanging(task)"),
    (Hanging, "hangs", "pass", "1 in"),
    (HardlyHanging, "hangs", "fail", "does not end as a timeout"),
    (Ignoring, "hangs", "not seen", "ended as 'ok': give hanging(task)"),
    (PatientLate, "hangs", "fail", "never ends is unknown"),
    (TellingLate, "hidden target", "fail", "observation depends"),
    (BlamingLate, "harness faults", "fail", "judged wrong"),
    (Golden, "harness faults", "pass", "3 turns"),
    (GenerousLate, "trivial answers", "fail", "doing nothing solves"),
    (SilentLate, "malformed text", "fail", "answered with nothing"),
    (HoardingLate, "leaks", "fail", "of memory"),
    (Golden, "leaks", "pass", "played"),
    (Talkative, "context", "fail", "exceed the model's"),
    (Crashing, "gold", "fail", "it raised KeyError: 'turn 2'"),
    (Slow, "gold", "fail", "it took more than 0.5 s"),
    (Untyped, "gold", "fail", "it returned bool (True), where a Verdict or a checker Program is expected"),
]


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    with Executor(Limits(cpu_s=0.3)) as running:
        yield running


def outcome(kind: type, name: str, executor: Executor) -> Outcome:
    def encode(messages: Any) -> list[str]:
        return " ".join(message["content"] for message in messages).split()

    subject = Subject({"_target_": f"{__name__}.{kind.__name__}", **KEYS}, executor, encode, 1000, 128, WATCH)
    [found] = examine(subject, [check for check in CHECKS if check.name == name])
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "name", "status", "words"), SEEN, ids=lambda it: getattr(it, "__name__", it)
)
def test_what_a_check_has_seen(kind: type, name: str, status: str, words: str, executor: Executor) -> None:
    found = outcome(kind, name, executor)
    assert (found.status, words in found.note) == (status, True), found


def test_a_fault_names_its_hook_and_line(executor: Executor) -> None:
    found = outcome(Crashing, "gold", executor)
    assert found.example.startswith(f"{__name__}.Visit.step (tests/envisions/conformance/test_seen.py:")


def test_under_pytest_what_was_not_seen_has_not_passed(executor: Executor) -> None:
    [check] = [check for check in CHECKS if check.name == "certificates"]
    conforms: Callable[..., None] = EnvironmentContract().test_conforms
    with pytest.raises(pytest.skip.Exception, match=r"not seen: .* give recheck"):
        conforms(check, Examination(Subject({"_target_": f"{__name__}.Own", **KEYS}, executor)))
