"""Small theories in plain English with a question, and their gold text in the logic language.

A level is the depth of the proof that the question takes: 0 repeats a fact, n chains n rules. The three
labels come in turn; they differ in one word of the same story (a "not", or another property in the first
fact), so that neither length nor form gives the answer away. A group is the story's form without its words,
its order and its label.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, cycle, pairwise
from random import Random
from typing import Final

from envisions import Draw, Split, Task, seed_from, side

NAMES: Final = (
    "Alice", "Bruno", "Carla", "Diego", "Elena", "Felix", "Grace", "Hector", "Irene", "Jonas", "Karen",
    "Louis",
)  # fmt: skip
# Test stories have words of their own: beside the words, little tells one short theory from another.
WORDS: Final[Mapping[Split, Sequence[str]]] = {
    "train": (
        "happy", "tired", "brave", "quick", "calm", "proud", "clever", "gentle", "hungry", "lucky", "polite",
        "strong", "careful", "cheerful", "curious", "honest", "lazy", "loud", "modest", "nervous", "patient",
        "shy", "silly", "wise",
    ),
    "test": (
        "tall", "angry", "bored", "busy", "famous", "friendly", "funny", "grumpy", "humble", "jealous",
        "joyful", "lonely", "mean", "neat", "noisy", "playful", "popular", "quiet", "rude", "sad",
        "serious", "sleepy", "smart", "warm",
    ),
}  # fmt: skip
LABELS: Final = ("True", "False", "Unknown")
QUESTION: Final = "True, false or unknown:"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, the line that says the same, and its part in the theory's structure."""

    english: str
    logic: str
    form: str


def draw(seed: int) -> Draw:
    """The streams of tasks, the labels in turn. The test side ignores the seed."""

    def tasks(split: Split, level: int) -> Iterator[Task | None]:
        stream, labels = ("train", seed) if split == "train" else ("test",), cycle(LABELS)
        label = next(labels)
        for index in count():
            task = make(Random(seed_from("logic-v2", *stream, level, index)), level, label, WORDS[split])
            if side(task.group) == split:
                label = next(labels)
                yield task
            else:
                yield None

    return tasks


def make(stream: Random, level: int, label: str, words: Sequence[str]) -> Task:
    """A theory whose question takes a proof of `level` rules."""
    name, other = stream.sample(NAMES, 2)
    *chain, unrelated, aside, beyond = stream.sample(words, level + 4)
    told = unrelated if label == "Unknown" else chain[0]
    story = [_fact("fact", name, told, level == 0 and label == "False")]
    for step, (condition, conclusion) in enumerate(pairwise(chain), start=1):
        story.append(_rule(stream, f"rule {step}", condition, conclusion, step == level and label == "False"))
    story += _asides(stream, other, [*chain, aside, beyond])
    stream.shuffle(story)
    text = " ".join(sentence.english for sentence in story)
    return Task(
        question=f"{text}\n{QUESTION} {name} is {chain[-1]}.",
        target=label,
        group=", ".join([f"logic {level}", *sorted(sentence.form for sentence in story)]),
        level=level,
        gold="\n".join([*(sentence.logic for sentence in story), f"query: {_atom(chain[-1], name.lower())}"]),
    )


def _asides(stream: Random, other: str, words: Sequence[str]) -> Iterator[Sentence]:
    """What the question does not need: a fact about somebody else, a rule about other words."""
    if stream.random() < 0.6:
        place, no = stream.randrange(len(words) - 1), stream.random() < 0.3
        yield _fact(f"other {place}{' not' * no}", other, words[place], no)
    if stream.random() < 0.5:
        no = stream.random() < 0.3
        yield _rule(stream, f"aside{' not' * no}", words[-2], words[-1], no)


def _fact(form: str, name: str, word: str, negated: bool) -> Sentence:
    no = "not " * negated
    return Sentence(f"{name} is {no}{word}.", f"{no}{_atom(word, name.lower())}", form)


def _rule(stream: Random, form: str, condition: str, conclusion: str, negated: bool) -> Sentence:
    no = "not " * negated
    wordings = {
        "if": f"If someone is {condition} then they are {no}{conclusion}.",
        "all": f"All {condition} people are {no}{conclusion}.",
        "everyone": f"Everyone who is {condition} is {no}{conclusion}.",
    }
    wording = stream.choice(sorted(wordings))
    logic = f"forall x: {_atom(condition, 'x')} -> {no}{_atom(conclusion, 'x')}"
    return Sentence(wordings[wording], logic, f"{form} {wording}")


def _atom(word: str, name: str) -> str:
    return f"{word.capitalize()}({name})"
