"""Environments whose hooks do what a plug-in's author did not mean."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from envisions import Episode, Execution, Message, Program, Split, Task, Transition, Verdict, describe
from envisions.environments.protocol import BaseEnvironment

TASK = Task("How many are 2 and 3?", 5, group="g")


def raise_in_a_library() -> Any:
    return json.loads("{")  # LINE: the plug-in's own, json's are deeper


def spin() -> Any:
    while True:
        pass


class Faulty(BaseEnvironment):
    """`hook` does `what` instead of what it should."""

    id = "faulty-v1"

    def __init__(self, hook: str = "", what: Callable[[], Any] = lambda: None, turns: int = 1) -> None:
        self.hook, self.what, self.max_turns = hook, what, turns

    def instead(self, hook: str, usual: Any) -> Any:
        return self.what() if hook == self.hook else usual

    def tasks(self, split: Split) -> Sequence[Task]:
        return self.instead("tasks", [TASK])

    def messages(self, task: Task, *, few_shot: bool) -> list[Message]:
        return self.instead("messages", [Message(role="user", content=task.question)])

    def follow(self, messages: Sequence[Message], completion: str, observation: str) -> list[Message]:
        return self.instead("follow", super().follow(messages, completion, observation))

    def refine_messages(self, task: Task, program: Program, feedback: str) -> list[Message]:
        return self.instead("refine_messages", [Message(role="user", content=feedback)])

    def parse(self, completion: str) -> Program:
        return self.instead("parse", Program("answer = 5"))

    def gold(self, task: Task) -> Sequence[Program]:
        return self.instead("gold", [Program("answer = 5")])

    def open(self, task: Task, seed: int) -> Episode:
        return self.instead("open", Steps(self, task))

    def wrap(self, task: Task, program: Program) -> Program:
        return self.instead("wrap", program)

    def execute(self, episodes: Any, programs: Any, executor: Any) -> list[Execution]:
        return self.instead("execute", [Execution("ok", 5) for _ in programs])

    def recheck(self, task: Task, value: Any, certificate: Mapping[str, Any]) -> Verdict:
        return self.instead("recheck", Verdict("right", {"kind": "sum"}))

    def baselines(self) -> Mapping[str, Mapping[str, Sequence[Program]]]:
        return self.instead("baselines", {})

    def describe(self) -> Mapping[str, Any]:
        return self.instead("describe", {})


class Steps:
    def __init__(self, environment: Faulty, task: Task) -> None:
        self.environment, self.task = environment, task

    def step(self, program: Program, execution: Execution) -> Transition:
        usual = Transition(execution, describe(execution), Verdict("right", {"kind": "sum"}), terminated=True)
        return self.environment.instead("step", usual)

    def close(self) -> None:
        self.environment.instead("close", None)


def asked(environment: Any) -> dict[str, Callable[[], Any]]:
    """Each hook of a watched environment, called as a run would."""
    message = [Message(role="user", content="?")]
    program, execution = Program("answer = 5"), Execution("ok", 5)
    return {
        "tasks": lambda: environment.tasks("train"),
        "messages": lambda: environment.messages(TASK, few_shot=False),
        "follow": lambda: environment.follow(message, "x", "y"),
        "refine_messages": lambda: environment.refine_messages(TASK, program, "y"),
        "parse": lambda: environment.parse("x"),
        "gold": lambda: environment.gold(TASK),
        "open": lambda: environment.open(TASK, 0),
        "wrap": lambda: environment.wrap(TASK, program),
        "execute": lambda: environment.execute([environment.open(TASK, 0)], [program], None),
        "recheck": lambda: environment.recheck(TASK, 5, {"kind": "sum"}),
        "baselines": lambda: environment.baselines(),
        "describe": lambda: environment.describe(),
        "step": lambda: environment.open(TASK, 0).step(program, execution),
    }


def transition(**change: Any) -> Transition:
    usual: dict[str, Any] = {"observation": "It returned 5.", "verdict": Verdict("right"), "terminated": True}
    return Transition(Execution("ok", 5), **{**usual, **change})


# By hook: what it gives, and what the sentence says of it.
WRONG: list[tuple[str, Any, str]] = [
    ("tasks", None, "returned None"),
    ("tasks", ["How many?"], "where a Task is expected"),
    ("messages", None, "returned None"),
    ("messages", "How many?", "returned str ('How many?')"),
    ("messages", [], "no message"),
    ("messages", [{"role": "human", "content": "x"}], "no role"),
    ("messages", [{"role": "user", "content": None}], "no role"),
    ("follow", None, "returned None"),
    ("follow", [("user", "x")], "returned tuple"),
    ("refine_messages", "again", "returned str"),
    ("parse", None, "returned None"),
    ("parse", "answer = 5", "where a Program is expected"),
    ("gold", "answer = 5", "sequence of Program"),
    ("gold", ["answer = 5"], "where a Program is expected"),
    ("open", None, "an Episode"),
    ("open", Steps, "an Episode"),
    ("wrap", None, "returned None"),
    ("wrap", "answer = 5", "returned str"),
    ("wrap", Program("", entry="f", args=[{1}]), "not JSON"),
    ("execute", None, "returned None"),
    ("execute", [], "0 executions for 1 programs"),
    ("execute", [5], "where a Execution is expected"),
    ("execute", [Execution("ok", {1, 2})], "not JSON"),
    ("execute", [Execution("fine")], "status='fine'"),  # type: ignore[arg-type]
    ("recheck", True, "where a Verdict or a checker Program is expected"),
    ("recheck", None, "returned None"),
    ("baselines", ["echo"], "returned list"),
    ("baselines", {"echo": [Program("")]}, "mapping from task ids"),
    ("baselines", {"echo": {TASK.id: Program("")}}, "sequence of Program"),
    ("describe", "4.13", "returned str"),
    ("describe", {"engine": object()}, "not JSON"),
    ("step", None, "returned None"),
    ("step", "right", "returned str ('right')"),
    ("step", Verdict("right"), "where a Transition is expected"),
    ("step", np.bool_(True), "returned numpy.bool"),
    ("step", transition(verdict=None), "terminated and has no verdict"),
    ("step", transition(verdict=True), "where a Verdict or a checker Program"),
    ("step", transition(verdict="right"), "returned str"),
    ("step", transition(verdict=Verdict("correct")), "Verdict('correct')"),  # type: ignore[arg-type]
    ("step", transition(verdict=Verdict(True)), "Verdict(True)"),  # type: ignore[arg-type]
    ("step", transition(verdict=Verdict("right", {"same": np.bool_(True)})), "not JSON"),
    ("step", transition(verdict=Verdict("right", None)), "certificate"),  # type: ignore[arg-type]
    ("step", Transition(None, "x"), "where a Execution"),  # type: ignore[arg-type]
    ("step", transition(terminated=np.bool_(True)), "`terminated`"),
    ("step", transition(truncated=None), "`truncated`"),
    ("step", transition(observation=None), "observation"),
    ("step", transition(verdict=Program("", entry="f", args=[object()])), "not JSON"),
]
HOOKS = tuple(dict.fromkeys(hook for hook, *_ in WRONG))


def sleep() -> Any:
    time.sleep(60)
