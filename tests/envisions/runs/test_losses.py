"""A stage under an environment whose own code fails: what is counted, when a run ends, and how it goes on."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from envisions import (
    Episode,
    Execution,
    Message,
    Program,
    ProgramEnvironment,
    Task,
    Transition,
    Verdict,
    judge,
)
from envisions.environments.faults import HookError
from envisions.environments.watch import Bounds, Watch
from envisions.environments.watched import WatchedEnvironment
from envisions.errors import UserError
from envisions.methods.pool import build_pools
from envisions.policies.protocol import Completion, OnCompletion, Request, Sampling
from envisions.records import Trajectory, seed_from
from envisions.report.measures import outcomes
from envisions.runs.rollout import Attempt, play
from symbolic import Executor
from tests.envisions.runs.test_rollout import Scripted

BOUNDS = Bounds(seconds=0.5, left_behind=3, faults=0.05, seen=20, observation=200)
HOOKS = ("open", "parse", "wrap", "execute", "step", "judge", "follow")


class Shop(ProgramEnvironment):
    """Two turns: the first program's result is observed, the second is judged. `fails(hook, number)` is asked
    before every hook for the task of that number."""

    id = "shop-v1"
    max_turns = 2
    said = "Go on."

    def __init__(self, fails: Callable[[str, int], Any] = lambda hook, number: None, count: int = 40) -> None:
        self.fails = fails
        self._tasks = {
            "train": tuple(Task(f"task {n}", n, group=f"{n}", data={"n": n}) for n in range(count)),
            "test": (),
        }

    def messages(self, task: Task, *, few_shot: bool) -> list[Message]:
        self.fails("messages", task.data["n"])
        return [Message(role="user", content=task.question)]

    def follow(self, messages: Sequence[Message], completion: str, observation: str) -> list[Message]:
        self.fails("follow", int(messages[0]["content"].split()[1]))
        return super().follow(messages, completion, observation)

    def parse(self, completion: str) -> Program:
        self.fails("parse", int(completion.split()[-1]))
        return Program(f"answer = {completion.split()[-1]}")

    def wrap(self, task: Task, program: Program) -> Program:
        self.fails("wrap", task.data["n"])
        return program

    def execute(
        self, episodes: Sequence[Episode], programs: Sequence[Program], executor: Executor
    ) -> list[Execution]:
        for episode in episodes:
            self.fails("execute", episode.task.data["n"])  # type: ignore[attr-defined]
        return executor.run(programs)

    def open(self, task: Task, seed: int) -> Episode:
        self.fails("open", task.data["n"])
        return _Visit(self, task)

    def judge(self, task: Task, execution: Execution) -> Verdict:
        self.fails("judge", task.data["n"])
        return judge(execution.value, task.target)


class _Visit:
    def __init__(self, shop: Shop, task: Task) -> None:
        self.shop, self.task, self.turn = shop, task, 0

    def step(self, program: Program, execution: Execution) -> Transition:
        self.shop.fails("step", self.task.data["n"])
        self.turn += 1
        if self.turn == 1:
            return Transition(execution, self.shop.said)
        return Transition(execution, "Done.", self.shop.judge(self.task, execution), terminated=True)

    def close(self) -> None:
        pass


class Counting(Scripted):
    """Writes the number of its task, and counts how often it is asked."""

    episodes = 16

    def __init__(self, overlaps: bool = False, context: int = 100_000) -> None:
        super().__init__(lambda said: "number " + said.split("task ")[1].split()[0], overlaps)
        self.asked, self.context = 0, context

    def generate(
        self, requests: Sequence[Request], sampling: Sampling, on_completion: OnCompletion | None = None
    ) -> list[Completion]:
        self.asked += len(requests)
        return super().generate(requests, sampling, on_completion)


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    with Executor() as running:
        yield running


def watched(shop: Shop, **bounds: Any) -> tuple[WatchedEnvironment, list[str]]:
    said: list[str] = []
    return WatchedEnvironment(shop, Watch(Bounds(**{**vars(BOUNDS), **bounds}), said.append)), said


def attempt(environment: WatchedEnvironment, task: Task, kind: Any = "explore") -> Attempt:
    made: dict[str, Any] = {"messages": (), "fault": None}
    try:
        made["messages"] = tuple(environment.messages(task, few_shot=False))
    except HookError as error:
        made["fault"] = error.fault
    seed = seed_from(task.id)
    return Attempt(
        task, kind, "zero-shot", "scripted", 0, seed, sampling=Sampling(1.0, 100, ("```",)), **made
    )


def played(
    environment: WatchedEnvironment, policy: Counting, executor: Executor, path: Path, kind: str = "explore"
) -> list[Trajectory]:
    attempts = [attempt(environment, task, kind) for task in environment.tasks("train")]
    return play(attempts, environment, lambda: policy, executor, path)


def failing(hook: str, *numbers: int) -> Callable[[str, int], None]:
    def fails(asked: str, number: int) -> None:
        if asked == hook and number in numbers:
            raise LookupError(f"no {number}")

    return fails


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["explore", "eval"])
@pytest.mark.parametrize("overlaps", [False, True], ids=["after", "beside"])
@pytest.mark.parametrize("hook", ["messages", *(hook for hook in HOOKS if hook != "execute")])
def test_a_fault_is_a_counted_unknown_with_file_and_line(
    hook: str, overlaps: bool, kind: str, executor: Executor, tmp_path: Path
) -> None:
    environment, said = watched(Shop(failing(hook, 7)))
    attempts = played(environment, Counting(overlaps), executor, tmp_path / "x", kind)
    [lost] = [one for one in attempts if one.infra]
    assert (lost.task, lost.verdict.verdict, lost.solved) == (
        environment.tasks("train")[7].id,
        "unknown",
        False,
    )
    certificate = lost.verdict.certificate
    assert certificate["kind"] == "hook"
    assert certificate["what"] == "raised LookupError: no 7"
    source = Path(__file__).read_text().splitlines()
    line = next(n for n, text in enumerate(source, start=1) if "raise LookupError" in text)
    assert certificate["where"] == f"tests/envisions/runs/test_losses.py:{line}"
    assert len(said) == 1
    assert certificate["where"] in said[0]
    counted = outcomes(attempts)
    assert (counted["right"], counted["infra_errors"], counted["unknown"], counted["wrong"]) == (39, 1, 0, 0)
    assert counted["status"] == {"infra": 1, "ok": 39}
    [pool] = build_pools([lost]).values()
    assert (pool.positives(), pool.negatives()) == ([], []), "never trained on"


def test_a_lost_attempt_does_not_hide_another_of_the_same_program(executor: Executor, tmp_path: Path) -> None:
    environment, _ = watched(Shop(failing("judge", 7)))
    lost = played(environment, Counting(), executor, tmp_path / "x")[7]
    right = played(watched(Shop())[0], Counting(), executor, tmp_path / "y")[7]
    [pool] = build_pools([lost, right]).values()
    assert pool.positives() == [right]


@pytest.mark.slow
@pytest.mark.parametrize("hook", ["messages", *HOOKS])
def test_above_a_share_the_run_ends_and_goes_on_when_it_is_mended(
    hook: str, executor: Executor, tmp_path: Path
) -> None:
    path, plain = tmp_path / "explore.jsonl", tmp_path / "plain.jsonl"
    environment, _ = watched(Shop(failing(hook, *range(40))))
    with pytest.raises(UserError, match=r"failed for \d+ of \d+ attempts, and a stage may lose") as ended:
        played(environment, Counting(), executor, path)
    assert "watch.faults=0.05" in str(ended.value)
    assert "test_losses.py:" in str(ended.value)
    assert "\n" not in str(ended.value)
    kept = lines(path)
    assert kept, "what was written is kept"

    mended = Counting()
    again = played(watched(Shop())[0], mended, executor, path)
    whole = Counting()
    expected = played(watched(Shop())[0], whole, executor, plain)
    assert [t.to_json() | {"steps": 0} for t in again] == [t.to_json() | {"steps": 0} for t in expected]
    assert sorted(line["id"] for line in lines(path)) == sorted(line["id"] for line in lines(plain))
    written = sum(bool(step["completion_ids"]) for line in kept for step in line["steps"])
    assert mended.asked == whole.asked - written, "nothing that was written is written again"


def test_few_faults_are_put_up_with_and_stay_as_they_are(executor: Executor, tmp_path: Path) -> None:
    environment, _ = watched(Shop(failing("judge", 3, 30)))
    first = played(environment, Counting(), executor, tmp_path / "x")
    policy = Counting()
    again = played(watched(Shop())[0], policy, executor, tmp_path / "x")
    assert [t.verdict for t in again] == [t.verdict for t in first]
    assert policy.asked == 0, "a finished stage is not played again"


@pytest.mark.parametrize(
    ("count", "failed", "ends"), [(19, 18, False), (19, 19, True), (20, 1, False), (20, 2, True)]
)
def test_the_share_counts_from_twenty_on_or_where_nothing_was_judged(
    count: int, failed: int, ends: bool, executor: Executor, tmp_path: Path
) -> None:
    environment, _ = watched(Shop(failing("judge", *range(failed)), count))
    try:
        played(environment, Counting(), executor, tmp_path / "x")
    except UserError:
        assert ends
    else:
        assert not ends
    assert len(lines(tmp_path / "x")) == count, "all are on record"


@pytest.mark.slow
def test_hooks_that_never_come_back_end_the_run(executor: Executor, tmp_path: Path) -> None:
    def hangs(hook: str, number: int) -> None:
        if hook == "judge" and number < 4:
            threading.Event().wait(30)

    environment, _ = watched(Shop(hangs, count=200), faults=1.0)
    with pytest.raises(UserError, match=r"3 calls .* never came back, as many as watch.left_behind allows"):
        played(environment, Counting(), executor, tmp_path / "x")
    assert lines(tmp_path / "x")


def test_what_has_no_room_is_cut_off_and_counted(executor: Executor, tmp_path: Path) -> None:
    """The second prompt of an attempt whose first observation was long."""
    shop = Shop()
    shop.said = "x" * 150
    environment, _ = watched(shop)
    attempts = played(environment, Counting(context=250), executor, tmp_path / "x")
    assert {(len(t.steps), t.truncated, t.terminated) for t in attempts} == {(1, True, False)}
    assert {t.verdict.certificate["kind"] for t in attempts} == {"unfinished"}
    assert outcomes(attempts)["truncated"] == 40
    [pool] = build_pools(attempts[:1]).values()
    assert (pool.positives(), pool.negatives()) == ([], [])


def test_one_first_prompt_without_room_is_no_end(executor: Executor, tmp_path: Path) -> None:
    shop = Shop(count=5)
    tasks = list(shop._tasks["train"])
    shop._tasks["train"] = (*tasks[:4], Task("task 4 " + "long " * 100, 4, group="4", data={"n": 4}))
    environment, _ = watched(shop)
    attempts = played(environment, Counting(context=250), executor, tmp_path / "x")
    assert [t.solved for t in attempts] == [True] * 4 + [False]
    assert (attempts[4].truncated, attempts[4].infra) == (True, False)
    assert "the model has room for 250" in attempts[4].execution.error
    assert len(lines(tmp_path / "x")) == 5
    with pytest.raises(UserError, match=r"the shortest prompt, .* leave long tasks out"):
        played(environment, Counting(context=60), executor, tmp_path / "y")


def test_observations_are_capped(executor: Executor, tmp_path: Path) -> None:
    shop = Shop()
    shop.said = "x" * 1_000_200
    environment, _ = watched(shop)
    for one in played(environment, Counting(), executor, tmp_path / "x"):
        assert one.steps[0].observation == "x" * 200 + "… (cut: 1,000,000 more characters)"
        assert "1,000,000 more characters" in bytes(one.steps[1].prompt_ids).decode()
