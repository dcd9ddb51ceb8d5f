"""Means with their intervals as dots and bars: figures by group, errors by class of phones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voxface.evaluation.compare.charts.theme import FAINT, INK, chart, looks, to_svg

Interval = tuple[float, float, float]
"""Mean, and the ends of its interval."""


@dataclass(frozen=True)
class Panel:
    """One set of axes.

    Attributes
    ----------
    title, unit : str
    rows : mapping of str to mapping of str to tuple
        By row, by method: mean, low and high.
    ideal : float or None
        Where a line marks the truth.
    """

    title: str
    unit: str
    rows: Mapping[str, Mapping[str, Interval]]
    ideal: float | None = None


def draw_intervals(
    name: str, title: str, methods: Sequence[str], panels: Sequence[Panel], columns: int = 3
) -> str:
    """Draw panels in rows; rows of a panel stand under one another, methods a little apart."""
    columns = min(columns, len(panels))
    lines = -(-len(panels) // columns)
    rows = max(len(panel.rows) for panel in panels)
    tall = 0.75 + rows * (0.22 + 0.085 * len(methods))
    with chart(10.5, lines * tall + 0.35) as figure:
        grid = figure.subplots(lines, columns, squeeze=False)
        flat = [axis for line in grid for axis in line]
        for axis in flat[len(panels) :]:
            axis.set_axis_off()
        for number, (axis, panel) in enumerate(zip(flat, panels, strict=False)):
            _panel(axis, panel, methods, named=number % columns == 0)
        marks = [_mark(flat[0], look, method) for method, look in looks(methods).items()]
        figure.legend(handles=marks, loc="outside upper right", ncols=len(marks))
        return to_svg(figure, name, title)


def _mark(axis: Any, look: Any, label: str) -> Any:
    [line] = axis.plot([], [], color=look.colour, marker=look.mark, label=label, markersize=5)
    return line


def _panel(axis: Any, panel: Panel, methods: Sequence[str], named: bool) -> None:
    step = 0.62 / max(len(methods), 1)
    for row, values in enumerate(panel.rows.values()):
        for number, (method, look) in enumerate(looks(methods).items()):
            if method not in values:
                continue
            mean, low, high = values[method]
            height = row + (number - (len(methods) - 1) / 2) * step
            axis.plot([low, high], [height] * 2, color=look.colour, linewidth=1.6)
            axis.plot([mean], [height], color=look.colour, marker=look.mark, markersize=4.5)
        if row:
            axis.axhline(row - 0.5, color=FAINT, linewidth=0.8)
    if panel.ideal is not None:
        axis.axvline(panel.ideal, color=INK, linewidth=0.8, linestyle=(0, (2, 2)))
    axis.set_yticks(range(len(panel.rows)), list(panel.rows) if named else [])
    axis.set_ylim(len(panel.rows) - 0.5, -0.5)
    axis.tick_params(axis="y", length=0)
    axis.grid(False, axis="y")
    axis.set_title(f"{panel.title} [{panel.unit}]" if panel.unit else panel.title)
