"""Small theories in plain English with a question, and their gold text in the logic language.

A level is the depth of the proof that the question takes: 0 repeats a fact, n chains n rules. The three
labels come in turn; they differ in one word of the same story (a "not", or another property in the first
fact), so that neither length nor form gives the answer away. A group is the story's form without its words
and label.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, cycle, pairwise
from random import Random
from typing import Final

from envisions import Draw, Split, Task, seed_from, side

NAMES: Final = (
    "Alice", "Bruno", "Carla", "Diego", "Elena", "Felix", "Grace", "Hector", "Irene", "Jonas", "Karen",
    "Louis",
)  # fmt: skip
WORDS: Final = (
    "happy", "tired", "brave", "quick", "calm", "proud", "clever", "gentle", "hungry", "lucky", "polite",
    "strong", "careful", "cheerful", "curious", "honest", "lazy", "loud", "modest", "nervous", "patient",
    "shy", "silly", "wise",
)  # fmt: skip
LABELS: Final = ("True", "False", "Unknown")
QUESTION: Final = "True, false or unknown:"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, the line that says the same, and its form without its words."""

    english: str
    logic: str
    form: str


def draw(seed: int) -> Draw:
    """The streams of tasks, the labels in turn. The test side ignores the seed."""

    def tasks(split: Split, level: int) -> Iterator[Task | None]:
        stream, labels = ("train", seed) if split == "train" else ("test",), cycle(LABELS)
        label = next(labels)
        for index in count():
            task = make(Random(seed_from("logic-v1", *stream, level, index)), level, label)
            if side(task.group) == split:
                label = next(labels)
                yield task
            else:
                yield None

    return tasks


def make(stream: Random, level: int, label: str) -> Task:
    """A theory whose question takes a proof of `level` rules."""
    name, other = stream.sample(NAMES, 2)
    *chain, unrelated, aside, beyond = stream.sample(WORDS, level + 4)
    story = [_fact(name, unrelated if label == "Unknown" else chain[0], level == 0 and label == "False")]
    for index, (condition, conclusion) in enumerate(pairwise(chain), start=1):
        story.append(_rule(stream, condition, conclusion, index == level and label == "False"))
    if stream.random() < 0.6:
        story.append(_fact(other, stream.choice([*chain, aside]), stream.random() < 0.3))
    if stream.random() < 0.5:
        story.append(_rule(stream, aside, beyond, stream.random() < 0.3))
    stream.shuffle(story)
    text = " ".join(sentence.english for sentence in story)
    return Task(
        question=f"{text}\n{QUESTION} {name} is {chain[-1]}.",
        target=label,
        group=" ".join(["logic", str(level), *(sentence.form for sentence in story)]),
        level=level,
        gold="\n".join([*(sentence.logic for sentence in story), f"query: {_atom(chain[-1], name.lower())}"]),
    )


def _fact(name: str, word: str, negated: bool) -> Sentence:
    no = "not " * negated
    return Sentence(f"{name} is {no}{word}.", f"{no}{_atom(word, name.lower())}", "fact")


def _rule(stream: Random, condition: str, conclusion: str, negated: bool) -> Sentence:
    no = "not " * negated
    forms = {
        "if": f"If someone is {condition} then they are {no}{conclusion}.",
        "all": f"All {condition} people are {no}{conclusion}.",
        "everyone": f"Everyone who is {condition} is {no}{conclusion}.",
    }
    form = stream.choice(sorted(forms))
    logic = f"forall x: {_atom(condition, 'x')} -> {no}{_atom(conclusion, 'x')}"
    return Sentence(forms[form], logic, form)


def _atom(word: str, name: str) -> str:
    return f"{word.capitalize()}({name})"
