"""What is measured of every take here: the evaluation's figures, and some that films show."""

from __future__ import annotations

import numpy as np

from voxface.evaluation.compare.takes import Pair
from voxface.evaluation.figures import FIGURES as EVALUATED
from voxface.evaluation.figures import LOWER, NEAR_1, Figure

OWN: tuple[Figure, ...] = (
    Figure(
        "gap_error", "lip gap's error", "mm", LOWER,
        "mean absolute difference of the gap between the lips of the default head", True,
    ),
    Figure(
        "head_error", "head turn's error", "°", LOWER,
        "mean absolute difference of yaw, pitch and roll about rest; many head motions fit one "
        "sentence, so a low error is not the aim",
    ),
    Figure(
        "head_ratio", "head turn's ratio", "×", NEAR_1,
        "predicted over true deviation of the head's turn",
    ),
)  # fmt: skip
FIGURES: tuple[Figure, ...] = (*EVALUATED, *OWN)
"""Every figure of a take, in the order of the tables."""
BY_KEY = {figure.key: figure for figure in FIGURES}
HEADLINE = ("jaw_r", "mouth_r", "jaw_ratio", "mouth_ratio", "mouth_error", "gap_error")
"""Figures of the summary."""


def own_figures(pair: Pair) -> dict[str, float]:
    """Return the figures of `OWN` by key; NaN where there is no captured head."""
    head_error, head_ratio = _head(pair)
    return {
        "gap_error": float(pair.gap_off.mean()),
        "head_error": head_error,
        "head_ratio": head_ratio,
    }


def _head(pair: Pair) -> tuple[float, float]:
    if not pair.take.has_head:
        return float("nan"), float("nan")
    true, said = pair.take.own_head[:, :3], pair.said_head[:, :3]
    size = np.sqrt((true.std(axis=0) ** 2).sum())
    ratio = np.sqrt((said.std(axis=0) ** 2).sum()) / size if size > 0 else float("nan")
    return float(np.abs(said - true).mean()), float(ratio)
