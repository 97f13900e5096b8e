"""Writes the report's files; called after every round."""

from __future__ import annotations

from typing import Any

from envisions.report.html import render_html
from envisions.report.markdown import render_markdown
from envisions.report.samples import read_evidence
from envisions.report.summary import summarize
from envisions.report.tables import base_prompt
from envisions.runs.folder import write_json, write_text
from envisions.runs.run import Run


def write_report(run: Run) -> dict[str, Any]:
    """Writes report.json, report.md and report.html, and returns the report."""
    report = summarize(run)
    folder = run.directory.path
    write_json(folder / "report.json", report)
    tasks = {task.id: task for split in run.tasks.values() for task in split}
    evidence = read_evidence(folder, base_prompt(report["rounds"][0]), tasks)
    write_text(folder / "report.md", render_markdown(report, evidence))
    write_text(folder / "report.html", render_html(report, evidence))
    return report
