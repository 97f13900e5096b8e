"""The math environment: its prompt, its parser, one episode for real, and its ways to get tasks."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from envisions.environments.protocol import advance
from envisions.environments.similarity import mask
from envisions.errors import HarnessError, UserError
from envisions.records import Task
from envisions.settings.build import build
from envisions.settings.compose import load
from envs.math import MathEnvironment
from envs.math.examples import EXAMPLES
from symbolic import Executor
from symbolic.jobs import OffloadError


@pytest.fixture(scope="module")
def environment() -> MathEnvironment:
    return MathEnvironment(n_train=40, n_test=30)


def data_file(path: Path, n: int = 60) -> str:
    """Questions of n kinds, each in a group of its own."""
    kinds = [chr(97 + i // 26) + chr(97 + i % 26) for i in range(n)]
    rows = [
        {"question": f"How {kind}o {kind}ed 2 {kind}ers and {i}?", "answer": str(i)}
        for i, kind in enumerate(kinds)
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    return str(path)


def test_prompt_ends_where_the_model_goes_on(environment: MathEnvironment) -> None:
    task = environment.tasks("test")[0]
    for few_shot, shown in ((True, len(EXAMPLES)), (False, 0)):
        messages = environment.messages(task, few_shot=few_shot)
        assert len(messages) == 2 * shown + 2
        assert messages[-1] == {"role": "assistant", "content": "```python\ndef solution():"}
        assert task.question in messages[-2]["content"]


def test_worked_examples_are_right(environment: MathEnvironment) -> None:
    with Executor() as executor:
        programs = [environment.format.program(code) for _, code in EXAMPLES]
        results = executor.run(programs)
    assert [result.value for result in results] == [149, 7, 16, 54, 42, 170]


def test_parse_continues_the_prefix_and_stops_at_the_fence(environment: MathEnvironment) -> None:
    program = environment.parse("\n    return 7\n```\nThat was easy. ```python\nboom")
    assert (program.code, program.entry) == ("def solution():\n    return 7\n", "solution")


@pytest.mark.parametrize("completion", ["", "```", "\n\x00", "¿", "\n    return (" + "(" * 500])
def test_malformed_text_becomes_a_program_that_fails(environment: MathEnvironment, completion: str) -> None:
    with Executor() as executor:
        (result,) = executor.run([environment.parse(completion)])
    assert not result.ok


def test_an_episode_judges_what_ran(environment: MathEnvironment) -> None:
    task = Task("How many legs has a cow?", 4)
    completions = ["\n    return 4.0\n```", "\n    return 5\n```", "\n    retur 4\n```"]
    episodes = [environment.open(task, seed=0) for _ in completions]
    programs = [environment.parse(text) for text in completions]
    with Executor() as executor:
        transitions = advance(environment, [task] * len(programs), episodes, programs, executor)
    assert [step.verdict.verdict for step in transitions if step.verdict] == ["right", "wrong", "wrong"]
    assert all(step.terminated for step in transitions)


def test_verdicts_that_need_a_sandbox_run_in_the_executor_at_hand(
    environment: MathEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("symbolic.jobs._shared", None)  # another one would be asked for
    task = Task("What is it?", "sqrt(3 + 2*sqrt(2)) - 1")
    programs = [environment.parse(f'\n    return "sqrt({n})"\n```') for n in (2, 3)]
    with Executor() as executor:
        episodes = [environment.open(task, seed=0) for _ in programs]
        transitions = advance(environment, [task] * 2, episodes, programs, executor)
    assert [step.verdict.verdict for step in transitions if step.verdict] == ["right", "wrong"]


def test_a_verdict_lost_to_the_sandbox_is_a_fault_of_ours(
    environment: MathEnvironment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object, **__: object) -> None:
        raise OffloadError("infra", "lost")

    monkeypatch.setattr("envisions.environments.program.judge", lost)
    task = Task("How many legs has a cow?", 4)
    program = environment.parse("\n    return 4\n```")
    with Executor() as executor, pytest.raises(HarnessError, match="which is not the program's fault"):
        advance(environment, [task], [environment.open(task, seed=0)], [program], executor)


def test_refinement_shows_the_program_and_what_it_said(environment: MathEnvironment) -> None:
    program = environment.parse("\n    return 1 / 0\n```")
    task = Task("How many legs has a cow?", 4444)
    messages = environment.refine_messages(task, program, "It raised ZeroDivisionError.")
    text = "\n".join(message["content"] for message in messages)
    assert "return 1 / 0" in text
    assert "ZeroDivisionError" in text
    assert "4444" not in text
    assert messages[-1]["content"] == "```python\ndef solution():"


def test_the_target_is_never_rendered_apart_from_the_question(environment: MathEnvironment) -> None:
    task = Task("What is it?", 987654)
    assert "987654" not in str(environment.messages(task, few_shot=True))


def test_own_data_are_split_by_group(tmp_path: Path) -> None:
    environment = MathEnvironment(data=data_file(tmp_path / "my.jsonl"), n_train=20, n_test=10)
    assert len(environment.tasks("train")) == 20
    assert len(environment.tasks("test")) == 10
    assert environment.counts["rows"] == 60


@pytest.mark.parametrize("example", [question for question, _ in EXAMPLES])
def test_worked_examples_do_not_become_tasks(tmp_path: Path, example: str) -> None:
    path = tmp_path / "my.jsonl"
    data_file(path)
    with path.open("a") as file:
        file.write("\n" + json.dumps({"question": re.sub(r"\d+", "7", example), "answer": 7}))
    environment = MathEnvironment(data=str(path), n_train=20, n_test=10)
    assert environment.counts["rows"] == 60
    questions = {mask(task.question) for task in (*environment.tasks("train"), *environment.tasks("test"))}
    assert mask(example) not in questions


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"n_train": 0}, "env.n_train=0 must be at least 1"),
        ({"n_test": -3}, "env.n_test=-3 must be at least 1"),
        ({"test_data": "x.jsonl"}, "without env.data"),
        ({"data": "x.jsonl", "levels": {1: 1.0}}, "env.levels"),
        ({"data": "missing.jsonl"}, "no such data file: missing.jsonl"),
    ],
)
def test_wrong_arguments_are_one_sentence(arguments: dict[str, object], said: str) -> None:
    with pytest.raises(UserError, match=said):
        MathEnvironment(**{"n_train": 8, "n_test": 8, **arguments})  # type: ignore[arg-type]


def test_the_configuration_builds_it() -> None:
    settings = load("env=math", "env.n_train=5", "env.n_test=5", "env.levels={2: 1.0}")
    environment = build(settings.env, group="env")
    assert {task.level for task in environment.tasks("train")} == {2}
