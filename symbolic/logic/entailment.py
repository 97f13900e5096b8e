"""Whether a logic text entails its query, with a certificate that can be checked again without the model.

`True` and `False` come with the lines of an unsat core (and a finite model of the premises, which shows them
consistent), `Unknown` with two finite models. `Contradiction` (the premises are inconsistent) and `Undecided`
(the solver gave up) are never right. Texts are read and decided in an executor, certificates checked here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from symbolic.executor import Executor
from symbolic.jobs import Job, OffloadError, call_all
from symbolic.logic.errors import LogicError
from symbolic.logic.models import holds, models_theory, read_model
from symbolic.logic.syntax import Not, Theory
from symbolic.program import Execution, Program
from symbolic.verdict import Verdict, VerdictName

Answer = Literal["True", "False", "Unknown", "Contradiction", "Undecided"]
Semantics = Literal["open", "closed", "forward"]
_GAVE_UP = ("timeout", "memory", "output", "result_size", "crash")
_ANSWER = ("logic.solving", "answer")  # the job
_LOGIC_ERROR = re.compile(r"LogicError: line (\d+): (.*)", re.DOTALL)  # how an execution tells of one


@dataclass(frozen=True, slots=True)
class Entailment:
    """What a text says about its query; `certificate` is JSON."""

    answer: Answer
    certificate: Mapping[str, Any] = field(default_factory=dict)

    def judged(self, expected: str) -> Verdict:
        """The verdict where `expected` ("True", "False" or "Unknown") was asked for."""
        return Verdict(verdict_of(self.answer, expected), {**self.certificate, "expected": expected})


def entails(text: str, *, semantics: Semantics = "open", executor: Executor | None = None) -> Entailment:
    """Decides the query of a logic text (see `reading` for the language).

    `semantics`: "open" is classical logic over an open domain; "closed" takes what does not follow as
    false; "forward" chains rules forwards only, as ProofWriter's labels do. Raises `LogicError`, which names
    the line, for a text that does not follow the language, and `OffloadError` where the sandbox failed.
    """
    [found] = entail_all([text], semantics=semantics, executor=executor)
    if isinstance(found, Exception):
        raise found
    return found


def entail_all(
    texts: Sequence[str], *, semantics: Semantics = "open", executor: Executor | None = None
) -> list[Entailment | LogicError | OffloadError]:
    """As `entails`, for many texts at once; what it would raise stands in the text's place."""
    executions = call_all(*_ANSWER, [(text, semantics) for text in texts], library="z3", executor=executor)
    return [_outcome(text, semantics, execution) for text, execution in zip(texts, executions, strict=True)]


def entailment_program(text: str, semantics: Semantics = "open") -> Program:
    """The program that decides a logic text; `read_entailment` reads what its execution gave."""
    return Job(*_ANSWER, (text, semantics)).program("z3")


def read_entailment(text: str, semantics: Semantics, execution: Execution) -> Entailment | None:
    """What the execution of `entailment_program(text, semantics)` found; None where the text does not follow
    the language, or the execution was lost. Raises `OffloadError` where the job itself failed."""
    outcome = _outcome(text, semantics, execution)
    if isinstance(outcome, OffloadError) and execution.status != "infra":
        raise outcome
    return outcome if isinstance(outcome, Entailment) else None


def _outcome(text: str, semantics: Semantics, execution: Execution) -> Entailment | LogicError | OffloadError:
    if execution.ok:
        return _entailment(text, semantics, execution.value)
    if execution.status in _GAVE_UP:
        return _entailment(text, semantics, {"answer": "Undecided", "reason": execution.status})
    if execution.status == "error" and (told := _LOGIC_ERROR.fullmatch(execution.error)):
        return LogicError(int(told[1]), told[2])
    return OffloadError(execution.status, execution.error)


def _entailment(text: str, semantics: Semantics, found: Mapping[str, Any]) -> Entailment:
    return Entailment(found["answer"], {"kind": "entailment", "semantics": semantics, "text": text, **found})


def judge_entailment(
    text: str, expected: str, *, semantics: Semantics = "open", executor: Executor | None = None
) -> Verdict:
    """Whether a logic text gives the expected answer ("True", "False" or "Unknown"). Raises as `entails`."""
    return entails(text, semantics=semantics, executor=executor).judged(expected)


def verdict_of(answer: str, expected: str) -> VerdictName:
    """`Undecided` is unknown; `Contradiction` is wrong whatever was expected."""
    if answer == "Undecided":
        return "unknown"
    return "right" if answer == expected and answer != "Contradiction" else "wrong"


def _read(text: str) -> Theory:
    from symbolic.logic.reading import read_theory  # the parser library is loaded when it is needed

    return read_theory(text)


def _decide(*args: Any, executor: Executor | None) -> dict[str, Any]:
    """The solver's findings; where it gave up, that the text is undecided."""
    [execution] = call_all("logic.solving", "decide", [args], library="z3", executor=executor)
    if execution.ok:
        return dict(execution.value)
    if execution.status in _GAVE_UP:
        return {"answer": "Undecided", "reason": execution.status}
    raise OffloadError(execution.status, execution.error)


def check_entailment(
    verdict: Any, certificate: Mapping[str, Any], executor: Executor | None = None
) -> str | None:
    """None if the certificate shows its answer and the verdict follows, else what does not hold."""
    answer, expected = certificate.get("answer"), certificate.get("expected")
    if not isinstance(answer, str) or not isinstance(expected, str):
        return "it does not name both answers"
    if verdict != verdict_of(answer, expected):
        return f"the verdict says {verdict!r:.50}, but {answer!r:.50} was found and {expected!r:.50} expected"
    try:
        theory = _read(str(certificate.get("text")))
        return _check_answer(theory, answer, certificate, executor)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        return f"its proof cannot be read: {error!r:.200}"


def _check_answer(
    theory: Theory, answer: str, certificate: Mapping[str, Any], executor: Executor | None
) -> str | None:
    if answer == "Undecided":
        return None
    semantics = certificate.get("semantics")
    if semantics in ("closed", "forward"):
        from symbolic.logic.chaining import chain

        again = chain(theory, semantics)
        return None if again["answer"] == answer else f"chaining again gives {again['answer']}"
    if answer == "Unknown":
        return _check_models(theory, certificate["models"])
    return _check_core(theory, answer, certificate, executor)


def _check_models(theory: Theory, models: Any) -> str | None:
    """The first is a model of the premises in which the query fails, in the second it holds."""
    for data, query in zip(models, (Not(theory.query.formula), theory.query.formula), strict=True):
        if complaint := _check_model(theory, data):
            return complaint
        if not holds(read_model(data, theory), query):
            return "its models do not differ about the query"
    return None


def _check_model(theory: Theory, data: Any) -> str | None:
    line = models_theory(read_model(data, theory), theory)
    return None if line is None else f"line {line} does not hold in its model"


def _check_core(
    theory: Theory, answer: str, certificate: Mapping[str, Any], executor: Executor | None
) -> str | None:
    """A fresh solver on the core alone; and the model, if there is one, by evaluation."""
    core = [line for line in certificate["core"] if isinstance(line, int)]
    if set(core) - {statement.line for statement in theory.premises}:
        return "its core names a line that is no premise"
    if complaint := _check_consistent(theory, certificate, executor):
        return complaint
    found = _decide(certificate["text"], core, answer, executor=executor)
    return None if found.get("holds") is True else "its core does not give the answer"


def _check_consistent(
    theory: Theory, certificate: Mapping[str, Any], executor: Executor | None
) -> str | None:
    """Inconsistent premises entail everything, so an answer needs a model, or the solver's word again."""
    if certificate["answer"] == "Contradiction":
        return None
    if certificate.get("model") is not None:
        return _check_model(theory, certificate["model"])
    again = _decide(certificate["text"], executor=executor)["answer"]
    return None if again == certificate["answer"] else f"deciding again gives {again}"
