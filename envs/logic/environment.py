"""Theories in English; the model writes them in the logic language, and a solver answers the question.

Tasks are procedural (theories.py) or read from `data`: rows with a context, a question, options and the
letter of the right one, as in ProofWriter, ProntoQA and FOLIO, or with a question and the answer True, False
or Unknown. Where a translator covers a row's English, the task carries its gold text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final, get_args

from envisions import (
    Episode,
    Execution,
    Program,
    ProgramEnvironment,
    ProgramFormat,
    SingleTurn,
    Task,
    TaskSplit,
    Transition,
    UserError,
    describe,
    digest,
    drawn_split,
    mask,
    unjudged,
)
from envs.logic import prontoqa, proofwriter, theories, trivial
from envs.logic.english import UntranslatedError
from envs.logic.examples import EXAMPLES
from symbolic import Semantics, entailment_program, read_entailment

ANSWERS: Final = {"true": "True", "false": "False", "unknown": "Unknown", "uncertain": "Unknown"}


class LogicEnvironment(ProgramEnvironment):
    """A level is the depth of the proof. `semantics` is how texts are read (see `symbolic.entails`):
    ProofWriter's labels want "forward"."""

    id = "logic-v2"
    format = ProgramFormat(
        language="logic",
        head="",
        entry=None,
        instruction="Write the statements in logic, one a line, and the question as the query.",
        repair="Read the text again, look for a mistake, and write the logic once more.",
    )
    examples = EXAMPLES
    default_levels: ClassVar[Mapping[int, float]] = {0: 0.5, 1: 0.5, 2: 0.0, 3: 0.0, 4: 0.0}

    readings: ClassVar[Mapping[str, Sequence[str]]] = {"semantics": get_args(Semantics)}

    def __init__(self, *, semantics: str, **keys: Any) -> None:
        if semantics not in get_args(Semantics):
            raise UserError(
                f"env.semantics={semantics} is not known; it is one of {', '.join(get_args(Semantics))}"
            )
        self._semantics: Any = semantics
        super().__init__(**keys)

    def generate(self, n_train: int, n_test: int, levels: Mapping[int, float], seed: int) -> TaskSplit:
        return drawn_split(theories.draw(seed), n_train, n_test, levels)

    def read_row(self, row: Mapping[str, Any], where: str) -> Task:
        if "context" not in row:
            task = super().read_row(row, where)
            return Task(task.question, _label(str(task.target), where))
        context, question = str(row["context"]).strip(), str(row.get("question", "")).strip()
        return Task(
            question=f"{context}\n{question}",
            target=_label(_chosen(row, where), where),
            group=f"theory {digest(mask(context))}",  # questions about one theory stay together
            gold=_gold(context, question),
        )

    def baselines(self) -> Mapping[str, Mapping[str, Sequence[Program]]]:
        return trivial.baselines(self.tasks("train"), self.tasks("test"), self.format.program)

    def wrap(self, task: Task, program: Program) -> Program:
        return entailment_program(program.code, self._semantics)

    def open(self, task: Task, seed: int) -> Episode:
        return _Query(self, task, self._semantics)


class _Query(SingleTurn):
    """An attempt at a theory: what was written is a text, and the verdict is about what it entails."""

    def __init__(self, environment: LogicEnvironment, task: Task, semantics: Semantics) -> None:
        super().__init__(environment, task)
        self._semantics = semantics

    def step(self, program: Program, execution: Execution) -> Transition:
        found = read_entailment(program.code, self._semantics, execution)
        if found is None:
            return Transition(execution, describe(execution), unjudged(execution), terminated=True)
        said = f"The answer to the query is {found.answer}."
        return Transition(execution, said, found.judged(self.task.target), terminated=True)


def _chosen(row: Mapping[str, Any], where: str) -> str:
    """The text of the option whose letter is the answer, or the answer where there are no options."""
    answer, options = str(row.get("answer", "")).strip(), row.get("options") or ()
    texts = {str(option)[:1]: str(option)[1:].strip(" .):") for option in options}
    if options and answer not in texts:
        raise UserError(f"{where} has the answer {answer!r:.40}, which is none of its options: mend the row")
    return texts.get(answer, answer)


def _label(answer: str, where: str) -> str:
    label = ANSWERS.get(answer.strip().lower())
    if label is None:
        raise UserError(
            f"{where} has the answer {answer!r:.40}; env=logic takes True, False and Unknown (or Uncertain)"
        )
    return label


def _gold(context: str, question: str) -> str | None:
    for translate in (proofwriter.translate, prontoqa.translate):
        try:
            return translate(context, question)
        except UntranslatedError:
            continue
    return None
