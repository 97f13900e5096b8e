"""Tasks that ask for a function: one environment that tries it soundly, and one for each deceit."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import ClassVar

from envisions import Execution, Program, ProgramFormat, Task, Verdict, judge
from tests.envisions.conformance.broken import WORDS, Sound

HEAD = "def solution(n):"
IMPORT = "from solution import solution\n"


class Functions(Sound):
    """Its harness returns outputs for inputs; what is expected stays outside."""

    id = "functions-v1"
    format = ProgramFormat(head=HEAD, instruction="Write a Python function solution(n).")
    examples = (("The zul asks for twice n.", f"{HEAD}\n    return 2 * n"),)
    harness: ClassVar[str] = "def attempt(inputs, wanted):\n    return [solution(n) for n in inputs]"

    def make(self, stream: Random, level: int) -> Task:
        times, plus, tribe = stream.randint(3, 90), stream.randint(3, 90), stream.choice(WORDS)
        inputs = [stream.randint(10, 99) for _ in range(3)]
        return Task(
            f"The {tribe} asks for {times} times n and {plus}.",
            [times * n + plus for n in inputs],
            group=tribe,
            gold=f"{HEAD}\n    return {times} * n + {plus}",
            data={"inputs": inputs, "outputs": [times * n + plus for n in inputs]},
        )

    def beside(self, task: Task) -> object:
        """What the harness is told beside the inputs."""
        return None

    def wrap(self, task: Task, program: Program) -> Program:
        args = [task.data["inputs"], self.beside(task)]
        files = {"solution.py": program.code.encode(errors="surrogatepass")}
        return Program(IMPORT + self.harness, entry="attempt", args=args, files=files)


class _Comparing(Functions):
    """It compares where the model's code runs."""

    passed: object = None

    def beside(self, task: Task) -> object:
        return task.data["outputs"]

    def judge(self, task: Task, execution: Execution) -> Verdict:
        passed = execution.value == self.passed
        return judge(task.target if passed else execution.value, task.target)


class UnitTests(_Comparing):
    passed = [True] * 3
    harness = (
        "def attempt(inputs, wanted):\n    return [solution(n) == want for n, want in zip(inputs, wanted)]"
    )


class Counting(_Comparing):
    """What it returns is hard to guess; its programs have no entry by name."""

    format = replace(Functions.format, entry=None)
    passed = {"passed": 3, "of": 3}
    harness = (
        "def attempt(inputs, wanted):\n"
        "    return {'passed': sum(solution(n) == want for n, want in zip(inputs, wanted)), 'of': 3}"
    )


class Reachable(Functions):
    """It compares outside, and yet hands the target in."""

    def beside(self, task: Task) -> object:
        return task.target


class Pairs(Functions):
    """It compares outside, and yet hands in what is expected, which stands in `data`."""

    harness = (
        "def attempt(inputs, wanted):\n    return [solution(n) for n, want in list(zip(inputs, wanted))]"
    )

    def beside(self, task: Task) -> object:
        return task.data["outputs"]
