"""Graph problems that the model answers with a networkx program; what it returns is checked as a witness.

Any right path, order, tree, matching or colouring is right. Tasks are procedural (problems.py), or read from
`data`: rows with a `question` and a `problem` as `symbolic.graphs` describes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, ClassVar

from envisions import (
    Execution,
    Message,
    Program,
    ProgramEnvironment,
    ProgramFormat,
    Task,
    UserError,
    Verdict,
    judge_witness,
    nearest,
)
from envs.graph import problems
from envs.graph.examples import EXAMPLES
from envs.graph.trivial import named, on_another_graph


class GraphEnvironment(ProgramEnvironment):
    """A level is the size of the graph."""

    id = "graph-v1"
    format = ProgramFormat(
        head=problems.HEAD,
        instruction="Write a Python function solution() with networkx that returns the answer.",
    )
    examples = tuple(example for kind in EXAMPLES.values() for example in kind)
    default_levels: ClassVar[Mapping[int, float]] = {1: 1.0, 2: 0.0, 3: 0.0}

    def messages(self, task: Task, *, few_shot: bool) -> list[Message]:
        """Examples of the task's own kind, which its question says: a small model mixes up five kinds."""
        examples = EXAMPLES.get(task.data["problem"]["kind"], self.examples)
        return self.format.conversation(task.question, examples if few_shot else ())

    def make(self, stream: Random, level: int) -> Task:
        return problems.make(stream, level)

    def read_row(self, row: Mapping[str, Any], where: str) -> Task:
        question, problem = row.get("question"), row.get("problem")
        if not isinstance(question, str) or not isinstance(problem, Mapping):
            raise UserError(f"{where} needs a question and a problem (see docs/how-to/environments.md)")
        try:
            judge_witness(problem, None)
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(f"{where} has a problem that cannot be checked ({error!r}): mend it") from error
        kind = problem["kind"]
        return Task(question.strip(), kind, data={"problem": dict(problem)}, kind=kind)

    def baselines(self) -> Mapping[str, Mapping[str, Sequence[Program]]]:
        """The graph's own parts as they are named, and the nearest training task's program on this graph."""
        test = self.tasks("test")
        parts = {
            "nodes": {task.id: [self.answer(repr(named(task)))] for task in test},
            "edges": {task.id: [self.answer(repr(task.data["problem"]["edges"]))] for task in test},
        }
        known = [task for task in self.tasks("train") if task.gold]
        if not known:
            return parts
        places = nearest([task.question for task in test], [task.question for task in known])
        copied = {task.id: self.adapt(known[place], task) for task, place in zip(test, places, strict=True)}
        return {**parts, "neighbour": copied}

    def adapt(self, neighbour: Task, task: Task) -> Sequence[Program]:
        return [self.format.program(on_another_graph(neighbour, task))]

    def judge(self, task: Task, execution: Execution) -> Verdict:
        return judge_witness(task.data["problem"], execution.value)
