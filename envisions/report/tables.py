"""The report's tables as text: each cell is made once here, Markdown and HTML only lay them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from envisions.report.outcomes import outcomes, present
from envisions.report.words import NONE, count, decimal, duration, interval, p_value, percent, plain

Entry = Mapping[str, Any]  # of one round, as in report.json
STAGES = ("probe", "explore", "refine", "curate", "sft", "dpo", "evaluate", "baselines")


@dataclass(frozen=True, slots=True)
class Table:
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def accuracy(rounds: Sequence[Entry], baselines: Mapping[str, Entry]) -> Table:
    """Held-out tasks by round; the base has a row for each prompt, then come the trivial answers."""
    k = largest_k(rounds)
    header = (
        "round",
        "pass@1",
        "95% interval",
        "Wilson's",
        *([f"pass@{k}"] if k else []),
        "executed",
        "unknown",
        "infra",
    )
    rows = [(_name(entry), *_score(entry), *_measured(entry, k)) for entry in rounds]
    others = [
        *((f"base, {prompt}", entry) for prompt, entry in base_prompts(rounds[0]).items()),
        *((f"trivial: {plain(name)}", entry) for name, entry in baselines.items()),
    ]
    blank = [NONE] * (len(header) - 4)
    shown = [(name, *_score(entry), *blank) for name, entry in others if name != _name(rounds[0])]
    return Table(header, (rows[0], *shown, *rows[1:]))


def _name(entry: Entry) -> str:
    if entry["round"] > 0:
        return str(entry["round"])
    return f"base, {base_prompt(entry)}" if base_prompt(entry) else "base"


def _score(entry: Entry) -> tuple[str, str, str]:
    return percent(entry.get("pass_at_1")), interval(entry.get("ci95")), interval(entry.get("wilson95"))


def _measured(entry: Entry, k: int) -> tuple[str, ...]:
    powers = entry.get("pass_at_k") or {}
    return (
        *([percent(powers.get(str(k)))] if k else []),
        percent(entry.get("executed")),
        count(entry.get("unknown")),
        count(entry.get("infra_errors")),
    )


def largest_k(rounds: Sequence[Entry]) -> int:
    """The k of the pass@k shown; 0 where only greedy answers were evaluated."""
    return max((int(k) for entry in rounds for k in entry.get("pass_at_k") or {}), default=0)


def base_prompt(entry: Entry) -> str:
    """The prompt behind the base's `pass_at_1`."""
    return str(entry.get("prompt") or "")


def base_prompts(entry: Entry) -> Mapping[str, Entry]:
    """The base's figures by prompt."""
    return entry.get("prompts") or {}


def comparisons(rounds: Sequence[Entry]) -> Table:
    """What changed on the same tasks since the base and since the round before, and how likely by chance."""
    header = ("round", *(f"{what} {against}" for against in ("vs base", "vs previous") for what in _COMPARED))
    return Table(header, tuple(_comparison(entry) for entry in rounds if entry["round"] > 0))


_COMPARED = ("gained, lost", "p", "Holm", "McNemar")


def _comparison(entry: Entry) -> tuple[str, ...]:
    cells = [str(entry["round"])]
    for against in ("base", "previous"):
        changed = [count(entry.get(f"{what}_vs_{against}")) for what in ("gained", "lost")]
        cells.append(NONE if NONE in changed else f"+{changed[0]} −{changed[1]}")
        tests = (f"p_vs_{against}", f"p_vs_{against}_holm", f"mcnemar_vs_{against}")
        cells += [p_value(entry.get(name)) for name in tests]
    return tuple(cells)


def parts(rounds: Sequence[Entry]) -> Table:
    """pass@1 by the tasks' levels and kinds, where there are several; without rows where there are not."""
    columns = [(by, name) for by in _PARTS for name in rounds[0].get(by) or {} if len(rounds[0][by]) > 1]
    header = ("pass@1", *(_part(rounds[0][by][name], by, name) for by, name in columns))
    rows = [(_name(e), *(percent(e[by][name]["pass_at_1"]) for by, name in columns)) for e in rounds]
    return Table(header, tuple(rows) if columns else ())


_PARTS = {"by_level": "level ", "by_kind": ""}


def _part(figure: Entry, by: str, name: str) -> str:
    return f"{_PARTS[by]}{plain(name, 24)} ({figure['n_test']:,})"


def training(rounds: Sequence[Entry]) -> Table:
    """What each round found on the training tasks and what it learned from."""
    header = (
        "round",
        "tasks solved",
        "explored right",
        "refined right",
        "SFT rows",
        "pairs",
        "luck",
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
        count(entry.get("sft_rows")) + (f" ({by_kind})" if by_kind else "") + _skipped(entry, "sft"),
        count(entry.get("pairs")) + _skipped(entry, "dpo"),
        count(entry.get("luck")),
        *(decimal((separation.get(kind) or {}).get("auc")) for kind in ("explore", "refine")),
    )


def _skipped(entry: Entry, stage: str) -> str:
    return ", too few" if stage in (entry.get("skipped") or {}) else ""


def _right_of(attempts: Mapping[str, Any] | None) -> str:
    if not attempts or not attempts.get("attempts"):
        return NONE
    return f"{attempts['solved']:,} of {attempts['attempts']:,}"


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
