"""The logic language: answers that a careless reading gets wrong, errors, certificates, other semantics."""

from __future__ import annotations

import json

import pytest

from symbolic import Execution
from symbolic.logic import LogicError, entails, judge_entailment
from symbolic.logic.entailment import check_entailment, verdict_of
from symbolic.logic.solving import decide

BIRDS = """sort Bird: owl, raven, quail
function place(Bird): 1..3
forall x, y in Bird: place(x) = place(y) -> x = y
"""

ANSWERS = {
    "a fact": ("Kind(anne)", "Kind(anne)", "True"),
    "a fact denied": ("Kind(anne)", "not Kind(anne)", "False"),
    "another constant": ("Kind(anne)", "Kind(bob)", "Unknown"),
    "a rule applied": ("Man(socrates)\nforall x: Man(x) -> Mortal(x)", "Mortal(socrates)", "True"),
    "a rule turned round": ("Mortal(rex)\nforall x: Man(x) -> Mortal(x)", "Man(rex)", "Unknown"),
    "a rule's contrapositive": ("not Mortal(zeus)\nforall x: Man(x) -> Mortal(x)", "Man(zeus)", "False"),
    "no rule, both cases": ("forall x: P(x) -> R(x)\nforall x: not P(x) -> R(x)", "R(a)", "True"),
    "what is not said is not false": ("Kind(anne)", "exists x: Rough(x)", "Unknown"),
    "all of the known is not all": ("Kind(anne)\nKind(bob)", "forall x: Kind(x)", "Unknown"),
    "an open domain has a member": ("forall x: P(x)", "exists x: P(x)", "True"),
    "two names may be one thing": ("P(a)\nP(b)", "exists x, y: P(x) and P(y) and x != y", "Unknown"),
    "two names told apart": ("P(a)\nnot P(b)", "a = b", "False"),
    "equals for equals": ("a = b\nP(a)", "P(b)", "True"),
    "a witness is not a name": ("exists x: P(x)", "P(a)", "Unknown"),
    "contradictory premises": ("P(a)\nnot P(a)", "Q(b)", "Contradiction"),
    "a contradiction through a rule": ("P(a)\nforall x: P(x) -> not P(x)", "P(a)", "Contradiction"),
    "a query that contradicts": ("P(a)", "P(a) and not P(a)", "False"),
    "a tautology": ("P(a)", "Q(b) or not Q(b)", "True"),
    "no premises": ("", "P(a) -> P(a)", "True"),
    "a bare proposition": ("Wet -> Rain\nnot Rain", "Wet", "False"),
    "the order of quantifiers": ("forall x: exists y: R(x, y)", "exists y: forall x: R(x, y)", "Unknown"),
    "the other order": ("exists y: forall x: R(x, y)", "forall x: exists y: R(x, y)", "True"),
    "a relation is not symmetric": ("Likes(a, b)", "Likes(b, a)", "Unknown"),
    "and binds before or": ("A\nnot C", "A or B and C", "True"),
    "not binds first": ("not A and B", "B and not A", "True"),
    "implication to the right": ("A -> B -> C\nA\nB", "C", "True"),
    "a quantifier reaches to the end": ("forall x: P(x) and Q(x)", "Q(a)", "True"),
    "brackets end a quantifier": ("(exists x: P(x)) -> Q(a)\nP(b)", "Q(a)", "True"),
    "equivalence both ways": ("A <-> B\nnot B", "A", "False"),
    "a comment": ("P(a)  # not P(a)", "P(a)", "True"),
    "an inner variable hides an outer": (
        "forall x: P(x) -> (exists x: Q(x))\nP(a)",
        "exists x: Q(x)",
        "True",
    ),
    "a line of its own": ("\n\nP(a)\n\n", "P(a)", "True"),
    "a finite sort is closed": ("sort B: a, b\nP(a)\nP(b)", "forall x in B: P(x)", "True"),
    "members of a sort differ": ("sort B: a, b", "a = b", "False"),
    "an order by exclusion": (
        BIRDS + "place(owl) < place(raven)\nplace(quail) = 3",
        "place(raven) = 2",
        "True",
    ),
    "an order left open": (BIRDS + "place(owl) < place(raven)", "place(quail) = 2", "Unknown"),
    "an order's edge": (BIRDS + "place(owl) > 2", "place(owl) = 3", "True"),
    "places outside the range": (BIRDS + "place(owl) > 3", "place(owl) = 4", "Contradiction"),
    "right next to": (BIRDS + "place(raven) = place(owl) + 1\nplace(owl) > 1", "place(quail) = 1", "True"),
    "a difference": (BIRDS + "place(raven) - place(owl) = 2", "place(quail) = 2", "True"),
    "infinitely many things": (
        "forall x: exists y: R(x, y)\nforall x: not R(x, x)\nforall x, y, z: R(x, y) and R(y, z) -> R(x, z)",
        "P(a)",
        "Undecided",
    ),
}


class InProcess:
    """Runs the solver here: tests of what it answers need no sandbox."""

    def run(self, programs, limits):
        return [self._execution(program) for program in programs]

    def _execution(self, program):
        scope = {}
        exec(program.code, scope)  # noqa: S102  our own text, made by `jobs.job`
        try:
            return Execution("ok", scope[program.entry](*program.args))
        except LogicError as error:
            return Execution("error", error=f"LogicError: {error}")


HERE = InProcess()


@pytest.mark.parametrize(("premises", "query", "answer"), ANSWERS.values(), ids=ANSWERS)
def test_answer(premises, query, answer):
    judged = judge_entailment(f"{premises}\nquery: {query}", answer, executor=HERE)
    assert judged.certificate["answer"] == answer
    stored = json.loads(json.dumps(judged.certificate))
    assert check_entailment(judged.verdict, stored, HERE) is None
    expected = {"Contradiction": "wrong", "Undecided": "unknown"}.get(answer, "right")
    assert judged.verdict == expected
    assert all(verdict_of(answer, other) != "right" for other in {"True", "False", "Unknown"} - {answer})


def test_in_the_sandbox(executor):
    answer = entails(
        "Man(socrates)\nforall x: Man(x) -> Mortal(x)\nquery: Mortal(socrates)", executor=executor
    )
    assert answer.answer == "True"
    assert answer.certificate["core"] == [1, 2]


ERRORS = {
    "a bracket left open": ("Kind(anne", "line 1: ')'"),
    "a capital constant": ("query: Kind(Anne)", "in lower case, 'anne'"),
    "a comma forgotten": ("query: Likes(a b)", "','"),
    "no argument": ("query: P()", "a name in lower case"),
    "an ampersand": ("query: P(a) & Q(a)", "write 'and'"),
    "a quantifier sign": ("query: ∀x: P(x)", "write 'forall x: …'"),
    "a full stop": ("P(a).\nquery: P(a)", "line 1: '.' is not in the language after 'P(a)'; end a line"),
    "a colon forgotten": ("forall x P(x)\nquery: P(a)", "':'"),
    "half a rule": ("P(a) ->\nquery: P(a)", "a formula"),
    "two formulas on a line": ("P(a) Q(a)\nquery: P(a)", "'and'"),
    "English": ("All kind things are big\nquery: P(a)", "English"),
    "no query": ("P(a)\nQ(a)", "line 2: the last line must be 'query: …'"),
    "nothing at all": ("", "line 1: the last line must be"),
    "a line after the query": ("query: P(a)\nP(b)", "line 2: the query (line 1) is the last"),
    "two arities": ("P(a)\nquery: P(a, b)", "line 2: P has 1 argument in line 1, but 2 here"),
    "a loose variable": ("forall x: P(x)\nP(x)\nquery: P(a)", "line 2: x is not bound here"),
    "an undeclared function": ("query: place(owl) = 1", "function place(Sort)"),
    "a function's arity": (BIRDS + "query: place(owl, raven) = 1", "line 4: place has 1 argument in line 2"),
    "a function without its sort": ("function place(Bird): 1..3\nquery: place(a) = 1", "line 1"),
    "a function as a name": (BIRDS + "query: place = 1", "write place(…)"),
    "an empty range": ("sort B: a\nfunction f(B): 3..1\nquery: f(a) = 1", "line 2: the range of f is empty"),
    "a sort twice": ("sort B: a\nsort B: b\nquery: P(a)", "line 2: the sort B is declared twice"),
    "a member twice": ("sort B: a\nsort C: a\nquery: P(a)", "line 2: a is declared twice"),
    "an unknown sort": ("query: forall x in Bird: P(x)", "Bird is no declared sort"),
    "sorts mixed": ("sort B: a\nsort C: c\nP(a)\nP(c)\nquery: P(a)", "line 4: P mixes"),
    "a member as a variable": ("sort B: a, b\nquery: forall a: P(a)", "a is a member of B"),
    "numbers without end": ("query: exists x: x > 3", "ranges over whole numbers"),
    "a number as a thing": ("query: P(3)", "predicates speak of things"),
    "a thing as a number": ("sort B: a\nquery: a < 3", "compares whole numbers"),
    "too deep": ("query: " + "not " * 100 + "P(a)", "at most 60 deep"),
    "too long a line": ("query: " + " or ".join(["P(a)"] * 400), "at most 2000"),
}


@pytest.mark.parametrize(("text", "says"), ERRORS.values(), ids=ERRORS)
def test_error_names_the_line_and_what_was_expected(text, says):
    with pytest.raises(LogicError, match=r"^line \d+: ") as error:
        entails(text, executor=HERE)
    assert says in str(error.value)


def planted(premises, asked, **change):
    judged = judge_entailment(premises, asked, executor=HERE)
    assert check_entailment(judged.verdict, judged.certificate, HERE) is None
    return check_entailment("right", {**judged.certificate, **change}, HERE)


SOCRATES = "Man(socrates)\nforall x: Man(x) -> Mortal(x)\nquery: Mortal(socrates)"


def test_planted_certificates_are_caught():
    assert "core" in planted(SOCRATES, "True", core=[1])
    assert "no premise" in planted(SOCRATES, "True", core=[1, 2, 3])
    assert planted(SOCRATES, "True", answer="False", expected="False") is not None
    assert planted(SOCRATES, "True", answer="Unknown", expected="Unknown") is not None
    assert "line 1" in planted(
        SOCRATES, "True", model={"things": ["e"], "constants": {"socrates": "e"}, "true": {}, "functions": {}}
    )
    assert planted(SOCRATES, "True", text=SOCRATES.replace("Man(socrates)", "Man(zeus)")) is not None
    assert planted("P(a)\nnot P(a)\nquery: Q(a)", "True", answer="True", core=[1, 2]) is not None
    assert planted("P(a)\nnot P(a)\nquery: Q(a)", "True", answer="True", core=[1, 2], model=None) is not None


def test_planted_models_are_caught():
    text = "P(a)\nquery: Q(a)"
    models = judge_entailment(text, "Unknown", executor=HERE).certificate["models"]
    assert "differ" in planted(text, "Unknown", models=models[::-1])
    assert "differ" in planted(text, "Unknown", models=[models[0]] * 2)
    broken = [{**models[0], "true": {}}, models[1]]
    assert "line 1" in planted(text, "Unknown", models=broken)
    assert planted(text, "Unknown", models=[{**models[0], "constants": {}}, models[1]]) is not None
    assert planted(text, "Unknown", models=[]) is not None
    assert planted(text, "Unknown", models=None) is not None


RULES = """Kind(anne)
not Rough(bob)
forall x: Kind(x) -> Big(x)
forall x: Big(x) and not Rough(x) -> Nice(x)
forall x: Rough(x) -> Wild(x)
"""


@pytest.mark.parametrize(
    ("query", "open_", "forward", "closed"),
    [
        ("Big(anne)", "True", "True", "True"),
        ("Nice(anne)", "Unknown", "Unknown", "True"),
        ("Wild(bob)", "Unknown", "Unknown", "False"),
        ("not Wild(anne)", "Unknown", "Unknown", "True"),
        ("Rough(bob)", "False", "False", "False"),
    ],
)
def test_semantics(query, open_, forward, closed):
    text = f"{RULES}query: {query}"
    for semantics, answer in (("open", open_), ("forward", forward), ("closed", closed)):
        judged = judge_entailment(text, answer, semantics=semantics, executor=HERE)
        assert (semantics, judged.certificate["answer"]) == (semantics, answer)
        assert check_entailment("right", judged.certificate, HERE) is None


def test_forward_chaining_does_not_turn_rules_round():
    text = "not Mortal(zeus)\nforall x: Man(x) -> Mortal(x)\nquery: Man(zeus)"
    assert entails(text, executor=HERE).answer == "False"
    assert entails(text, semantics="forward").answer == "Unknown"


def test_steps_of_forward_chaining_follow_from_each_other():
    steps = entails(f"{RULES}query: Big(anne)", semantics="forward").certificate["steps"]
    assert steps == [[1, "Kind(anne)"], [3, "Big(anne)"]]


@pytest.mark.parametrize("semantics", ["forward", "closed"])
def test_chaining_takes_facts_and_rules_only(semantics):
    with pytest.raises(LogicError, match="line 1: here only facts and rules"):
        entails("P(a) or Q(a)\nquery: P(a)", semantics=semantics)


def test_rules_that_deny_what_they_build_on():
    with pytest.raises(LogicError, match="closed world is not defined"):
        entails("forall x: Q(x) and not P(x) -> P(x)\nQ(a)\nquery: P(a)", semantics="closed")


def test_a_core_is_small():
    facts = "\n".join(f"P(c{index})" for index in range(20))
    found = decide(f"{facts}\nforall x: P(x) -> Q(x)\nquery: Q(c7)")
    assert found["core"] == [8, 21]
