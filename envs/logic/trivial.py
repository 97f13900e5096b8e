"""Answers to questions about theories that follow from no theory.

A text in logic can say each label outright, so a label is all that has to be guessed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from envisions import Program, Task, nearest
from envs.logic.english import sentences

SAYING: Final = {
    "True": "P(a)\nquery: P(a)",
    "False": "not P(a)\nquery: P(a)",
    "Unknown": "P(b)\nquery: P(a)",
}


def baselines(
    train: Sequence[Task], test: Sequence[Task], write: Callable[[str], Program]
) -> dict[str, dict[str, Sequence[Program]]]:
    """The label that most training tasks have, the nearest training task's, and what looking the statement up
    in the text gives, or where it is not there, the label that most such training tasks have."""
    usual = _usual(train)
    absent = _usual([task for task in train if _looked_up(task.question) is None] or train)
    near = nearest([task.question for task in test], [task.question for task in train])
    labels = {
        "constant": [usual for _ in test],
        "neighbour": [train[place].target for place in near],
        "look-up": [_looked_up(task.question) or absent for task in test],
    }
    return {
        name: {task.id: [write(SAYING[label])] for task, label in zip(test, given, strict=True)}
        for name, given in labels.items()
    }


def _usual(tasks: Sequence[Task]) -> str:
    return str(Counter(task.target for task in tasks).most_common(1)[0][0])


def _looked_up(question: str) -> str | None:
    """True where the statement that is asked about stands in the text, False where its negation does."""
    text, _, asked = question.rpartition("\n")
    stated = {sentence.lower() for sentence in sentences(text)}
    statement = (sentences(asked.rpartition("?")[2].rpartition(":")[2]) or [""])[0].lower()
    if statement in stated:
        return "True"
    return "False" if _negated(statement) in stated else None


def _negated(statement: str) -> str:
    """The statement with a "not" after its verb, or without the one that it has."""
    if " not " in statement:
        return statement.replace(" not ", " ", 1)
    return re.sub(r" (is|are) ", r" \1 not ", statement, count=1)
