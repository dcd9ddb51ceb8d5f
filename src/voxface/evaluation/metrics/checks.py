"""What a metric may be given: a figure from wrong input would look like any other."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.errors import VoxfaceError

FloatArray = NDArray[np.float64]


def finite(values: ArrayLike, name: str, *, least: int = 1) -> FloatArray:
    """Return values, time first, as float64.

    Raises
    ------
    VoxfaceError
        If they are no numbers, hold NaN or infinity, or fewer than `least` frames.
    """
    try:
        array = np.asarray(values, np.float64)
    except (TypeError, ValueError):
        raise VoxfaceError(f"the {name} values are not an array of numbers") from None
    if not array.ndim:
        raise VoxfaceError(f"the {name} values are one number; give an array over time")
    if len(array) < least:
        raise VoxfaceError(
            f"the {name} values have {len(array)} frames; this figure needs at least {least}"
        )
    if wrong := int(array.size - np.isfinite(array).sum()):
        raise VoxfaceError(
            f"{wrong} of {array.size} {name} values are NaN or infinite; leave such frames out "
            "before measuring, and say so"
        )
    return array


def pair(predicted: ArrayLike, true: ArrayLike, *, least: int = 1) -> tuple[FloatArray, FloatArray]:
    """Return predicted and true values of one shape; see `finite`.

    Raises
    ------
    VoxfaceError
        If their shapes differ.
    """
    one, other = finite(predicted, "predicted", least=least), finite(true, "true", least=least)
    if one.shape != other.shape:
        raise VoxfaceError(
            f"predicted values have the shape {one.shape} and true ones {other.shape}; bring both "
            "to the same frames and channels, by time and by name"
        )
    return one, other


def mask(frames: ArrayLike, length: int, name: str) -> NDArray[np.bool_]:
    """Return a choice of frames (T,) as bool.

    Raises
    ------
    VoxfaceError
        If it is not one truth value a frame.
    """
    chosen = np.asarray(frames)
    if chosen.shape != (length,) or chosen.dtype.kind not in "bui":
        raise VoxfaceError(
            f"{name} must be one truth value for each of {length} frames, not {chosen.dtype} of "
            f"shape {chosen.shape}"
        )
    return chosen.astype(bool)


def rate(fps: float) -> float:
    """Return frames per second.

    Raises
    ------
    VoxfaceError
        If it is not a positive number.
    """
    value = float(fps)
    if not (math.isfinite(value) and value > 0):
        raise VoxfaceError(f"frames per second must be positive, not {fps}")
    return value
