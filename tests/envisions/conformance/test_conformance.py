"""The conformance checks find each planted defect, by the check that is for it and by no other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from envisions.conformance import CHECKS, Outcome, Subject, examine
from envisions.testing import EnvironmentContract
from symbolic import Executor, Limits
from tests.envisions.conformance import broken, naive

KEYS = {"n_train": 12, "n_test": 12}
DEFECTS = {
    "Stepping": ("protocol", "nothing calls"),
    "Unversioned": ("protocol", "not versioned"),
    "TooFew": ("protocol", "env.n_train=12 gives 11"),
    "Twice": ("tasks", "is 2 times"),
    "NoJson": ("tasks", "not JSON"),
    "Tupled": ("tasks", "not the same once it is JSON"),
    "BothSides": ("splits", "share 1 group"),
    "SeededTest": ("stable test tasks", "change with the seed"),
    "SizedTest": ("stable test tasks", "it gives others"),
    "OneAnswer": ("spread", "want the same"),
    "Mute": ("prompts", "lacks its question"),
    "Forgetful": ("prompts", "written or observed"),
    "Unhelpful": ("refinement", "lacks the question"),
    "Verbose": ("context", "exceed the model's"),
    "Telling": ("hidden target", "prompt shows the target"),
    "Judging": ("hidden target", "observation depends"),
    "FalseGold": ("gold", "gold program is wrong"),
    "Endless": ("gold", "goes on after"),
    "Lenient": ("trivial answers", "the constant True solves 100%"),
    "Generous": ("trivial answers", "sys.exit(0) solves"),
    "Obliging": ("repeating", "repeating what was observed solves 100% of level 1"),
    "UnitTests": ("forging", "one that writes [True, True, True]"),
    "Counting": ("forging", "equals everything is right"),
    "Reachable": ("forging", "the target is within its reach"),
    "Pairs": ("forging", "what its callers hold solves 8 of 8"),
    "Raising": ("malformed text", "it raised ValueError"),
    "Silent": ("malformed text", "answered with nothing"),
    "Blaming": ("harness faults", "judged wrong"),
    "Forging": ("certificates", "does not show its verdict"),
    "Patient": ("hangs", "never ends is unknown"),
    "Entangled": ("threads", "beside other threads"),
    "Hoarding": ("leaks", "of memory"),
    "LeavingOpen": ("leaks", "leave something behind"),
    "Spinning": ("leaks", "leave something behind"),
    "Hashing": ("determinism", "tasks are others"),
    "Local": ("determinism", "verdicts are others"),
}
PLANTED = {
    name: kind
    for module in (broken, naive)
    for name, kind in vars(module).items()
    if isinstance(kind, type) and kind.__module__ == module.__name__ and not name.startswith("_")
}
SOUND = ("Sound", "Functions")


@pytest.fixture(scope="module")
def executor() -> Iterator[Executor]:
    with Executor(Limits(cpu_s=0.3)) as running:
        yield running


def examined(name: str, executor: Executor) -> list[Outcome]:
    def encode(messages: Any) -> list[str]:
        return " ".join(message["content"] for message in messages).split()

    config = {"_target_": f"{PLANTED[name].__module__}.{name}", **KEYS}
    return list(examine(Subject(config, executor, encode, context=2048, room=128), CHECKS))


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_environment_passes_every_check(name: str, executor: Executor) -> None:
    assert {outcome.status for outcome in examined(name, executor)} == {"pass"}


@pytest.mark.slow
@pytest.mark.parametrize("name", DEFECTS)
def test_a_planted_defect_is_found(name: str, executor: Executor) -> None:
    check, said = DEFECTS[name]
    failed = {outcome.name: outcome for outcome in examined(name, executor) if outcome.status == "fail"}
    assert failed.keys() == {check}, failed
    assert said in failed[check].note


def test_every_check_has_a_defect_that_it_finds() -> None:
    found = {check for check, _ in DEFECTS.values()}
    assert {check.name for check in CHECKS} - found == {"throughput"}
    assert PLANTED.keys() - {*SOUND, "Changed"} == DEFECTS.keys()


class TestTheClassThatAuthorsInherit(EnvironmentContract):
    config = {"_target_": "tests.envisions.conformance.broken.Sound", **KEYS}
