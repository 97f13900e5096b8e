"""What an environment has to be for its numbers to mean something, as checks that run without a model.

They run from `python -m envisions.check_env` and from the pytest class in envisions/testing.py. Not covered:
whether the tasks are worth learning, and whether their English is.
"""

from envisions.conformance import prompts, repeating, running, tasks, verdicts
from envisions.conformance.subject import (
    Check,
    DefectError,
    Encode,
    NotApplicableError,
    NotSeenError,
    Outcome,
    Subject,
    examine,
    executor_for,
)

__all__ = [
    "CHECKS",
    "Check",
    "DefectError",
    "Encode",
    "NotApplicableError",
    "NotSeenError",
    "Outcome",
    "Subject",
    "examine",
    "executor_for",
]

CHECKS = (
    Check("protocol", tasks.follows_the_protocol),
    Check("tasks", tasks.tasks_are_sound),
    Check("splits", tasks.splits_are_apart),
    Check("stable test tasks", tasks.stable_test_tasks),
    Check("spread", tasks.answers_are_spread),
    Check("prompts", prompts.prompts_are_conversations),
    Check("refinement", prompts.refinement_shows_the_attempt),
    Check("context", prompts.prompts_fit),
    Check("hidden target", prompts.the_target_is_hidden),
    Check("gold", verdicts.gold_is_right),
    Check("trivial answers", verdicts.nothing_comes_of_nothing),
    Check("repeating", repeating.nothing_comes_of_repeating),
    Check("malformed text", verdicts.malformed_text_gets_feedback),
    Check("harness faults", verdicts.our_faults_are_unknown),
    Check("certificates", verdicts.certificates_hold),
    Check("hangs", running.hangs_are_cut),
    Check("threads", running.threads_change_nothing),
    Check("leaks", running.episodes_leak_nothing),
    Check("determinism", tasks.same_in_every_process),
    Check("throughput", running.throughput),
)
