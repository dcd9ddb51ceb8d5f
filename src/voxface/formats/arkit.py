"""What the readers of ARKit files share: columns by name in, a clip of the 52 channels out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, REST_POSE, FaceClip
from voxface.face.rotation import normalized
from voxface.formats.names import match_channels
from voxface.formats.timeline import Rows, on_grid


def rows_by_name(
    path: Path,
    names: Sequence[str],
    values: NDArray[np.float64],
    head: NDArray[np.float64] | None = None,
    seen: NDArray[np.bool_] | None = None,
) -> tuple[Rows, list[str]]:
    """Sort columns of weights into ARKit channels.

    Parameters
    ----------
    path : Path
        The file, for messages.
    names : sequence of str, length C
        Column names in any spelling `match_channels` knows.
    values : ndarray, shape (n, C)
        Weights; NaN where there is none.
    head : ndarray, shape (n, 7), optional
        Head pose; the rotations are brought to length one. NaN rows are a head at rest.
    seen : ndarray of bool, shape (n,), optional
        False for frames without a face.

    Returns
    -------
    rows : Rows
        The 52 channels; absent ones untracked.
    unknown : list of str
        Columns that are no ARKit channel.
    """
    columns, unknown = match_channels(names)
    if not columns:
        raise VoxfaceError(f"{path} names no ARKit channel such as jawOpen; is it a face file?")
    weights = np.zeros((len(values), len(ARKIT_CHANNELS)), np.float32)
    tracked = np.zeros(weights.shape, bool)
    for index, channel in enumerate(ARKIT_CHANNELS):
        if channel in columns:
            column = values[:, columns[channel]]
            tracked[:, index] = ~np.isnan(column)
            weights[:, index] = column
    if seen is not None:
        tracked &= seen[:, None]
    weights[~tracked] = 0
    pose = np.tile(np.asarray(REST_POSE), (len(values), 1)) if head is None else head.copy()
    pose[np.isnan(pose).any(axis=1)] = REST_POSE
    pose[:, 3:] = normalized(pose[:, 3:])
    return Rows(weights, pose.astype(np.float32), tracked), unknown


def clip_of_rows(
    rows: Rows,
    positions: NDArray[np.float64] | None,
    fps: Fraction,
    *,
    metadata: Mapping[str, Any],
    unknown: Sequence[str],
    start: float = 0.0,
) -> FaceClip:
    """Build the clip of rows at given frame positions; without positions, rows are frames."""
    notes = dict(metadata)
    if unknown:
        notes["unknown_columns"] = list(unknown)
    if positions is not None and len(positions):
        even = on_grid(rows, positions)
        if even is None:
            notes["timing"] = "times in the file jump about; its rows were taken as even frames"
        rows = even or rows
    return FaceClip(rows.weights, fps, ARKIT_CHANNELS, rows.head, rows.tracked, start, notes)
