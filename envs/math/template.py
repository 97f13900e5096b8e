"""A word problem with gaps, and how a task is made from it.

The notation inside a template's text is Python's format strings and two signs:

    {start:{item}}      the number `start` with its noun, in agreement: "1 apple", "7 apples"
    {start}  {cost:$}   the bare number; an amount of money: "$5", "$2.50"
    {item} {items} {item.a}     a word from `words`, its plural (`{boxes}` of `{box}`), and "an apple"
    {A} {A.he} {A.him} {A.his}  a person; likewise {B}, {C}
    [has|owns] [|now]   one of these, by chance; one may be empty
    <...> <...>         all parts in such brackets may change places

Paragraphs are paraphrases, of which one is taken. A letter that opens a sentence becomes a capital.
A number that the text mentions and `solve` does not need is a distractor.
It does not check English: tests look for the mechanical mistakes, reading samples finds the others.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import Any

from envisions.records import Task
from envs.math.vocabulary import PEOPLE, Noun, plural, spelled

Number = int | float
# Drawn between two bounds (both included, small ones more often), drawn from a list, or computed from others.
Draw = tuple[int, int] | list[float] | str

_OPERATORS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}


@dataclass(frozen=True, eq=False)
class Template:
    """A family of word problems.

    `numbers` tells the story forward, in an order in which every quantity comes out sensible, and
    `answer` names one of them. `solve` goes the other way, from what the text mentions: it becomes the
    gold program, so a wrong template is one whose gold does not return its answer.
    """

    id: str
    text: str
    numbers: Mapping[str, Draw]
    solve: str
    answer: str
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @cached_property
    def level(self) -> int:
        """The number of arithmetic operations in the gold program."""
        return sum(isinstance(node, ast.BinOp) for node in ast.walk(ast.parse(self.solve)))

    @cached_property
    def paraphrases(self) -> list[str]:
        return [" ".join(text.split()) for text in re.split(r"\n\s*\n", self.text.strip())]

    def task(self, stream: Random) -> Task:
        """One task, all of it drawn from the stream."""
        text = _reorder(_choose(stream.choice(self.paraphrases), stream), stream)
        numbers = self._draw(stream)
        spell = stream.random() < 0.1
        quantities = {name: Quantity(value, spell) for name, value in numbers.items()}
        filled = text.format_map({**quantities, **self._fill(stream), **_people(stream)})
        gold, target = self._gold(text, numbers), _plain(numbers[self.answer])
        return Task(_tidy(filled), target, group=self.id, level=self.level, gold=gold)

    def _draw(self, stream: Random) -> dict[str, Number]:
        numbers: dict[str, Number] = {}
        for name, draw in self.numbers.items():
            if isinstance(draw, str):
                numbers[name] = _evaluate(ast.parse(draw, mode="eval").body, numbers)
            elif isinstance(draw, tuple):
                numbers[name] = min(stream.randint(*draw), stream.randint(*draw))
            else:
                numbers[name] = stream.choice(draw)
        return numbers

    def _fill(self, stream: Random) -> dict[str, str]:
        words: dict[str, str] = {}
        for name, choices in self.words.items():
            word = stream.choice([choice for choice in choices if choice not in words.values()])
            words |= {name: Noun(word), plural(name): plural(word)}
        return words

    def _gold(self, text: str, numbers: Mapping[str, Number]) -> str:
        """The program: what the question mentions, in its order, then the solution."""
        mentioned = dict.fromkeys(re.findall(r"\{(\w+)", text))
        needed = {node.id for node in ast.walk(ast.parse(self.solve)) if isinstance(node, ast.Name)}
        facts = [f"{name} = {_plain(numbers[name])}" for name in mentioned if name in needed]
        return "\n    ".join(["def solution():", *facts, f"return {self.solve}"])


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number that format strings write with a noun, as money, bare, or in words."""

    value: Number
    spell: bool = False

    def __format__(self, spec: str) -> str:
        if spec == "$":
            value = _plain(self.value)
            return f"${value:,}" if isinstance(value, int) else f"${value:,.2f}"
        number = f"{_plain(self.value)}"
        if self.spell and number.isdigit():
            number = spelled(int(number))
        return f"{number} {spec if self.value == 1 else plural(spec)}" if spec else number


def _choose(text: str, stream: Random) -> str:
    """Takes one alternative of every [a|b], innermost first."""
    while match := re.search(r"\[([^\[\]]*)\]", text):
        text = text[: match.start()] + stream.choice(match[1].split("|")) + text[match.end() :]
    return text


def _reorder(text: str, stream: Random) -> str:
    """Lets the parts in <angle brackets> change places."""
    parts = re.findall(r"<([^<>]*)>", text)
    order = iter(stream.sample(parts, len(parts)))
    return re.sub(r"<[^<>]*>", lambda _: next(order), text)


def _tidy(text: str) -> str:
    """One space between words, none before a sign, a capital where a sentence begins."""
    text = re.sub(r" (?=[.,?!])", "", " ".join(text.split()))
    return re.sub(r"(^|[.?!] )[a-z]", lambda match: match[0].upper(), text)


def _people(stream: Random) -> dict[str, Any]:
    return dict(zip("ABC", stream.sample(PEOPLE, 3), strict=True))


def _plain(value: Number) -> Number:
    return int(value) if float(value).is_integer() else value


def _evaluate(node: ast.expr, numbers: Mapping[str, Number]) -> Number:
    match node:
        case ast.Constant(value=int() | float() as value):
            return value
        case ast.Name(id=name):
            return numbers[name]
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            result: Number = _OPERATORS[type(op)](_evaluate(left, numbers), _evaluate(right, numbers))
            return result
    raise ValueError(f"a number may use names, constants, + - and *, not {ast.unparse(node)}")
