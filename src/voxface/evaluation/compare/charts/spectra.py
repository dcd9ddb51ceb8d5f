"""Amplitude spectra of captured and predicted curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from voxface.evaluation.compare.charts.theme import INK, chart, looks, to_svg


def draw_spectra(
    name: str, title: str, group: str, table: Mapping[str, Any], methods: Sequence[str]
) -> str:
    """Draw one panel for each curve of a table as `spectrum_values` makes it."""
    with chart(10.5, 3.2) as figure:
        axes = figure.subplots(1, len(table), sharex=True, squeeze=False)[0]
        for axis, (curve, values) in zip(axes, table.items(), strict=True):
            true = values["captured"]
            axis.plot(true["hertz"], true["amplitude"], color=INK, linewidth=2.6, label="captured")
            for method, said in values["methods"].items():
                look = looks(methods)[method]
                if max(said["amplitude"], default=0) > 1e-6:
                    axis.plot(
                        said["hertz"],
                        said["amplitude"],
                        color=look.colour,
                        linestyle=look.dashes,
                        label=method,
                    )
            axis.set_yscale("log")
            low = 0.3 * float(np.min(true["amplitude"]))
            axis.set_ylim(bottom=max(low, 1e-5))
            axis.set_title(curve)
            axis.set_xlabel("frequency [Hz]")
            axis.set_ylabel(f"amplitude [{values['unit']}/√Hz]")
        lines, labels = axes[0].get_legend_handles_labels()
        figure.suptitle(group, x=0.01, ha="left", fontsize=10, fontweight="bold")
        figure.legend(lines, labels, loc="outside upper right", ncols=len(labels))
        return to_svg(figure, name, title)
