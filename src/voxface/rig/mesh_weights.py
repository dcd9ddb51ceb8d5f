"""A moving mesh as ARKit weights: solved for on a rig of the same vertices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, FaceClip, MeshClip, Rig
from voxface.face.mesh_topology import face_mesh_topology
from voxface.rig.connect import connect
from voxface.rig.face_mesh_rig import face_mesh_rig, trusted_vertices, usual_weights
from voxface.rig.load import default_head
from voxface.rig.solve import OPPOSITES, moving, solve_weights

SMOOTHNESS, RIDGE = 0.01, 1e-3
"""What a change of 1 from frame to frame costs at 30 frames per second, and what a weight of 1
costs. A target that moves as much as most do brings 1."""
CAPTURED_SMOOTHNESS, CAPTURED_RIDGE = 0.3, 0.06
"""The same for the 468-point face, whose points a tracker only guesses."""
USUAL = 0.1
"""The weight, root mean square, that pays the ridge as it is told where usual weights are known."""
AT_ONCE = 2**22
"""Numbers of a mesh that are measured at a time; a long clip of a fine mesh is large."""
FRAME_RATE = 30.0
"""Frames per second that smoothness is told for."""

Shapes = tuple[list[tuple[str, ...]], NDArray[np.float32]]


def weights_from_mesh(
    clip: MeshClip,
    rig: Rig | None = None,
    *,
    smoothness: float | None = None,
    ridge: float | None = None,
    sparsity: float = 0.0,
    vertex_weights: ArrayLike | None = None,
    usual: Mapping[str, float] | None = None,
    opposites: Iterable[tuple[str, str]] = OPPOSITES,
) -> FaceClip:
    """Return the ARKit weights whose rig comes nearest to a moving mesh; see docs/solve.md.

    Parameters
    ----------
    clip : MeshClip
    rig : Rig, optional
        Of the same vertices in the same order; by default the rig of the clip's own topology: the
        468-point face's or the default head's.
    smoothness, ridge, sparsity, vertex_weights, opposites
        As in `solve_weights`. Smoothness is for 30 frames per second and is adapted to the clip's
        own rate; with 0 each frame stands alone. The 468-point face has its own defaults.
    usual : mapping of str to float, optional
        How large channels usually are, root mean square: the ridge of rarer ones is larger.

    Returns
    -------
    FaceClip
        Of the 52 ARKit channels; those that the rig does not show are untracked. Frame rate, start
        and head are the mesh's. ``metadata["solve"]`` tells the rig and what is left between it
        and the mesh, over the vertices the rig moves: ``mean_cm`` and ``p95_cm``.

    Raises
    ------
    VoxfaceError
        If the rig has other vertices than the mesh or no target named after an ARKit channel.
    """
    rig = rig if rig is not None else _own_rig(clip)
    if len(rig.neutral) != clip.topology.vertices:
        raise VoxfaceError(
            f"the mesh '{clip.topology.name}' has {clip.topology.vertices} vertices and the rig "
            f"'{rig.name}' {len(rig.neutral)}; weights need the rig of the very same mesh"
        )
    captured = rig is face_mesh_rig()
    if captured:
        usual = usual_weights() if usual is None else usual
        vertex_weights = trusted_vertices() if vertex_weights is None else vertex_weights
    if smoothness is None:
        smoothness = CAPTURED_SMOOTHNESS if captured else SMOOTHNESS
    if ridge is None:
        ridge = CAPTURED_RIDGE if captured else RIDGE
    groups, shapes = channel_shapes(rig)
    names = [group[0] for group in groups]
    sizes = np.array([(usual or {}).get(name, USUAL) for name in names])
    # At twice the rate there are twice as many changes, each half as large: that costs half, and
    # the mesh counts twice.
    rated = smoothness * (float(clip.fps) / FRAME_RATE) ** 2
    offsets = clip.offsets
    found = solve_weights(
        offsets, shapes, names=names, smoothness=rated, ridge=ridge * (USUAL / sizes) ** 2,
        sparsity=sparsity, vertex_weights=vertex_weights, opposites=opposites,
    )  # fmt: skip
    weights = np.zeros((len(clip), len(ARKIT_CHANNELS)), np.float32)
    tracked = np.zeros(len(ARKIT_CHANNELS), bool)
    for group, column, shown in zip(groups, found.T, moving(shapes, vertex_weights), strict=True):
        rows = [ARKIT_CHANNELS.index(name) for name in group]
        weights[:, rows] = np.maximum(weights[:, rows], column[:, None])
        tracked[rows] |= shown
    about = {
        "rig": rig.name, "smoothness": smoothness, "ridge": ridge, "sparsity": sparsity,
        **residual(offsets, shapes, found),
    }  # fmt: skip
    return FaceClip(
        weights,
        clip.fps,
        head=clip.head,
        tracked=tracked,
        start=clip.start,
        metadata={**clip.metadata, "solve": about},
    )


def channel_shapes(rig: Rig) -> Shapes:
    """Return what a rig shows of ARKit, by name as for any clip that drives it.

    Returns
    -------
    groups : list of tuple of str
        Channels that move together: mostly one each, two where a target is for both sides.
    shapes : ndarray of float32, shape (G, V, 3)
        How a weight of 1 moves every vertex, centimetres.

    Raises
    ------
    VoxfaceError
        If no target is named after an ARKit channel.
    """
    rows = {name: number for number, name in enumerate(rig.targets)}
    shapes: dict[tuple[str, ...], NDArray[np.float32]] = {}
    for match in connect(rig).matched:
        pose = {match.target: 1.0} if match.target in rows else rig.expressions[match.target]
        shape = shapes.setdefault(match.channels, np.zeros(rig.neutral.shape, np.float32))
        for target, amount in pose.items():
            if target in rows:
                shape += np.float32(amount) * rig.deltas[rows[target]]
    if not shapes:
        raise VoxfaceError(
            f"the rig '{rig.name}' has no target named after an ARKit channel, so that no weights "
            "can be solved for; see 'voxface rig FILE'"
        )
    return list(shapes), np.stack(list(shapes.values()))


def residual(
    offsets: NDArray[np.float32], shapes: NDArray[np.float32], weights: NDArray[np.float32]
) -> dict[str, float]:
    """Return the distances left between mesh and rig in centimetres, mean and 95th percentile."""
    rows = np.flatnonzero(shapes.any(axis=(0, 2)))
    flat = shapes[:, rows].reshape(len(shapes), -1)
    apart = np.empty((len(offsets), len(rows)), np.float32)
    frames = max(AT_ONCE // max(flat.shape[1], 1), 1)
    for begin in range(0, len(offsets), frames):
        part = slice(begin, begin + frames)
        left = offsets[part][:, rows] - (weights[part] @ flat).reshape(-1, len(rows), 3)
        apart[part] = np.sqrt(np.einsum("tvi,tvi->tv", left, left))
    if not apart.size:
        return {"mean_cm": 0.0, "p95_cm": 0.0}
    return {
        "mean_cm": round(float(apart.mean()), 4),
        "p95_cm": round(float(np.percentile(apart, 95)), 4),
    }


def _own_rig(clip: MeshClip) -> Rig:
    if clip.topology.vertices == face_mesh_topology().vertices:
        return face_mesh_rig()
    head = default_head()
    if clip.topology.vertices == len(head.neutral):
        return head
    raise VoxfaceError(
        f"the mesh '{clip.topology.name}' has {clip.topology.vertices} vertices, and no rig in "
        "voxface has as many; name the rig that it was made with"
    )
