"""Figures of one predicted moving face against the captured one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.evaluation.metrics import (
    amplitude_ratio,
    lag,
    lip_vertex_error,
    mean_vertex_error,
    pearson,
    r_squared,
    r_squared_of_motion,
    upper_face_deviation,
)
from voxface.face import MeshTopology

MILLIMETRES = 10.0
"""Millimetres in a centimetre: meshes are in centimetres, and errors are told in millimetres."""
BEGINNING = 0.5
"""Seconds in which a net has not heard much yet."""
STILL = 0.02
"""Standard deviation in centimetres below which a lip opening does not move."""

MESH_FIGURES: dict[str, str] = {
    "lve": "LVE, mm² (squared, as coded in the literature)",
    "lve_root": "LVE, root, mm",
    "mve": "MVE, mm",
    "fdd": "FDD, mm",
    "r2_published": "R², published form",
    "r2_motion": "R² of motion",
    "r2_mouth": "R² of motion, mouth",
    "r2_upper": "R² of motion, upper face",
    "lips_r": "lip opening r",
    "lips_ratio": "lip opening, amplitude ratio",
    "mouth_ratio": "mouth, amplitude ratio",
    "upper_ratio": "upper face, amplitude ratio",
    "lag": "lag, ms",
    "begin": "mouth error in the first half second, mm",
    "after": "mouth error after it, mm",
}
"""Figures of a take, and how tables call them."""


def lip_opening(vertices: ArrayLike, topology: MeshTopology) -> NDArray[np.float64]:
    """Return how far the lips reach from top to bottom in each frame, shape (T,), centimetres."""
    rows = topology.rows("lips")
    height = np.asarray(vertices, np.float64)[:, rows, 1]
    return np.asarray(height.max(axis=1) - height.min(axis=1))


def mesh_scores(
    predicted: ArrayLike, true: ArrayLike, neutral: ArrayLike, topology: MeshTopology, fps: float
) -> dict[str, float]:
    """Return every figure of `MESH_FIGURES` for one take.

    Parameters
    ----------
    predicted, true : array_like, shape (T, V, 3)
        Vertices in centimetres, without the head's motion.
    neutral : array_like, shape (V, 3)
    topology : MeshTopology
        Its regions ``lips``, ``mouth`` and ``upper`` say what is measured where.
    fps : float

    Raises
    ------
    VoxfaceError
        If shapes do not fit together or there are too few frames.
    """
    one, other = np.asarray(predicted, np.float64), np.asarray(true, np.float64)
    rest = np.asarray(neutral, np.float64)
    lips, mouth, upper = (topology.rows(name) for name in ("lips", "mouth", "upper"))
    said, opened = lip_opening(one, topology), lip_opening(other, topology)
    moves = opened.std() > STILL
    wrong = MILLIMETRES * np.linalg.norm(one[:, mouth] - other[:, mouth], axis=2).mean(axis=1)
    first = max(1, round(BEGINNING * fps))
    mm, mm_true, mm_rest = one * MILLIMETRES, other * MILLIMETRES, rest * MILLIMETRES

    def where(measured: Callable[[], float]) -> float:
        return float(measured()) if moves else float("nan")

    return {
        "lve": lip_vertex_error(mm, mm_true, lips),
        "lve_root": lip_vertex_error(mm, mm_true, lips, root=True),
        "mve": mean_vertex_error(mm, mm_true),
        "fdd": upper_face_deviation(mm, mm_true, mm_rest, upper),
        "r2_published": r_squared(one, other),
        "r2_motion": r_squared_of_motion(one, other),
        "r2_mouth": r_squared_of_motion(one[:, mouth], other[:, mouth]),
        "r2_upper": r_squared_of_motion(one[:, upper], other[:, upper]),
        "lips_r": where(lambda: pearson(said[:, None], opened[:, None])[0]),
        "lips_ratio": where(lambda: amplitude_ratio(said[:, None], opened[:, None])[0]),
        "mouth_ratio": spread_ratio(one[:, mouth], other[:, mouth]),
        "upper_ratio": spread_ratio(one[:, upper], other[:, upper]),
        "lag": where(lambda: lag(said, opened, fps) if said.std() > 1e-6 else float("nan")),
        "begin": float(wrong[:first].mean()),
        "after": float(wrong[first:].mean()) if len(wrong) > first else float("nan"),
    }


def spread_ratio(predicted: NDArray[np.float64], true: NDArray[np.float64]) -> float:
    """Return the predicted over the true spread of vertices (T, V, 3) about their own means."""
    said, own = (np.sqrt(part.var(axis=0).sum(axis=-1).mean()) for part in (predicted, true))
    return float(said / own) if own > 1e-9 else float("nan")
