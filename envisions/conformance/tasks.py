"""Checks of the protocol, the tasks and their split."""

from __future__ import annotations

import json
import re
from collections import Counter

from envisions.conformance.fingerprint import fingerprint, fingerprint_elsewhere
from envisions.conformance.subject import SPLITS, DefectError, Subject
from envisions.environments.hooks import told
from envisions.environments.splits import check_split
from envisions.errors import UserError


def follows_the_protocol(subject: Subject) -> str:
    environment = subject.environment
    if not re.fullmatch(r"[\w.-]+-v\d+", environment.id):
        raise DefectError("its id is not versioned: name it like 'my-env-v1'", environment.id)
    if hasattr(environment, "step"):
        raise DefectError("it has a step(), which nothing calls: what runs programs is execute() or wrap()")
    if slips := told(subject.kind):
        raise DefectError(f"{slips}: rename it, or begin its name with _ if it is a helper")
    if environment.max_turns < 1:
        raise DefectError("max_turns is below 1", environment.max_turns)
    if not all(isinstance(stop, str) and stop for stop in environment.stop):
        raise DefectError("stop holds something else than text", environment.stop)
    for split in SPLITS:
        wanted, given = subject.config.get(f"n_{split}"), len(environment.tasks(split))
        if wanted is not None and given != wanted:
            raise DefectError(f"env.n_{split}={wanted} gives {given} tasks")
    return environment.id


def tasks_are_sound(subject: Subject) -> str:
    for split in SPLITS:
        tasks = subject.environment.tasks(split)
        if not tasks:
            raise DefectError(f"it has no {split} tasks")
        ids = Counter(task.id for task in tasks)
        for task in tasks:
            if not task.question.strip():
                raise DefectError("a task asks nothing", task)
            if ids[task.id] > 1:
                raise DefectError(f"a task is {ids[task.id]} times on the {split} side", task.question)
            try:
                target, _ = json.loads(json.dumps([task.target, dict(task.data)]))
            except (TypeError, ValueError) as error:
                raise DefectError("a task's target or data are not JSON", f"{error}") from error
            if target != task.target:  # what is recorded has to be what certificates speak of
                raise DefectError("a target is not the same once it is JSON: use lists", task.target)
    return f"{len(subject.environment.tasks('train'))} + {len(subject.environment.tasks('test'))} tasks"


def splits_are_apart(subject: Subject) -> str:
    train, test = (subject.environment.tasks(split) for split in SPLITS)
    try:
        check_split(train, test)
    except UserError as error:
        raise DefectError(str(error)) from error
    groups = [len({task.group for task in side if task.group}) for side in (train, test)]
    return f"{groups[0]} and {groups[1]} groups"


def stable_test_tasks(subject: Subject) -> str:
    """They depend neither on the seed nor on how many are asked for, and are never trained on elsewhere."""
    test = subject.environment.tasks("test")
    other = subject.make(seed=1)
    if [task.id for task in subject.make().tasks("test")] != [task.id for task in test]:
        raise DefectError("the test tasks change from one time to the next", test[0].question)
    if [task.id for task in other.tasks("test")] != [task.id for task in test]:
        raise DefectError("the test tasks change with the seed", test[0].question)
    fewer = subject.make(n_test=max(1, len(test) // 2)).tasks("test")
    if not {task.id for task in fewer} <= {task.id for task in test}:
        raise DefectError("asked for fewer test tasks, it gives others", fewer[0].question)
    asked = {task.question for task in test}
    if trained := [task.question for task in other.tasks("train") if task.question in asked]:
        raise DefectError("with another seed, a test question is trained on", trained[0])
    return "the same for every seed and number"


def same_in_every_process(subject: Subject) -> str:
    here = fingerprint(subject.config, subject.executor)
    there = fingerprint_elsewhere(subject.config)
    for what, value in here.items():
        if there.get(what) != value:
            raise DefectError(f"{what} are others in another process with another hash seed")
    return "tasks, prompts and verdicts"


def answers_are_spread(subject: Subject) -> str:
    levels = Counter(task.level for split in SPLITS for task in subject.environment.tasks(split))
    tasks = subject.environment.tasks("test")
    asked = Counter(json.dumps([task.target, dict(task.data)], sort_keys=True, default=str) for task in tasks)
    answer, count = asked.most_common(1)[0]
    if len(tasks) > 1 and count > 0.8 * len(tasks):
        raise DefectError(f"{count} of {len(tasks)} test tasks want the same", answer)
    return "levels " + ", ".join(f"{level}: {count}" for level, count in sorted(levels.items()))
