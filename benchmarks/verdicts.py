"""Measures verdicts on real problem sets, and how fast they are.

    python benchmarks/verdicts.py answers gsm8k.jsonl svamp.jsonl …   gold spellings and perturbations
    python benchmarks/verdicts.py logic proofwriter|prontoqa FILE     agreement with the labels
    python benchmarks/verdicts.py speed                               verdicts a second, by stage

`answers --others 100` also asks math-verify (which has to be installed) and plain float comparison. `logic`
checks every certificate and explains disagreements by it; it runs the solver in this process, since it reads
translated gold texts alone. Times are processor time.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from envs.logic import prontoqa, proofwriter
from envs.logic.english import UntranslatedError
from symbolic import Executor, judge
from symbolic.jobs import LIMITS
from symbolic.logic.chaining import forward
from symbolic.logic.entailment import check_entailment, verdict_of
from symbolic.logic.reading import read_theory
from symbolic.logic.solving import decide
from symbolic.program import Execution, Limits, Program
from symbolic.recheck import check

SHOWN = 8


def gold(path: Path) -> list[str]:
    """The answers of a JSONL file, as text, in either of its two forms."""
    rows = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
    return [
        row["answer"].rsplit("####", 1)[1].strip() if "answer" in row else repr(row["target"]) for row in rows
    ]


def exact(answer: str) -> Fraction:
    return Fraction(answer.replace(",", ""))


def spellings(answer: str) -> dict[str, Any]:
    """What programs and texts may write for the same number, by the kind of spelling."""
    value = exact(answer)
    decimal = repr(float(value))
    found: dict[str, Any] = {
        "as given": answer,
        "spaces": f" {answer}\n",
        "dollar signs": f"${answer}$",
        "boxed": rf"\boxed{{{answer}}}",
        "brackets": f"({value})",
        "Unicode minus": answer.replace("-", "−"),
        "float": float(value),
        "float's text": decimal,
        "quotient": f"{value.numerator}/{value.denominator}",
        "TeX fraction": rf"\frac{{{value.numerator}}}{{{value.denominator}}}",
        "exponent": decimal if "e" in decimal else f"{decimal}e0",
    }
    if value.denominator == 1:
        whole = int(value)
        found |= {
            "integer": whole,
            "commas": f"{whole:,}",
            "TeX commas": f"{whole:,}".replace(",", "{,}"),
            "point and zero": f"{whole}.0",
            "trailing point": f"{whole}.",
            "plus sign": f"{whole:+}",
            "assignment": f"x = {whole}",
            "not reduced": f"{2 * whole}/2",
        }
    return found


def perturbations(answer: str, neighbour: str) -> dict[str, Any]:
    """Answers that are not this one, by what was done to it."""
    value, digits = exact(answer), answer.replace(",", "")
    found: dict[str, Any] = {
        "one more": str(value + 1),
        "one less": str(value - 1),
        "sign": str(-value),
        "ten times": str(value * 10),
        "a neighbour's": neighbour,
        "first digit dropped": digits[1:],
        "last digit dropped": digits[:-1],
        "one more, as a float": float(value + 1),
        "one per cent more": float(value) * 1.01,
        "a billionth more": float(value) * (1 + 1e-9),
        "per cent": f"{answer}%",
        "a unit": f"{answer} apples",
    }
    return {name: candidate for name, candidate in found.items() if not _same(candidate, value)}


def _same(candidate: Any, value: Fraction) -> bool:
    try:
        return Fraction(str(candidate).replace(",", "")) == value or candidate == float(value)
    except (ValueError, ZeroDivisionError):
        return False


def by_float(got: Any, expected: str) -> bool:
    """The plain comparison: both as floats, within 1e-6."""
    try:
        return abs(float(str(got).replace(",", "")) - float(expected.replace(",", ""))) < 1e-6
    except ValueError:
        return False


def by_math_verify(got: Any, expected: str) -> bool:
    from math_verify import parse, verify

    return bool(
        verify(
            parse(expected, parsing_timeout=None), parse(str(got), parsing_timeout=None), timeout_seconds=None
        )
    )


def answers(paths: Iterable[Path], others: int) -> None:
    for path in paths:
        counts: Counter[str] = Counter()
        failures: list[str] = []
        golds = gold(path)
        start = time.process_time()
        for index, answer in enumerate(golds):
            for _, got, wanted in pairs(answer, golds[index - 1]):
                judged = judge(got, answer)
                counts[f"{wanted} asked, {judged.verdict} given"] += 1
                if judged.verdict != wanted:
                    failures.append(f"{got!r} against {answer!r}")
                if check(judged.verdict, judged.certificate) is not None:
                    failures.append(f"the certificate of {got!r} against {answer!r}")
        seconds = time.process_time() - start
        print(
            f"{path.name}: {len(golds)} answers, {dict(counts)}, {seconds:.1f} s, failures {failures[:SHOWN]}"
        )
        if others:
            compare(golds[:: max(1, len(golds) // others)])


def pairs(answer: str, neighbour: str) -> Iterator[tuple[str, Any, str]]:
    """Kind, candidate and the verdict it should get."""
    yield from ((name, got, "right") for name, got in spellings(answer).items())
    yield from ((name, got, "wrong") for name, got in perturbations(answer, neighbour).items())


def compare(golds: list[str]) -> None:
    """Where math-verify and float comparison say otherwise, counted by kind."""
    judges: dict[str, Callable[[Any, str], bool]] = {"math-verify": by_math_verify, "float": by_float}
    for judge_name, other in judges.items():
        odd: Counter[str] = Counter()
        for index, answer in enumerate(golds):
            for name, got, wanted in pairs(answer, golds[index - 1]):
                if other(got, answer) != (wanted == "right"):
                    odd[f"{name} ({'rejected' if wanted == 'right' else 'accepted'})"] += 1
        print(f"  {judge_name} says otherwise, of {len(golds)} answers: {dict(odd.most_common())}")


class Here:
    """Runs our own jobs in this process."""

    def run(self, programs: list[Program], limits: Limits) -> list[Execution]:
        return [Execution("ok", self._value(program.code)) for program in programs]

    def _value(self, code: str) -> Any:
        scope: dict[str, Any] = {}
        exec(code, scope)  # noqa: S102  our own text, made by `offload.call_all`
        return scope["solution"]()


def logic(name: str, path: Path) -> None:
    translator = {"proofwriter": proofwriter, "prontoqa": prontoqa}[name]
    open_world: Counter[tuple[str, str]] = Counter()
    chained: Counter[tuple[str, str]] = Counter()
    reasons: Counter[str] = Counter()
    examples: dict[str, str] = {}
    untranslated, unchecked, seconds = [], [], 0.0
    rows = json.loads(path.read_text())
    for row in rows:
        label = {option[0]: option[3:] for option in row["options"]}[row["answer"]]
        try:
            text = translator.translate(row["context"], row["question"])
        except UntranslatedError as error:
            untranslated.append(f"{row['id']}: {error}")
            continue
        start = time.process_time()
        found = decide(text)
        seconds += time.process_time() - start
        certificate = {"kind": "entailment", "semantics": "open", "text": text, "expected": label, **found}
        if complaint := check_entailment(verdict_of(found["answer"], label), certificate, Here()):  # type: ignore[arg-type]
            unchecked.append(f"{row['id']}: {complaint}")
        chain, _ = forward(read_theory(text))
        open_world[label, found["answer"]] += 1
        chained[label, chain] += 1
        if found["answer"] != label:
            reason = explain(text, found, chain)
            reasons[reason] += 1
            examples.setdefault(reason, f"{row['id']}\n{quoted(text, found.get('core', []))}")
    agree = sum(count for (label, answer), count in open_world.items() if label == answer)
    agree_chained = sum(count for (label, answer), count in chained.items() if label == answer)
    translated = len(rows) - len(untranslated)
    print(f"{path.name}: {translated} of {len(rows)} translated, {untranslated[:SHOWN]}")
    print(f"  classical: {agree} agree {dict(open_world)}, {1000 * seconds / translated:.0f} ms each")
    print(f"  forward: {agree_chained} agree {dict(chained)}")
    print(f"  certificates that do not check: {unchecked[:SHOWN]}")
    for reason, count in reasons.items():
        print(f"  {count} disagree: {reason}; for example {examples[reason]}")


def explain(text: str, found: dict[str, Any], chain: str) -> str:
    """Why classical entailment says otherwise than the label, as far as the core's own lines tell."""
    if found["answer"] == "Contradiction":
        return "the premises are inconsistent (the core shows it), which forward chaining does not " + (
            "notice" if chain != "Contradiction" else "survive either"
        )
    alone = "\n".join(line for number, line in enumerate(text.splitlines(), 1) if number in found["core"])
    query = text.splitlines()[-1]
    if forward(read_theory(f"{alone}\n{query}"))[0] == "Unknown":
        return "the core entails the query only by contraposition or cases, which forward chaining lacks"
    return "other"


def quoted(text: str, core: list[int]) -> str:
    lines = text.splitlines()
    return "\n".join(f"      {lines[number - 1]}" for number in core) + f"\n      {lines[-1]}"


PAIRS: dict[str, tuple[Any, Any]] = {
    "integers": (25, 5),
    "integer and text": (1234, "1,234"),
    "float and text": (0.1 + 0.2, "0.3"),
    "decimal texts": ("1,234.50", "1234.5"),
    "booleans": (True, "yes"),
    "words": ("Paris", "London"),
    "lists of ten numbers": (list(range(10)), str(list(range(10)))),
    "TeX fractions": (r"\frac{3}{4}", "0.75"),
    "polynomials, equal": ("(x+1)^2", "x^2+2x+1"),
    "polynomials, different": ("(x+1)^2", "x^2+2x+2"),
    "lines, equal": ("y = 2x+1", "2x-y+1 = 0"),
    "sines, different": ("sin(2x)", "2 sin(x)"),
}
SANDBOXED: dict[str, tuple[Any, Any]] = {
    "roots (sympy)": ("sqrt(2)*sqrt(3)", "sqrt(6)"),
    "identities (sympy)": ("sin(x)^2 + cos(x)^2", "1"),
    "other TeX (latex2sympy2_extended)": (r"\sum_{k=1}^{4} k", "10"),
}


def rate(
    pair: tuple[Any, Any], seconds: float, clock: Callable[[], float], executor: Executor | None
) -> float:
    """Verdicts a second over at least that many seconds."""
    judge(*pair, executor=executor)
    count, start = 0, clock()
    while clock() - start < seconds:
        judge(*pair, executor=executor)
        count += 1
    return count / (clock() - start)


def speed() -> None:
    for name, pair in PAIRS.items():
        print(f"{rate(pair, 0.3, time.process_time, None):12,.0f} a second  {name}")
    with Executor(limits=LIMITS) as executor:
        for name, pair in SANDBOXED.items():
            print(f"{rate(pair, 2.0, time.perf_counter, executor):12,.1f} a second  {name}")
        stages: Counter[str] = Counter()
        for got, expected in near_misses():
            stages[stage(judge(got, expected, executor=executor).certificate)] += 1
    print("decided by, of the near-misses in the tests:", dict(stages.most_common()))


def near_misses() -> Iterator[tuple[Any, Any]]:
    sys.path.insert(0, str(Path(__file__).parent.parent))  # the tests are no installed package
    from tests.symbolic.near_misses import algebra, kinds, numbers, words

    for module in (numbers, words, algebra, kinds):
        for name in dir(module):
            if name.isupper():
                yield from (case[:2] for case in getattr(module, name).values())


def stage(certificate: Any) -> str:
    proof = certificate.get("proof", certificate)
    return f"{proof['kind']} {proof.get('stage', proof.get('rule', ''))}".strip()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    on_answers = commands.add_parser("answers")
    on_answers.add_argument("paths", nargs="+", type=Path)
    on_answers.add_argument(
        "--others", type=int, default=0, help="ask math-verify and floats about so many answers"
    )
    on_logic = commands.add_parser("logic")
    on_logic.add_argument("translator", choices=["proofwriter", "prontoqa"])
    on_logic.add_argument("path", type=Path)
    commands.add_parser("speed")
    given = parser.parse_args()
    if given.command == "answers":
        answers(given.paths, given.others)
    elif given.command == "logic":
        logic(given.translator, given.path)
    else:
        speed()


if __name__ == "__main__":
    main()
