"""Where heads turn: yaw against pitch, the captured head and each method's on equal axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from voxface.evaluation.compare.charts.theme import INK, chart, looks, to_svg
from voxface.evaluation.compare.takes import FloatArray


def draw_heads(
    name: str, title: str, true: FloatArray, said: Mapping[str, FloatArray], methods: Sequence[str]
) -> str:
    """Draw the paths of heads, (T, 6) each as `head_about_rest` returns them."""
    panels = {"captured": (true, INK)} | {
        method: (path, looks(methods)[method].colour) for method, path in said.items()
    }
    reach = max(float(np.abs(path[:, :2]).max()) for path, _ in panels.values()) * 1.08 + 0.1
    with chart(10.5, 10.5 / max(len(panels), 3) + 0.35) as figure:
        axes = figure.subplots(1, len(panels), sharex=True, sharey=True, squeeze=False)[0]
        for axis, (panel, (path, colour)) in zip(axes, panels.items(), strict=True):
            axis.plot(path[:, 0], path[:, 1], color=colour, linewidth=1.2)
            axis.plot(path[0, 0], path[0, 1], color=colour, marker="o", markersize=5)
            axis.plot(path[-1, 0], path[-1, 1], color=colour, marker="x", markersize=6)
            axis.set_title(panel)
            axis.set_xlim(-reach, reach)
            axis.set_ylim(reach, -reach)
            axis.set_aspect("equal")
            axis.set_xlabel("yaw [°]")
        axes[0].set_ylabel("pitch [°], down is down")
        return to_svg(figure, name, title)
