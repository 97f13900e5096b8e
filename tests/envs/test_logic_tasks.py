"""Logic tasks: what is one theory, and how many tests are of one."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from random import Random

from envs.logic import LogicEnvironment, theories
from envs.logic.theories import WORDS


def test_many_structures_and_none_with_a_tenth_of_the_tests() -> None:
    environment = LogicEnvironment(n_train=80, n_test=128, semantics="open")
    groups = Counter(task.group for task in environment.tasks("test"))
    assert len(groups) >= 40
    assert max(groups.values()) <= 12
    assert environment.counts["near_duplicates"] <= 1


def test_the_same_sentences_in_another_order_are_one_group() -> None:
    shapes = [theories.make(Random(seed), 1, "True", WORDS["train"]).group.split(", ") for seed in range(100)]
    assert all(shape[1:] == sorted(shape[1:]) for shape in shapes)


def test_the_labels_of_one_story_are_one_group() -> None:
    """Else a test story's twin with another label could be trained on."""
    environment = LogicEnvironment(n_train=300, n_test=300, semantics="open")
    groups: dict[str, set[str]] = {}
    for task in (*environment.tasks("train"), *environment.tasks("test")):
        groups.setdefault(task.group, set()).add(task.target)
    assert {"True", "False", "Unknown"} in groups.values()


def test_test_stories_have_words_of_their_own() -> None:
    assert not set(WORDS["train"]) & set(WORDS["test"])
    environment = LogicEnvironment(n_train=128, n_test=128, semantics="open")
    for split in ("train", "test"):
        others = WORDS["test" if split == "train" else "train"]
        stories = " ".join(task.question for task in environment.tasks(split))
        assert not any(f" {word}" in stories for word in others)


def test_questions_about_one_theory_of_a_file_stay_together(tmp_path: Path) -> None:
    """However different the questions, and whatever the names."""
    rows = [
        {
            "context": f"{word} {word}ed {word}ly {word}as {word}is {word}us. "
            f"{name} is {word}y. If someone is {word}y then they are {word}er.",
            "question": f"True or false? {asked}",
            "answer": "A",
            "options": ["A) True", "B) False"],
        }
        for word in (f"{a}{b}o" for a in "abcdefgh" for b in "abcdefgh")
        for name, asked in (
            ("Bob", f"Bob is {word}er."),
            ("Eve", "Who would ever have thought so, or not, of her?"),
        )
    ]
    path = tmp_path / "theories.json"
    path.write_text(json.dumps(rows))
    environment = LogicEnvironment(data=str(path), n_train=40, n_test=30, semantics="open")
    theories = [
        {task.question.split("then they are ")[1].split(".")[0] for task in environment.tasks(split)}
        for split in ("train", "test")
    ]
    assert not theories[0] & theories[1]
    assert environment.counts["groups"] == 64
