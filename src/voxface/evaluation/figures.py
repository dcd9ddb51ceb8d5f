"""What each figure of a take is called, its unit, which way is better, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

HIGHER, LOWER, NEAR_1, NEAR_0, NEAR_OWN = "higher", "lower", "near 1", "near 0", "near captured"


@dataclass(frozen=True)
class Figure:
    """A figure of one take.

    Attributes
    ----------
    key, title, unit : str
    better : str
        ``"higher"``, ``"lower"``, ``"near 1"``, ``"near 0"`` or ``"near captured"``: as the
        captured face's own.
    meaning : str
        What it is, and what it hides; docs/evaluation.md has the formula.
    headline : bool
        Whether it stands in the short table.
    digits : int
        Significant digits in tables.
    """

    key: str
    title: str
    unit: str
    better: str
    meaning: str
    headline: bool = False
    digits: int = 3

    def badness(self, values: ArrayLike, own: ArrayLike = np.nan) -> NDArray[np.float64]:
        """Return values of which less is better, as tests of difference need them."""
        found = np.asarray(values, np.float64)
        if self.better == HIGHER:
            return -found
        if self.better == NEAR_1:
            return np.asarray(np.abs(np.log(np.maximum(found, 1e-6))))
        if self.better == NEAR_0:
            return np.abs(found)
        return np.abs(found - np.asarray(own)) if self.better == NEAR_OWN else found


FIGURES: tuple[Figure, ...] = (
    Figure("jaw_r", "jaw r", "", HIGHER, "Pearson's r of jawOpen: when, not how far", True),
    Figure("mouth_r", "mouth r", "", HIGHER, "mean r of mouth channels that move", True),
    Figure("jaw_ratio", "jaw ratio", "×", NEAR_1, "predicted over true deviation", True),
    Figure("mouth_ratio", "mouth ratio", "×", NEAR_1, "the same, geometric mean", True),
    Figure("jaw_error", "jaw error", "weight", LOWER, "mean absolute error about rest"),
    Figure(
        "mouth_error", "mouth error", "weight", LOWER,
        "the same of mouth channels; a still face does not do badly", True,
    ),
    Figure("error", "error, all channels", "weight", LOWER, "about rest, tracked channels"),
    Figure(
        "error_absolute", "error as it is", "weight", LOWER,
        "mostly the difference between two resting faces",
    ),
    Figure("r2_motion", "R² of motion", "", HIGHER, "of jaw and mouth weights; still is 0"),
    Figure("lag", "jaw lag", "ms", NEAR_0, "shift of best correlation; above 0 is late", True),
    Figure("onset_lag", "onset lag", "ms", NEAR_OWN, "the mouth opens after sound rises"),
    Figure("dtw_cost", "DTW cost", "weight", LOWER, "of mouth opening, aligned", True),
    Figure("dtw_ms", "DTW deviation", "ms", LOWER, "mean time between aligned frames"),
    Figure("dtw_late_ms", "DTW lateness", "ms", NEAR_0, "the same with its sign"),
    Figure("closure_recall", "p b m shut", "share", HIGHER, "within ±60 ms", True),
    Figure("closure_false", "ah shut", "share", LOWER, "open vowels with lips shut", True),
    Figure("silence_motion", "motion in silence", "/s", LOWER, "of jaw and mouth channels"),
    Figure("jitter", "jitter", "/s²", NEAR_OWN, "mean second difference x fps²"),
    Figure("above_8_hz", "above 8 Hz", "share", NEAR_OWN, "of the variance of jaw and mouth"),
    Figure("beats", "beat consistency", "", NEAR_OWN, "pauses of motion at onsets of sound"),
    Figure("lve", "LVE", "mm²", LOWER, "largest squared distance of a lip vertex"),
    Figure("lve_root", "LVE, root", "mm", LOWER, "its root", True),
    Figure("mve", "MVE", "mm", LOWER, "mean distance of vertices that channels move"),
    Figure("fdd", "FDD", "mm", NEAR_0, "true less predicted liveliness of the upper face"),
    Figure("mesh_r2_motion", "mesh R² of motion", "", HIGHER, "of vertices; still is 0"),
    Figure(
        "mesh_r2_absolute", "mesh R², published style", "", HIGHER,
        "near 1 for a face that never moves", digits=5,
    ),
)  # fmt: skip
"""Every figure of `scores.Scores`, in the order of the tables."""
BY_KEY = {figure.key: figure for figure in FIGURES}
