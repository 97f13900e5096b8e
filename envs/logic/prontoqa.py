"""Translates ProntoQA's English (arXiv 2210.01240) into the logic language, sentence by sentence.

Covered: membership and properties of one individual ("Max is a yumpus", "Max is not sour") and of whole
classes ("Each yumpus is aggressive", "Jompuses are not shy", "Numpuses are impuses"). Everything else raises
`UntranslatedError`. In "Jompuses are …" a word is a class if the text uses its singular, else a property.
"""

from __future__ import annotations

import re

from envs.logic.english import UntranslatedError, asked, constant, predicate, sentences

_SINGULAR = re.compile(r"(?:Each|Every|An|A) (?P<kind>[a-z]+) is (?P<no>not )?(?:an? )?(?P<word>[a-z]+)")
_PLURAL = re.compile(r"(?:All )?(?P<kind>[A-Za-z]+s) are (?P<no>not )?(?P<word>[a-z]+)")
_ONE = re.compile(r"(?P<name>[A-Z][a-z]+) is (?P<no>not )?(?:an? )?(?P<word>[a-z]+)")


def translate(context: str, question: str) -> str:
    """A logic text whose query is the question's statement. Raises `UntranslatedError`."""
    statement = asked(question)
    parts = sentences(context)
    kinds = _kinds([*parts, statement])
    return "\n".join([*(_sentence(part, kinds) for part in parts), f"query: {_sentence(statement, kinds)}"])


def _kinds(parts: list[str]) -> frozenset[str]:
    """The singular names of classes that the text mentions."""
    kinds = set()
    for part in parts:
        kinds.update(re.findall(r"\b(?:[Ee]ach|[Ee]very|[Aa]n?) ([a-z]+)", part))
        if found := _PLURAL.fullmatch(part):
            kinds.add(singular(found["kind"].lower()))
    return frozenset(kinds)


def _sentence(sentence: str, kinds: frozenset[str]) -> str:
    if found := _SINGULAR.fullmatch(sentence):
        return _rule(found["kind"], found["no"], found["word"])
    if found := _PLURAL.fullmatch(sentence):
        word = singular(found["word"])
        return _rule(singular(found["kind"].lower()), found["no"], word if word in kinds else found["word"])
    if found := _ONE.fullmatch(sentence):
        return f"{'not ' if found['no'] else ''}{predicate(found['word'])}({constant(found['name'])})"
    raise UntranslatedError(f"the sentence {sentence!r} is not covered")


def _rule(kind: str, negated: str | None, word: str) -> str:
    return f"forall x: {predicate(kind)}(x) -> {'not ' if negated else ''}{predicate(word)}(x)"


def singular(word: str) -> str:
    """ "yumpuses" as yumpus, "puppies" as puppy, "cats" as cat."""
    for ending, instead in (
        ("uses", "us"),
        ("ies", "y"),
        ("sses", "ss"),
        ("xes", "x"),
        ("ches", "ch"),
        ("s", ""),
    ):
        if word.endswith(ending):
            return word.removesuffix(ending) + instead
    return word
