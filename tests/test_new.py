"""`python -m envisions.new`: what it writes installs, passes its own tests and all checks, and trains."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from envisions.new import main
from envisions.settings.cli import command
from envisions.settings.shadowing import OURS
from tests.conftest import OFFLINE, PIP, ROOT
from tests.envisions.command import Ended, assert_refused


def new(
    *arguments: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> Ended:
    monkeypatch.chdir(folder)
    monkeypatch.setattr("sys.argv", ["new", *arguments])
    with pytest.raises(SystemExit) as caught:
        command(main)
    said = capsys.readouterr()
    return Ended(int(caught.value.code or 0), said.out, said.err)


def files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_it_writes_a_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    ended = new("two_words", monkeypatch=monkeypatch, capsys=capsys, folder=tmp_path)
    assert (ended.code, ended.stderr) == (0, "")
    assert "python -m envisions.check_env env=two_words fast=true" in ended.stdout
    written = files(tmp_path)
    names = ("README.md", "envisions_two_words.py", "pyproject.toml", "test_two_words.py")
    assert sorted(written) == [f"two_words/{name}" for name in names]
    assert "class TwoWordsEnvironment(" in written["two_words/envisions_two_words.py"]
    assert 'two_words = "envisions_two_words:TwoWordsEnvironment"' in written["two_words/pyproject.toml"]
    assert "keleton" not in "".join(written.values())


def test_it_overwrites_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/README.md").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("mine", "file"):
        ended = new(name, monkeypatch=monkeypatch, capsys=capsys, folder=tmp_path)
        assert_refused(ended, f"'{name}' is there already")
    assert files(tmp_path) == {"mine/README.md": "mine", "file": "mine"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "python -m envisions.new NAME"),
        (("a", "b"), "and no more"),
        (("name=a",), "'name=a'"),
        (("My-Words",), "such as my_words"),
        (("a b",), "such as a_b"),
        (("3d",), "'3d'"),
        (("../x",), "such as x"),
        (("",), "''"),
        (("été",), "'été'"),
        (("null",), "such as my_null"),
        (("math",), "there already"),
        (("custom",), "there already"),
        (("skeleton",), "there already"),
        *(((name,), "a package of Envisions") for name in sorted(OURS)),
    ],
)
def test_bad_names_are_one_sentence(
    arguments: tuple[str, ...],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    assert_refused(new(*arguments, monkeypatch=monkeypatch, capsys=capsys, folder=tmp_path), said)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_what_it_writes_installs_and_passes_its_own_tests(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    new("made_up", monkeypatch=monkeypatch, capsys=capsys, folder=tmp_path)
    target = tmp_path / "site"
    subprocess.run([*PIP, "install", *OFFLINE, "--target", target, tmp_path / "made_up"], check=True)

    def run(*arguments: str, cwd: Path = tmp_path) -> subprocess.CompletedProcess[str]:
        places = os.pathsep.join(map(str, (ROOT, target)))
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=cwd, env={**os.environ, "PYTHONPATH": places}, capture_output=True, text=True, check=False,
        )  # fmt: skip

    shown = run("envisions.iterate", "env=made_up", "--help")
    assert "How many words are put together, at most." in shown.stdout, shown.stderr
    refused = run("envisions.iterate", "env=made_up", "env.longst=2")
    assert "Did you mean 'env.longest'?" in refused.stderr
    checked = run("envisions.check_env", "env=made_up", "env.longest=3", "fast=true")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "fail" not in checked.stdout
    tested = run("pytest", "-q", "-p", "no:cacheprovider", cwd=tmp_path / "made_up")
    assert tested.returncode == 0, tested.stdout
