"""What programs return, as it comes out of the executor, against what was asked."""

from __future__ import annotations

import pytest

from symbolic import Limits, Program, judge, judge_witness

IMPORTS = """
import array, collections, decimal, enum, fractions, itertools, math, cmath
import mpmath, networkx, numpy, sympy
from sympy import *
x, y = symbols("x y")
Pair = collections.namedtuple("Pair", "a b")
class Colour(enum.IntEnum):
    RED = 1
"""

RIGHT = {
    # sympy's matrices
    "Matrix([[1, 2], [3, 4]])": [[1, 2], [3, 4]],
    "eye(2)": r"\begin{pmatrix}1&0\\0&1\end{pmatrix}",
    "Matrix([1, 2, 3])": r"\begin{pmatrix}1\\2\\3\end{pmatrix}",
    "ImmutableMatrix([[1, x]])": "[[1, x]]",
    "SparseMatrix(2, 2, {(0, 0): 1})": [[1, 0], [0, 0]],
    "str(Matrix([[1, 2], [3, 4]]))": [[1, 2], [3, 4]],
    "repr(Matrix([[1, 2], [3, 4]]))": [[1, 2], [3, 4]],
    "[Matrix([[1, 2], [3, 4]])]": [[[1, 2], [3, 4]]],
    "Matrix([[sqrt(2).evalf(), 1]])": r"[[\sqrt{2}, 1]]",
    "Array([[1, 2], [3, 4]])": [[1, 2], [3, 4]],
    # sympy's numbers
    "Integer(5)": 5,
    "Rational(1, 3)": "1/3",
    "N(Rational(1, 3))": "1/3",
    "sqrt(2).evalf()": r"\sqrt{2}",
    "sqrt(2).evalf(50)": r"\sqrt{2}",
    "pi.evalf(30)": r"\pi",
    "Float(2.5)": "5/2",
    "N(Rational(314, 100), 3)": "3.14",
    "[N(Rational(-1, 10), 2)]": ["-0.1"],
    "N(10**20, 2)": "1e20",
    "N(0, 3)": 0,
    "[N(pi), N(E)]": "(pi, e)",
    "oo": r"\infty",
    "-oo": r"-\infty",
    "sqrt(2)/2": r"\frac{1}{\sqrt{2}}",
    "2 + 3*I": "2+3i",
    # sympy's sets
    "FiniteSet(1, 2)": r"\{2, 1\}",
    "FiniteSet(sqrt(2).evalf(), 1)": r"\{1, \sqrt{2}\}",
    "Interval(0, 1)": "[0, 1]",
    "Interval.open(0, 1)": "(0, 1)",
    "Interval.Lopen(0, oo)": r"(0, \infty)",
    "Union(Interval(0, 1), Interval.open(2, 3))": r"[0,1]\cup(2,3)",
    "Union(Interval(0, 1), FiniteSet(5))": r"[0,1]\cup\{5\}",
    "S.Reals": r"(-\infty, \infty)",
    "Reals - FiniteSet(1)": r"(-\infty, 1) \cup (1, \infty)",
    # what sympy's solvers give
    "solve(x**2 - 2, x)": r"-\sqrt{2}, \sqrt{2}",
    "solve(x - 3, x, dict=True)": [{"x": 3}],
    "solve([x + y - 3, x - y - 1], [x, y])": {"x": 2, "y": 1},
    "solveset(x**2 - 1, x)": "{1, -1}",
    "solve_univariate_inequality(x**2 < 4, x)": "-2 < x < 2",
    "reduce_inequalities(x - 1 > 2, x)": "x > 3",
    "Eq(y, 2*x)": "y = 2x",
    "2 < x": "x > 2",
    "S.true": True,
    "Tuple(1, 2)": (1, 2),
    "Dict({x: 1})": {"x": 1},
    "Poly(x**2 + 1, x)": "x^2+1",
    "factor(x**2 - 1)": "x^2-1",
    "Point(1, 2)": "(1, 2)",
    "diff(sin(x)**2, x)": r"2\sin x\cos x",
    # mpmath
    "mpmath.sqrt(2)": r"\sqrt{2}",
    "mpmath.mpf('0.1') + mpmath.mpf('0.2')": "0.3",
    "mpmath.mpf(5)": 5,
    "mpmath.pi": r"\pi",
    "mpmath.mpc(2, 3)": "2+3i",
    "mpmath.mpc(2, 0)": 2,
    "mpmath.matrix([[1, 2], [3, 4]])": [[1, 2], [3, 4]],
    # numpy
    "numpy.array([1, 2])": [1, 2],
    "numpy.array([[1.5, 2], [3, 4]])": [["3/2", 2], [3, 4]],
    "numpy.float64(0.1) + numpy.float64(0.2)": 0.3,
    "numpy.float32(0.1)": 0.1,
    "numpy.int64(5)": 5,
    "numpy.bool_(True)": True,
    "numpy.linalg.solve([[2, 0], [0, 4]], [1, 1])": ["1/2", "1/4"],
    "numpy.roots([1, -3, 2])": [2, 1],
    "numpy.complex128(1 + 2j)": "1+2i",
    "{numpy.int64(1): numpy.float64(2)}": {"1": 2},
    "str(numpy.array([1, 2]).tolist())": [1, 2],
    "repr(numpy.array([[1, 2], [3, 4]]))": [[1, 2], [3, 4]],
    # the standard library
    "fractions.Fraction(1, 3)": "1/3",
    "str([fractions.Fraction(1, 3), 2])": ["1/3", 2],
    "decimal.Decimal('0.1') + decimal.Decimal('0.2')": 0.3,
    "decimal.Decimal(1) / 3": "1/3",
    "1 + 2j": "1+2i",
    "cmath.sqrt(-4)": "2i",
    "(3 + 0j)": 3,
    "Pair(1, 2)": [1, 2],
    "collections.deque([1, 2])": [1, 2],
    "str(collections.deque([1, 2]))": [1, 2],
    "{'a': 1}.keys()": ["a"],
    "{'a': 1}.values()": [1],
    "{'a': 1}.items()": [["a", 1]],
    "collections.OrderedDict(a=1)": {"a": 1},
    "collections.Counter('aab')": {"a": 2, "b": 1},
    "collections.defaultdict(int, a=1)": {"a": 1},
    "str({'a': 1, 'b': 2})": {"a": 1, "b": 2},
    "(i * i for i in range(3))": [0, 1, 4],
    "map(abs, [-1, 2])": [1, 2],
    "zip([1, 2], [3, 4])": [[1, 3], [2, 4]],
    "reversed([1, 2])": [2, 1],
    "range(3)": [0, 1, 2],
    "itertools.combinations([1, 2, 3], 2)": [[1, 2], [1, 3], [2, 3]],
    "array.array('i', [1, 2])": [1, 2],
    "{3, 1, 2}": "{1, 2, 3}",
    "frozenset([1, 2])": "{1, 2}",
    "Colour.RED": 1,
    "7**1000": str(7**1000),
    # networkx
    "networkx.path_graph(3).edges()": [[0, 1], [1, 2]],
    "networkx.path_graph(3).nodes()": [0, 1, 2],
    "networkx.topological_sort(networkx.DiGraph([(1, 2), (2, 3)]))": [1, 2, 3],
    "networkx.path_graph(3).neighbors(1)": [0, 2],
    "networkx.path_graph(2).degree()": [[0, 1], [1, 1]],
    "networkx.greedy_color(networkx.path_graph(2))": {"0": 0, "1": 1},
}

WRONG = {
    "Matrix([[1, 2], [3, 5]])": [[1, 2], [3, 4]],
    "Matrix([1, 2])": [1, 2],
    "eye(2)": [1, 0, 0, 1],
    "N(Rational(1, 3))": "1/4",
    "sqrt(2).evalf()": r"\sqrt{3}",
    "N(pi, 3)": r"\pi",
    "mpmath.sqrt(2)": "1.41",
    "numpy.array([1, 2])": [2, 1],
    "(i for i in range(3))": [0, 1],
    "collections.deque([1, 2])": [2, 1],
    "Pair(1, 2)": [1, 3],
    "1 + 2j": "1-2i",
    "Interval(0, 1)": "(0, 1)",
    "solve([x + y - 3, x - y - 1], [x, y])": {"x": 1, "y": 2},
    "{'a': 1}.keys()": ["b"],
    "decimal.Decimal(1) / 3": "1/4",
    "range(3)": [0, 1, 2, 3],
}

UNKNOWN = {
    "7**10804": 7**10804,
    "7**10804 + 1": 7**10804,
    "'a' * 20000": "a" * 20000,
    "['a' * 20000]": ["a" * 20000],
    "object()": 5,
    "lambda: 5": 5,
    "itertools.count()": [0, 1],
    "sqrt(2).evalf() * x": r"\sqrt{2} x",
    "Interval(0, sqrt(2).evalf())": r"[0, \sqrt{2}]",
    "mpmath.mpf(10)**400": "1" + "0" * 400,
    "Sum(x, (x, 1, 10))": 55,
    "1/3 + 2j": r"\frac{1}{3}+2i",
}

CASES = [
    (verdict, code, expected)
    for verdict, table in (("right", RIGHT), ("wrong", WRONG), ("unknown", UNKNOWN))
    for code, expected in table.items()
]


@pytest.fixture(scope="module")
def values(executor):
    programs = [
        Program(f"{IMPORTS}\ndef solution():\n    return {code}", entry="solution") for _, code, _ in CASES
    ]
    return executor.run(programs, Limits(cpu_s=10))


@pytest.mark.parametrize("index", range(len(CASES)), ids=[f"{verdict}: {code}" for verdict, code, _ in CASES])
def test_printed_form(index, values, executor):
    verdict, _, expected = CASES[index]
    execution = values[index]
    assert execution.ok, execution.error
    assert judge(execution.value, expected, executor=executor).verdict == verdict, execution.value


def test_a_value_that_is_too_long_is_no_value(executor):
    endless = Program("answer = iter(range(10**6)), [1] * 5000")
    assert executor.run([endless])[0].status == "result_size"


def test_what_is_recorded_holds_no_addresses(executor):
    [execution] = executor.run(
        [Program("class A: pass\nanswer = [A(), lambda: 1, object(), (i for i in [A()])]")]
    )
    assert "0x" not in str(execution.value)


GRAPH = (
    "import networkx as nx\ng = nx.Graph()\ng.add_weighted_edges_from([(0, 1, 1), (1, 2, 1), (0, 2, 5)])\n"
)


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("nx.minimum_spanning_tree(g).edges()", "right"),
        ("nx.minimum_spanning_tree(g).edges(data=True)", "right"),
        ("nx.minimum_spanning_edges(g, data=False)", "right"),
        ("nx.minimum_spanning_tree(g)", "right"),
        ("nx.maximum_spanning_tree(g).edges()", "wrong"),
        ("object()", "unknown"),
    ],
)
def test_views_are_witnesses(code, verdict, executor):
    problem = {
        "kind": "tree", "nodes": [0, 1, 2], "edges": [[0, 1, 1], [1, 2, 1], [0, 2, 5]], "best": True
    }  # fmt: skip
    [execution] = executor.run([Program(f"{GRAPH}answer = {code}")])
    assert judge_witness(problem, execution.value).verdict == verdict, execution
