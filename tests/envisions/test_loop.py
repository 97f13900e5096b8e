"""The first try of a newcomer: worked examples that mislead, luck, too little that is solved, and everything.
The model is scripted; it learns the constants that it is trained on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from envisions import Message, ProgramEnvironment, Task
from envisions.environments.faults import Fault, HookError
from envisions.environments.prompts import PYTHON
from envisions.loop import self_train
from envisions.policies.protocol import Completion, OnCompletion, Request, Sampling
from envisions.records import PreferencePair, SFTRow
from envisions.runs import layout
from envisions.runs.display import Display
from envisions.runs.folder import RunDir, read_json, write_json
from envisions.runs.rollout import Advance
from envisions.runs.run import Policies, Run
from envisions.runs.tasks import record_tasks
from envisions.settings.compose import load
from symbolic import Executor

pytestmark = pytest.mark.slow  # whole runs, if small ones

SUMS = {f"{a} plus {a + 1}": 2 * a + 1 for a in range(24)}
LUCKY = 7  # what 3 plus 4 is


class Sums(ProgramEnvironment):
    """Twelve training and twelve test tasks; the worked example gives its answer without any reckoning."""

    id = "sums-v1"
    examples = (("60 plus 61?", "def solution():\n    return 121"),)

    def __init__(self) -> None:
        tasks = [Task(f"{asked}?", total, group=asked) for asked, total in SUMS.items()]
        self._tasks = {"train": tuple(tasks[:12]), "test": tuple(tasks[12:])}


def reckons(question: str) -> str:
    return f"\n    return {question.replace('?', '').replace('plus', '+')}\n"


def guesses(question: str) -> str:
    return f"\n    return {LUCKY}\n"


def reckons_three(question: str) -> str:
    """Three of twelve training tasks."""
    return reckons(question) if question in ("1 plus 2?", "2 plus 3?", "5 plus 6?") else "\n    return None\n"


Writer = Callable[[str], str]  # from the question to the program


class Scripted:
    """Weights in `folder`. Trained ones write the constant that they were trained on, if there was one."""

    episodes, context, overlaps = 100, 100_000, False

    def __init__(self, folder: Path, name: str, few_shot: Writer, zero_shot: Writer) -> None:
        learned = read_json(folder / "learned.json") or {}
        self.name = name
        self._few, self._zero = (guesses, guesses) if learned.get("constant") else (few_shot, zero_shot)

    def encode(self, messages: Sequence[Message]) -> tuple[int, ...]:
        return tuple("\n".join(f"{m['role']}: {m['content']}" for m in messages).encode())

    def generate(
        self, requests: Sequence[Request], sampling: Sampling, on_completion: OnCompletion | None = None
    ) -> list[Completion]:
        return [self._completion(bytes(request.prompt_ids).decode()) for request in requests]

    def _completion(self, prompt: str) -> Completion:
        question = prompt.rpartition("user: ")[2].splitlines()[0]
        text = (self._few if "60 plus 61" in prompt else self._zero)(question)
        ids = tuple(f"{text}```".encode())
        return Completion(ids, (-0.5,) * len(ids), text, "stop")

    def score(self, pairs: Sequence[tuple[Sequence[int], Sequence[int]]]) -> list[tuple[float, ...]]:
        return [(-0.5,) * len(completion) for _, completion in pairs]

    def close(self) -> None:
        pass


class Teacher:
    """A trainer whose weights remember whether a row taught them the constant."""

    def sft(self, start: Path, rows: Sequence[SFTRow], target: Path, seed: int, advance: Advance) -> None:
        target.mkdir()
        constant = any(bytes(row.completion).decode().startswith(guesses("")) for row in rows)
        write_json(target / "learned.json", {"constant": constant})
        write_json(target / layout.TRAINING, {"tokens": 1})

    def dpo(
        self, start: Path, pairs: Sequence[PreferencePair], target: Path, seed: int, advance: Advance
    ) -> None:
        self.sft(start, [], target, seed, advance)


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    with Executor() as running:
        yield running


@pytest.fixture
def first_try(tmp_path: Path, executor: Executor) -> Callable[..., Any]:
    """Runs the loop in a folder; gives the report."""

    def ran(few_shot: Writer, zero_shot: Writer, *keys: str) -> Any:
        settings = load("samples=2", "evaluation.samples=1", *keys)
        environment = Sums()
        with RunDir(tmp_path / "run") as directory:
            record_tasks(directory.path, environment._tasks)
            return self_train(
                Run(
                    settings=settings,
                    directory=directory,
                    environment=environment,
                    executor=executor,
                    trainer=Teacher(),
                    policies=Policies(lambda folder, name: Scripted(folder, name, few_shot, zero_shot)),
                    model=tmp_path / "model",
                    display=Display(),
                    names={"env": "sums", "model": "scripted", "method": settings.method.name},
                )
            )

    return ran


def test_where_worked_examples_mislead_it_explores_without(first_try: Any, tmp_path: Path) -> None:
    report = first_try(guesses, reckons, "ceiling=1.1")
    explored = (tmp_path / "run/round_1/explore.jsonl").read_text()
    assert '"prompt": "zero-shot"' in explored
    assert '"prompt": "few-shot"' not in explored
    assert report["exploration"]["prompt"] == "zero-shot"
    assert report["exploration"]["few_shot"] in (2, 3), "32 attempts at 12 tasks, one of which a guess solves"
    assert (report["exploration"]["zero_shot"], report["exploration"]["attempts"]) == (32, 32)
    assert report["rounds"][2]["pass_at_1"] == 1
    said = "few-shot, 32 zero-shot"
    assert all(said in (tmp_path / f"run/report.{kind}").read_text() for kind in ("md", "html"))
    assert report["rounds"][0]["tokens"]["probe"] > 0


def test_prompts_that_a_hook_does_not_make_are_left_to_the_count_of_faults(
    first_try: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All but one task's: whichever is drawn first."""
    sound = Sums.messages

    def messages(self: Sums, task: Task, *, few_shot: bool) -> list[Message]:
        if few_shot and task in self.tasks("train")[1:]:
            raise HookError(Fault("sums.Sums.messages", "raised KeyError"))
        return sound(self, task, few_shot=few_shot)

    monkeypatch.setattr(Sums, "messages", messages)
    found = first_try(guesses, reckons, "rounds=1", "ceiling=1.1")["exploration"]
    assert (found["prompt"], found["attempts"], found["few_shot"]) == ("few-shot", found["zero_shot"], 0)


@pytest.mark.parametrize(("few_shot", "zero_shot"), [(reckons, guesses), (guesses, guesses)])
def test_else_it_explores_with_them(few_shot: Writer, zero_shot: Writer, first_try: Any) -> None:
    assert first_try(few_shot, zero_shot, "rounds=1")["exploration"]["prompt"] == "few-shot"


@pytest.mark.parametrize("prompt", ["few_shot", "zero_shot"])
def test_a_prompt_that_is_given_is_not_probed(prompt: str, first_try: Any, tmp_path: Path) -> None:
    report = first_try(reckons, reckons, f"method.prompt={prompt}", "rounds=1", "ceiling=1.1")
    assert "exploration" not in report
    assert not (tmp_path / "run/round_0/probe.jsonl").exists()
    explored = json.loads((tmp_path / "run/round_1/explore.jsonl").read_text().splitlines()[0])
    assert explored["prompt"] == prompt.replace("_", "-")


def test_without_worked_examples_there_is_nothing_to_probe(
    first_try: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Sums, "examples", ())
    first_try(reckons, reckons, "rounds=1")
    assert not (tmp_path / "run/round_0/probe.jsonl").exists()


def test_lucky_constants_are_not_learned(
    first_try: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`return 7` is right for one task of twelve. Trained on, it would be all that the model writes."""
    report = first_try(guesses, reckons, "method.prompt=few_shot")
    assert "solved no training task but by luck" in report["verdict"]
    (luck,) = (tmp_path / "run/round_1/luck.jsonl").read_text().splitlines()
    found = json.loads(luck)
    assert (found["right"], found["wrong"]) == (1, 9), "two questions have a 7 in them"
    assert not (tmp_path / "run/round_1/checkpoint").exists()
    assert "round 1: no rows, so nothing to learn from" in capsys.readouterr().err


def test_labels_of_the_instructions_are_learned(first_try: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in the prompt that is trained on, beside the question."""
    monkeypatch.setattr(Sums, "format", replace(PYTHON, instruction="Answer 7 or another number."))
    report = first_try(guesses, reckons, "method.prompt=few_shot", "floor=1", "rounds=1")
    assert (report["rounds"][1]["luck"], report["rounds"][1]["sft_rows"]) == (0, 1)


def test_learned_they_are_all_that_is_left(first_try: Any) -> None:
    """What the floor and the rule of luck are there for."""
    report = first_try(guesses, reckons, "method.prompt=few_shot", "method.keep_luck=true", "floor=1")
    assert [entry["pass_at_1"] for entry in report["rounds"]] == [1, 0, 0]
    assert report["best_round"] == {"round": 0, "pass_at_1": 1, "checkpoint": None}


def test_too_few_solved_tasks_leave_the_weights_alone(first_try: Any, tmp_path: Path) -> None:
    report = first_try(reckons_three, reckons_three)
    base, *rounds = report["rounds"]
    assert [entry["skipped"]["sft"] for entry in rounds] == [{"rows": 3, "tasks": 3, "floor": 4}] * 2
    assert [entry["pass_at_1"] for entry in rounds] == [base["pass_at_1"]] * 2
    assert [entry["pass_at_k"] for entry in rounds] == [base["pass_at_k"]] * 2
    assert report["verdict"].startswith("no evidence of change: round 2 left the weights as they were")
    assert "env.n_train" in report["verdict"]
    assert "too few" in (tmp_path / "run/report.md").read_text()
    for number in (1, 2):
        folder = tmp_path / f"run/round_{number}"
        assert not (folder / "eval.jsonl").exists()
        assert not (folder / "checkpoint").exists()
    first, second = (_ids(tmp_path / f"run/round_{number}/explore.jsonl") for number in (1, 2))
    assert len(first) == len(second) == 24
    assert not first & second, "the second round's attempts are new"


def test_a_floor_of_one_trains_on_anything(first_try: Any, tmp_path: Path) -> None:
    report = first_try(reckons_three, reckons_three, "floor=1", "rounds=1")
    assert "skipped" not in report["rounds"][1]
    assert (tmp_path / "run/round_1/checkpoint").exists()


def test_at_the_ceiling_there_is_nothing_to_learn(first_try: Any, tmp_path: Path) -> None:
    report = first_try(guesses, reckons)
    assert report["verdict"] == (
        "no evidence of change: nothing to learn here: the base model was right in 100.0% of its attempts at"
        " training tasks and solves 100.0% of the test tasks; take harder ones (env.levels, env.data)"
    )
    assert not (tmp_path / "run/round_1/sft.jsonl").exists()


def test_done_again_it_is_the_same(first_try: Any, tmp_path: Path) -> None:
    before = first_try(reckons_three, reckons_three)
    files = {path: path.read_bytes() for path in (tmp_path / "run").glob("*/*.jsonl")}
    again = first_try(reckons_three, reckons_three)
    assert {path: path.read_bytes() for path in files} == files
    for report in (before, again):
        for entry in report["rounds"]:
            entry.pop("seconds")
    assert again == before


def _ids(path: Path) -> set[str]:
    return {json.loads(line)["id"] for line in path.read_text().splitlines()}
