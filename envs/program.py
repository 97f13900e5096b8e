"""Any questions with answers, from data alone: the model writes a Python program, its value is judged.

For one's own file without writing code: `env=program env.data=my.jsonl`. The worked examples show the form,
not the subject: numbers, words, a list.
"""

from __future__ import annotations

from envisions import ProgramEnvironment


class DataEnvironment(ProgramEnvironment):
    """All tasks come from `data`."""

    id = "program-v1"
    examples = (
        (
            "A lighthouse keeper climbed 85 steps before lunch and 64 steps after lunch. "
            "How many steps did she climb?",
            "def solution():\n    before_lunch = 85\n    after_lunch = 64\n"
            "    return before_lunch + after_lunch",
        ),
        (
            'How many times does the letter "r" occur in "raspberry"?',
            'def solution():\n    word = "raspberry"\n    return word.count("r")',
        ),
        (
            "Sort these numbers: 31, 4, 15, 92.",
            "def solution():\n    numbers = [31, 4, 15, 92]\n    return sorted(numbers)",
        ),
        (
            "A potter made 63 bowls and packed them into 9 crates. How many bowls are in each crate?",
            "def solution():\n    bowls = 63\n    crates = 9\n    return bowls / crates",
        ),
        (
            'Which of the words "plum" and "quince" is longer?',
            'def solution():\n    words = ["plum", "quince"]\n    return max(words, key=len)',
        ),
    )
