"""Verdicts that a program finds: what judge and step may return in place of one, and how it is rechecked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from envisions import Episode, Execution, Program, ProgramEnvironment, Task, Transition, Verdict
from envisions.environments.faults import Fault
from envisions.environments.protocol import advance
from envisions.environments.rechecking import NotRecheckableError, recheck
from envisions.environments.watch import Bounds, Watch
from envisions.environments.watched import WatchedEnvironment
from envisions.errors import HarnessError
from symbolic import Executor, Limits
from symbolic.recheck import KINDS

BOUNDS = Bounds(seconds=10, left_behind=2, faults=0.05, seen=20, observation=100)
TASK = Task("How many are 2 and 3?", 5, group="g")


class Checked(ProgramEnvironment):
    """The model's value is the code that the checker runs, so that each can say something else."""

    id = "checked-v1"

    def __init__(self) -> None:
        pass

    def judge(self, task: Task, execution: Execution) -> Program:
        return Program(f"def check(target):\n    {execution.value}", entry="check", args=[task.target])


class Bare(Checked):
    """Its step answers with the checker itself."""

    def open(self, task: Task, seed: int) -> Episode:
        return _Bare(self, task)


class _Bare:
    def __init__(self, environment: Bare, task: Task) -> None:
        self.environment, self.task = environment, task

    def step(self, program: Program, execution: Execution) -> Any:
        return self.environment.judge(self.task, execution)

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    with Executor(Limits(cpu_s=0.5)) as running:
        yield running


def answers(
    codes: list[str], executor: Any, environment: ProgramEnvironment | None = None
) -> list[Transition]:
    watched = WatchedEnvironment(environment or Checked(), Watch(BOUNDS))
    episodes = [watched.open(TASK, 0) for _ in codes]
    programs = [Program(f"def solution():\n    return {code!r}", entry="solution") for code in codes]
    return advance(watched, [TASK] * len(codes), episodes, programs, executor)


SAYS = {
    "return target == 5": "right",
    "return target == 6": "wrong",
    "return 'right'": "right",
    "return 'wrong'": "wrong",
    "return 'unknown'": "unknown",
    "return {'verdict': True, 'matched': [1, 2]}": "right",
    "return {'verdict': 'wrong', 'kind': 'number', 'got': 5, 'expected': 5}": "wrong",
    "while True: pass": "unknown",
    "return [0] * 10 ** 10": "unknown",
}
FAILS = {
    "return None": "returned None, where True, False",
    "return 1": "returned 1, where",
    "return 'yes'": "returned 'yes', where",
    "return {'matched': True}": "returned {'matched': True}, where",
    "return {}['x']": "failed (error): KeyError",
    "import os; os._exit(0)": "failed (",
    "return (": "failed (error): SyntaxError",
}


def test_the_result_is_the_verdict(executor: Executor) -> None:
    found = [answer.found for answer in answers(list(SAYS), executor)]
    assert [verdict and verdict.verdict for verdict in found] == list(SAYS.values())
    assert {verdict.certificate["kind"] for verdict in found if verdict} == {"checker"}
    assert found[5] is not None
    assert found[5].certificate["matched"] == [1, 2]


def test_a_checker_that_fails_is_a_fault_of_the_environments(executor: Executor) -> None:
    for answer, words in zip(answers(list(FAILS), executor), FAILS.values(), strict=True):
        fault = answer.found and Fault.of(answer.found)
        assert fault
        assert words in fault.what
        assert fault.hook.endswith("Checked.checker")


def test_a_step_may_answer_with_the_checker_itself(executor: Executor) -> None:
    [answer] = answers(["return target == 5"], executor, Bare())
    assert answer.found is not None
    assert (answer.found.verdict, answer.terminated) == ("right", True)
    assert answer.observation == "It returned 'return target == 5'."


def test_checkers_run_together_and_what_the_sandbox_lost_is_no_verdict() -> None:
    batches: list[int] = []

    class Losing:
        def run(self, programs: list[Program], limits: Any = None) -> list[Execution]:
            batches.append(len(programs))
            if len(batches) == 1:
                return [Execution("ok", "return True") for _ in programs]
            return [Execution("infra", error="lost") for _ in programs]

    with pytest.raises(HarnessError, match="not the program's fault"):
        answers(["return True"] * 3, Losing())
    assert batches == [3, 3]


def test_a_checkers_verdict_is_checked_again_by_the_checker(executor: Executor) -> None:
    environment = WatchedEnvironment(Checked(), Watch(BOUNDS))
    right, code = "return {'verdict': True, 'seen': target}", "return {'verdict': True, 'seen': target}"
    [answer] = answers([right], executor)
    assert answer.found is not None
    stored = dict(answer.found.certificate)

    def complaint(verdict: str, **change: Any) -> str | None:
        return recheck(environment, TASK, code, verdict, {**stored, **change}, executor)

    assert complaint("right") is None
    assert "rechecking gives 'right'" in str(complaint("wrong"))
    assert "its 'seen' says 6" in str(complaint("right", seen=6))
    assert "its 'checker' says" in str(complaint("right", checker="0" * 16))


UNRUNNABLE: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown library": ({"libraries": ["nope"]}, "cannot import nope"),
    "a text of libraries": ({"libraries": "numpy"}, "program.libraries must be a list of names, not str"),
    "another language": ({"language": "lean"}, "language='lean'"),
    "a number as a file": ({"files": {"a": 5}}, "program.files"),
    "a folder that is a file": ({"files": {"a": "", "a/b": ""}}, "both a file and a folder"),
}


@pytest.mark.parametrize("what", UNRUNNABLE)
@pytest.mark.parametrize("hook", ["judge", "wrap"])
def test_a_program_that_no_executor_takes_is_told_by_its_hook(
    what: str, hook: str, executor: Executor
) -> None:
    brought, words = UNRUNNABLE[what]

    def write(self: Checked, task: Task, given: Any) -> Program:
        return Program("answer = True", **brought)

    kind = type("Kind", (Checked,), {hook: write})
    [answer, other] = answers(["return target == 5"] * 2, executor, kind())
    assert answer.found is not None
    fault = Fault.of(answer.found)
    assert fault is not None
    assert words in fault.what
    assert fault.hook.endswith((f".{hook}", ".write"))  # that of the Program, or of the hook that made none
    assert other.at_fault


def test_a_mistake_of_our_executors_is_not_the_plugins() -> None:
    with Executor() as closed:
        pass
    with pytest.raises(RuntimeError, match="closed"):
        answers(["return True"], closed)


class Rechecking(Checked):
    """Knows the kind "sum" and no other."""

    def recheck(self, task: Task, value: Any, certificate: Any) -> Verdict | Program:
        if certificate["kind"] != "sum":
            return super().recheck(task, value, certificate)
        if certificate.get("in_sandbox"):
            return Program("def f(a, b):\n    return a == b", entry="f", args=[value, task.target])
        verdict = "right" if value == task.target == certificate["total"] else "wrong"
        return Verdict(verdict, {"kind": "sum", "total": value})


# The verdict on record, the certificate, and what is complained of; None where it holds.
SUM = {"kind": "sum", "total": 5}
CERTIFICATES = [
    ("right", SUM, None),
    ("right", {**SUM, "note": "more than recheck says"}, None),
    ("right", {**SUM, "in_sandbox": True}, None),
    ("wrong", SUM, "the verdict says 'wrong', rechecking gives 'right'"),
    ("unknown", SUM, "rechecking gives 'right'"),
    ("wrong", {**SUM, "in_sandbox": True}, "rechecking gives 'right'"),
    ("right", {**SUM, "total": 6}, "rechecking gives 'wrong'"),
    ("wrong", {**SUM, "total": 6}, "its 'total' says 6, rechecking gives 5"),
    ("right", {"kind": "sum"}, "could not be checked: tests.envisions.environments.test_checker.Rechecking"),
]


@pytest.mark.parametrize(("verdict", "certificate", "words"), CERTIFICATES)
def test_a_kind_of_ones_own_is_rechecked(
    verdict: str, certificate: dict[str, Any], words: str | None, executor: Executor
) -> None:
    environment = WatchedEnvironment(Rechecking(), Watch(BOUNDS))
    complaint = recheck(environment, TASK, 5, verdict, certificate, executor)
    assert words in complaint if words and complaint else complaint is words


def test_a_kind_that_nobody_knows_is_not_recheckable(executor: Executor) -> None:
    environment = WatchedEnvironment(Rechecking(), Watch(BOUNDS))
    with pytest.raises(NotRecheckableError, match="does not know the kind"):
        recheck(environment, TASK, 5, "right", {"kind": "trust me"}, executor)
    assert not {"sum", "checker", "trust me"} & KINDS
