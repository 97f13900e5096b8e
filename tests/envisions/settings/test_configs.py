"""Every choice under `conf/` composes with every other, has the right types, and makes its object."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest

import conf
from envisions.errors import UserError
from envisions.policies.auto import choose_policy
from envisions.settings.build import build, factory
from envisions.settings.compose import compose
from envisions.settings.schema import Settings
from tests.toy import ToyEnvironment

FOLDER = Path(conf.__file__).parent
GROUPS = ("env", "method", "policy", "train")
CHOICES = {group: sorted(path.stem for path in (FOLDER / group).glob("*.yaml")) for group in GROUPS}
OWN = {"env=custom": "env._target_=tests.toy.ToyEnvironment"}  # what a choice leaves to the user


def composed(monkeypatch: pytest.MonkeyPatch, *overrides: str) -> Settings:
    arguments = [*overrides, *(OWN[override] for override in overrides if override in OWN)]
    monkeypatch.setattr("sys.argv", ["iterate", *arguments])
    [(settings, env)] = compose()
    assert f"env={env}" in overrides or env == "math"
    return settings


def choices(group: str) -> list[str]:
    return [f"{group}={name}" for name in CHOICES[group]]


@pytest.mark.parametrize("overrides", list(product(*map(choices, GROUPS))), ids=" ".join)
def test_every_combination_composes(overrides: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    settings = composed(monkeypatch, *overrides)
    assert f"method={settings.method.name}" in overrides


@pytest.mark.parametrize("override", choices("env"))
def test_every_environment_is_made(override: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    data = tmp_path / "my.jsonl"
    data.write_text("".join(f'{{"question": "{"so " * n}what?", "answer": {n}}}\n' for n in range(40)))
    own = [f"env.data={data}"] if override == "env=program" else []
    settings = composed(monkeypatch, override, "env.n_train=6", "env.n_test=4", *own)
    environment = build(settings.env, group="env")
    assert [len(environment.tasks(split)) for split in ("train", "test")] == [6, 4]
    environment.close()


@pytest.mark.parametrize("override", choices("train"))
def test_every_trainer_is_made(override: str, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = build(composed(monkeypatch, override).train, group="train")
    assert callable(trainer.sft)
    assert callable(trainer.dpo)


@pytest.mark.parametrize("override", choices("policy"))
def test_every_policy_could_be_made(override: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("envisions.policies.auto.find_spec", lambda name: name)  # as if vLLM were installed
    chosen = choose_policy(composed(monkeypatch, override).policy)
    assert callable(factory(chosen, group="policy"))


def test_multirun_composes_all_before_the_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["iterate", "--multirun", "seed=0,1", "method=rft,unfiltered"])
    runs = [(settings.seed, settings.method.name) for settings, _ in compose()]
    assert runs == [(0, "rft"), (0, "unfiltered"), (1, "rft"), (1, "unfiltered")]


def test_composing_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    composed(monkeypatch, "env=math")
    assert list(tmp_path.iterdir()) == []


class Extending(ToyEnvironment):
    def __init__(self, *, size: int, **keys: Any) -> None:
        super().__init__(**keys)
        self.size = size


KEYS = {"n_train": 2, "n_test": 2, "data": None, "test_data": None}


def test_keys_handed_on_are_checked_by_the_class_that_takes_them() -> None:
    target = {"_target_": f"{__name__}.Extending"}
    assert build({**target, **KEYS, "size": 3}, group="env").size == 3
    with pytest.raises(UserError, match=r"env\.n_train must be a whole number"):
        build({**target, **KEYS, "size": 3, "n_train": "two"}, group="env")
    with pytest.raises(UserError, match=r"unknown key 'env\.n_trian'. Did you mean"):
        build({**target, **KEYS, "size": 3, "n_trian": 2}, group="env")
