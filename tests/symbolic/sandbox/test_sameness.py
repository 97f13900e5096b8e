"""A program says the same every time: whichever zygote it runs in, and whatever ran there before it."""

# ruff: noqa: E501 - a program a line reads better
from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

import pytest

from symbolic import Executor, Limits, Program
from symbolic.sandbox import isolation
from symbolic.sandbox.images import image_for
from tests.symbolic.sandbox import reaching

NUMBERED = "class A:\n    def __init__(self, n): self.n = n\n"
SAME = {
    "objects in a set": NUMBERED + "answer = [a.n for a in {A(i) for i in range(20)}]",
    "many objects in a set": NUMBERED + "answer = [a.n for a in {A(i) for i in range(900)}]",
    "objects as keys, in the difference of sets": NUMBERED
    + "x = [A(i) for i in range(60)]\nanswer = [a.n for a in set(x) - set(x[::3])]",
    "strings in a set": "answer = str({str(n) * 3 for n in range(40)})",
    "sets in a set": "answer = str({frozenset({str(n), str(n + 1)}) for n in range(20)})",
    "functions in a set": "import math\nanswer = [f.__name__ for f in {len, max, abs, print, math.sin, math.cos, lambda: 1}]",
    "classes in a set": "answer = [c.__name__ for c in {type(f'C{n}', (), {}) for n in range(50)}]",
    "addresses": "answer = [id(object()), hash(object()), str(object)]",
    "printed objects": "print(object(), lambda: 1, [print, (i for i in [])])\nanswer = str(object())",
    "an error with an object": "raise ValueError(object(), {object()})",
    "an error in printing": "class A: pass\nA().missing",
    "random numbers": "import random\nanswer = [random.random(), random.choice('abc')]",
    "numpy's generators": "import numpy.random as r\nanswer = [g.random() for g in (r.default_rng(), r.default_rng(), r.RandomState(), r.Generator(r.PCG64()))]",
    "sympy": "import sympy\nx, y, z = sympy.symbols('x y z')\nanswer = [str(s) for s in (x * y + z).free_symbols | {sympy.Dummy()}]",
    "sympy beside numpy": "import sympy, numpy\nanswer = [str(sympy.factor(12)), float(numpy.random.rand())]",
    "nodes of a graph": "import networkx as nx\n" + NUMBERED
    + "g = nx.complete_graph([A(i) for i in range(30)])\nanswer = [a.n for a in nx.maximal_independent_set(g, seed=1)] + [a.n for a in set(g)]",
    "a model": "import z3\nx = z3.Ints('a b c d')\ns = z3.Solver()\ns.add([v > i for i, v in enumerate(x)])\ns.check()\nanswer = str(s.model())",
}  # fmt: skip


Said = dict[str, tuple[object, ...]]


def said(tier: isolation.Tier, names: Sequence[str], seed: int) -> Iterator[Said]:
    """What each says in fresh zygotes, in both orders, among others that the seed gives."""
    draw = random.Random(seed)
    supervisor = isolation.supervise(tier, workers=draw.choice([1, 2, 3]))
    try:
        for order in (names, names[::-1]):
            between = [[other(draw) for _ in range(draw.randrange(4))] for _ in order]
            programs = list(
                chain(*([*others, Program(SAME[name])] for name, others in zip(order, between, strict=True)))
            )
            results = zip(programs, supervisor.run(programs, Limits(cpu_s=10)), strict=True)
            found = {
                program.code: (it.status, repr(it.value), it.output, it.error) for program, it in results
            }
            yield {name: found[SAME[name]] for name in names}
    finally:
        supervisor.close()


def other(draw: random.Random) -> Program:
    size = draw.randrange(1, 10**5)
    ends = draw.choice(
        ["answer = x", "raise ValueError(x)", "import os; os.abort()", "import time; time.sleep(0.02)"]
    )
    return Program(f"x = str([0] * {size})[:{size % 5000}]\nprint(x)\n{ends}")


def check_same(name: str, names: Sequence[str], zygotes: int) -> None:
    [tier] = [tier for tier in isolation.TIERS if tier.name == name]
    if missing := isolation._missing(tier):
        pytest.skip(missing)
    seen = [run for seed in range(zygotes) for run in said(tier, names, seed)]
    assert {name: len({run[name] for run in seen}) for name in names} == dict.fromkeys(names, 1)
    assert not any(" at 0x" in str(run) for run in seen)


@pytest.mark.parametrize("tier", reaching.TIERS)
def test_a_program_says_the_same_in_another_zygote(tier: str) -> None:
    plain = [name for name, code in SAME.items() if image_for(Program(code)) == "plain"]
    check_same(tier, plain, zygotes=2)


RUN = "def run(code):\n    scope = {}\n    exec(code, scope)\n    return scope['answer']"
DRAW = "import numpy\nanswer = [float(numpy.random.rand()), numpy.random.default_rng().random()]"
DRAWING = {
    "in the code": Program(DRAW),
    "in an argument": Program(RUN, entry="run", args=[DRAW]),
    "deep in an argument": Program(
        f"{RUN}\ndef first(data): return run(data['codes'][0])", entry="first", args=[{"codes": [DRAW]}]
    ),
    "in a file": Program("from drawn import answer", files={"drawn.py": DRAW}),
    "by a declared library": Program(
        "from pandas.core.common import random_state\nanswer = random_state(None).rand()",
        libraries=("pandas",),
    ),
}


@pytest.mark.parametrize("where", DRAWING)
def test_numpy_draws_the_same_wherever_it_is_named(where: str) -> None:
    """Generators that the program makes differ from each other all the same."""
    twice = [Program("import numpy\nanswer = [numpy.random.default_rng().random() for _ in 'ab']")]
    with Executor(Limits(cpu_s=5), workers=1) as executor:
        programs = [DRAWING[where], replace(DRAWING[where], limits=Limits(cpu_s=6)), *twice]
        one, other, two = executor.run(programs)
    assert one.value == other.value is not None
    assert len(set(two.value)) == 2


@pytest.mark.slow
def test_a_program_says_the_same_twenty_times() -> None:
    check_same(isolation.TIERS[0].name, list(SAME), zygotes=10)


def test_where_addresses_differ_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that refuses to fix them."""
    from symbolic.sandbox import launch

    monkeypatch.setattr(launch, "_BOOT", launch._BOOT.replace("if not kept & 0x0040000 and", "if False and"))
    with Executor() as executor:
        assert executor.describe()["addresses_fixed"] is False
        assert any("personality(2)" in notice for notice in executor.notices)
