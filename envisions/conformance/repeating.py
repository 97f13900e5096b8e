"""Whether an environment of many turns can be solved by asking for the answer and repeating it.

A strategy is an action that a worked example or a gold program shows, with a number or a word of the question
put in its last place, and then as the answer whatever stands at some place of the observation.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from envisions.conformance.subject import DefectError, NotApplicableError, Subject
from envisions.environments.baselines import python_answer
from envisions.records import Task
from symbolic import Program

MOST_OF_A_LEVEL: Final = 0.8  # of its tasks, that a strategy may solve
TASKS: Final = 16  # of each level
FEWEST: Final = 8  # of fewer tasks a level's are solved by luck
ACTIONS, PLACES, REPEATED = 4, 3, 6  # actions tried, places in the question, and in the observation

_TOKEN = re.compile(r"-?\d+(?:\.\d+)?|[^\W\d_]+")


def nothing_comes_of_repeating(subject: Subject) -> str:
    """No such strategy solves a level."""
    if subject.environment.max_turns < 2:
        return "one turn: nothing is observed before the answer"
    if subject.program.language != "python":
        raise NotApplicableError(f"no answer that repeats is known for {subject.program.language}")
    tasks = list(_some_of_each_level(subject.tasks))
    best = 0.0
    for actions in _strategies(subject, tasks):
        observed = [answer.observation for answer in subject.play(tasks, [[action] for action in actions])]
        for place in range(REPEATED):
            answers = [
                _repeat(subject.program, task, said, place)
                for task, said in zip(tasks, observed, strict=True)
            ]
            share, task = _most_solved(
                subject, tasks, [list(turns) for turns in zip(actions, answers, strict=True)]
            )
            if share > MOST_OF_A_LEVEL:
                code = actions[tasks.index(task)].code
                raise DefectError(
                    f"repeating what was observed solves {share:.0%} of level {task.level}", code
                )
            best = max(best, share)
    return f"the best such strategy solves {best:.0%} of a level"


def _some_of_each_level(tasks: Sequence[Task]) -> Iterator[Task]:
    taken: Counter[int] = Counter()
    for task in tasks:
        taken[task.level] += 1
        if taken[task.level] <= TASKS:
            yield task


def _strategies(subject: Subject, tasks: Sequence[Task]) -> list[list[Program]]:
    """First turns, a program for each task: each action as it is, and with each place of the question."""
    made = [
        [replace(action, code=_about(action.code, task.question, place)) for task in tasks]
        for action in islice(_actions(subject), ACTIONS)
        for place in (None, *range(PLACES))
    ]
    return list({tuple(program.code for program in programs): programs for programs in made}.values())


def _actions(subject: Subject) -> Iterator[Program]:
    """Distinct programs that are not the last of a worked example or of a gold solution."""
    shown: dict[str, Program] = {}
    for program in (*_worked(subject), *(p for _, gold in subject.golden for p in gold[:-1])):
        if program.code.strip() not in shown:
            shown[program.code.strip()] = program
            yield program


def _worked(subject: Subject) -> Iterator[Program]:
    """The programs of the prompt's worked examples: what its assistant begins as the model is to begin."""
    messages = subject.environment.messages(subject.tasks[0], few_shot=True)
    if messages[-1]["role"] == "assistant":
        begun = messages[-1]["content"]
        for message in messages[:-1]:
            if message["role"] == "assistant" and message["content"].startswith(begun):
                yield subject.environment.parse(message["content"].removeprefix(begun))


def _about(code: str, question: str, place: int | None) -> str:
    """The code with its last number or word replaced by one of the question: numbers from the beginning on,
    words from the end."""
    found = list(_TOKEN.finditer(code))
    if not found:
        return code
    last = found[-1]
    numeric = _is_number(last[0])
    tokens: list[str] = [token for token in _TOKEN.findall(question) if _is_number(token) == numeric]
    ordered = tokens if numeric else tokens[::-1]
    if place is None or place >= len(ordered):
        return code
    return code[: last.start()] + ordered[place] + code[last.end() :]


def _repeat(empty: Program, task: Task, observation: str, place: int) -> Program:
    """Answers with what stands in the observation, numbers first, and does not stand in the question."""
    known = _TOKEN.findall(task.question)
    new = [token for token in dict.fromkeys(_TOKEN.findall(observation)) if token not in known]
    new.sort(key=lambda token: not _is_number(token))
    if place >= len(new):
        return replace(empty, code=python_answer(empty.entry, "None"))
    value = f"float({new[place]!r})" if _is_number(new[place]) else repr(new[place])
    return replace(empty, code=python_answer(empty.entry, value))


def _is_number(token: str) -> bool:
    return token[-1].isdigit()


def _most_solved(
    subject: Subject, tasks: Sequence[Task], programs: Sequence[Sequence[Program]]
) -> tuple[float, Task]:
    """The largest share of a level's tasks that are solved, and one of them."""
    answers = subject.play(tasks, programs)
    solved = [
        task for task, answer in zip(tasks, answers, strict=True) if answer.found and answer.found.right
    ]
    there, right = Counter(task.level for task in tasks), Counter(task.level for task in solved)
    level = max(there, key=lambda level: right[level] / max(there[level], FEWEST))
    example = next((task for task in solved if task.level == level), tasks[0])
    return right[level] / max(there[level], FEWEST), example
