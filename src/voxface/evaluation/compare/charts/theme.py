"""How charts look: matplotlib draws them, the page's style sheet colours them.

Lines are drawn in marked colours that become CSS variables, so that one SVG suits a light page, a
dark one and paper. Series differ in dashes and marks as well as in colour.
"""

from __future__ import annotations

import base64
import html
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from voxface.errors import VoxfaceError

INK, FAINT, PAPER = "#010101", "#010102", "#010103"
"""Text and truth, grids, and what lies behind."""
SERIES = tuple(f"#0102{number:02x}" for number in range(1, 7))
"""One for each method; further methods begin again with other dashes."""
_VARIABLES = {INK: "ink", FAINT: "faint", PAPER: "paper"} | {
    colour: f"series-{number}" for number, colour in enumerate(SERIES, 1)
}
_DASHES: tuple[Any, ...] = ("solid", (0, (5, 1.5)), (0, (1.5, 1)), (0, (5, 1.5, 1, 1.5)))
_MARKS = "osD^vP"


@dataclass(frozen=True)
class Look:
    """How one method is drawn in every chart."""

    colour: str
    dashes: Any
    mark: str


def looks(methods: Sequence[str]) -> dict[str, Look]:
    """Return a look for each method, in their order."""
    return {
        name: Look(
            SERIES[number % len(SERIES)],
            _DASHES[number % len(_DASHES)],
            _MARKS[number % len(_MARKS)],
        )
        for number, name in enumerate(methods)
    }


@contextmanager
def chart(width: float, height: float, layout: Any = "constrained") -> Iterator[Any]:
    """Yield a matplotlib figure of a size in inches that is drawn in the page's colours.

    Raises
    ------
    VoxfaceError
        If matplotlib is not installed.
    """
    try:
        import matplotlib  # noqa: PLC0415  (slow to import)
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError:
        raise VoxfaceError(
            "charts need matplotlib; install it with: pip install 'voxface[compare]'"
        ) from None
    with matplotlib.rc_context(_RC):
        yield Figure(figsize=(width, height), layout=layout)


def to_svg(figure: Any, name: str, title: str) -> str:
    """Return a figure as SVG to be put into a page.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    name : str
        Unique in the page: the ids inside begin with it.
    title : str
        What a screen reader says.
    """
    import matplotlib  # noqa: PLC0415

    held = io.StringIO()
    with matplotlib.rc_context(_RC | {"svg.hashsalt": name}):
        figure.savefig(held, format="svg", transparent=True)
    text = held.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'\s+xmlns(:\w+)?="[^"]*"', "", text).replace("xlink:href", "href")
    text = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', text)
    text = re.sub(r'(url\(|href=")#', rf"\1#{name}-", text)
    for colour, variable in _VARIABLES.items():
        text = text.replace(colour, f"var(--{variable})")
    text = re.sub(r"\n\s*", "\n", text)
    label = html.escape(title, quote=True)
    return text.replace("<svg", f'<svg role="img" aria-label="{label}" class="chart"', 1)


def data_uri(data: bytes, kind: str) -> str:
    """Return bytes as the address of themselves, for pictures and films inside a page."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


_RC: dict[str, Any] = {
    "svg.fonttype": "none",
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.formatter.useoffset": False,
    "axes.unicode_minus": True,
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.5,
    "legend.frameon": False,
    "legend.handlelength": 3.0,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": FAINT,
}
