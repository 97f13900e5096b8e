"""An environment in which a random model is right about half the time, so that a tiny run has work to do."""

from __future__ import annotations

from collections.abc import Sequence

from envisions import Message, Program, ProgramEnvironment, Split, Task


class ToyEnvironment(ProgramEnvironment):
    """The program returns its completion's length modulo 2; the target is the task's number modulo 2."""

    id = "toy-v1"
    stop = ("a", "e", "o", "t", "n")

    def __init__(self, n_train: int, n_test: int, data: str | None, test_data: str | None) -> None:
        self._sizes: dict[Split, int] = {"train": n_train, "test": n_test}

    def tasks(self, split: Split) -> Sequence[Task]:
        return [Task(f"{split} {i}", i % 2, group=f"{split} {i}") for i in range(self._sizes[split])]

    def messages(self, task: Task, *, few_shot: bool) -> list[Message]:
        examples = "x = 1; " if few_shot else ""
        return [Message(role="user", content=f"{examples}{task.question}"), _begin()]

    def refine_messages(self, task: Task, program: Program, feedback: str) -> list[Message]:
        content = f"{task.question}: {program.code} {feedback}"
        return [Message(role="user", content=content), _begin()]

    def parse(self, completion: str) -> Program:
        return Program(f"def solution():\n    return {len(completion)} % 2", entry="solution")


def _begin() -> Message:
    return Message(role="assistant", content="def")
