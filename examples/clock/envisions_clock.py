"""Clock arithmetic: an environment that lives in a package of its own."""

from __future__ import annotations

from random import Random

from envisions import ProgramEnvironment, Task

EVENTS = (
    *("The film", "A train ride", "The lesson", "A football match", "The concert", "The flight", "A meeting"),
    *("The opera", "A boat trip", "The exam", "A bus tour", "The race", "A swim", "The party", "A storm"),
    *("The lecture", "A nap", "The parade", "A phone call", "The feast", "A walk", "The auction", "A dance"),
)
STORIES = tuple(
    f"{what} begins {{start}} minutes past {{hour}} and ends {{end}} minutes past {{later}}. {asked}"
    for what in EVENTS
    for asked in ("How many minutes is that?", "How long is that, in minutes?", "How many minutes pass?")
)


class ClockEnvironment(ProgramEnvironment):
    """Level 1 stays within the hour, level 2 goes beyond it."""

    id = "clock-v2"
    default_levels = {1: 0.8, 2: 0.2}
    examples = (
        (
            "A ship sails 15 minutes past 9 and arrives 52 minutes past 9. How many minutes does it sail?",
            "def solution():\n    start = 15\n    end = 52\n    return end - start",
        ),
        (
            "The market opens 5 minutes past 7 and closes 35 minutes past 7. For how long, in minutes?",
            "def solution():\n    start = 5\n    end = 35\n    return end - start",
        ),
        (
            "A dog sleeps from 40 minutes past 3 to 10 minutes past 5. For how many minutes?",
            "def solution():\n    start = 40\n    end = 10\n    hours = 5 - 3\n"
            "    return hours * 60 + end - start",
        ),
    )

    def make(self, stream: Random, level: int) -> Task:
        hour, story = stream.randint(1, 9), stream.choice(STORIES)
        later = hour if level == 1 else hour + stream.randint(1, 3)
        start, end = stream.sample(range(1, 60), 2)
        if level == 1:
            start, end = sorted((start, end))
        return Task(
            question=story.format(start=start, hour=hour, end=end, later=later),
            target=(later - hour) * 60 + end - start,
            group=story,  # a story is for training or for testing, never both
            gold=f"def solution():\n    return ({later} - {hour}) * 60 + {end} - {start}",
        )
