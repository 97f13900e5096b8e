"""The report's plots, from the report and its evidence alone; matplotlib is imported when one is drawn.

Accuracy and self-reward are here, stacked bars in `bars`. A run with many rounds shows the newest where each
takes a row; the tables have all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from envisions.report.bars import cost_bars, outcome_bars
from envisions.report.outcomes import outcomes
from envisions.report.samples import Evidence, Scores
from envisions.report.svg import BLUE, GREY, INK, ORANGE, PAPER, Plot, figure, legend, to_svg
from envisions.report.tables import Entry, base_prompt, base_prompts, largest_k, stages_of
from envisions.report.words import decimal, percent
from envisions.stats import auc

NEWEST = 4  # rounds drawn where each takes a row
BINS = 30


def draw(report: Mapping[str, Any], evidence: Evidence) -> list[Plot]:
    """Every plot that there is something to show in."""
    rounds = report["rounds"]
    recent = [rounds[0], *rounds[1:][-NEWEST:]]
    newest = sorted({scores.round for scores in evidence.scores})[-NEWEST:]
    scores = [s for s in evidence.scores if s.round in newest]
    return [
        _accuracy(rounds, report.get("planned_rounds") or 1, report.get("baselines") or {}),
        *([outcome_bars(recent)] if outcomes(recent) else []),
        *([_self_reward(scores)] if scores else []),
        *([cost_bars(recent)] if stages_of(recent) else []),
    ]


def _accuracy(rounds: Sequence[Entry], planned: int, baselines: Mapping[str, Entry]) -> Plot:
    evaluated = [entry for entry in rounds if entry.get("pass_at_1") is not None]
    last = max(planned, rounds[-1]["round"])
    step = 1 + last // 12
    trivial = sorted((entry["pass_at_1"] for entry in baselines.values()), reverse=True)
    with figure(3.2) as drawn:
        axes = drawn.subplots()
        xs, ys = [e["round"] for e in evaluated], [100 * e["pass_at_1"] for e in evaluated]
        axes.plot(xs, ys, color=BLUE, linewidth=1.2)
        _base_points(axes, rounds[0])
        for entry in evaluated:
            if entry["round"] > 0:
                _point(axes, entry["round"], entry["pass_at_1"], entry.get("ci95"), BLUE)
        _pass_at_k(axes, rounds)
        _trivial(axes, trivial)
        axes.set_xticks(range(0, last + 1, step), ["base", *map(str, range(step, last + 1, step))])
        axes.set(xlim=(-0.4, last + 0.4), ylim=(0, None), xlabel="round", ylabel="held-out tasks solved, %")
        legend(drawn, axes, columns=3)
        told = f"; trivial answers {', '.join(map(percent, trivial))}" if trivial else ""
        svg = to_svg(drawn, f"Held-out accuracy: {_told(rounds)}{told}.")
    return Plot("Accuracy on held-out tasks", "Greedy answers; bars are 95% intervals over templates.", svg)


def _told(rounds: Sequence[Entry]) -> str:
    base = [f"base {prompt} {percent(e['pass_at_1'])}" for prompt, e in base_prompts(rounds[0]).items()]
    return ", ".join([*base, *(f"round {e['round']} {percent(e.get('pass_at_1'))}" for e in rounds[1:])])


def _base_points(axes: Any, base: Entry) -> None:
    """Few-shot and zero-shot side by side, and a line at the figure that later rounds have to beat."""
    for prompt, entry in base_prompts(base).items():
        share, bounds = entry["pass_at_1"], entry["ci95"]
        if prompt == base_prompt(base):
            _point(axes, 0, share, bounds, GREY, label=f"base, {prompt} (the better one)")
            axes.axhline(100 * share, color=GREY, linewidth=1, linestyle=(0, (4, 3)))
        else:
            _point(axes, 0.12, share, bounds, INK, "s", PAPER, label=f"base, {prompt}")


def _trivial(axes: Any, shares: Sequence[float]) -> None:
    """A line for what each trivial answer solves; its name, which is an environment's, stays in the table."""
    for place, share in enumerate(shares):
        label = None if place else "trivial answers"
        axes.axhline(100 * share, color=ORANGE, linewidth=1, linestyle="dotted", label=label)


def _point(
    axes: Any,
    x: float,
    share: float,
    bounds: Sequence[float] | None,
    colour: str,
    marker: str = "o",
    fill: str | None = None,
    label: str | None = None,
) -> None:
    low, high = bounds or (share, share)
    reach = [[100 * max(0, share - low)], [100 * max(0, high - share)]]
    axes.errorbar(x, 100 * share, reach, color=colour, linewidth=1.2, capsize=3, zorder=3)
    style = {"color": fill or colour, "markeredgecolor": colour, "label": label}
    axes.plot(x, 100 * share, marker, zorder=4, **style)
    axes.annotate(f"{100 * share:.1f}", (x, 100 * share), (6, 3), textcoords="offset points", zorder=5)


def _pass_at_k(axes: Any, rounds: Sequence[Entry]) -> None:
    k = largest_k(rounds)
    shares = {entry["round"]: (entry.get("pass_at_k") or {}).get(str(k)) for entry in rounds}
    points = [(number, 100 * share) for number, share in shares.items() if share is not None]
    if points:
        style = {"color": ORANGE, "linewidth": 1, "markersize": 5}
        axes.plot(*zip(*points, strict=True), "^:", label=f"pass@{k}", **style)


def _self_reward(scores: Sequence[Scores]) -> Plot:
    everything = sorted(value for s in scores for value in (*s.right, *s.wrong))
    # a long tail of unlikely programs would squeeze the rest: 1 in 100 is put into the first bin
    low, high = everything[len(everything) // 100], everything[-1]
    edges = [low + max(high - low, 0.01) * i / BINS for i in range(BINS + 1)]
    areas = [auc(s.right, s.wrong) for s in scores]
    with figure(0.8 + 0.85 * len(scores)) as drawn:
        grid = drawn.subplots(len(scores), sharex=True, squeeze=False)[:, 0]
        for axes, s, area in zip(grid, scores, areas, strict=True):
            _histogram(axes, s.right, edges, BLUE, "right")
            _histogram(axes, s.wrong, edges, ORANGE, "wrong")
            figures = f"AUC {decimal(area)} · {len(s.right):,} right, {len(s.wrong):,} wrong"
            axes.set_title(f"round {s.round} {s.kind} · {figures}", loc="left", fontsize=9)
            axes.set_yticks([])
            axes.spines["left"].set_visible(False)
        grid[-1].set_xlabel("self-reward: mean log-probability of a token")
        legend(drawn, grid[0], columns=2)
        told = ", ".join(f"round {s.round} {s.kind} {decimal(a)}" for s, a in zip(scores, areas, strict=True))
        svg = to_svg(drawn, f"Distributions of the self-reward of right and wrong programs; AUC: {told}.")
    note = "AUC: how often a right program scores above a wrong one; 0.5 is chance. All areas are equal."
    return Plot("Self-reward of right and wrong programs", note, svg)


def _histogram(axes: Any, values: Sequence[float], edges: Sequence[float], colour: str, name: str) -> None:
    within = [max(value, edges[0]) for value in values]
    weights = [1 / max(1, len(within))] * len(within)
    axes.hist(within, edges, weights=weights, histtype="stepfilled", color=colour, alpha=0.35)
    axes.hist(within, edges, weights=weights, histtype="step", color=colour, linewidth=1.2)
    axes.plot([], [], color=colour, linewidth=4, label=name)
