"""Which questions are alike: their words with numbers, names and pronouns masked, aligned in order.

The measure is 2·c / (a + b) for questions of a and b words, of which c are the longest common
subsequence; `difflib`'s ratio, whose common blocks are one such subsequence, never exceeds it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from rapidfuzz.distance import Indel
from rapidfuzz.process import cpdist
from scipy.sparse import coo_array, csr_array

SIMILAR: Final = 0.75  # from here on two questions are alike
MEET: Final = 6  # rare words that two alike questions must share before they are aligned
CHUNK: Final = 1_000  # questions compared with all others at once, to bound memory

_WORD = re.compile(r"\d+(?:[.,/:]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NUMBERS = _words("two three four five six seven eight nine ten eleven twelve")
_PRONOUNS = _words("he she him her his hers himself herself")
# Capital letters do not make these a name where they open a sentence; any other word there counts as
# one: to take an ordinary word for a name merges groups, the reverse would put twins on both sides.
_ORDINARY = _words(
    """a an the this that these those there here it its they them their we us our i my you your
    if when while after before during since then now later today yesterday tomorrow next last first
    second finally each every all both some many most another other one only once in on at by for
    from to of with without between among out about into over under and but or so because as how
    what which who whose where why is are was were do does did can could will would should has have
    had suppose given let find calculate"""
)


def mask(question: str) -> str:
    """The question's words in lower case, with `#` for numbers, `n` for names and `p` for pronouns."""
    words: list[str] = []
    for word in _WORD.findall(question):
        masked = _mask_word(word)
        if not (masked == "n" and words[-1:] == ["n"]):  # a name of two words is one name
            words.append(masked)
    return " ".join(words)


def _mask_word(word: str) -> str:
    plain = re.split("['’]", word)[0].lower()
    if word[0].isdigit() or plain in _NUMBERS:
        return "#"
    if plain in _PRONOUNS:
        return "p"
    return "n" if word[0].isupper() and plain not in _ORDINARY else word.lower()


def alike(texts: Sequence[str], others: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The places in `texts` and in `others` of every two masked texts that are alike.

    Exact, without aligning all pairs: alike texts share so many words that some are among the rarest of
    either (prefix filtering, Chaudhuri et al. 2006), and only texts that share `MEET` of these are aligned.
    """
    words, known = [text.split() for text in texts], [text.split() for text in others]
    rarest = _rarest([*words, *known])
    index = rarest[len(words) :].T.tocsr()
    wanted = np.array([min(MEET, _shared(len(text))) for text in words])
    for start in range(0, len(words), CHUNK):
        met = coo_array(rarest[start : min(start + CHUNK, len(words))] @ index)
        rows, columns = met.row + start, met.col
        enough = met.data >= wanted[rows]
        yield from _aligned(words, known, rows[enough], columns[enough])


def _shared(length: int) -> int:
    """The fewest words that a text of this length shares with one that is alike.

    The subsequence is at least SIMILAR·(a + b) / 2 long and at most b, so b is at least a·s / (2 - s) and the
    words in common are as many.
    """
    return math.ceil(length * SIMILAR / (2 - SIMILAR) - 1e-9)


def _rarest(texts: Sequence[Sequence[str]]) -> csr_array:
    """Texts by words, a word's second occurrence being another word: 1 for those in which alike texts meet."""
    numbered = [[(word, text[:place].count(word)) for place, word in enumerate(text)] for text in texts]
    frequency = Counter(word for text in numbered for word in text)
    rank = {word: place for place, word in enumerate(sorted(frequency, key=lambda word: (frequency[word], word)))}
    columns = [sorted(rank[word] for word in text)[: len(text) - _shared(len(text)) + MEET] for text in numbered]
    ends = np.cumsum([0, *map(len, columns)])
    flat = np.concatenate([*map(np.array, columns)])
    return csr_array((np.ones(len(flat), dtype=np.int32), flat, ends), shape=(len(texts), len(rank)))


def _aligned(
    words: Sequence[list[str]], known: Sequence[list[str]], rows: Any, columns: Any
) -> Iterator[tuple[int, int]]:
    """Those of the candidate pairs that are alike. (A cut-off given to the library would lose exact ties.)"""
    pairs = [(words[row], known[column]) for row, column in zip(rows, columns, strict=True)]
    distances = cpdist([one for one, _ in pairs], [other for _, other in pairs], scorer=Indel.distance)
    for row, column, (one, other), distance in zip(rows, columns, pairs, distances, strict=True):
        if distance <= (1 - SIMILAR) * (len(one) + len(other)) + 1e-9:
            yield int(row), int(column)
