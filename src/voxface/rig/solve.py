"""Which weights of a rig's targets come nearest to a moving mesh: least squares within 0..1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.errors import VoxfaceError
from voxface.rig.bounded import BLOCK, bounded

FloatArray = NDArray[np.float64]

OPPOSITES: tuple[tuple[str, str], ...] = (
    ("jawLeft", "jawRight"),
    ("mouthLeft", "mouthRight"),
    ("eyeBlinkLeft", "eyeWideLeft"),
    ("eyeBlinkRight", "eyeWideRight"),
)
"""ARKit channels of which a face shows but one at a time: one mostly undoes the other."""
NEGLIGIBLE = 1e-3
"""A weight so small may be put to 0 without solving for the rest again."""


def solve_weights(
    offsets: ArrayLike,
    deltas: ArrayLike,
    *,
    names: Sequence[str] = (),
    upper: ArrayLike = 1.0,
    smoothness: float = 0.0,
    ridge: ArrayLike = 1e-3,
    sparsity: float = 0.0,
    vertex_weights: ArrayLike | None = None,
    opposites: Iterable[tuple[str, str]] = (),
) -> NDArray[np.float32]:
    """Return the weights within 0..1 whose sum of deltas comes nearest to offsets.

    Minimises, over all frames t, ``|W (D w_t - y_t)|² / s + ridge |w_t|² + sparsity sum(w_t) +
    smoothness |w_t - w_(t-1)|²``, where s is the mean of ``|W d|²`` over the moving channels: the
    parameters mean the same on a coarse mesh and on a fine one, in centimetres or in metres.

    With smoothness, every frame depends on later ones: the solve is offline. Without, each frame
    stands alone, so that a stream can be solved piece by piece as it comes.

    Parameters
    ----------
    offsets : array_like, shape (T, V, 3)
        Displacement of every vertex from the neutral face, centimetres.
    deltas : array_like, shape (C, V, 3)
        Displacement of every vertex at weight 1, centimetres.
    names : sequence of str
        Of the C channels; needed where `opposites` are given.
    upper : array_like
        Largest weight: one, or one per channel (C,), or one per frame and channel (T, C).
    smoothness, sparsity : float
        0 or more. Smoothness couples frames, sparsity keeps few targets in use.
    ridge : float or array_like of shape (C,)
        0 or more: keeps weights small where targets look alike, one by one if wished.
    vertex_weights : array_like, shape (V,), optional
        How much each vertex counts, 0 or more; default: all the same.
    opposites : iterable of tuple of str, str
        Of each pair the smaller weight of a frame becomes 0, and the rest is solved for again
        (`OPPOSITES`). Pairs of which a channel is missing are passed over.

    Returns
    -------
    ndarray of float32, shape (T, C)
        0 for channels that move nothing: `moving` tells which do.

    Raises
    ------
    VoxfaceError
        If shapes do not fit together, a value is not finite or a parameter is negative.
    """
    for name, value in (("smoothness", smoothness), ("ridge", ridge), ("sparsity", sparsity)):
        if not (np.isfinite(value).all() and np.min(value) >= 0):
            raise VoxfaceError(f"{name} is {value}; it must be a number of 0 or more")
    moved, shapes, given = _checked(offsets, deltas, vertex_weights)
    costs = np.asarray(ridge, np.float64)
    if costs.shape not in ((), (len(shapes),)):
        raise VoxfaceError(f"ridge has shape {costs.shape}; expected one number or {len(shapes)}")
    pairs = _columns(opposites, names, len(shapes))
    weights = np.zeros((len(moved), len(shapes)), np.float32)
    bounds = _bounds(upper, weights.shape)
    gram, aims, rows = _normal_equations(moved, shapes, given)
    if not len(moved) or not len(rows):
        return weights
    aims -= sparsity / 2
    matrix, top = gram + np.diag(np.broadcast_to(costs, len(shapes))[rows]), bounds[rows]
    found = bounded(aims, matrix, top, smoothness)
    smaller = _smaller(found, rows, pairs)
    both = (smaller & (found > NEGLIGIBLE)).any(axis=0)
    found[smaller] = 0
    # Frames that stand alone are solved for again alone.
    again = both if not smoothness else np.full(both.shape, both.any())
    if again.any():
        top = np.where(smaller, 0.0, top)
        found[:, again] = bounded(aims[:, again], matrix, top[:, again], smoothness)
    weights[:, rows] = found.T
    return weights


def moving(deltas: ArrayLike, vertex_weights: ArrayLike | None = None) -> NDArray[np.bool_]:
    """Return which channels move a vertex that counts, shape (C,)."""
    shapes = np.asarray(deltas)
    counted = slice(None) if vertex_weights is None else np.asarray(vertex_weights) > 0
    return np.asarray(shapes[:, counted].any(axis=(1, 2)))


def _checked(
    offsets: ArrayLike, deltas: ArrayLike, vertex_weights: ArrayLike | None
) -> tuple[NDArray[np.float32], FloatArray, FloatArray]:
    moved, shapes = np.asarray(offsets), np.asarray(deltas, np.float64)
    if moved.ndim != 3 or shapes.ndim != 3 or moved.shape[1:] != shapes.shape[1:]:
        raise VoxfaceError(
            f"offsets of shape {moved.shape} do not fit deltas of shape {shapes.shape}; "
            "expected (frames, vertices, 3) and (channels, vertices, 3)"
        )
    count = moved.shape[1]
    given = np.ones(count) if vertex_weights is None else np.asarray(vertex_weights, np.float64)
    if given.shape != (count,):
        raise VoxfaceError(f"vertex weights have shape {given.shape}; expected ({count},)")
    if not (np.isfinite(given).all() and (given >= 0).all()):
        raise VoxfaceError("vertex weights must be numbers of 0 or more")
    if not np.isfinite(shapes).all():
        raise VoxfaceError("the deltas hold values that are not finite numbers")
    return moved, shapes, given


def _columns(
    pairs: Iterable[tuple[str, str]], names: Sequence[str], channels: int
) -> list[tuple[int, int]]:
    pairs = list(pairs)
    if (pairs or len(names)) and len(names) != channels:
        raise VoxfaceError(f"{len(names)} names do not fit {channels} channels; name each of them")
    column = {name: number for number, name in enumerate(names)}
    return [(column[a], column[b]) for a, b in pairs if a in column and b in column]


def _bounds(upper: ArrayLike, shape: tuple[int, int]) -> FloatArray:
    """Return the largest weights, (C, T)."""
    try:
        given = np.broadcast_to(np.asarray(upper, np.float64), shape)
    except ValueError:
        raise VoxfaceError(
            f"upper has shape {np.shape(upper)}; expected one number, ({shape[1]},) or {shape}"
        ) from None
    if not (np.isfinite(given).all() and (given >= 0).all()):
        raise VoxfaceError("upper bounds must be numbers of 0 or more")
    return np.array(given.T, order="C")


def _smaller(
    found: FloatArray, rows: NDArray[np.int64], pairs: Iterable[tuple[int, int]]
) -> NDArray[np.bool_]:
    """Return where a weight is the smaller one of a pair, (C, T) of the moving channels."""
    smaller = np.zeros(found.shape, bool)
    row = {int(channel): number for number, channel in enumerate(rows)}
    for a, b in pairs:
        if a in row and b in row:
            first = found[row[a]] > found[row[b]]
            smaller[row[a]] |= ~first
            smaller[row[b]] |= first
    return smaller


def _normal_equations(
    offsets: NDArray[np.float32], deltas: FloatArray, vertex_weights: FloatArray
) -> tuple[FloatArray, FloatArray, NDArray[np.int64]]:
    """Return the Gram matrix (C, C) and aims (C, T) of the C channels that move, and which."""
    used = np.flatnonzero(deltas.any(axis=(0, 2)) & (vertex_weights > 0))
    flat = (deltas[:, used] * vertex_weights[used, None]).reshape(len(deltas), -1)
    rows = np.flatnonzero(flat.any(axis=1))
    flat = flat[rows]
    gram = flat @ flat.T
    scale = np.trace(gram) / len(rows) if len(rows) else 1.0
    against = (flat.reshape(len(rows), -1, 3) * vertex_weights[used, None]) / scale
    against = against.reshape(len(rows), 3 * len(used))
    aims = np.empty((len(rows), len(offsets)))
    for begin in range(0, len(offsets), BLOCK):
        part = offsets[begin : begin + BLOCK][:, used]
        part = part.reshape(len(part), 3 * len(used)).astype(np.float64)
        aims[:, begin : begin + BLOCK] = against @ part.T
    if not np.isfinite(aims).all():
        raise VoxfaceError("the offsets hold values that are not finite numbers")
    return gram / scale, aims, rows
