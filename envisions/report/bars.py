"""The report's stacked bars: how attempts ended, and what the stages cost.

Colours keep apart for colour-blind readers and stand out from light and dark pages alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from envisions.report.outcomes import outcomes, present
from envisions.report.svg import BLUE, GREY, ORANGE, PAPER, Plot, figure, legend, to_svg
from envisions.report.tables import Entry, stages_of
from envisions.report.words import percent

_OUTCOMES = {
    "right": BLUE,
    "wrong": ORANGE,
    "unknown": GREY,
    "cut_off": "#b8c4d6",
    "error": "#c8506e",
    "timeout": "#9467bd",
    "memory": "#e3c04a",
    "output": "#a8a432",
    "result_size": "#9c755f",
    "no_result": "#2fa193",
    "bad_result": "#4f9e4a",
    "crash": "#86bde0",
    "infra": "#d35fb7",
}
_STAGES = {
    "probe": "#e3c04a",
    "explore": BLUE,
    "refine": "#2fa193",
    "curate": GREY,
    "sft": ORANGE,
    "dpo": "#c8506e",
    "evaluate": "#9467bd",
    "baselines": "#86bde0",
}
_COSTS = (("seconds", 60, "minutes"), ("tokens", 1000, "thousand tokens"))


def outcome_bars(rounds: Sequence[Entry]) -> Plot:
    """Shares of right, wrong, unknown and each way to fail, by round and kind."""
    found = outcomes(rounds)
    names = present(found)
    shares = [{name: counts[name] / counts.total() for name in names} for _, counts in found]
    with figure(1.0 + 0.3 * len(found)) as drawn:
        axes = drawn.subplots()
        _stack(axes, shares, names, _OUTCOMES, lambda share: f"{100 * share:.0f}" if share >= 0.07 else "")
        _row_labels(axes, [label for label, _ in found])
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100%"])
        axes.set_xlim(0, 1)
        legend(drawn, axes, columns=4)
        right = [
            f"{label} {percent(row.get('right', 0))}" for (label, _), row in zip(found, shares, strict=True)
        ]
        svg = to_svg(drawn, f"How attempts ended by round and kind; right: {', '.join(right)}.")
    note = "Shares of attempts, in percent: the verdict where the program ran, else how its execution failed."
    return Plot("How attempts ended", note, svg)


def cost_bars(rounds: Sequence[Entry]) -> Plot:
    """Minutes and tokens by stage and round."""
    stages = stages_of(rounds)
    with figure(1.4 + 0.5 * len(rounds)) as drawn:
        grid = drawn.subplots(len(_COSTS))
        for axes, (name, scale, unit) in zip(grid, _COSTS, strict=True):
            rows = [{stage: n / scale for stage, n in (entry.get(name) or {}).items()} for entry in rounds]
            _stack(axes, rows, stages, _STAGES, lambda _: "")
            _row_labels(axes, [f"round {entry['round']}" if entry["round"] else "base" for entry in rounds])
            axes.set_xlabel(unit)
        legend(drawn, grid[0], columns=4)
        svg = to_svg(drawn, "Time and tokens by stage and round; the table of costs has the figures.")
    return Plot("Time and tokens by stage", "Tokens generated, and trained on in all passes.", svg)


def _stack(
    axes: Any,
    rows: Sequence[Mapping[str, float]],
    names: Sequence[str],
    colours: Mapping[str, str],
    text: Callable[[float], str],
) -> None:
    """One horizontal bar a row, of the parts in `names`; `text` is what stands within a part."""
    left = [0.0] * len(rows)
    for name in names:
        widths = [row.get(name, 0) for row in rows]
        style = {"color": colours[name], "edgecolor": PAPER, "linewidth": 0.6, "height": 0.72}
        bars = axes.barh(range(len(rows)), widths, left=left, label=name.replace("_", " "), **style)
        axes.bar_label(bars, list(map(text, widths)), label_type="center", color="#101418")
        left = [a + b for a, b in zip(left, widths, strict=True)]


def _row_labels(axes: Any, labels: Sequence[str]) -> None:
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
