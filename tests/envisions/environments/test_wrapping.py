"""What a model writes and what is executed: other languages, files, libraries, limits, several turns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random

import pytest

from envisions import (
    Execution,
    Executor,
    Limits,
    Program,
    ProgramEnvironment,
    ProgramFormat,
    Task,
    UserError,
    Verdict,
)
from envisions.environments.equipment import equip
from envisions.environments.protocol import Transition, advance
from envisions.records import Step, Trajectory

SIZES = {"n_train": 6, "n_test": 6}
COUNT = """
def count(word):
    return open("text.txt").read().split().count(word)
"""
WORDS = [tree + part for tree in ("plum", "fig", "pear") for part in ("leaf", "root", "seed", "wood")]


class Counting(ProgramEnvironment):
    """The "language" is a word, and what it comes to is how often a file has it."""

    id = "counting-v1"
    format = ProgramFormat(language="word", head="", entry=None, instruction="Write a word.")

    def make(self, stream: Random, level: int) -> Task:
        text = " ".join(stream.choice(WORDS) for _ in range(9))
        word = stream.choice(text.split())
        return Task(
            f"Write a word that begins with {word[:2]} and ends the {stream.randint(100, 999)}th line.",
            text.split().count(word),
            group=text,
            gold=word,
            data={"text": text},
        )

    def wrap(self, task: Task, program: Program) -> Program:
        return Program(
            COUNT, entry="count", args=[program.code.strip()], files={"text.txt": task.data["text"]}
        )


class Twice(Counting):
    """The same, and whoever is wrong may try again."""

    max_turns = 2

    def judge(self, task: Task, execution: Execution) -> Verdict | None:
        verdict = super().judge(task, execution)
        return verdict if verdict and verdict.right else None


class Warm(Counting):
    libraries = ("html.entities",)
    limits = Limits(cpu_s=7)


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    with Executor(workers=1) as running:
        yield running


def answers(environment: ProgramEnvironment, executor: Executor, *words: str) -> list[Transition]:
    """One episode's."""
    task = environment.tasks("train")[0]
    episode = environment.open(task, 0)
    given = []
    for word in words:
        program = environment.parse(word + "\n```")
        given += advance(environment, [task], [episode], [program], executor)
    return given


def test_a_language_of_one_s_own_needs_only_wrap(executor: Executor) -> None:
    environment = Counting(**SIZES)
    [gold] = answers(environment, executor, environment.tasks("train")[0].gold or "")
    assert gold.verdict is not None
    assert (gold.verdict.verdict, gold.terminated) == ("right", True)
    [wrong] = answers(environment, executor, "nowhere")
    assert (wrong.observation, wrong.verdict and wrong.verdict.verdict) == ("It returned 0.", "wrong")


def test_an_environment_s_libraries_and_limits_are_its_programs() -> None:
    environment = Warm(**SIZES)
    equipped = equip(environment, Program("answer = 1"))
    assert (equipped.libraries, equipped.limits) == (("html.entities",), Limits(cpu_s=7))
    plain = Counting(**SIZES)
    assert equip(plain, Program("answer = 1")).limits is None


def test_a_program_s_own_limits_come_first() -> None:
    own = Program("answer = 1", limits=Limits(cpu_s=1), libraries=("json",))
    equipped = equip(Warm(**SIZES), own)
    assert (equipped.limits, equipped.libraries) == (own.limits, ("html.entities", "json"))


def test_an_environment_whose_library_is_missing_says_so_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Warm, "libraries", ("no_such_library",))
    with pytest.raises(UserError, match="counting-v1: programs cannot import no_such_library"):
        Warm(**SIZES)


def test_with_several_turns_the_episode_goes_on_until_there_is_a_verdict(executor: Executor) -> None:
    environment = Twice(**SIZES)
    gold = environment.tasks("train")[0].gold or ""
    first, second = answers(environment, executor, "nowhere", gold)
    assert (first.observation, first.verdict, first.terminated) == ("It returned 0.", None, False)
    assert second.verdict is not None
    assert (second.verdict.verdict, second.terminated) == ("right", True)


def test_a_program_that_fails_costs_a_turn_and_one_that_was_lost_is_unknown() -> None:
    environment = Twice(**SIZES)
    episode = environment.open(environment.tasks("train")[0], 0)
    failed = episode.step(Program("x"), Execution("error", error="NameError"))
    assert (failed.verdict, failed.terminated) == (None, False)
    assert "NameError" in failed.observation
    lost = episode.step(Program("x"), Execution("infra"))
    assert lost.verdict is not None
    assert lost.verdict.verdict == "unknown"


def test_other_languages_have_the_nearest_program_as_a_baseline() -> None:
    environment = Counting(**SIZES)
    baselines = environment.baselines()
    assert baselines.keys() == {"neighbour"}
    assert baselines["neighbour"].keys() == {task.id for task in environment.tasks("test")}
    golden = {task.gold for task in environment.tasks("train")}
    assert {program.code for [program] in baselines["neighbour"].values()} <= golden


def test_numbers_of_the_nearest_program_are_the_question_s() -> None:
    environment = Counting(**SIZES)
    known = Task("Who is above 30?", 1, gold="SELECT name FROM p WHERE age > 30 LIMIT 1")
    [program] = environment.adapt(known, Task("Who is above 41?", 2))
    assert program.code == "SELECT name FROM p WHERE age > 41 LIMIT 1"


def test_what_is_recorded_is_what_the_model_wrote() -> None:
    program = Program("plum", language="word")
    step = Step((1,), (2,), (-0.5,), "plum", "stop", program, Execution("ok", value=1), "It returned 1.")
    names = {"kind": "eval", "prompt": "few-shot", "policy": "round_0", "temperature": 0.0}
    trajectory = Trajectory(
        id="a", task="b", **names, index=0, seed=0, steps=(step,), verdict=Verdict("right"),
        terminated=True, truncated=False,
    )  # type: ignore[arg-type]  # fmt: skip
    recorded = json.loads(json.dumps(trajectory.to_json()))
    assert recorded["steps"][0]["program"] == {"code": "plum", "language": "word", "entry": None, "args": []}
    assert Trajectory.from_json(recorded).program.code == "plum"
