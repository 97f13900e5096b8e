"""A small first-order language for programs that reason: read, decided, and certified."""

from symbolic.logic.entailment import (
    Entailment,
    Semantics,
    entail_all,
    entailment_program,
    entails,
    judge_entailment,
    read_entailment,
)
from symbolic.logic.errors import LogicError

__all__ = [
    "Entailment",
    "LogicError",
    "Semantics",
    "entail_all",
    "entailment_program",
    "entails",
    "judge_entailment",
    "read_entailment",
]
