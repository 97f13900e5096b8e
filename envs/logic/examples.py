"""The logic environment's worked examples: a story and its text. Their names and words occur in no task."""

from __future__ import annotations

from typing import Final

from envs.logic.theories import QUESTION

EXAMPLES: Final = (
    (
        f"Oscar is not hot. If someone is rich then they are kind.\n{QUESTION} Oscar is hot.",
        "not Hot(oscar)\nforall x: Rich(x) -> Kind(x)\nquery: Hot(oscar)",
    ),
    (
        f"All green people are round. Peter is green. Quinn is cold.\n{QUESTION} Peter is round.",
        "forall x: Green(x) -> Round(x)\nGreen(peter)\nCold(quinn)\nquery: Round(peter)",
    ),
    (
        f"Everyone who is young is not rough. Rosa is young.\n{QUESTION} Rosa is rough.",
        "forall x: Young(x) -> not Rough(x)\nYoung(rosa)\nquery: Rough(rosa)",
    ),
    (
        f"Simon is big. If someone is white then they are furry.\n{QUESTION} Simon is furry.",
        "Big(simon)\nforall x: White(x) -> Furry(x)\nquery: Furry(simon)",
    ),
)
