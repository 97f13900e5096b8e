"""How attempts ended, one name for each: solved their task, were wrong or unknown, right but cut off, or how
their execution failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from symbolic import STATUSES

OUTCOMES = ("right", "wrong", "unknown", "cut_off", *(status for status in STATUSES if status != "ok"))
_KINDS = {"probe": "probe", "explore": "explore", "refine": "refine", "eval_outcomes": "evaluate"}


def outcomes(rounds: Sequence[Mapping[str, Any]]) -> list[tuple[str, Counter[str]]]:
    """("round 1 explore", counts by outcome) wherever attempts were made, in the order of the loop."""
    return [
        (f"round {entry['round']} {kind}" if entry["round"] else f"base {kind}", _split(entry[key]))
        for entry in rounds
        for key, kind in _KINDS.items()
        if (entry.get(key) or {}).get("attempts")
    ]


def present(found: Sequence[tuple[str, Counter[str]]]) -> list[str]:
    """The outcomes that occur, in a fixed order."""
    return [name for name in OUTCOMES if any(counts[name] for _, counts in found)]


def _split(entry: Mapping[str, Any]) -> Counter[str]:
    """`wrong` holds failed executions too: here it is left with the programs that ran."""
    counts = Counter({name: n for name, n in (entry.get("status") or {}).items() if name in OUTCOMES})
    ran = (entry.get("status") or {}).get("ok", 0)
    right, solved, unknown = (entry.get(name, 0) for name in ("right", "solved", "unknown"))
    counts.update(right=solved, unknown=unknown, cut_off=right - solved)
    counts["wrong"] = max(0, ran - right - unknown)
    return counts
