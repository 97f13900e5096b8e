"""Verdicts about answers: near-misses in both directions, properties, and certificates checked again."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic import Execution, judge, judge_all
from symbolic.packing import pack
from symbolic.recheck import check

from .near_misses import algebra, kinds, numbers, spellings, words

settings.register_profile("steady", deadline=None, derandomize=True)
settings.load_profile("steady")


class NoSandbox:
    """Stands for an executor that cannot run anything: what is decided with it was decided here."""

    def run(self, programs, limits):
        return [Execution("error") for _ in programs]


HERE = NoSandbox()


def cases(prefix=""):
    return [
        pytest.param(verdict, *case, *[None] * (3 - len(case)), id=name)
        for module in (numbers, words, algebra, kinds, spellings)
        for verdict in ("right", "wrong", "unknown")
        for name, case in getattr(module, prefix + verdict.upper(), {}).items()
    ]


@pytest.mark.parametrize(("verdict", "got", "expected", "unit"), cases())
def test_near_miss(verdict, got, expected, unit):
    judged = judge(got, expected, unit=unit, executor=HERE)
    assert judged.verdict == verdict
    assert judge(expected, got, unit=unit, executor=HERE).verdict == verdict
    assert_checks(judged, HERE)


@pytest.mark.slow
@pytest.mark.parametrize(("verdict", "got", "expected", "unit"), cases("SANDBOXED_"))
def test_near_miss_in_the_sandbox(verdict, got, expected, unit, executor):
    judged = judge(got, expected, unit=unit, executor=executor)
    assert judged.verdict == verdict
    assert_checks(judged, executor)


def assert_checks(judged, executor):
    """The certificate survives JSON and shows this verdict and no other."""
    stored = json.loads(json.dumps(judged.certificate, allow_nan=False))
    assert check(judged.verdict, stored, executor) is None
    for other in {"right", "wrong", "unknown"} - {judged.verdict}:
        assert check(other, stored, executor) is not None


def test_every_near_miss_has_a_hazard_of_its_own():
    pairs = [json.dumps(pack(case.values[1:])) for case in cases() + cases("SANDBOXED_")]
    assert len(set(pairs)) == len(pairs)
    assert len(pairs) >= 280


@pytest.mark.parametrize(
    ("got", "expected", "change"),
    [
        (5, 6, {"expected": 5}),
        ("x+1", "x+2", {"point": {"x": "1/0"}}),
        ("x+1", "x+1+0*y", {"point": {"x": "1", "y": "2"}, "stage": "point"}),
        ("x^2", "x", {"point": {"x": "1"}}),
        ("x^2 = 2", "x^2 = 3", {"between": ["5", "6"]}),
        ("x^2 = 2", "x^2 = 3", {"swapped": True}),
        ("y = 2x+1", "y = 2x", {"point": {"x": "0", "y": "7"}}),
        ("y = 2x", "2y = 4x", {"factor": "3"}),
        ([1, 2], [1, 3], {"at": "0"}),
        ("[1, 2)", "[1, 2]", {"kind": "text"}),
    ],
)
def test_a_planted_certificate_is_caught(got, expected, change):
    judged = judge(got, expected, executor=HERE)
    assert check(judged.verdict, judged.certificate, HERE) is None
    for verdict in ("right", "wrong"):
        planted = {**judged.certificate, **change}
        assert (verdict, planted) != (judged.verdict, judged.certificate)
        complaint = check(verdict, planted, HERE)
        assert complaint is not None or (verdict == "right" and change == {"expected": 5})


def test_a_point_does_not_part_functions_of_different_names():
    forged = {
        "kind": "relation",
        "stage": "point",
        "got": "f(x) = x^2",
        "expected": "g(x) = x^2",
        "point": {"f(x)": "1", "g(x)": "0", "x": "1"},
    }
    assert check("wrong", forged, HERE) is not None
    assert (
        check("wrong", {**forged, "expected": "f(x) = x^3", "point": {"f(x)": "4", "x": "2"}}, HERE) is None
    )


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
MATHS = st.text(alphabet="xyab0123456789.,+-*/^=<>()[]{}|!\\_$% einfracsqt∪−²", max_size=24)
NUMBERS = st.integers() | st.fractions() | st.floats(allow_nan=False)


@given(PLAIN | MATHS, PLAIN | MATHS)
def test_never_raises_is_symmetric_and_certified(left, right):
    judged = judge(left, right, executor=HERE)
    assert judged.verdict == judge(right, left, executor=HERE).verdict
    assert_checks(judged, HERE)


@given(MATHS)
def test_text_is_never_wrong_against_itself(text):
    empty = judge(text, text, executor=HERE).certificate["kind"] in ("missing", "list", "set", "region")
    assert empty or judge(text, text, executor=HERE).right


@given(NUMBERS)
def test_numbers_equal_themselves(number):
    assert judge(number, number).right
    assert judge(str(number), number).right


@given(st.integers())
def test_every_spelling_of_an_integer(number):
    minus = str(number).replace("-", "−")
    for spelling in (
        f"{number:,}",
        f" {number} ",
        f"{number}.0",
        f"${number}$",
        minus,
        f"\\boxed{{{number}}}",
    ):
        assert judge(spelling, number).right


@given(st.integers(), st.integers(min_value=1))
def test_different_integers_differ(number, step):
    assert judge(number, number + step).verdict == "wrong"
    assert judge(str(number), number + step).verdict == "wrong"


POLYNOMIALS = st.lists(st.integers(-9, 9), min_size=2, max_size=5)


def written(factors, power="**", times="*"):
    return " + ".join(f"({factor}){times}x{power}{index}" for index, factor in enumerate(factors))


@given(POLYNOMIALS, POLYNOMIALS)
def test_polynomials_are_equal_exactly_if_their_factors_are(one, other):
    longest = max(len(one), len(other))
    same = one + [0] * (longest - len(one)) == other + [0] * (longest - len(other))
    judged = judge(written(one), " + ".join(reversed(written(other, "^", "").split(" + "))), executor=HERE)
    assert judged.verdict == ("right" if same else "wrong")


def test_text_is_never_evaluated_in_this_process():
    program = """
import builtins, sys
real = builtins.eval, builtins.exec, builtins.compile
def refuse(*_, **__): raise SystemExit("evaluated")
from symbolic import judge, Execution
class NoSandbox:
    def run(self, programs, limits): return [Execution("error") for _ in programs]
judge("x+1", "1+x"), judge("pi", 3.14)
builtins.eval = builtins.exec = builtins.compile = refuse
texts = "__import__('os').system('true')", "sqrt(8)*__class__", r"\\frac{1}{2}", "(lambda: 1)()", "x.__doc__"
for text in (*texts, r"\\sum_{k} k"):
    for expected in (1, "x", text + "+0", "x = 1", [1], True):
        judge(text, expected, executor=NoSandbox()), judge(expected, text, executor=NoSandbox())
assert "sympy" not in sys.modules and "z3" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_many_verdicts_are_those_of_each_alone(executor):
    pairs = [
        (r"\sum_{k=1}^{4} k", 10),
        ("sqrt(8)", r"2\sqrt{2}"),
        (5, "5"),
        (r"\sum_{k=1}^{4} k", 11),
        ("x", "y"),
    ]
    alone = [judge(*pair, executor=executor) for pair in pairs]
    assert judge_all(pairs, executor=executor) == alone
    assert [verdict.verdict for verdict in alone] == ["right", "right", "right", "wrong", "wrong"]


def test_many_verdicts_share_their_batches(executor):
    batches = []

    class Counting:
        def run(self, programs, limits):
            batches.append(len(programs))
            return executor.run(programs, limits)

    verdicts = judge_all(
        [(f"sqrt({8 * n * n})", f"{2 * n}*sqrt(2)") for n in range(1, 7)], executor=Counting()
    )
    assert all(verdict.right for verdict in verdicts)
    assert batches == [6]


@pytest.mark.parametrize(
    "text",
    [
        "([{" * 900,
        "(" * 14 + "x" + ")" * 14,
        "(1,2)U" * 3000,
        "log(" * 25 + "x" + ")" * 25,
        "((((x+1)^24+1)^24+1)^24+1)^24",
        "+".join(f"sin({n}*x)^2" for n in range(1, 30)),
        "{" + ",".join(f"sin(x)^{n}" for n in range(150)) + "}",
        "[" + ",".join(rf"\prod_{{k=1}}^{{10^9}} (k+{n})" for n in range(40)) + "]",
    ],
)
def test_work_and_jobs_are_bounded(text):
    jobs = []

    class Slow:
        def run(self, programs, limits):
            jobs.extend(programs)
            return [Execution("timeout", seconds=limits.cpu_s) for _ in programs]

    verdict = judge(text, "(1,3)" if "U" in text else text + "+1", executor=Slow())
    assert verdict.verdict in ("unknown", "wrong")
    assert len(jobs) <= 1  # the first that runs out of its time is the last
