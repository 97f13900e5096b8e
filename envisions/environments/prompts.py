"""How a program is asked for and found again: a conversation whose last message begins the program.

A turn of the model's is a fenced block of which the beginning is given, so that what it writes is the rest of
the program and a closing fence. The text between is all that is ever executed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from envisions.records import Message
from symbolic import Program

FENCE: Final = "```"

Example = Sequence[str]
"""A worked example: what is asked, the program, what its execution said, the next program, and so on."""


@dataclass(frozen=True, slots=True)
class ProgramFormat:
    """The words around a program.

    `head` begins every program and is part of it, without a newline at its end: that would break the
    tokenisation of the next word. `entry` is the function that is called, as in `Program`.
    """

    language: str = "python"
    head: str = "def solution():"
    entry: str | None = "solution"
    instruction: str = "Write a Python function solution() that returns the answer."
    repair: str = "Read the question again, look for a mistake, and write the function once more."

    def conversation(self, question: str, examples: Sequence[Example] = ()) -> list[Message]:
        """The question, after the worked examples, and the beginning of the answer."""
        worked = [message for example in examples for message in self._worked(example)]
        return [*worked, self._ask(question), self.begin()]

    def second_attempt(self, question: str, code: str, feedback: str) -> list[Message]:
        """The question, the first program, what its execution said, and the beginning of the answer."""
        again = Message(role="user", content=f"{feedback} {self.repair}".strip())
        return [self._ask(question), self._answer(code), again, self.begin()]

    def begin(self) -> Message:
        """The message that the model goes on from."""
        head = f"\n{self.head}" if self.head else ""
        return Message(role="assistant", content=f"{FENCE}{self.language}{head}")

    def program(self, code: str) -> Program:
        return Program(code, language=self.language, entry=self.entry)

    def parse(self, completion: str) -> Program:
        """The program that a completion goes on from `begin`: up to the fence that closes it."""
        code = self.head + completion.split(FENCE)[0].rstrip()
        return self.program(code.lstrip("\n") + "\n")

    def _worked(self, example: Example) -> list[Message]:
        question, *turns = example
        messages = [self._ask(question)]
        for index, text in enumerate(turns):
            messages.append(Message(role="user", content=text) if index % 2 else self._answer(text))
        return messages

    def _ask(self, question: str) -> Message:
        return Message(role="user", content=f"{question}\n{self.instruction}")

    def _answer(self, code: str) -> Message:
        return Message(role="assistant", content=f"{FENCE}{self.language}\n{code.strip()}\n{FENCE}")


PYTHON: Final = ProgramFormat()
