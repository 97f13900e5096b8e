"""Clock arithmetic: an environment that lives in a package of its own."""

from __future__ import annotations

from random import Random

from envisions import ProgramEnvironment, Task

STORIES = tuple(
    f"{what} {when}"
    for what in (
        "A train leaves",
        "The film begins",
        "A cake goes into the oven",
        "School starts",
        "The bell rings",
    )
    for when in (
        "at {start}. What is the time {more} minutes later?",
        "at {start}. {more} minutes pass. What is the time?",
    )
)
TIME = 'f"{minutes // 60}:{minutes % 60:02}"'


class ClockEnvironment(ProgramEnvironment):
    """Level 1 stays within the hour, level 2 goes beyond it."""

    id = "clock-v1"
    default_levels = {1: 0.5, 2: 0.5}
    examples = (
        (
            "A ship sails at 9:15. What is the time 20 minutes later?",
            f"def solution():\n    minutes = 9 * 60 + 15 + 20\n    return {TIME}",
        ),
        (
            "The market opens at 7:50. 35 minutes pass. What is the time?",
            f"def solution():\n    minutes = 7 * 60 + 50 + 35\n    return {TIME}",
        ),
    )

    def make(self, stream: Random, level: int) -> Task:
        hour, minute = stream.randint(1, 20), stream.randint(5, 50)
        more = stream.randint(1, 59 - minute) if level == 1 else stream.randint(60 - minute, 99)
        end = 60 * hour + minute + more
        story = stream.choice(STORIES)
        return Task(
            question=story.format(start=f"{hour}:{minute:02}", more=more),
            target=f"{end // 60}:{end % 60:02}",
            group=story,  # a story is for training or for testing, never both
            gold=f"def solution():\n    minutes = {hour} * 60 + {minute} + {more}\n    return {TIME}",
        )
