"""The report: `summary` computes it from the run's records, `markdown` and `html` show it."""

from envisions.report.write import write_report

__all__ = ["write_report"]
