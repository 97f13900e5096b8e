"""How the reports put things: figures as short text, and text from outside made harmless to print.

Model text can hold anything. What cannot be printed (controls, terminal escapes, lone surrogates, marks that
reverse the reading direction) is replaced here; escaping for HTML or Markdown is left to each writer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from envisions.runs.probe import told
from envisions.stats import ALPHA, POWER

NONE = "–"
_CONFINED = {"strong", "kernel-filter", "namespace"}


def percent(share: float | None) -> str:
    return NONE if share is None else f"{share:.1%}"


def interval(bounds: Sequence[float] | None) -> str:
    return NONE if bounds is None else f"{100 * bounds[0]:.1f}–{bounds[1]:.1%}"


def p_value(p: float | None) -> str:
    return NONE if p is None else f"{p:.2g}"


def decimal(value: float | None) -> str:
    return NONE if value is None else f"{value:.2f}"


def count(value: int | None) -> str:
    return NONE if value is None else f"{value:,}"


def duration(seconds: float) -> str:
    """From seconds: 4.2 s, 250 s, 1 h 05 min."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 3600:
        return f"{seconds:,.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02d} min"


def printable(text: str) -> str:
    """The text with line breaks and tabs kept, other space as blanks and what has no glyph as �."""
    return "".join(c if c.isprintable() or c in "\n\t" else " " if c.isspace() else "�" for c in text)


def clip(text: str, characters: int = 1500, lines: int = 40) -> str:
    """The printable beginning of a text, saying how much is left out."""
    kept = "\n".join(text[:characters].split("\n")[:lines])
    rest = len(text) - len(kept)
    return printable(kept) + (f"\n… ({rest:,} more characters)" if rest else "")


def plain(name: str, width: int = 40) -> str:
    """An environment's own word (a kind, a trivial answer) without what Markdown could take for its marks."""
    return one_line("".join(c if c.isalnum() or c in " .-_" else " " for c in name), width)


def one_line(text: str, width: int = 80) -> str:
    """The printable beginning of a text in at most `width` characters, runs of space as one blank."""
    line = " ".join(printable(text[: 8 * width]).split())
    return line if len(line) <= width and len(text) <= 8 * width else line[: width - 1] + "…"


def tasks_of_groups(tasks: int, groups: int) -> str:
    return f"{tasks:,} task{'s' * (tasks != 1)} of {groups:,} template{'s' * (groups != 1)}"


def headline(report: Mapping[str, Any]) -> tuple[str, str]:
    """The verdict and its figures: ("improved", "22.7% before, …")."""
    word, _, figures = str(report.get("verdict", "")).partition(": ")
    return word, figures


def progress(report: Mapping[str, Any]) -> str:
    finished, planned = len(report["rounds"]) - 1, report.get("planned_rounds")
    return f"{finished} of {NONE if planned is None else planned} rounds finished"


def warning(report: Mapping[str, Any]) -> str:
    """A sentence where the programs ran without confinement, or nothing."""
    tier = report.get("isolation")
    if tier is None or tier in _CONFINED:
        return ""
    return (
        "The programs of this run were NOT SANDBOXED: text written by the model ran with the rights of the"
        " user who started it, so a program could have altered these very results."
    )


def primary_test(report: Mapping[str, Any]) -> str:
    """What decides the verdict, in one sentence, and how small a difference it could show."""
    planned, tests = report.get("planned_rounds"), report.get("tests")
    begun = "Planned anew" if len(report.get("plans") or []) > 1 else "Fixed in advance"
    same = f"the same {tasks_of_groups(tests['tasks'], tests['groups'])}" if tests else "the same tasks"
    return (
        f"{begun}, one test decides: the last planned round ({NONE if planned is None else planned})"
        f" against the base with its better prompt on {same}, two-sided sign flips, a template at a time,"
        f" α = {ALPHA}.{_crowded(report)}{_looks(report)}{_power(report)}{_twins(report)}"
    )


def _looks(report: Mapping[str, Any]) -> str:
    plans = report.get("plans") or []
    if len(plans) < 2:
        return ""
    raised, look = ", then ".join(map(str, plans)), len(plans)
    return f" The plan was raised ({raised} rounds), so its p is multiplied by {look}² = {look**2}."


def _power(report: Mapping[str, Any]) -> str:
    primary = report.get("primary_test") or {}
    smallest, likely = primary.get("smallest_difference"), primary.get("detectable_difference")
    if smallest is None:
        return " With so few templates no difference could be significant."
    found = (
        f"; if as many answers change as in round {primary['round']}, one of {100 * likely:.1f} would be"
        f" found {POWER:.0%} of the time"
        if likely and likely < 1
        else ""
    )
    return f" No difference under {100 * smallest:.1f} points could be significant{found}."


def _crowded(report: Mapping[str, Any]) -> str:
    tests = report.get("tests") or {}
    largest, tasks = tests.get("largest_group", 0), tests.get("tasks", 0)
    return f" The largest template has {largest:,} of them." if 10 * largest > tasks else ""


def _twins(report: Mapping[str, Any]) -> str:
    found = (report.get("tests") or {}).get("near_duplicates")
    if found is None:
        return ""
    return f" By wording, {found:,} of the tests {'is' if found == 1 else 'are'} like a training task."


def notes(report: Mapping[str, Any]) -> list[str]:
    """What else there is to say about the run, a sentence or two each."""
    return [note for note in (exploration(report), recipe(report), best_round(report)) if note]


def exploration(report: Mapping[str, Any]) -> str:
    """How the prompt of the first exploration was chosen, or nothing."""
    found = report.get("exploration")
    return told(found) if found else ""


def best_round(report: Mapping[str, Any]) -> str:
    """Which round did best, where the last one did not, or nothing."""
    best = report.get("best_round")
    if not best:
        return ""
    what = f"round {best['round']} ({best['checkpoint']})" if best["round"] else "the base model"
    return (
        f"Not the last round but {what} solved most, {percent(best['pass_at_1'])}. To pick it after looking"
        " is a selection: its share is no claim until it is measured on other tasks."
    )


def recipe(report: Mapping[str, Any]) -> str:
    """What of the method the environment changed, or nothing."""
    changes = report.get("method_changes") or {}
    told = ", ".join(f"{key}={value}" for key, value in changes.items())
    return f"This environment has no second attempts: the method ran with {told}." if told else ""
