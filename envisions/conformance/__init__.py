"""What an environment has to be for its numbers to mean something, as checks that run without a model.

They run from `python -m envisions.check_env` and from the pytest class in envisions/testing.py. Not covered:
whether the tasks are worth learning, and whether their English is.
"""

from envisions.conformance import forging, prompts, repeating, running, tasks, verdicts
from envisions.conformance.examination import Examination, examine
from envisions.conformance.subject import (
    Check,
    DefectError,
    Encode,
    NotApplicableError,
    NotSeenError,
    Outcome,
    Subject,
    executor_for,
)

__all__ = [
    "CHECKS",
    "Check",
    "DefectError",
    "Encode",
    "Examination",
    "NotApplicableError",
    "NotSeenError",
    "Outcome",
    "Subject",
    "examine",
    "executor_for",
]

# What each needs is what has to hold for a failure of it to mean something of its own.
CHECKS = (
    Check("protocol", tasks.follows_the_protocol),
    Check("tasks", tasks.tasks_are_sound, ("protocol",)),
    Check("splits", tasks.splits_are_apart, ("tasks",)),
    Check("stable test tasks", tasks.stable_test_tasks, ("tasks", "splits")),
    Check("spread", tasks.answers_are_spread, ("tasks",)),
    Check("prompts", prompts.prompts_are_conversations),
    Check("refinement", prompts.refinement_shows_the_attempt, ("prompts",)),
    Check("context", prompts.prompts_fit, ("prompts",)),
    Check("hidden target", prompts.the_target_is_hidden, ("prompts",)),
    Check("gold", verdicts.gold_is_right),
    Check("trivial answers", verdicts.nothing_comes_of_nothing, ("spread",)),
    Check("repeating", repeating.nothing_comes_of_repeating, ("spread", "trivial answers"), slow=True),
    Check("forging", forging.nothing_comes_of_forging, ("hidden target", "trivial answers")),
    Check("malformed text", verdicts.malformed_text_gets_feedback, ("trivial answers",)),
    Check("harness faults", verdicts.our_faults_are_unknown, ("trivial answers", "malformed text")),
    Check("certificates", verdicts.certificates_hold),
    Check("hangs", running.hangs_are_cut, ("trivial answers", "malformed text"), slow=True),
    Check("threads", running.threads_change_nothing, ("hidden target",), slow=True),
    Check("leaks", running.episodes_leak_nothing, slow=True),
    Check(
        "determinism",
        tasks.same_in_every_process,
        ("stable test tasks", "hidden target", "threads"),
        slow=True,
    ),
    Check("throughput", running.throughput, slow=True),
)
