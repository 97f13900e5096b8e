"""The training question that is most like a question, numbers and names aside.

Likeness is the share of words that both have in the same order (difflib's ratio over masked words): in word
problems the little words tell what is to be done, so that weights by rarity, as in TF-IDF, do worse.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, Final

from envisions.environments.similarity import mask

CANDIDATES: Final = 64  # compared word by word: those with the largest share of words in common

Words = Sequence[str]


def nearest(questions: Sequence[str], known: Sequence[str]) -> list[int]:
    """For each question the place of the nearest among `known`, the first of equals."""
    asked, there = ([mask(text).split() for text in texts] for texts in (questions, known))
    return [
        _closest(words, there, places) for words, places in zip(asked, _shortlists(asked, there), strict=True)
    ]


def _closest(words: Words, known: Sequence[Words], places: Sequence[int]) -> int:
    matcher = SequenceMatcher(None, "", words, autojunk=False)  # what is compared with many comes second

    def likeness(place: int) -> float:
        matcher.set_seq1(known[place])
        return matcher.ratio()

    return max(sorted(places), key=likeness)


def _shortlists(asked: Sequence[Words], known: Sequence[Words]) -> Iterator[Sequence[int]]:
    """For each question the places of the known ones that share most words with it, order aside."""
    import numpy as np

    columns = {
        feature: place for place, feature in enumerate({f: None for words in known for f in _counted(words)})
    }
    there, lengths = _matrix(known, columns).T.tocsr(), np.array([len(words) for words in known])
    for words, row in zip(asked, _matrix(asked, columns), strict=True):
        shared = 2 * (row @ there).toarray()[0] / (len(words) + lengths)
        yield np.argsort(-shared, kind="stable")[:CANDIDATES].tolist()


def _matrix(texts: Sequence[Words], columns: dict[tuple[str, int], int]) -> Any:
    """Texts by words; the second "the" of a text is another column than its first."""
    from scipy.sparse import csr_matrix

    found = [[columns[feature] for feature in _counted(words) if feature in columns] for words in texts]
    ends = [0]
    for places in found:
        ends.append(ends[-1] + len(places))
    flat = [place for places in found for place in places]
    return csr_matrix(([1] * len(flat), flat, ends), shape=(len(texts), len(columns)))


def _counted(words: Words) -> Iterator[tuple[str, int]]:
    seen: Counter[str] = Counter()
    for word in words:
        seen[word] += 1
        yield word, seen[word]
