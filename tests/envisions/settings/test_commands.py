"""What the commands have in common and apart: help of their own, keys of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from envisions import check_env, iterate, new, verify
from envisions.models import described
from envisions.settings.cli import command, only_key, own_key, own_switch
from tests.envisions.command import Ended, assert_refused
from tests.tiny import tiny_config, tiny_tokenizer

ROOT = Path(__file__).parents[3]
SOUND = (
    "env=custom",
    "env._target_=tests.envisions.conformance.broken.Sound",
    "env.n_train=12",
    "env.n_test=12",
)
BROKEN = "tests.envisions.conformance.test_one_cause"


@pytest.fixture
def end(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def ended(main: Any, *arguments: str) -> Ended:
        monkeypatch.setattr("sys.argv", ["command", *arguments])
        with pytest.raises(SystemExit) as caught:
            command(main)
        said = capsys.readouterr()
        return Ended(int(caught.value.code or 0), said.out, said.err)

    return ended


@pytest.fixture(scope="module")
def tokenizer_alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model's folder without its weights."""
    folder = tmp_path_factory.mktemp("model")
    tokenizer = tiny_tokenizer()
    tokenizer.save_pretrained(folder)
    tiny_config(tokenizer).save_pretrained(folder)
    return folder


OWN = {
    "envisions.iterate": ("trains a model", "env=math rounds=1", "Keys of env=math"),
    "envisions.check_env": ("fit to train on", "fast=true", "json=PATH", "Keys of env=math"),
    "envisions.verify": ("every certificate", "run.dir=PATH"),
    "envisions.new": ("writes a package", "envisions.new letters"),
    "symbolic.selftest": ("which attacks",),
}


@pytest.mark.slow
@pytest.mark.parametrize("flag", ["--help", "-h"])
@pytest.mark.parametrize("module", OWN)
def test_help_of_a_command_is_its_own(module: str, flag: str) -> None:
    done = subprocess.run([sys.executable, "-m", module, flag], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"python -m {module}" in done.stdout
    for words in OWN[module]:
        assert words in done.stdout
    for other, (first, *_) in OWN.items():
        assert (first in done.stdout) == (other == module)


def test_every_command_has_help_of_its_own() -> None:
    commands = {path.stem for path in (ROOT / "envisions").glob("*.py") if "command(" in path.read_text()}
    assert {f"envisions.{name}" for name in commands} == {name for name in OWN if "envisions" in name}
    for module in (iterate, check_env, verify, new):
        assert "For example::" in (module.__doc__ or "").replace("\nexample::", " example::")


def test_check_env_takes_the_tokenizer_alone(end: Any, tokenizer_alone: Path, tmp_path: Path) -> None:
    path = tmp_path / "checks.json"
    ended = end(check_env.main, *SOUND, f"model={tokenizer_alone}", "fast=true", f"json={path}")
    assert ended.code == 0, ended
    checks = {check["name"]: check for check in json.loads(path.read_text())["checks"]}
    assert checks["context"]["status"] == "pass"
    assert {check["status"] for check in checks.values()} == {"pass", "skip"}
    assert checks["hangs"]["note"] == "left out by fast=true"


def test_a_model_s_description_needs_no_weights(
    tokenizer_alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert described(str(tokenizer_alone)) == tokenizer_alone
    monkeypatch.setenv("ENVISIONS_CACHE", str(tokenizer_alone))
    assert described("smollm2", fetch=False) is None
    monkeypatch.setenv("HF_HUB_CACHE", str(tokenizer_alone))
    assert described("nobody/has-this", fetch=False) is None


@pytest.mark.parametrize(
    ("lacking", "said"),
    [("tokenizer.json", "has no tokenizer"), ("config.json", "has no config.json")],
)
def test_what_a_model_s_folder_lacks_is_told(
    lacking: str, said: str, tokenizer_alone: Path, tmp_path: Path, end: Any
) -> None:
    for file in tokenizer_alone.iterdir():
        if file.name != lacking:
            (tmp_path / file.name).write_bytes(file.read_bytes())
    assert_refused(end(check_env.main, *SOUND, f"model={tmp_path}", "fast=true"), said)


def test_a_class_that_cannot_be_made_fails_one_check(end: Any, tmp_path: Path) -> None:
    target = f"env._target_={BROKEN}.Unmade"
    path = tmp_path / "checks.json"
    ended = end(check_env.main, "env=custom", target, "fast=true", "model=nobody/has-this", f"json={path}")
    assert ended.code == 1
    assert ended.stdout.count(" fail ") == 1
    assert "it raised KeyError: 'no such table'" in " ".join(ended.stdout.split())
    [failed] = [check for check in json.loads(path.read_text())["checks"] if check["status"] == "fail"]
    assert "test_one_cause.py:" in failed["example"]
    assert "Traceback" not in ended.stderr


class Nothing:
    """No environment yet."""

    def __init__(self, **keys: Any) -> None:
        pass


def test_a_class_without_any_hook_fails_its_checks(end: Any) -> None:
    ended = end(
        check_env.main, "env=custom", f"env._target_={__name__}.Nothing", "fast=true", "model=no/such"
    )
    assert ended.code == 1
    assert ended.stdout.count(" fail ") >= 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("fast=yes",), "fast must be true or false, not 'yes'"),
        (("env.n_trian=3",), "Did you mean 'env.n_train'?"),
        (("env.n_train=0",), "at least 1"),
        (("json=nowhere/checks.json",), "no folder 'nowhere'"),
        (("json=.",), "is a folder"),
    ],
)
def test_a_mistake_is_answered_before_the_table(arguments: tuple[str, ...], said: str, end: Any) -> None:
    assert_refused(end(check_env.main, *SOUND, "model=nobody/has-this", "fast=true", *arguments), said)


def test_hydra_s_flags_are_no_mistake_of_check_env(end: Any) -> None:
    assert end(check_env.main, "env=math", "--cfg", "job").code == 0


def test_two_runs_in_one_folder_are_refused_before_the_first(
    end: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    asked = ("--multirun", "model=nobody/has-this", "seed=0,1")
    assert_refused(end(iterate.main, *asked, "run.dir=both"), f"{tmp_path}/both", "leave run.dir out")
    assert_refused(end(iterate.main, *asked, "run.dir='runs/${seed}'"), "nobody/has-this")


def test_own_keys_are_taken_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["x", "json=a", "env=math", "fast=true", "json=b=c"])
    assert own_key("json") == "b=c"
    assert own_switch("fast") is True
    assert (own_key("json"), own_switch("fast")) == (None, False)
    assert sys.argv == ["x", "env=math"]


@pytest.mark.parametrize("arguments", [[], ["run.dir="], ["run.dri=a"], ["a"], ["run.dir=a", "run.dir=b"]])
def test_a_command_s_only_key(arguments: list[str]) -> None:
    assert only_key("run.dir", ["run.dir=a=b"], "usage") == "a=b"
    with pytest.raises(Exception, match="usage"):
        only_key("run.dir", arguments, "usage")
