"""Episodes of many turns, alive at once: what is asked, observed and recorded, beside generation or after
it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from envisions import Message
from envisions.environments.protocol import prompts
from envisions.policies.protocol import Completion, OnCompletion, Request, Sampling
from envisions.records import Trajectory, seed_from
from envisions.runs.rollout import Advance, Attempt, play
from envs.blackbox import BlackBoxEnvironment
from symbolic import Executor

ENVIRONMENT = BlackBoxEnvironment(n_train=4, n_test=4, levels={1: 1.0})
Script = Callable[[str], str]  # from the conversation to the completion


class Scripted:
    """Writes what a script says; a token is a character."""

    name, episodes, context = "scripted", 3, 100_000

    def __init__(self, script: Script, overlaps: bool) -> None:
        self._script, self.overlaps = script, overlaps

    def encode(self, messages: Sequence[Message]) -> tuple[int, ...]:
        return tuple("\n".join(f"{m['role']}: {m['content']}" for m in messages).encode())

    def generate(
        self, requests: Sequence[Request], sampling: Sampling, on_completion: OnCompletion | None = None
    ) -> list[Completion]:
        done = []
        for place, request in enumerate(requests):
            text = self._script(bytes(request.prompt_ids).decode())
            ids = tuple(f"{text}```".encode())
            done.append(Completion(ids, (-0.5,) * len(ids), text, "stop"))
            if on_completion:
                on_completion(place, done[-1])
        return done

    def score(self, pairs: Sequence[tuple[Sequence[int], Sequence[int]]]) -> list[tuple[float, ...]]:
        return [(-0.5,) * len(completion) for _, completion in pairs]

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    with Executor() as running:
        yield running


def played(
    script: Script, executor: Executor, path: Path, overlaps: bool, advance: Advance = lambda n: None
) -> list[Trajectory]:
    attempts = [
        Attempt(
            task=task,
            kind="explore",
            prompt="zero-shot",
            policy="scripted",
            index=0,
            seed=seed_from(task.id),
            messages=tuple(ENVIRONMENT.messages(task, few_shot=False)),
            sampling=Sampling(1.0, 100, ("```",)),
        )
        for task in ENVIRONMENT.tasks("train")
    ]
    return play(attempts, ENVIRONMENT, lambda: Scripted(script, overlaps), executor, path, advance)


def finds_out(conversation: str) -> str:
    """Asks for 0, then adds what the box gave to what is asked for."""
    if "The box gave" not in conversation:
        return '\n    return "ask 0"\n'
    secret = conversation.rpartition("The box gave ")[2].split()[0]
    asked = conversation.rpartition("What does it give for ")[2].partition("?")[0]
    return f"\n    return {asked} + {secret}\n"


@pytest.mark.parametrize("overlaps", [False, True], ids=["after generation", "beside generation"])
def test_an_output_leads_to_the_next_turn(overlaps: bool, executor: Executor, tmp_path: Path) -> None:
    path = tmp_path / "explore.jsonl"
    trajectories = played(finds_out, executor, path, overlaps)
    assert [(t.verdict.verdict, len(t.steps), t.truncated) for t in trajectories] == [("right", 2, False)] * 4
    second = bytes(trajectories[0].steps[1].prompt_ids).decode()
    assert 'return "ask 0"\n```\nuser: The box gave' in second
    assert second.endswith("assistant: ```python\ndef solution():")
    assert len(path.read_text().splitlines()) == 4
    again = played(finds_out, executor, path, overlaps)
    assert [t.id for t in again] == [t.id for t in trajectories]
    assert len(path.read_text().splitlines()) == 4, "nothing is played twice"


@pytest.mark.parametrize("overlaps", [False, True], ids=["after generation", "beside generation"])
def test_progress_is_heard_of_at_each_completion_and_adds_up(
    overlaps: bool, executor: Executor, tmp_path: Path
) -> None:
    heard: list[float] = []
    played(finds_out, executor, tmp_path / "x", overlaps, heard.append)
    assert len([share for share in heard if 0 < share < 1]) >= 8, "four attempts of two turns"
    assert sum(heard) == pytest.approx(4)
    heard.clear()
    played(finds_out, executor, tmp_path / "x", overlaps, heard.append)
    assert heard == [4], "what is there already"


def test_beside_generation_or_after_it_the_records_are_the_same(executor: Executor, tmp_path: Path) -> None:
    one, other = (played(finds_out, executor, tmp_path / str(o), o) for o in (False, True))
    assert [t.verdict for t in one] == [t.verdict for t in other]
    assert [t.id for t in one] == [t.id for t in other]


def test_an_error_is_observed_and_the_episode_goes_on(executor: Executor, tmp_path: Path) -> None:
    def mends(conversation: str) -> str:
        return finds_out(conversation) if "It failed" in conversation else "\n    return 1 / 0\n"

    for trajectory in played(mends, executor, tmp_path / "x", False):
        assert "ZeroDivisionError" in trajectory.steps[0].observation
        assert trajectory.verdict.right


def test_turns_that_run_out_are_a_truncation(executor: Executor, tmp_path: Path) -> None:
    for trajectory in played(lambda _: '\n    return "ask 1"\n', executor, tmp_path / "x", False):
        assert (len(trajectory.steps), trajectory.truncated, trajectory.terminated) == (4, True, False)
        assert not trajectory.verdict.right


def test_prompts_of_a_trajectory_are_those_that_it_was_played_with(
    executor: Executor, tmp_path: Path
) -> None:
    policy = Scripted(finds_out, False)
    tasks = {task.id: task for task in ENVIRONMENT.tasks("train")}
    for trajectory in played(finds_out, executor, tmp_path / "x", False):
        first = ENVIRONMENT.messages(tasks[trajectory.task], few_shot=False)
        rendered = [policy.encode(messages) for messages in prompts(ENVIRONMENT, first, trajectory)]
        assert rendered == [step.prompt_ids for step in trajectory.steps]


def test_the_hidden_numbers_are_in_no_program_and_no_prompt(executor: Executor, tmp_path: Path) -> None:
    secret = BlackBoxEnvironment(n_train=40, n_test=4, levels={2: 1.0})
    for task in secret.tasks("train"):
        shown = json.dumps(secret.messages(task, few_shot=True))
        assert not re.search(rf"\b{task.data['times']}\b", shown.rpartition("Box ")[2])
