"""Which prompt the base model explores with: a few attempts at training tasks with each.

Worked examples help most small base models and mislead some: they may show another form of answer than the
tasks want. Test tasks have no say in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

from envisions.records import PromptKind, Task, Trajectory, seed_from
from envisions.runs import layout
from envisions.runs.run import Run
from envisions.settings.schema import Prompt
from envisions.stats import ALPHA, mcnemar

PROMPTS: tuple[PromptKind, PromptKind] = ("few-shot", "zero-shot")


@dataclass(frozen=True, slots=True)
class Probe:
    """How many of as many attempts with each prompt solved their task, and McNemar's p of the difference."""

    attempts: int
    few_shot: int
    zero_shot: int
    p: float

    @property
    def prompt(self) -> PromptKind:
        """Few-shot, unless zero-shot solves more and chance hardly explains it."""
        return "zero-shot" if self.zero_shot > self.few_shot and self.p < ALPHA else "few-shot"


def choose_prompt(run: Run) -> None:
    """Notes with which prompt the base model explores: as the method says, or by a probe."""
    chosen = run.method.prompt
    probe = _play(run) if chosen is Prompt.auto else None
    if probe:
        run.display.say(f"  {told(summary(probe))}")
    given: PromptKind = "zero-shot" if chosen is Prompt.zero_shot else "few-shot"
    run.note(0, prompt=probe.prompt if probe else given)


def summary(probe: Probe) -> dict[str, Any]:
    return {"prompt": probe.prompt, **asdict(probe)}


def told(found: Mapping[str, Any]) -> str:
    """A probe's summary in one sentence."""
    return (
        f"The base model explores {found['prompt']}: of {found['attempts']} attempts at training tasks it"
        f" solved {found['few_shot']} few-shot, {found['zero_shot']} zero-shot (p = {found['p']:.2g})."
    )


def _play(run: Run) -> Probe | None:
    """Plays the probe, recorded in round 0; None where the worked examples change no prompt."""
    tasks = _drawn(run)
    few, zero = (
        [run.attempt(0, task, "probe", prompt, index) for task, index in tasks] for prompt in PROMPTS
    )
    made = [pair for pair in zip(few, zero, strict=True) if not any(one.fault for one in pair)]
    if all(with_examples.messages == without.messages for with_examples, without in made):
        return None
    attempts = [*few, *zero]
    with run.stage(0, "probe", len(attempts)) as advance:
        return compared(run.play(attempts, 0, run.folder(0) / layout.PROBE, advance))


def compared(probed: Sequence[Trajectory]) -> Probe:
    """The outcome of a probe that was played to its end, by the pairs of which both were judged."""
    judged = [t for t in probed if not t.infra]
    few, zero = ({(t.task, t.index): t.solved for t in judged if t.prompt == prompt} for prompt in PROMPTS)
    pairs = sorted(few.keys() & zero.keys())
    with_examples, without = [few[pair] for pair in pairs], [zero[pair] for pair in pairs]
    return Probe(len(pairs), sum(with_examples), sum(without), mcnemar(with_examples, without))


def _drawn(run: Run) -> list[tuple[Task, int]]:
    """Training tasks by chance, each once before any a second time."""
    tasks, count = run.tasks["train"], run.settings.probe
    order = Random(seed_from(run.settings.seed, "probe")).sample(tasks, min(count, len(tasks)))
    return [(order[place % len(order)], place // len(order)) for place in range(count)]
