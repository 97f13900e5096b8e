"""How long it takes to find all questions that are alike, against comparing each with each.

python benchmarks/similarity.py FILE.jsonl --count 100000

The questions are those of a file, masked, copied up to the count with a part of their words (5 to 60 %) drawn
anew from all the file's words. Each with each is rapidfuzz's own loop over one core, measured on a slice and
scaled up.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from random import Random

from rapidfuzz.distance import Indel
from rapidfuzz.process import cdist

from envisions.environments.similarity import alike, mask
from envisions.environments.splits import ALIKE

SLICE = 20  # questions compared with all others in the slice that is scaled up


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--count", type=int, default=100_000)
    arguments = parser.parse_args()
    lines = arguments.file.read_text(encoding="utf-8").splitlines()
    texts = varied([mask(json.loads(line)["question"]) for line in lines], arguments.count)

    start = time.perf_counter()
    pairs = sum(one < other for one, other in alike(texts, texts, ALIKE))
    took = time.perf_counter() - start

    words = [text.split() for text in texts]
    start = time.perf_counter()
    cdist(words[:SLICE], words, scorer=Indel.normalized_similarity, score_cutoff=ALIKE)
    each = (time.perf_counter() - start) / SLICE * len(words)
    print(f"{len(texts):,} questions, {pairs:,} pairs alike: {took:.0f} s")
    print(f"each with each: {each:,.0f} s, {each / took:.0f} times as long")


def varied(masked: list[str], count: int) -> list[str]:
    """So many texts, each one of the file's with some of its words drawn anew."""
    stream, vocabulary = Random(0), [word for text in masked for word in text.split()]
    texts = []
    for _ in range(count):
        share = stream.uniform(0.05, 0.6)
        words = stream.choice(masked).split()
        texts.append(
            " ".join(stream.choice(vocabulary) if stream.random() < share else word for word in words)
        )
    return texts


if __name__ == "__main__":
    main()
