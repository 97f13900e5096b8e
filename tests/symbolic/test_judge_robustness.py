"""What no answer may do to its judge: raise, or disturb one in another thread."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import mpmath
import pytest

from symbolic import Execution, judge
from symbolic.algebra.lists import MAX_SET
from symbolic.answers import reading
from symbolic.answers.evaluation import evaluate
from symbolic.answers.parsing import read_term
from symbolic.jobs import OffloadError
from symbolic.recheck import check


class NoSandbox:
    def run(self, programs, limits):
        return [Execution("error") for _ in programs]


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        ("Union(" * 800 + "1" + ")" * 800, 5),
        ("9" * 400 + "e4000", "x+1"),
        (10**5000, "x+1"),
        (10**5000, "sqrt(2)"),
        ({10**5000: 1}, {1: 1}),
        (Fraction(10**5000, 3), 1),
        ([Fraction(10**5000, 3)], "[x]"),
    ],
    ids=["nested unions", "text", "an expression", "a constant", "a key", "a fraction", "an item"],
)
def test_what_is_too_large_is_unknown(got, expected):
    for pair in ((got, expected), (expected, got)):
        judged = judge(*pair, executor=NoSandbox())
        assert judged.verdict == "unknown"
        assert judged.certificate["kind"] != "failed"
        assert check("unknown", judged.certificate, NoSandbox()) is None


def test_what_is_just_not_too_large_is_read():
    assert judge("9" * 100 + "e3000", Fraction(int("9" * 100) * 10**3000)).right
    assert judge("Union(" * 3 + "Interval(0, 1)" + ")" * 3, "[0, 1]").right
    assert judge({10**30: 1}, {10**30: 1}).right


@pytest.mark.parametrize("error", [RecursionError, ValueError, ZeroDivisionError])
def test_a_bound_that_was_missed_is_unknown(error, monkeypatch):
    def fail(text):
        raise error

    monkeypatch.setattr(reading, "normalise", fail)
    judged = judge("x", "y", executor=NoSandbox())
    assert (judged.verdict, judged.certificate["kind"]) == ("unknown", "failed")


@pytest.mark.parametrize(
    "values", [range(MAX_SET), [f"word {chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(MAX_SET)]]
)
def test_sets_are_compared_up_to_their_bound(values):
    judged = judge(set(values), list(values), executor=NoSandbox())
    assert judged.right
    assert judge(list(values[:-1]), set(values), executor=NoSandbox()).verdict == "wrong"
    assert judge([*values[:-1], values[0]], set(values), executor=NoSandbox()).verdict == "wrong"


def test_sets_of_floats_are_compared_by_what_they_stand_for():
    floats = {n / 7 for n in range(1, 100)}
    assert judge(floats, [f"{n}/7" for n in range(99, 0, -1)], executor=NoSandbox()).right
    assert judge({0.1 + 0.2, "1/3"}, [1 / 3, "0.3"], executor=NoSandbox()).right


def test_a_sandbox_that_failed_is_no_verdict():
    class Broken:
        def run(self, programs, limits):
            return [Execution("infra", error="no space left") for _ in programs]

    with pytest.raises(OffloadError, match="no space left"):
        judge("sqrt(8)", r"2\sqrt{2}", executor=Broken())
    assert judge("sqrt(4)", 2, executor=Broken()).right


def test_threads_do_not_disturb_each_other():
    before = mpmath.mp.prec
    terms = [read_term(text) for text in ("sin(1)", "exp(999)", "pi", "ln(2)^pi", "atan(1/3)")] * 60
    alone = [evaluate(term, {}) for term in terms[:5]] * 60
    with ThreadPoolExecutor(8) as threads:
        beside = list(threads.map(lambda term: evaluate(term, {}), terms))
    assert beside == alone
    assert mpmath.mp.prec == before


def test_the_precision_of_others_does_not_count():
    with mpmath.workprec(10):
        assert evaluate(read_term("sin(1)"), {}).high - evaluate(read_term("sin(1)"), {}).low < 1e-40
        assert mpmath.mp.prec == 10
