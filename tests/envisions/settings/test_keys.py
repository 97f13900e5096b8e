"""Keys of a plugged-in class: given without a plus, listed by `--help`, and held to its own constructor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import EntryPoint, EntryPoints
from types import SimpleNamespace
from typing import Any, Literal

import pytest
from hydra.core.config_store import ConfigStore

from envisions import ProgramEnvironment
from envisions.errors import UserError
from envisions.settings.build import build
from envisions.settings.compose import compose, load
from envisions.settings.keys import first_sentence, keys_of, nearest_key
from envisions.settings.types import fits, in_words
from tests.envisions.command import Ended, assert_refused, run


class Clock(ProgramEnvironment):
    """Hours and minutes. The rest of this is not shown.

    Args:
        hours (int): How many a day has. No more than that.
        zone: where it is
    """

    id = "keys-clock-v1"

    def __init__(
        self,
        *,
        hours: int = 12,
        zone: Literal["utc", "local"] = "utc",
        bells: Sequence[int] = (),
        faces=4,  # type: ignore[no-untyped-def]
        **keys: Any,
    ) -> None:
        self.given = {"hours": hours, "zone": zone, "bells": bells, "faces": faces}
        super().__init__(**keys)


class Other(ProgramEnvironment):
    id = "keys-other-v1"


class Shelf(ProgramEnvironment):
    id = "keys-shelf-v1"

    def __init__(self, *, shelf: str, **keys: Any) -> None:
        super().__init__(**keys)


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if three packages were installed: two have a `clock`, two (with ours) a `math`."""
    named = {"one-clock": ("clock", "Clock"), "two.clock": ("clock", "Other"), "sums": ("math", "Other")}
    named |= {"solo": ("watch", "Clock")}
    points = [EntryPoint(name, f"{__name__}:{kind}", "envisions.envs") for name, kind in named.values()]
    for point, package in zip(points, named, strict=True):
        vars(point).update(dist=SimpleNamespace(name=package))
    monkeypatch.setattr("envisions.settings.plugins.entry_points", lambda group: EntryPoints(points))
    store = ConfigStore.instance()
    before = dict(store.repo["env"]) if "env" in store.repo else {}
    yield
    store.repo["env"] = before


@pytest.fixture
def end(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def ended(*arguments: str) -> Ended:
        return run(["model=./none", *arguments], monkeypatch, capsys)

    return ended


@pytest.mark.parametrize("plus", ["", "+", "++"])
def test_keys_of_a_class_need_no_plus(plus: str) -> None:
    settings = load("env=watch", f"{plus}env.hours=24", f"{plus}env.bells=[6,18]", f"{plus}env.n_train=3")
    assert settings.env["hours"] == 24
    assert settings.env["bells"] == [6, 18]
    assert settings.env["n_train"] == 3


@pytest.mark.parametrize("place", [0, 1, 2])
def test_several_values_of_such_a_key_are_several_runs(
    place: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["env=watch", "env.hours=12,24"]
    monkeypatch.setattr("sys.argv", ["iterate", *words[:place], "--multirun", *words[place:]])
    assert [settings.env["hours"] for settings, _ in compose()] == [12, 24]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("env.hour=24", ("'env.hour'", "Did you mean 'env.hours'?", "Known: ")),
        ("env.n_trian=24", ("'env.n_trian'", "Did you mean 'env.n_train'?")),
        ("env.zone=mars", ("env.zone must be utc or local, not 'mars'",)),
        ("env.hours=noon", ("env.hours must be a whole number, not 'noon'",)),
        ("env.hours=null", ("env.hours must be a whole number, not 'None'",)),
        ("env.bells=noon", ("env.bells must be [value, …], not 'noon'",)),
        ("env.bells=[noon]", ("env.bells",)),
        ("env.faces=round", ("env.faces must be a number, not 'round'",)),
        ("hours=24", ("'hours'", "Did you mean 'env.hours'?")),
        ("n_train=24", ("'n_train'", "Did you mean 'env.n_train'?")),
        ("lerning_rate=1", ("'lerning_rate'", "Did you mean 'train.sft.learning_rate'?")),
        ("env.data=a(1).jsonl", ("'env.data=\"a(1).jsonl\"'",)),
        ("env.hours=12,24", ("'env.hours=12,24'", "--help")),
    ],
)
def test_a_wrong_key_or_value_is_one_sentence(given: str, said: Sequence[str], end: Any) -> None:
    ended = end("env=watch", given)
    assert_refused(ended, *said)
    assert "++" not in ended.stderr


def test_another_class_has_other_keys(end: Any) -> None:
    assert_refused(
        end("env=watch", f"env._target_={__name__}.Other", "env.hours=2"), "unknown key 'env.hours'"
    )
    assert "'env.zone'" not in end("env=math", "zones=1").stderr


def test_help_lists_the_keys_of_the_class(end: Any) -> None:
    shown = end("env=watch", "env.faces=3", "--help")
    assert (shown.code, shown.stderr) == (0, "")
    lines = [" ".join(line.split()) for line in shown.stdout.splitlines()]
    assert lines[0].startswith("`python -m envisions.iterate env=NAME")
    assert f"Keys of env=watch ({__name__}.Clock):" in lines
    assert "Hours and minutes." in lines
    assert lines[lines.index("env.hours 12 a whole number") + 1] == "How many a day has."
    assert lines[lines.index("env.zone utc utc or local") + 1] == "where it is"
    assert "env.faces 3 a number" in lines
    assert "env.n_train 80 a whole number" in lines
    assert "rest of this" not in shown.stdout


@pytest.mark.parametrize(
    "given", ["env=custom", "env._target_=nope.Env", "env._target_=tests.unimportable.Env"]
)
def test_help_is_there_where_the_class_is_not(given: str, end: Any) -> None:
    shown = end(given, "--help")
    assert shown.code == 0
    assert "cannot be listed" in shown.stdout
    assert "Other keys" in shown.stdout


def test_a_name_of_two_packages_is_no_matter_until_it_is_asked_for(end: Any) -> None:
    assert load("env.n_train=3").env["_target_"] == "envs.math.MathEnvironment"
    assert load("env=logic").env["_target_"] == "envs.logic.LogicEnvironment"
    assert "one-clock/clock, sums/math" in end("--help").stdout.replace("logic, ", "").replace(
        "program, ", ""
    )


@pytest.mark.parametrize(
    ("asked", "offered"),
    [
        ("clock", "env=one-clock/clock or env=two.clock/clock"),
        ("math", "env=envisions/math or env=sums/math"),
    ],
)
def test_who_asks_for_it_is_told_how_to_say_which(asked: str, offered: str, end: Any) -> None:
    assert_refused(end(f"env={asked}"), f"'{asked}' is the name of an environment in 2 packages", offered)


@pytest.mark.parametrize(
    ("choice", "target"),
    [
        ("one-clock/clock", f"{__name__}.Clock"),
        ("two.clock/clock", f"{__name__}.Other"),
        ("sums/math", f"{__name__}.Other"),
        ("envisions/math", "envs.math.MathEnvironment"),
        ("solo/watch", f"{__name__}.Clock"),
        ("envisions/logic", "envs.logic.LogicEnvironment"),
    ],
)
def test_a_name_with_its_package_works(choice: str, target: str, end: Any) -> None:
    assert load(f"env={choice}", "env.n_test=7").env["_target_"] == target
    assert load(f"env={choice}", "env.n_test=7").env["n_test"] == 7
    assert f"Keys of env={choice} ({target})" in end(f"env={choice}", "--help").stdout


def test_a_misspelt_choice_has_the_nearest_of_all(end: Any) -> None:
    assert_refused(end("env=one-clok/clock"), "'one-clok/clock'", "Did you mean 'one-clock/clock'?")
    assert_refused(end("env=wach"), "Did you mean 'watch'?")


KNOWN = [
    "env",
    "env.n_train",
    "env.hours",
    "train",
    "train.sft",
    "train.sft.epochs",
    "train.dpo.epochs",
    "rounds",
]


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("n_train", "env.n_train"),
        ("epochs", "train.sft.epochs"),
        ("env.epochs", "train.sft.epochs"),
        ("train.sft.epoch", "train.sft.epochs"),
        ("round", "rounds"),
        ("trian", "train"),
        ("env.zz", ""),
        ("zzz", ""),
    ],
)
def test_the_nearest_key(key: str, meant: str) -> None:
    assert nearest_key(key, KNOWN) == (f" Did you mean '{meant}'?" if meant else "")


@pytest.mark.parametrize(
    ("value", "hint", "fitting"),
    [
        (1, float, True),
        (1.5, int, False),
        (True, int, False),
        (1, bool, False),
        (1, Literal[1, 2], True),
        (True, Literal[1, 2], False),
        ("a", Literal["a"] | None, True),
        (None, Literal["a"] | None, True),
        ([1, 2], list[int], True),
        ([1, "b"], list[int], False),
        ("ab", Sequence[str], False),
        ([1, "b"], tuple[int, str], True),
        ([1], tuple[int, str], False),
        ([1, 2, 3], tuple[int, ...], True),
        ({"a": [1]}, Mapping[str, list[int]], True),
        ({"a": ["b"]}, Mapping[str, list[int]], False),
        ({}, dict, True),
        ([], dict, False),
        ("x", object, True),
    ],
)
def test_what_fits_an_annotation(value: object, hint: Any, fitting: bool) -> None:
    assert fits(value, hint) is fitting
    assert in_words(hint)


def test_docs_of_keys_in_the_usual_forms() -> None:
    def function(a: int, b: int, c: int, d: int) -> None:
        """Does it. And more.

        The `d` is for luck; nothing else is.

        :param a: First of all. Second.
        :param int b: goes
            on here
        """

    assert {name: key.said for name, key in keys_of(function, "env").items()} == {
        "a": "First of all.",
        "b": "goes on here",
        "c": "",
        "d": "The `d` is for luck",
    }
    assert first_sentence("Is it so? Yes.") == "Is it so?"
    assert first_sentence(None) == ""


def test_a_key_without_a_default_has_to_be_given(end: Any) -> None:
    shelf = f"env._target_={__name__}.Shelf"
    assert_refused(end("env=custom", shelf), "env lacks a value for 'shelf'; give it as env.shelf=VALUE.")
    assert_refused(end("env=custom", shelf, "env.shelf=a", "~env.n_test"), "give it as env.n_test=VALUE.")
    shown = " ".join(end("env=custom", shelf, "--help").stdout.split())
    assert "env.shelf must be given text" in shown


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("env.data=~/x", "quote the value twice"),
        ("env=grph", "Did you mean 'graph'"),
        ("modle=x", "Did you mean 'model'"),
        ("floor=null", "floor=VALUE"),
    ],
)
def test_without_a_command_line_a_mistake_is_one_sentence_too(given: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        load(given)


def test_values_reach_the_class() -> None:
    rows = {"n_train": 1, "n_test": 1}
    with pytest.raises(Exception, match="has no tasks of its own"):
        build({"_target_": f"{__name__}.Clock", **rows, "faces": 2.5, "zone": "local"}, group="env")
