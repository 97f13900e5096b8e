"""What the translators share: sentences, names and the error for English they do not cover."""

from __future__ import annotations

import re


class UntranslatedError(ValueError):
    """A sentence outside the regular English that a translator covers."""


def sentences(text: str) -> list[str]:
    """The sentences of a text, without their full stops."""
    return [part.strip() for part in re.split(r"\.(?:\s+|$)", text.strip()) if part.strip()]


def asked(question: str) -> str:
    """The statement after the question mark: "Is the following … true or false? Max is sour." """
    _, mark, statement = question.rpartition("?")
    if not mark or not statement.strip():
        raise UntranslatedError(f"no statement follows the question mark in {question!r}")
    [sentence] = sentences(statement)[:1]
    return sentence


def constant(words: str) -> str:
    """ "bald eagle" as bald_eagle."""
    return "_".join(words.lower().split())


def predicate(word: str) -> str:
    """ "kind" as Kind."""
    return word[:1].upper() + word[1:].lower()
