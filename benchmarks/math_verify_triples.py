"""Puts the test triples of math-verify to `judge`: gold, prediction, and whether they are to be equal.

    pip download --no-deps --no-binary :all: math-verify && tar xzf math_verify-*.tar.gz
    python benchmarks/math_verify_triples.py math_verify-0.9.0/tests

Reads the triples out of that folder's text and runs none of it. A side that is prose is judged by the one
\\boxed or $…$ in it; a triple where a side holds none, or several, is left out: to find the answer is not
`judge`'s part.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from symbolic import Executor, judge_all

_MATHS = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$|\\\[(.+?)\\\]|\\\((.+?)\\\)", re.DOTALL)
_PROSE = re.compile(r"[A-Za-z]{2,}[ ,:.][^$]*[A-Za-z]{2,}")


def triples(folder: Path) -> Iterator[tuple[str, str, bool]]:
    """Gold, prediction and expectation of every parametrized test of three such names."""
    for path in sorted(folder.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "parametrize":
                yield from _rows(node)


def _rows(call: ast.Call) -> Iterator[tuple[str, str, bool]]:
    names = [name.strip() for name in str(ast.literal_eval(call.args[0])).split(",")]
    if names[:2] != ["gold", "pred"] or not isinstance(call.args[1], ast.List):
        return
    last = next(index for index, name in enumerate(names) if name in ("expected", "result"))
    for row in call.args[1].elts:
        if isinstance(row, ast.Tuple) and all(isinstance(item, ast.Constant) for item in row.elts[:2]):
            values = ast.literal_eval(row)
            yield values[0], values[1], bool(values[last])


def answer(text: str) -> str | None:
    """The one answer in a text, or None."""
    boxed = list(_boxed(text))
    if len(boxed) == 1:
        return boxed[0]
    found = _MATHS.findall(text)
    if boxed or len(found) > 1 or (not found and _PROSE.search(text)):
        return None
    return next(group for group in found[0] if group) if found and _PROSE.search(text) else text


def _boxed(text: str) -> Iterator[str]:
    for found in re.finditer(r"\\boxed\s*\{", text):
        depth, start = 1, found.end()
        for index in range(start, len(text)):
            depth += {"{": 1, "}": -1}.get(text[index], 0)
            if depth == 0:
                yield text[start:index]
                break


def main() -> None:
    rows = [(answer(gold), answer(pred), same) for gold, pred, same in triples(Path(sys.argv[1]))]
    asked = [(pred, gold, same) for gold, pred, same in rows if gold is not None and pred is not None]
    with Executor() as executor:
        verdicts = judge_all([(pred, gold) for pred, gold, _ in asked], executor=executor)
    counts = Counter((same, verdict.verdict) for (_, _, same), verdict in zip(asked, verdicts, strict=True))
    agree = counts[True, "right"] + sum(
        n for (same, name), n in counts.items() if not same and name != "right"
    )
    print(f"{len(rows)} triples, {len(asked)} asked, {agree} agree")
    for same in (True, False):
        shown = {name: counts[same, name] for name in ("right", "unknown", "wrong")}
        print(f"  expected {'equal' if same else 'different'}: {shown}")
    for (pred, gold, same), verdict in zip(asked, verdicts, strict=True):
        if same != verdict.right and (same or verdict.right):
            print(f"  {verdict.verdict:8}{gold!r:.70} {pred!r:.70}")


if __name__ == "__main__":
    main()
