"""Every template: its golds are right, its levels true, its English free of mechanical mistakes."""

from __future__ import annotations

import ast
import re
from functools import cache
from random import Random

import pytest

from envisions.environments.similarity import mask
from envisions.records import Task
from envs.math.examples import EXAMPLES
from envs.math.template import Template
from envs.math.templates import TEMPLATES
from envs.math.vocabulary import plural
from symbolic import Executor, Program, judge

SEEDS = range(40)
MISTAKES = {
    "a plural after 1": r"(?<![\d,.$])\b(1|[Oo]ne) (?!is\b|was\b|batch)[a-z]*[^aious\W]s\b",
    "a gap left open": r"[{}\[\]<>|]",
    "two spaces": r"  |^ | $",
    "a before a vowel": r"\b[Aa] [aeio]\w",
    "an before a consonant": r"\b[Aa]n [^aeiouh]",
    "space before a sign": r" [.,?!]",
    "two signs": r"[.,?!][.,?!]",
    "a small letter after a full stop": r"[.?!] [a-z]",
    "a sign without space": r"[a-z][.,?!][A-Za-z]",
    "a capital inside a sentence": r"[a-z,] (The|There|How|An?|In|On|If|He|She|They|His|Her)\b",
    "a word twice": r"\b(\w+) \1\b",
    "a plural of a plural": r"(eggs|ss)es (?!costs?\b)\b(?<!glasses )(?<!dresses )",
    "a negative or untidy number": r"-\d|\d\.0\b|\d\.\d{3}|\.\d\b",
}


@cache
def tasks(template: Template) -> list[Task]:
    return [template.task(Random(seed)) for seed in SEEDS]


@pytest.fixture(params=TEMPLATES, ids=lambda template: template.id)
def template(request: pytest.FixtureRequest) -> Template:
    assert isinstance(request.param, Template)
    return request.param


def test_there_are_enough_on_every_level() -> None:
    counts = {level: sum(template.level == level for template in TEMPLATES) for level in (1, 2, 3, 4)}
    assert sum(counts.values()) == len(TEMPLATES) >= 150
    assert counts[1] >= 60
    assert min(counts.values()) >= 15


def test_ids_are_distinct_and_plain() -> None:
    ids = [template.id for template in TEMPLATES]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in ids)


def test_words_and_numbers_do_not_hide_each_other() -> None:
    for template in TEMPLATES:
        words = [*template.words, *map(plural, template.words)]
        assert len({*words, *template.numbers}) == len(words) + len(template.numbers), template.id


def test_gold_has_the_level_and_uses_what_the_question_says(template: Template) -> None:
    """Whatever the solution needs is told by every paraphrase, unless it is a constant in the solution."""
    for task in tasks(template):
        nodes = list(ast.walk(ast.parse(task.gold or "")))
        names = [node for node in nodes if isinstance(node, ast.Name)]
        assigned = {name.id for name in names if isinstance(name.ctx, ast.Store)}
        assert assigned == {name.id for name in names if isinstance(name.ctx, ast.Load)}, task.question
        assert task.level == sum(isinstance(node, ast.BinOp) for node in nodes)
        assert task.group == template.id


def test_answers_are_positive_and_plain(template: Template) -> None:
    for task in tasks(template):
        assert task.target > 0
        assert isinstance(task.target, int) or (task.target * 100).is_integer()


def test_english_has_no_mechanical_mistake(template: Template) -> None:
    for task in tasks(template):
        for name, pattern in MISTAKES.items():
            assert not re.search(pattern, task.question), f"{name}: {task.question}"
        assert task.question.count("?") == 1
        assert task.question.endswith("?")
        assert re.match(r"[A-Z\d]", task.question)


def test_questions_vary_in_wording_and_content(template: Template) -> None:
    questions = {task.question for task in tasks(template)}
    assert len({mask(question) for question in questions}) >= 2
    assert len(questions) >= 0.8 * len(SEEDS)


def test_no_template_tells_a_worked_example() -> None:
    examples = {mask(question) for question, _ in EXAMPLES}
    assert not examples & {mask(task.question) for template in TEMPLATES for task in tasks(template)}


def test_golds_execute_to_their_targets() -> None:
    """Many golds run as one program, to save processes; each result is judged by itself."""
    some = [task for template in TEMPLATES for task in tasks(template)[:10]]
    chunks = [some[start : start + 200] for start in range(0, len(some), 200)]
    with Executor() as executor:
        results = executor.run([_all_in_one(chunk) for chunk in chunks])
    for chunk, result in zip(chunks, results, strict=True):
        assert result.ok, result.error
        for task, value in zip(chunk, result.value, strict=True):
            assert value == task.target, (task.question, task.gold)
            assert judge(value, task.target).right


def _all_in_one(chunk: list[Task]) -> Program:
    golds = [(task.gold or "").replace("solution", f"solution_{i}", 1) for i, task in enumerate(chunk)]
    calls = ", ".join(f"solution_{i}()" for i in range(len(chunk)))
    return Program("\n".join([*golds, f"def solution():\n    return [{calls}]"]), entry="solution")
