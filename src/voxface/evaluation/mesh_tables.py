"""Reports on meshes as tables in the terminal and in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from rich.table import Table

from voxface.evaluation.mesh_scores import MESH_FIGURES

DIGITS = {"r2_published": 4, "lve": 2, "lve_root": 2, "mve": 2, "lag": 0}
"""Decimals of figures that do not have three."""


def mesh_tables(report: Mapping[str, Any]) -> Iterator[Table]:
    """Yield a table for each group: a row for each figure, a column for each method."""
    for group, methods in report["groups"].items():
        takes = max(found["mve"]["count"] for found in methods.values())
        table = Table(title=f"{group} ({takes} takes; mean and 95 % interval over takes)")
        table.add_column("figure")
        for name in methods:
            table.add_column(name, justify="right")
        for figure, title in MESH_FIGURES.items():
            table.add_row(title, *(shown(found[figure], figure) for found in methods.values()))
        yield table


def shown(interval: Mapping[str, Any], figure: str) -> str:
    """Return a mean and its interval as text."""
    if not np.isfinite(interval["mean"]):
        return "–"
    digits = DIGITS.get(figure, 3)
    text = f"{interval['mean']:.{digits}f}"
    if np.isfinite(interval["low"]):
        text += f" ({interval['low']:.{digits}f} … {interval['high']:.{digits}f})"
    return text
