"""Figures of merit of a predicted face against the captured one; pure functions on arrays.

Nothing here averages over rows that hide a failure: correlation and amplitude go together, because
a face that barely moves can correlate. What cannot be measured is NaN where the data are at fault
(nobody moves, nobody speaks) and a `VoxfaceError` where the call is (shapes, NaN, too few frames).
"""

from voxface.evaluation.metrics.alignment import Alignment, align
from voxface.evaluation.metrics.beats import audio_beats, beat_consistency, motion_minima
from voxface.evaluation.metrics.closure import ClosureScore, closures
from voxface.evaluation.metrics.error import about_rest, mean_absolute_error
from voxface.evaluation.metrics.mesh import (
    lip_vertex_error,
    mean_vertex_error,
    upper_face_deviation,
)
from voxface.evaluation.metrics.shape import (
    MOVING,
    amplitude_ratio,
    moving,
    pearson,
    r_squared,
    r_squared_of_motion,
)
from voxface.evaluation.metrics.smoothness import jitter, motion_where, power_above
from voxface.evaluation.metrics.timing import lag, loudness, onset_lag

__all__ = [
    "MOVING",
    "Alignment",
    "ClosureScore",
    "about_rest",
    "align",
    "amplitude_ratio",
    "audio_beats",
    "beat_consistency",
    "closures",
    "jitter",
    "lag",
    "lip_vertex_error",
    "loudness",
    "mean_absolute_error",
    "mean_vertex_error",
    "motion_minima",
    "motion_where",
    "moving",
    "onset_lag",
    "pearson",
    "power_above",
    "r_squared",
    "r_squared_of_motion",
    "upper_face_deviation",
]
