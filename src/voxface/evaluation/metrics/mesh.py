"""Figures on meshes: vertices (T, V, 3) of the predicted and the true face, in one unit."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.errors import VoxfaceError
from voxface.evaluation.metrics.checks import FloatArray, finite, pair


def lip_vertex_error(
    predicted: ArrayLike, true: ArrayLike, lips: ArrayLike | None = None, *, root: bool = False
) -> float:
    """Return LVE: the mean over time of the largest squared distance of a lip vertex.

    Parameters
    ----------
    predicted, true : array_like, shape (T, V, 3)
    lips : array_like, optional
        Lip vertices: bool (V,) or numbers; by default all.
    root : bool
        Whether the square root of that mean is returned, in the unit of the vertices.

    Notes
    -----
    Richard et al. (2021), "MeshTalk", name it; as coded since (Xing et al., 2023, "CodeTalker") it
    is a squared distance, though often printed in mm. Here it is mm² for vertices in mm.
    """
    one, other = _meshes(predicted, true)
    rows = _rows(lips, one.shape[1], "lip")
    squared = ((one[:, rows] - other[:, rows]) ** 2).sum(axis=2)
    found = float(squared.max(axis=1).mean())
    return found**0.5 if root else found


def mean_vertex_error(
    predicted: ArrayLike, true: ArrayLike, rows: ArrayLike | None = None
) -> float:
    """Return MVE: the mean distance of vertices (T, V, 3) over time and vertices."""
    one, other = _meshes(predicted, true)
    chosen = _rows(rows, one.shape[1], "chosen")
    return float(np.linalg.norm(one[:, chosen] - other[:, chosen], axis=2).mean())


def upper_face_deviation(
    predicted: ArrayLike,
    true: ArrayLike,
    neutral: ArrayLike,
    upper: ArrayLike | None = None,
) -> float:
    """Return FDD: how much more the true upper face varies in its motion than the predicted one.

    The mean over vertices of ``std(|true - neutral|) - std(|predicted - neutral|)``, each over
    time. Above 0, the prediction is too still; 0 does not say that it moves at the right time.

    Parameters
    ----------
    predicted, true : array_like, shape (T, V, 3)
    neutral : array_like, shape (V, 3)
    upper : array_like, optional
        Upper-face vertices: bool (V,) or numbers; by default all.

    Notes
    -----
    Xing et al. (2023), "CodeTalker": upper-face dynamics deviation.
    """
    one, other = _meshes(predicted, true)
    rest, _ = pair(np.asarray(neutral, np.float64), other[0])
    rows = _rows(upper, one.shape[1], "upper-face")
    dynamics = [
        np.linalg.norm(mesh[:, rows] - rest[rows], axis=2).std(axis=0) for mesh in (other, one)
    ]
    return float((dynamics[0] - dynamics[1]).mean())


def _meshes(predicted: ArrayLike, true: ArrayLike) -> tuple[FloatArray, FloatArray]:
    one, other = pair(predicted, true)
    if one.ndim != 3 or one.shape[2] != 3:
        raise VoxfaceError(f"meshes have the shape (frames, vertices, 3), not {one.shape}")
    return one, other


def _rows(chosen: ArrayLike | None, vertices: int, name: str) -> NDArray[np.int64]:
    """Return the numbers of chosen vertices, given as numbers or as truth values."""
    if chosen is None:
        return np.arange(vertices)
    given = np.asarray(chosen)
    if given.dtype == bool and given.shape == (vertices,):
        rows = np.flatnonzero(given)
    elif given.dtype.kind in "iu" and given.ndim == 1:
        rows = given.astype(np.int64)
    else:
        raise VoxfaceError(f"{name} vertices are numbers or {vertices} truth values")
    if not len(rows) or rows.min() < 0 or rows.max() >= vertices:
        raise VoxfaceError(f"there is no such {name} vertex among {vertices}")
    finite(rows, name)
    return rows
