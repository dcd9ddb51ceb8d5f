"""``voxface describe``: what nets cost and how far they hear, as one table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from voxface.training.describe import Description

WIDTH = 140


def run(
    nets: list[Path] = typer.Argument(
        ..., metavar="NET...", help="recipes (.yaml), folders of runs, or model files (.onnx)"
    ),
) -> None:
    """Print parameters, receptive field, work, look-ahead and memory of nets."""
    from rich.console import Console
    from rich.table import Table

    from voxface.training.describe import describe

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for title in ("net", "family"):
        table.add_column(title)
    for title in (
        "parameters", "hears back", "ahead", "99 % within", "multiply-adds/s", "look-ahead", "state"
    ):  # fmt: skip
        table.add_column(title, justify="right")
    for path in nets:
        table.add_row(*_row(describe(path)))
    # A row that a narrow terminal breaks is read more easily than cells cut short.
    Console(highlight=False, width=max(WIDTH, Console().width)).print(table)


def _row(net: Description) -> list[str]:
    found = net.facts
    measured = ["–"] * 4
    if found is not None:
        measured = [
            _milliseconds(found.back_ms),
            _milliseconds(found.ahead_ms),
            _milliseconds(found.effective_ms),
            f"{found.multiply_adds / 1e6:.1f} M",
        ]
    return [
        net.name,
        net.family,
        f"{net.parameters:,}",
        *measured,
        _milliseconds(net.look_ahead_ms),
        f"{net.state_size * 4 / 1024:.1f} KiB",
    ]


def _milliseconds(value: float) -> str:
    return "all" if value == float("inf") else f"{value:,.0f} ms"
