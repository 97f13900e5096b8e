"""Engines that execute programs, and the verdicts about what they returned."""

from symbolic.executor import Executor
from symbolic.graphs import judge_witness
from symbolic.judge import judge, judge_all
from symbolic.logic import Entailment, LogicError, Semantics, entail_all, entails, judge_entailment
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
    "entails",
    "judge",
    "judge_all",
    "judge_entailment",
    "judge_witness",
]
