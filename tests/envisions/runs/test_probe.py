"""The probe's figures are of attempts that were judged, with both prompts."""

from __future__ import annotations

from dataclasses import replace

from envisions.environments.faults import Fault
from envisions.records import Trajectory
from envisions.runs.probe import compared
from tests.envisions.report.by_hand import made

LOST = Fault("shop.Shop.judge", "raised KeyError: 'x'").verdict


def probed(few: str, zero: str) -> list[Trajectory]:
    """An attempt a letter, right (r), wrong (w) or lost (-); a place is a task."""
    return [
        replace(one, verdict=LOST) if letter == "-" else one
        for letters, prompt in ((few, "few-shot"), (zero, "zero-shot"))
        for place, letter in enumerate(letters)
        for one in [made(f"t{place}", "right" if letter == "r" else "wrong", prompt=prompt)]  # type: ignore[arg-type]
    ]


def test_what_was_not_judged_decides_nothing() -> None:
    found = compared(probed("------rrrrww", "rrrrrrrrrrww"))
    assert (found.attempts, found.few_shot, found.zero_shot, found.prompt) == (6, 4, 4, "few-shot")
    assert found.p == 1


def test_nothing_judged_leaves_few_shot() -> None:
    found = compared(probed("---", "rrr"))
    assert (found.attempts, found.prompt, found.p) == (0, "few-shot", 1)


def test_a_difference_that_was_judged_decides() -> None:
    assert compared(probed("wwwwww", "rrrrrr")).prompt == "zero-shot"
