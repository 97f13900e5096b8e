"""Translators of regular English: what is covered, and that the rest is refused."""

from __future__ import annotations

import pytest

from envs.logic import prontoqa, proofwriter
from envs.logic.english import UntranslatedError
from symbolic.logic import entails

ASKED = "Based on the above information, is the following statement true, false, or unknown? "

PROOFWRITER = {
    "Bob is cold.": "Cold(bob)",
    "The bald eagle is not big.": "not Big(bald_eagle)",
    "The cat eats the squirrel.": "Eat(cat, squirrel)",
    "The cat does not eat Bob.": "not Eat(cat, bob)",
    "All red, rough things are big.": "forall x: Red(x) and Rough(x) -> Big(x)",
    "Cold people are not blue.": "forall x: Cold(x) -> not Blue(x)",
    "If something is quiet and not nice then it is smart.": "forall x: Quiet(x) and not Nice(x) -> Smart(x)",
    "If someone eats the cow then they see the rabbit.": "forall x: Eat(x, cow) -> See(x, rabbit)",
    "If something likes the cow then the cow likes it.": "forall x: Like(x, cow) -> Like(cow, x)",
    "If the cow is big then the cat does not eat the mouse.": "Big(cow) -> not Eat(cat, mouse)",
    "If someone is kind and they do not like the tiger then they are green.": (
        "forall x: Kind(x) and not Like(x, tiger) -> Green(x)"
    ),
    "If Dave is smart and Dave is kind then Dave is quiet.": "Smart(dave) and Kind(dave) -> Quiet(dave)",
}
PRONTOQA = {
    "Each yumpus is a dumpus.": "forall x: Yumpus(x) -> Dumpus(x)",
    "Jompuses are not shy.": "forall x: Jompus(x) -> not Shy(x)",
    "Every tumpus is not angry.": "forall x: Tumpus(x) -> not Angry(x)",
    "Max is an impus.": "Impus(max)",
    "Max is not sour.": "not Sour(max)",
    "Rompuses are luminous.": "forall x: Rompus(x) -> Luminous(x)",
}


@pytest.mark.parametrize(("english", "logic"), PROOFWRITER.items())
def test_proofwriter(english, logic):
    text = proofwriter.translate(english, ASKED + "Bob is kind.")
    assert text == f"{logic}\nquery: Kind(bob)"
    entails(text, semantics="forward")


@pytest.mark.parametrize(("english", "logic"), PRONTOQA.items())
def test_prontoqa(english, logic):
    assert prontoqa.translate(english, "True or false? Max is sour.") == f"{logic}\nquery: Sour(max)"


def test_a_plural_is_a_class_if_the_text_uses_its_singular():
    text = prontoqa.translate(
        "Yumpuses are dumpuses. Each dumpus is sour. Max is a yumpus.", "? Max is sour."
    )
    assert "forall x: Yumpus(x) -> Dumpus(x)" in text


@pytest.mark.parametrize("translator", [proofwriter, prontoqa])
@pytest.mark.parametrize(
    "english",
    ["It rains.", "Bob gave Anne a book yesterday.", "Most cats are big.", "Bob is either kind or big."],
)
def test_what_is_not_covered_is_refused(translator, english):
    with pytest.raises(UntranslatedError):
        translator.translate(english, ASKED + "Bob is kind.")


def test_a_question_without_a_statement():
    with pytest.raises(UntranslatedError, match="question mark"):
        proofwriter.translate("Bob is kind.", "Which is true?")
