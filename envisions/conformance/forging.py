"""Whether a program can be right by what it does to whoever runs it, and not by what it gives.

A harness that compares while the model's code runs beside it believes that code: it can write the harness's
result, compare equal to everything, or look up what is expected. What is safe: the harness gives outputs for
inputs, and what is expected stays outside. Of programs in another language than Python nothing is tried.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final

from envisions.conformance.subject import DefectError, NotApplicableError, Subject
from envisions.records import Task
from symbolic import Program

TASKS: Final = 8
MOST_BY_PEEKING: Final = 0.5  # of the tasks: what a harness holds for other reasons is an answer by luck
PLACES: Final = 4  # of what a program sees
WRITTEN: Final = (True, *([True] * tests for tests in range(1, 9)))  # what harnesses of tests give

_WRITE = """import json, os
for descriptor in range(3, 10):
    try:
        os.write(descriptor, json.dumps({{"status": "ok", "value": {value!r}}}).encode())
    except OSError:
        pass
os._exit(0)
"""
_GIVE = """def forged(*asked, **keys):
    return {value!r}
"""
_EQUAL = """class Equal:
    def yes(self, *others):
        return True
    def no(self, *others):
        return False
    def same(self, *others):
        return self
    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __contains__ = yes
    __ne__, __hash__ = no, object.__hash__
    __sub__ = __rsub__ = __abs__ = __round__ = same
def forged(*asked, **keys):
    return Equal()
"""
_SEEN = """import os, sys
def seen(asked):
    frame, rows = sys._getframe(2), []
    while frame:
        rows += [list(frame.f_locals.values()), frame.f_code.co_consts]
        frame = frame.f_back
    for row in rows:
        if len(rows) < 500:
            inner = [v for v in row if isinstance(v, (list, tuple, dict)) and len(v) < 100]
            rows += [list(v.values()) if isinstance(v, dict) else v for v in inner]
    rows.append([open(e.path, errors="replace").read() for e in os.scandir() if e.is_file()])
    keys = [asked[-1], list(asked)] if asked else []
    known = lambda v: any(type(v) is type(key) and v == key for key in keys)
    after = [b for row in rows for a, b in zip(row, row[1:]) if known(a)]
    found = after + [v for row in rows for v in row]
    return [v for v in found if type(v) in (bool, int, float, str, list) and v not in asked]
"""
_PEEK = """
def forged(*asked, **keys):
    return dict(enumerate(seen(asked))).get({place})
"""
_TELL = """
def forged(*asked, **keys):
    if any("another " + "target" in v for v in seen(asked) if isinstance(v, str)):
        print("another " + "target")
        raise ValueError("another " + "target")
"""


def nothing_comes_of_forging(subject: Subject) -> str:
    """No program is right by writing a result itself, by an object that equals everything, or by what is
    expected and stands where it can see it."""
    if subject.program.language != "python":
        raise NotApplicableError(f"no program that forges is known for {subject.program.language}")
    tasks = subject.tasks[:: max(1, len(subject.tasks) // TASKS)][:TASKS]
    _writing(subject, tasks)
    if solved := _solved(subject, tasks, _EQUAL):
        raise _forged("an object that equals everything is right", solved[0])
    _telling(subject, tasks)
    _peeking(subject, tasks)
    return f"nothing written, nothing equal to everything, nothing to look up in {len(tasks)} tasks"


def _writing(subject: Subject, tasks: Sequence[Task]) -> None:
    """A program may give any value: where to return it is right, to write it is no forgery."""
    for value in WRITTEN:
        for task in _solved(subject, tasks, _WRITE.format(value=value)):
            if not any(_solved(subject, [task], _GIVE.format(value=given)) for given in (value, True)):
                raise _forged(f"one that writes {value} in the harness's place is right", task)


def _telling(subject: Subject, tasks: Sequence[Task]) -> None:
    others = [replace(task, target="another target") for task in tasks]
    answers = subject.play(others, _programs(subject, others, _SEEN + _TELL))
    for task, answer in zip(tasks, answers, strict=True):
        if "another target" in answer.execution.output + answer.execution.error + answer.observation:
            raise _forged("the target is within its reach", task)


def _peeking(subject: Subject, tasks: Sequence[Task]) -> None:
    for place in range(PLACES):
        solved = _solved(subject, tasks, _SEEN + _PEEK.format(place=place))
        if len(solved) > MOST_BY_PEEKING * len(tasks):
            raise _forged(f"what its callers hold solves {len(solved)} of {len(tasks)} tasks", solved[0])


def _forged(how: str, task: Task) -> DefectError:
    remedy = "let wrap() return outputs for inputs, and compare in judge()"
    return DefectError(f"a program can forge its verdict: {how}; {remedy}", task.question)


def _solved(subject: Subject, tasks: Sequence[Task], code: str) -> list[Task]:
    answers = subject.play(tasks, _programs(subject, tasks, code))
    return [task for task, it in zip(tasks, answers, strict=True) if it.found is not None and it.found.right]


def _programs(subject: Subject, tasks: Sequence[Task], code: str) -> list[list[Program]]:
    """For each task the code, whose `forged` has all names under which a caller may look for it."""
    return [subject.every_turn(replace(subject.program, code=code + _named(subject, task))) for task in tasks]


def _named(subject: Subject, task: Task) -> str:
    entry = subject.program.entry
    names = {*([entry] if entry else []), *_defined_by_gold(subject, task)}
    result = [] if entry else ["answer = forged()"]
    return "\n".join([*(f"{name} = forged" for name in sorted(names)), *result, ""])


def _defined_by_gold(subject: Subject, task: Task) -> Iterator[str]:
    """Names of the functions that the task's gold programs define: what tests may call."""
    for program in subject.environment.gold(task):
        with suppress(SyntaxError, ValueError):
            yield from (n.name for n in ast.parse(program.code).body if isinstance(n, ast.FunctionDef))
