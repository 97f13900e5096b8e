"""All words that the model reads in the math environment."""

from __future__ import annotations

from typing import Final

from envisions.records import Message

FENCE: Final = "```"
HEAD: Final = "def solution():"  # no newline after it: that would break the tokenisation of the next word

INSTRUCTION: Final = "Write a Python function solution() that returns the answer."
REPAIR: Final = "Read the question again, look for a mistake, and write the function once more."

# Question and program. Their kinds of story occur in no task.
EXAMPLES: Final = (
    (
        "A lighthouse keeper climbed 85 steps before lunch and 64 steps after lunch. "
        "How many steps did she climb?",
        "steps_before = 85\n    steps_after = 64\n    return steps_before + steps_after",
    ),
    (
        "A potter made 63 bowls and packed them into 9 crates. How many bowls are in each crate?",
        "bowls = 63\n    crates = 9\n    return bowls / crates",
    ),
    (
        "A diver needs 25 pearls. He already has 9 pearls. How many more pearls does he need?",
        "pearls_needed = 25\n    pearls_already = 9\n    return pearls_needed - pearls_already",
    ),
    (
        "There are 6 cannons on a ship. How many cannons are on 9 ships?",
        "cannons_per_ship = 6\n    ships = 9\n    return cannons_per_ship * ships",
    ),
    (
        "The blue kite flew 30 meters high and the red kite flew 12 meters higher. "
        "How high did the red kite fly?",
        "blue_kite = 30\n    higher = 12\n    return blue_kite + higher",
    ),
    (
        "A well held 200 liters of water. A camel drank 30 liters. How many liters are left in the well?",
        "liters = 200\n    liters_drunk = 30\n    return liters - liters_drunk",
    ),
)
SHOWN: Final = tuple(question for question, _ in EXAMPLES)  # these never become tasks


def conversation(question: str, *, few_shot: bool) -> list[Message]:
    """The question, after the worked examples if wanted, and the beginning of the answer."""
    messages: list[Message] = []
    for example, body in EXAMPLES if few_shot else ():
        messages += [_ask(example), _answer(f"{HEAD}\n    {body}\n")]
    return [*messages, _ask(question), _begin()]


def second_attempt(question: str, code: str, feedback: str) -> list[Message]:
    """The question, the first program, what its execution said, and the beginning of the answer."""
    return [_ask(question), _answer(f"{code.rstrip()}\n"), _again(feedback), _begin()]


def _again(feedback: str) -> Message:
    return Message(role="user", content=f"{feedback} {REPAIR}".strip())


def program_text(completion: str) -> str:
    """The program that a completion continues: up to the fence that closes it."""
    return HEAD + completion.split(FENCE)[0].rstrip() + "\n"


def _ask(question: str) -> Message:
    return Message(role="user", content=f"{question}\n{INSTRUCTION}")


def _answer(code: str) -> Message:
    return Message(role="assistant", content=f"{FENCE}python\n{code}{FENCE}")


def _begin() -> Message:
    return Message(role="assistant", content=f"{FENCE}python\n{HEAD}")
