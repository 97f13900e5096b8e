"""Writes the report's files; called after every round."""

from __future__ import annotations

from typing import Any

from envisions.report.figures import figures
from envisions.report.html import render_html
from envisions.report.markdown import render_markdown
from envisions.report.reading import read_run
from envisions.report.samples import read_evidence
from envisions.report.tables import base_prompt
from envisions.runs import layout
from envisions.runs.folder import write_json, write_text
from envisions.runs.run import Run
from envisions.runs.tasks import read_tasks


def write_report(run: Run) -> dict[str, Any]:
    """Writes report.json, report.md and report.html, and returns the report."""
    folder = run.directory.path
    report = figures(read_run(run))
    write_json(folder / layout.REPORT_JSON, report)
    tasks = {task.id: task for task in read_tasks(folder)}
    evaluated = [entry["round"] for entry in report["rounds"][1:] if "sft" not in entry.get("skipped", {})]
    evidence = read_evidence(folder, base_prompt(report["rounds"][0]), tasks, evaluated)
    write_text(folder / layout.REPORT_MD, render_markdown(report, evidence))
    write_text(folder / layout.REPORT_HTML, render_html(report, evidence))
    return report
