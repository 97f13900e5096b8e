"""The report's tables as text: each cell is made once here, Markdown and HTML only lay them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from envisions.report.outcomes import outcomes, present
from envisions.report.words import NONE, count, decimal, duration, interval, p_value, percent
from envisions.stats import wilson

Entry = Mapping[str, Any]  # of one round, as in report.json
STAGES = ("explore", "refine", "curate", "sft", "dpo", "evaluate")


@dataclass(frozen=True, slots=True)
class Table:
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def accuracy(rounds: Sequence[Entry]) -> Table:
    """Held-out tasks by round; the base has a row for each prompt."""
    k = largest_k(rounds)
    header = (
        "round",
        "pass@1",
        "95% interval",
        *([f"pass@{k}"] if k > 1 else []),
        "executed",
        "unknown",
        "infra",
    )
    tests = ("p vs base", "Holm", "p vs previous", "Holm")
    rows = [row for entry in rounds for row in _accuracy_rows(entry, k, len(header) + len(tests))]
    return Table((*header, *tests), tuple(rows))


def _accuracy_rows(entry: Entry, k: int, width: int) -> list[tuple[str, ...]]:
    powers = entry.get("pass_at_k") or {}
    figures = (
        percent(entry.get("pass_at_1")),
        interval(entry.get("ci95")),
        *([percent(powers.get(str(k)))] if k > 1 else []),
        percent(entry.get("executed")),
        count(entry.get("unknown")),
        count(entry.get("infra_errors")),
        *(
            p_value(entry.get(f"p_vs_{against}{adjusted}"))
            for against in ("base", "previous")
            for adjusted in ("", "_holm")
        ),
    )
    if entry["round"] > 0:
        return [(str(entry["round"]), *figures)]
    rows = [(f"base, {base_prompt(entry)}" if base_prompt(entry) else "base", *figures)]
    for prompt, share, bounds in base_figures(entry):
        if prompt != base_prompt(entry):
            known = (f"base, {prompt}", percent(share), interval(bounds))
            rows.append((*known, *[NONE] * (width - len(known))))
    return rows


def largest_k(rounds: Sequence[Entry]) -> int:
    """The k of the pass@k shown; 1 where only greedy answers were evaluated."""
    return max((int(k) for entry in rounds for k in entry.get("pass_at_k") or {}), default=1)


def base_prompt(entry: Entry) -> str:
    """The prompt behind the base's `pass_at_1`: the better of those measured, few-shot where they tie."""
    figures = base_figures(entry)
    better = max(figures, key=lambda figure: figure[1])[0] if figures else ""
    return str(entry.get("prompt") or better).replace("_", "-")


def base_figures(entry: Entry) -> list[tuple[str, float, tuple[float, float]]]:
    """(prompt, pass@1, Wilson's 95 % interval) of the base for each prompt that was measured."""
    n = entry.get("n_test") or 0
    measured = [(p, entry.get(p.replace("-", "_"))) for p in ("few-shot", "zero-shot")]
    return [(p, share, wilson(round(share * n), n)) for p, share in measured if share is not None]


def training(rounds: Sequence[Entry]) -> Table:
    """What each round found on the training tasks and what it learned from."""
    header = (
        "round",
        "tasks solved",
        "explored right",
        "refined right",
        "SFT rows",
        "pairs",
        "AUC explored",
        "AUC refined",
    )
    return Table(header, tuple(_training_row(entry) for entry in rounds if entry["round"] > 0))


def _training_row(entry: Entry) -> tuple[str, ...]:
    kinds = entry.get("sft_rows_by_kind") or {}
    by_kind = ", ".join(f"{kind} {n:,}" for kind, n in sorted(kinds.items()))
    separation = entry.get("self_reward") or {}
    return (
        str(entry["round"]),
        count(entry.get("solved_train")),
        *(_right_of(entry.get(kind)) for kind in ("explore", "refine")),
        count(entry.get("sft_rows")) + (f" ({by_kind})" if by_kind else ""),
        count(entry.get("pairs")),
        *(decimal((separation.get(kind) or {}).get("auc")) for kind in ("explore", "refine")),
    )


def _right_of(attempts: Mapping[str, Any] | None) -> str:
    if not attempts or not attempts.get("attempts"):
        return NONE
    return f"{attempts['right']:,} of {attempts['attempts']:,}"


def costs(shown: Sequence[Entry], rounds: Sequence[Entry]) -> Table:
    """Time and tokens by round and stage; the last row sums all rounds, shown or not."""
    stages = stages_of(rounds)
    rows = [("base" if entry["round"] == 0 else str(entry["round"]), [entry]) for entry in shown]
    return Table(
        ("time / tokens", *stages, "total"),
        tuple(
            (label, *(_cost(entries, [stage]) for stage in stages), _cost(entries, stages))
            for label, entries in [*rows, ("total", list(rounds))]
        ),
    )


def stages_of(rounds: Sequence[Entry]) -> list[str]:
    """The stages that took time or tokens, in the order of the loop."""
    seen = {stage for entry in rounds for name in ("seconds", "tokens") for stage in entry.get(name) or {}}
    return [stage for stage in STAGES if stage in seen]


def _cost(rounds: Sequence[Entry], stages: Sequence[str]) -> str:
    def total(name: str) -> float:
        return float(sum((entry.get(name) or {}).get(stage, 0) for entry in rounds for stage in stages))

    seconds, tokens = total("seconds"), total("tokens")
    parts = [duration(seconds)] if seconds else []
    return " / ".join([*parts, _short(tokens)] if tokens else parts) or NONE


def _short(tokens: float) -> str:
    """A token count in at most five characters: 950, 41.2k, 1.3M."""
    if tokens < 1000:
        return f"{tokens:.0f}"
    return f"{tokens / 1e3:.1f}k" if tokens < 999_950 else f"{tokens / 1e6:.1f}M"


def outcome_counts(rounds: Sequence[Entry]) -> Table:
    """How many attempts ended how, by round and kind."""
    found = outcomes(rounds)
    names = present(found)
    rows = [
        (label, *(count(counts[name]) for name in names), count(sum(counts.values())))
        for label, counts in found
    ]
    return Table(("attempts", *(name.replace("_", " ") for name in names), "all"), tuple(rows))
