"""What shrinking found, as tables for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from voxface.training.shrink.dead_units import NetUse
from voxface.training.shrink.loss import ChannelLoss

if TYPE_CHECKING:
    from rich.table import Table


def loss_table(losses: Sequence[ChannelLoss], title: str) -> Table:
    """Return every output's loss, worst first; what does not move is counted, not listed."""
    from rich.table import Table  # noqa: PLC0415  (only for the terminal)

    table = Table(title=title)
    for column in ("channel", "max difference", "mean difference", "in parts of its motion", "r"):
        table.add_column(column)
    for loss in losses:
        if loss.moves:
            table.add_row(
                loss.name,
                f"{loss.most:.5f}",
                f"{loss.mean:.5f}",
                f"{loss.share:.2%}",
                f"{loss.r:.5f}",
            )
    still = [loss for loss in losses if not loss.moves]
    if still:
        most = max(loss.most for loss in still)
        table.caption = f"{len(still)} channels do not move; they differ by {most:.1e} at most"
    return table


def units_table(use: NetUse, dilations: Sequence[int]) -> Table:
    """Return what the units of each block do."""
    from rich.table import Table  # noqa: PLC0415

    table = Table(title=f"units over {use.frames / 100:.0f} s of speech")
    for column in (
        "block",
        "dilation",
        "units",
        "never fire",
        "< 0.1 %",
        "< 1 %",
        "frames a unit fires in",
        "contribution, least",
        "10 %",
        "median",
        "most",
    ):
        table.add_column(column)
    for number, (block, dilation) in enumerate(zip(use.blocks, dilations, strict=True), 1):
        least, tenth, median, most = np.percentile(block.contribution, [0, 10, 50, 100])
        table.add_row(
            str(number),
            str(dilation),
            str(len(block.firing)),
            *(str(int(block.dead(limit).sum())) for limit in (0.0, 0.001, 0.01)),
            f"{block.firing.mean():.1%}",
            *(f"{value:.3f}" for value in (least, tenth, median, most)),
        )
    return table
