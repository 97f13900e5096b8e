"""Engines that execute programs, and the verdicts about what they returned."""

from symbolic.executor import Executor
from symbolic.graphs import judge_witness
from symbolic.judge import judge, judge_all
from symbolic.logic import (
    Entailment,
    LogicError,
    Semantics,
    entail_all,
    entailment_program,
    entails,
    judge_entailment,
    read_entailment,
)
from symbolic.program import STATUSES, Execution, Limits, Program, Status
from symbolic.sandbox.isolation import IsolationError
from symbolic.verdict import Verdict

__all__ = [
    "STATUSES",
    "Entailment",
    "Execution",
    "Executor",
    "IsolationError",
    "Limits",
    "LogicError",
    "Program",
    "Semantics",
    "Status",
    "Verdict",
    "entail_all",
    "entailment_program",
    "entails",
    "judge",
    "judge_all",
    "judge_entailment",
    "judge_witness",
    "read_entailment",
]
