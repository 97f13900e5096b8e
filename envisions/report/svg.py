"""Matplotlib's figures as SVG to put inline in a page that allows no inline style.

Style attributes become presentation attributes, black becomes the text's colour so that the figure follows
a dark page, and text stays text. Only figures without text from outside pass through here.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import Any

INK = "#000000"  # what follows the page's text colour
PAPER = "#ffffff"  # what follows the page's background
BLUE, ORANGE, GREY = "#2f83c0", "#e08a1e", "#8a8f94"
WIDTH = 5.0  # inches, of every figure
_SETTINGS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "envisions",  # ids, and with them the page, are the same every time
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": INK,
    "grid.alpha": 0.12,
    "grid.linewidth": 0.6,
    "axes.edgecolor": INK,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.frameon": False,
    "legend.handlelength": 1.2,
}
_DROPPED = re.compile(
    r"<metadata>.*?</metadata>|<style.*?</style>|(?<=<g) id=\"[^\"]*\"|xlink:(?=href)", re.DOTALL
)
_STYLE = re.compile(r' style="([^"]*)"')
_ROOT = re.compile(r'<svg [^>]*?(viewBox="[^"]*")[^>]*>')
_FONTS = ("font", "font-family", "font-size")  # the page's style sheet has them


@dataclass(frozen=True, slots=True)
class Plot:
    """`svg` is an element to put inline; `note` says how to read it."""

    title: str
    note: str
    svg: str


@contextmanager
def figure(height: float) -> Iterator[Any]:
    """A figure of `height` inches in the report's style; no global state is left behind."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(_SETTINGS):
        drawn = Figure(figsize=(WIDTH, height), layout="constrained")
        drawn.patch.set_visible(False)
        yield drawn


def legend(drawn: Any, axes: Any, columns: int) -> None:
    """Above the figure, of what is labelled in `axes`."""
    drawn.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=columns)


def to_svg(drawn: Any, alt: str) -> str:
    """The figure as an element; `alt` says what it shows. Call within `figure`."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    for axes in drawn.axes:
        axes.patch.set_visible(False)
    buffer = io.StringIO()
    canvas: Any = FigureCanvasSVG(drawn)
    canvas.print_svg(buffer, metadata={"Date": None})
    text = _DROPPED.sub("", buffer.getvalue())
    text = _STYLE.sub(_attributes, text[text.index("<svg") :])
    text = text.replace(f'"{INK}"', '"currentColor"').replace(f'"{PAPER}"', '"var(--paper)"')
    return _ROOT.sub(lambda root: f'<svg {root[1]} role="img" aria-label="{escape(alt)}">', text, count=1)


def _attributes(style: re.Match[str]) -> str:
    properties = (item.split(":", 1) for item in style[1].split(";") if ":" in item)
    return "".join(
        f' {name.strip()}="{value.strip()}"' for name, value in properties if name.strip() not in _FONTS
    )
