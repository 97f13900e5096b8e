"""How alike two questions are: their words, with numbers, names and pronouns masked, aligned in order.

The ratio is 2·c / (a + b) for questions of a and b words whose longest common subsequence has c. It is at
least `difflib`'s, whose matching blocks are one such subsequence.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np
from rapidfuzz.distance import Indel
from rapidfuzz.process import cpdist

if TYPE_CHECKING:  # loaded where it is used: a mistake in the command is answered before
    from scipy.sparse import csr_array

MEET: Final = 6  # rare words that two questions must share before they are aligned
CHUNK: Final = 1_000  # questions compared with all others at once, to bound memory
ROUNDING: Final = 1e-9

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


def alike(texts: Sequence[str], others: Sequence[str], ratio: float) -> Iterator[tuple[int, int]]:
    """The places in `texts` and in `others` of every two masked texts whose alignment reaches `ratio`.

    Exact, without aligning all pairs: such texts share so many words that some are among the rarest of either
    (prefix filtering, Chaudhuri et al. 2006), and only texts that share `MEET` of these are aligned.
    """
    from scipy.sparse import coo_array

    words, known = [text.split() for text in texts], [text.split() for text in others]
    rarest = _rarest([*words, *known], ratio)
    index = rarest[len(words) :].T.tocsr()
    wanted = np.array([min(MEET, _shared(len(text), ratio)) for text in words])
    for start in range(0, len(words), CHUNK):
        met = coo_array(rarest[start : min(start + CHUNK, len(words))] @ index)
        enough = met.data >= wanted[met.row + start]
        candidates = zip(met.row[enough] + start, met.col[enough], strict=True)
        yield from _aligned(words, known, [(int(row), int(column)) for row, column in candidates], ratio)


def _shared(length: int, ratio: float) -> int:
    """The fewest words that a text of this length shares with one that reaches the ratio.

    The subsequence is at least ratio·(a + b) / 2 long and at most b; so b is at least a·ratio / (2 - ratio),
    and as many words are in common.
    """
    return math.ceil(length * ratio / (2 - ratio) - ROUNDING)


def _rarest(texts: Sequence[Sequence[str]], ratio: float) -> csr_array:
    """Texts by words, a word's second occurrence being another word; 1 for the rarest of each text, in which
    two that reach the ratio must meet."""
    from scipy.sparse import csr_array

    numbered = [[(word, text[:place].count(word)) for place, word in enumerate(text)] for text in texts]
    frequency = Counter(word for text in numbered for word in text)
    rank = {word: place for place, (_, word) in enumerate(sorted((n, word) for word, n in frequency.items()))}
    kept = [
        sorted(rank[word] for word in text)[: len(text) - _shared(len(text), ratio) + MEET]
        for text in numbered
    ]
    ends = np.cumsum([0, *map(len, kept)])
    columns = np.fromiter(chain.from_iterable(kept), dtype=np.int32, count=int(ends[-1]))
    return csr_array((np.ones(len(columns), dtype=np.int32), columns, ends), shape=(len(texts), len(rank)))


def _aligned(
    words: Sequence[list[str]], known: Sequence[list[str]], pairs: Sequence[tuple[int, int]], ratio: float
) -> Iterator[tuple[int, int]]:
    """The pairs that reach the ratio. (A cut-off given to the library would lose exact ties.)"""
    ones, others = [words[row] for row, _ in pairs], [known[column] for _, column in pairs]
    distances = cpdist(ones, others, scorer=Indel.distance)
    for pair, one, other, distance in zip(pairs, ones, others, distances, strict=True):
        if distance <= (1 - ratio) * (len(one) + len(other)) + ROUNDING:
            yield pair
