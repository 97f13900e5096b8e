"""Which libraries a zygote holds warm, and which zygote a program goes to.

Each image runs a few representative lines at its start, because importing alone leaves the first real call
slow. Libraries that a program declares are warm in a zygote of their own; for the rest all text it comes with
is searched for their names, where a name too many costs an import, never a result. Random numbers start from
one seed in every program (numpy's where it is warm), so that its result is the same each time, but for those
of the system (`os.urandom`, `secrets`, `uuid4`). Does not cover programs that build the name of what they
import.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from symbolic.program import OwnProgram, Program

_PLAIN = """
import os
register, os.register_at_fork = os.register_at_fork, lambda **_: None  # keep the seed below across forks
import random
os.register_at_fork = register
seed, unseeded = random.Random.seed, iter(range(1, 1 << 60))
def seed_the_same(self, a=None, version=2):
    seed(self, next(unseeded) if a is None else a, version)
random.Random.seed = seed_the_same  # of generators that libraries and programs make, too
random.seed = random._inst.seed
random.seed(0)
import bisect, collections, cmath, copy, dataclasses, datetime, decimal, enum, fractions, functools, heapq
import itertools, json, math, operator, re, statistics, string, sys, textwrap, time, typing
"""

_SYMPY = (
    _PLAIN
    + """
import numpy, sympy
x, y = sympy.symbols("x y")
sympy.solve([x + y - 3, x - y - 1], [x, y])
sympy.solve(x**2 - 5*x + 6, x)
sympy.simplify(sympy.sin(x)**2 + sympy.cos(x)**2 - 1)
sympy.Rational(1, 3).evalf(), sympy.factor(x**2 - 1), sympy.expand((x + 1)**3), str(sympy.sqrt(2) / x)
sympy.diff(x**3, x), sympy.integrate(x**2, (x, 0, 1))
"""
)

_Z3 = (
    _PLAIN
    + """
import z3
s, a, b = z3.Solver(), z3.Int("a"), z3.Bool("b")
s.add(a > 2, z3.Or(b, a < 1), z3.ForAll([a], z3.Implies(a > 3, a > 2)))
s.check(), str(s.model())
"""
)

_GRAPH = (
    _PLAIN
    + """
import networkx, numpy
g = networkx.Graph([(0, 1), (1, 2), (2, 0)])
networkx.shortest_path(g, 0, 2), networkx.is_connected(g), list(networkx.connected_components(g))
networkx.minimum_spanning_tree(g), numpy.linalg.solve(numpy.eye(2), numpy.ones(2)).tolist()
"""
)

_LOGIC = (
    _Z3
    + """
from symbolic.logic.solving import decide
decide("Cat(tom)\\nforall x: Cat(x) -> Purrs(x)\\nquery: Purrs(tom)")
decide("Cat(tom) or Dog(tom)\\nquery: Cat(tom)")
"""
)

# This package's own jobs. They share no zygote with programs: their arguments hold expected answers.
_ALGEBRA = (
    _SYMPY
    + """
from symbolic.algebra import simplify
from symbolic.answers.latex import translate
translate(r"\\sum_{k=1}^{4} k")
"""
)

PROGRAMS = {"plain": _PLAIN, "sympy": _SYMPY, "z3": _Z3, "graph": _GRAPH}
OWN = {"algebra": _ALGEBRA, "logic": _LOGIC}
WARM = PROGRAMS | OWN
# The first whose word occurs, dearest import first: what one image lacks of another is imported when needed.
_WORDS = {
    "sympy": re.compile(r"\b(sympy|mpmath)\b"),
    "graph": re.compile(r"\b(networkx|numpy|scipy)\b"),
    "z3": re.compile(r"\bz3\b"),
}


def image_for(program: Program) -> str:
    """The image for a program, by the libraries whose names occur in its code, arguments and files."""
    if isinstance(program, OwnProgram):
        return "logic" if "symbolic.logic" in program.code else "algebra"
    texts = [program.code, *_texts(program.args), *_texts(list(program.files.values()))]
    return next((image for image, word in _WORDS.items() if any(map(word.search, texts))), "plain")


def _texts(data: Any) -> Iterator[str]:
    """All strings in JSON data."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, list | tuple):
        for item in data:
            yield from _texts(item)
    elif isinstance(data, dict):
        yield from _texts([*data, *data.values()])


@dataclass(frozen=True, slots=True)
class Image:
    """What a zygote is for: a warm `base`, libraries declared beside it, programs with files or without."""

    base: str
    libraries: tuple[str, ...] = ()
    files: bool = False

    def __str__(self) -> str:
        return "+".join([self.base, *self.libraries, *(["files"] if self.files else [])])


def image_of(program: Program) -> Image:
    """The image that a program wants."""
    return Image(image_for(program), tuple(sorted({*program.libraries})), bool(program.files))
