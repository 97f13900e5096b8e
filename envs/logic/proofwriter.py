"""Translates ProofWriter's English (arXiv 2012.13048) into the logic language, sentence by sentence.

Covered: facts ("The cat is not big", "Bob likes the dog"), conditionals ("If something is cold and it sees
the dog then it is not kind") and generalities ("All red, cold things are round"). Everything else raises
`UntranslatedError`.
"""

from __future__ import annotations

import re

from envs.logic.english import UntranslatedError, asked, constant, predicate, sentences

_SUBJECT = r"(?P<subject>[Tt]he [a-z]+(?: [a-z]+)?|[A-Z][a-z]+|[Ss]omething|[Ss]omeone|it|they)"
_OBJECT = r"(?P<object>the [a-z]+(?: [a-z]+)?|[A-Z][a-z]+|it|them|something|someone)"
_IS = re.compile(rf"{_SUBJECT} (?:is|are) (?P<no>not )?(?:an? )?(?P<word>[a-z]+)")
_DOES_NOT = re.compile(rf"{_SUBJECT} (?:does|do) not (?P<word>[a-z]+) {_OBJECT}")
_DOES = re.compile(rf"{_SUBJECT} (?P<word>[a-z]+) {_OBJECT}")
_BARE = re.compile(r"(?P<no>not )?(?P<word>[a-z]+)")
_GENERAL = re.compile(
    r"(?:All |all )?(?P<words>[A-Za-z]+(?:, [a-z]+| and [a-z]+)*) (?:things|people) "
    r"are (?P<no>not )?(?P<word>[a-z]+)"
)
_CONDITIONAL = re.compile(r"If (?P<conditions>.+?),? then (?P<conclusion>.+)")
_ANYONE = ("something", "someone", "it", "they", "them")
_VARIABLE = "x"


def translate(context: str, question: str) -> str:
    """A logic text whose query is the question's statement. Raises `UntranslatedError`."""
    lines = [_sentence(sentence) for sentence in sentences(context)]
    return "\n".join([*lines, f"query: {_clause(asked(question))[0]}"])


def _sentence(sentence: str) -> str:
    if found := _CONDITIONAL.fullmatch(sentence):
        return _rule(found["conditions"].split(" and "), found["conclusion"])
    if found := _GENERAL.fullmatch(sentence):
        words = re.split(r", | and ", found["words"])
        body = " and ".join(f"{predicate(word)}({_VARIABLE})" for word in words)
        return f"forall x: {body} -> {_literal(found['no'], found['word'], _VARIABLE)}"
    return _clause(sentence)[0]


def _rule(conditions: list[str], conclusion: str) -> str:
    body, subject = [], ""
    for condition in conditions:
        literal, subject = _clause(condition, subject)
        body.append(literal)
    head, _ = _clause(conclusion, subject)
    rule = f"{' and '.join(body)} -> {head}"
    return f"forall {_VARIABLE}: {rule}" if re.search(rf"\b{_VARIABLE}\b", rule) else rule


def _clause(clause: str, subject: str = "") -> tuple[str, str]:
    """A clause as a literal, and its subject; a bare "not big" has the subject of the clause before it."""
    if found := _IS.fullmatch(clause):
        subject = _thing(found["subject"])
        return _literal(found["no"], found["word"], subject), subject
    if subject and (found := _BARE.fullmatch(clause)):
        return _literal(found["no"], found["word"], subject), subject
    found = _DOES_NOT.fullmatch(clause) or _DOES.fullmatch(clause)
    if found is None:
        raise UntranslatedError(f"the clause {clause!r} is not covered")
    subject = _thing(found["subject"])
    negated = "does not" in clause or "do not" in clause
    return _literal(negated, found["word"].removesuffix("s"), subject, _thing(found["object"])), subject


def _thing(words: str) -> str:
    if words.lower() in _ANYONE:
        return _VARIABLE
    return constant(re.sub("^[Tt]he ", "", words))


def _literal(negated: str | bool | None, word: str, *args: str) -> str:
    return f"{'not ' if negated else ''}{predicate(word)}({', '.join(args)})"
