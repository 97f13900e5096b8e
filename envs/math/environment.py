"""Word problems that the model answers by writing `def solution(): …` (program-aided, arXiv 2211.10435).

Tasks are procedural, or read from `data`. The prompt is in prompt.py, the templates in templates/.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from envisions.data import load_split
from envisions.environment import ProgramEnvironment
from envisions.errors import UserError
from envisions.records import Message, Split, Task
from envisions.splits import TaskSplit, check_sizes, check_split, near_duplicates
from envs.math import prompt
from envs.math.procedural import generate
from symbolic import Program


class MathEnvironment(ProgramEnvironment):
    """`data` and `test_data` are paths or `hub:` names (see envisions.data); without, tasks are procedural,
    with `levels` mapping the number of operations to a share of the tasks. `counts` is for the manifest.
    """

    id = "math-v1"
    stop = (prompt.FENCE,)

    def __init__(
        self,
        *,
        data: str | None = None,
        test_data: str | None = None,
        n_train: int = 128,
        n_test: int = 128,
        seed: int = 0,
        levels: Mapping[int, float] | None = None,
    ) -> None:
        check_sizes(n_train, n_test)
        if data is None and test_data is not None:
            raise UserError("env.test_data is given without env.data: name the training data too")
        if data is not None and levels is not None:
            raise UserError("env.levels is for procedural tasks and does not go with env.data: leave one out")
        if data is None:
            split = _procedural(n_train, n_test, levels, seed)
        else:
            split = load_split(data, test_data, n_train, n_test, seed, exclude=prompt.SHOWN)
        check_split(split.train, split.test)
        self._tasks: dict[Split, tuple[Task, ...]] = {"train": split.train, "test": split.test}
        self.counts = split.counts

    def tasks(self, split: Split) -> Sequence[Task]:
        return self._tasks[split]

    def messages(self, task: Task, *, few_shot: bool) -> list[Message]:
        return prompt.conversation(task.question, few_shot=few_shot)

    def refine_messages(self, task: Task, program: Program, feedback: str) -> list[Message]:
        return prompt.second_attempt(task.question, program.code, feedback)

    def parse(self, completion: str) -> Program:
        return Program(prompt.program_text(completion), entry="solution")


def _procedural(n_train: int, n_test: int, levels: Mapping[int, float] | None, seed: int) -> TaskSplit:
    train = tuple(generate("train", n_train, levels, seed))
    test = tuple(generate("test", n_test, levels))
    groups = {
        "groups_train": len({task.group for task in train}),
        "groups_test": len({task.group for task in test}),
    }
    return TaskSplit(train, test, {**groups, "near_duplicates": near_duplicates(train, test)})
