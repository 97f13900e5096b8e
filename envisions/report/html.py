"""`report.html`: one file that opens offline, without scripts, and lets nothing be loaded.

Every value is escaped by the template, none stands in an attribute; the style sheet is allowed by its hash.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envisions.report import tables
from envisions.report.plots import draw
from envisions.report.samples import Evidence
from envisions.report.verdict import INTERIM
from envisions.report.words import clip, decimal, headline, notes, one_line, primary_test, progress, warning

if TYPE_CHECKING:
    from jinja2 import Template

_SIGNS = {"improved": "up", "regressed": "down"}


def render_html(report: Mapping[str, Any], evidence: Evidence) -> str:
    rounds = report["rounds"]
    word, figures = headline(report)
    return _template().render(
        report=report,
        word=word,
        figures=figures,
        sign=_SIGNS.get(word.removeprefix(INTERIM), "none"),
        progress=progress(report),
        warning=warning(report),
        primary_test=primary_test(report),
        notes=notes(report),
        accuracy=tables.accuracy(rounds, report.get("baselines") or {}),
        comparisons=tables.comparisons(rounds),
        parts=tables.parts(rounds),
        training=tables.training(rounds),
        costs=tables.costs(rounds, rounds),
        outcomes=tables.outcome_counts(rounds),
        plots=draw(report, evidence),
        groups=evidence.groups,
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(
        clip=clip, one_line=one_line, decimal=decimal, csp_hash=_csp_hash, tone=_tone, as_json=_as_json
    )
    return environment.from_string(Path(__file__).with_name("report.html").read_text(encoding="utf-8"))


def _csp_hash(text: str) -> str:
    """A source expression that allows exactly this text (W3C, Content Security Policy 3, section 2.3.1)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _tone(verdict: str) -> str:
    """The style class of a verdict: records may hold anything, an attribute may not."""
    return verdict if verdict in ("right", "wrong") else "unknown"


def _as_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
