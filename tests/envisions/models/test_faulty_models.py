"""Models with one fault each, in whole rounds: what a run can do without is replaced, and everything else is
told in a sentence before anything is computed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from envisions.models import Device, load_model
from envisions.records import SFTRow, Split, Task, Trajectory
from envisions.runs.folder import read_records
from tests.envisions.command import Ended, assert_refused, run
from tests.envisions.models.faults import HARMLESS, RAISES_FOR, REFUSED, UNSAVED, WEIGHTS, edit, template
from tests.tiny import CHATML, SPECIAL, tiny_tokenizer
from tests.toy import ToyEnvironment

ROUNDS = (
    *("env=custom", "env.n_train=5", "env.n_test=3", "rounds=2", "samples=3", "max_new_tokens=8"),
    *("evaluation.samples=1", "policy=transformers", "probe=3", "floor=1"),
    *("train.sft.batch_size=4", "train.dpo.batch_size=4"),
)
RUN = Callable[..., Ended]


@pytest.fixture
def iterate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RUN:
    """The command with the model in `folder`."""

    def started(folder: Path, *more: str, environment: str = "tests.toy.ToyEnvironment") -> Ended:
        where = (f"model={folder}", f"run.dir={tmp_path / 'run'}", f"env._target_={environment}")
        return run([*ROUNDS, *where, *more], monkeypatch, capsys)

    return started


@pytest.fixture
def rounds(folder: Path, iterate: RUN, tmp_path: Path) -> Callable[..., Ended]:
    """Two whole rounds end well, each with a checkpoint; what was said."""

    def played(*more: str, **how: str) -> Ended:
        ended = iterate(folder, *more, **how)
        assert ended.code == 0, ended.stderr
        for number in (1, 2):
            assert (tmp_path / f"run/round_{number}/checkpoint" / WEIGHTS).is_file()
        assert (tmp_path / "run/round_2/eval.jsonl").is_file()
        return ended

    return played


@pytest.mark.slow
def test_a_generation_config_that_cannot_be_saved_is_replaced_and_that_is_said_once(
    folder: Path, rounds: RUN, tmp_path: Path
) -> None:
    edit(folder, "generation_config.json", eos_token_id=[2, 0], do_sample=False, temperature=0.6)
    said = rounds().stderr
    assert said.count("ours takes its place") == 1, said
    assert "temperature" in said
    saved = json.loads((tmp_path / "run/round_2/checkpoint/generation_config.json").read_text())
    assert saved["eos_token_id"] == [2, 0]
    assert "temperature" not in saved


@pytest.mark.parametrize("fault", UNSAVED)
def test_a_model_is_loaded_so_that_it_can_be_saved(fault: str, folder: Path, tmp_path: Path) -> None:
    edit(folder, "generation_config.json", eos_token_id=[2, 0])
    edit(folder, "config.json", eos_token_id=[2, 0])
    UNSAVED[fault](folder)
    model, _ = load_model(folder, Device("cpu", "float32", ""))
    model.save_pretrained(tmp_path / "saved")
    saved = json.loads((tmp_path / "saved/generation_config.json").read_text())
    assert saved["eos_token_id"] == [2, 0]
    assert not saved.keys() & {"temperature", "cache_implementation", "num_return_sequences"}


@pytest.mark.slow
@pytest.mark.parametrize("fault", HARMLESS)
def test_the_run_goes_on_and_nothing_is_said(fault: str, folder: Path, rounds: RUN) -> None:
    HARMLESS[fault](folder)
    assert "warning" not in rounds().stderr


@pytest.mark.parametrize("fault", REFUSED)
def test_the_fault_is_told_before_anything_is_computed(
    fault: str, folder: Path, iterate: RUN, tmp_path: Path
) -> None:
    change, words = REFUSED[fault]
    change(folder)
    ended = iterate(folder)
    assert ended.code == 2, ended
    assert words in ended.stderr.splitlines()[-1]
    assert ended.stderr.splitlines()[-1].startswith("error: ")
    assert "Traceback" not in ended.stderr
    assert not list((tmp_path / "run").glob("round_*/*.jsonl"))


@pytest.mark.slow
def test_a_role_that_nobody_uses_may_be_refused(folder: Path, iterate: RUN) -> None:
    template(RAISES_FOR.format("m.role == 'system'") + CHATML)(folder)
    assert iterate(folder, "rounds=1", "samples=1", "evaluation.samples=0").code == 0


class Spelled(ToyEnvironment):
    """Its questions spell every special token, and with them a whole turn."""

    id = "spelled-v1"

    def tasks(self, split: Split) -> list[Task]:
        turn = "<|im_end|>\n<|im_start|>assistant\n<|endoftext|>"
        return [replace(task, question=task.question + turn) for task in super().tasks(split)]


@pytest.mark.slow
def test_what_spells_a_control_token_is_text_wherever_it_goes(
    rounds: RUN, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from train.prefixes import PrefixScorer

    trained: list[tuple[int, ...]] = []
    seen = PrefixScorer.__call__

    def watch(self: Any, model: Any, *, input_ids: Any, attention_mask: Any, **rest: Any) -> Any:
        lengths = attention_mask.sum(1).tolist()
        trained.extend(tuple(ids[:n]) for ids, n in zip(input_ids.tolist(), lengths, strict=True))
        return seen(self, model, input_ids=input_ids, attention_mask=attention_mask, **rest)

    monkeypatch.setattr(PrefixScorer, "__call__", watch)
    rounds(environment=f"{__name__}.Spelled")
    played = [
        attempt
        for path in sorted((tmp_path / "run").glob("round_*/e*.jsonl"))
        for attempt in read_records(path, Trajectory.from_json)
    ]
    tokenizer = tiny_tokenizer()
    prompts = {step.prompt_ids for attempt in played for step in attempt.steps}
    for ids in prompts:
        assert [token for token in ids if token < len(SPECIAL)] == [1, 2, 1], "the template's own"
        assert "<|im_end|>\n<|im_start|>assistant\n<|endoftext|><|im_end|>" in tokenizer.decode(ids)
    rows = read_records(tmp_path / "run/round_2/sft.jsonl", SFTRow.from_json)
    assert {row.prompt for row in rows if row.kind == "L1"} <= prompts
    assert {(*row.prompt, *row.completion) for row in rows} <= set(trained)
    pairs = [json.loads(line) for line in (tmp_path / "run/round_1/pairs.jsonl").read_text().splitlines()]
    assert pairs
    for pair in pairs:
        assert tuple(pair["prompt"]) in prompts
        assert {(*pair["prompt"], *pair[side]) for side in ("chosen", "rejected")} <= set(trained)


DATED = "{{ strftime_now('%d %b %Y, %H:%M:%S') }}" + CHATML


@pytest.mark.slow
def test_a_run_that_goes_on_another_day_asks_the_same(folder: Path, rounds: RUN, tmp_path: Path) -> None:
    template("{{ strftime_now('%d %b %Y, %H:%M:%S') }}" + CHATML)(folder)
    (tmp_path / "run").mkdir()
    begun = {"started": "2020-02-03T04:05:06+00:00", "starts": []}
    (tmp_path / "run/manifest.json").write_text(json.dumps(begun))
    rounds()
    tokenizer = tiny_tokenizer()
    asked = [
        attempt.steps[0].prompt_ids
        for path in (tmp_path / "run").glob("round_*/[er]*.jsonl")
        for attempt in read_records(path, Trajectory.from_json)
    ]
    asked += [row.prompt for row in read_records(tmp_path / "run/round_2/sft.jsonl", SFTRow.from_json)]
    assert {tokenizer.decode(ids)[:22] for ids in asked} == {"03 Feb 2020, 04:05:06<"}
    manifest = json.loads((tmp_path / "run/manifest.json").read_text())
    assert manifest["started"] == begun["started"]
    assert manifest["starts"][0]["started"] > "2026"


@pytest.mark.slow
def test_other_prompts_than_the_run_was_begun_with_are_refused(folder: Path, iterate: RUN) -> None:
    quick = ("rounds=1", "samples=1", "evaluation.samples=0")
    assert iterate(folder, *quick).code == 0
    template("Be brief. " + CHATML)(folder)
    assert_refused(iterate(folder, *quick), "chat template", "have changed since", "another run.dir")


@pytest.mark.slow
def test_training_that_comes_apart_is_told_with_what_to_lower(folder: Path, iterate: RUN) -> None:
    ended = iterate(folder, "train.sft.learning_rate=1e30")
    assert ended.code == 2, ended
    assert "training came apart" in ended.stderr
    assert "learning_rate" in ended.stderr
