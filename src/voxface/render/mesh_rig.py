"""Moving meshes as a rig that the renderer draws: principal components for targets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.face import MeshClip, MeshTopology, Rig, RigPart
from voxface.formats.mesh_components import components_of
from voxface.formats.mesh_gaps import mesh_gaps
from voxface.formats.mesh_look import SKIN, mesh_colours

FloatArray = NDArray[np.float32]
LARGEST_ERROR = 0.005
"""Centimetres that a vertex may be off; at 1080 lines, a third of a pixel."""


def mesh_rig(clips: Sequence[MeshClip]) -> tuple[Rig, list[FloatArray]]:
    """Return a rig that all the clips move, and the weights (T, N) of each.

    Parameters
    ----------
    clips : sequence of MeshClip
        Of one topology.
    """
    neutral = clips[0].neutral
    offsets = np.concatenate([clip.vertices for clip in clips]) - neutral
    found = components_of(offsets, largest_error=LARGEST_ERROR)
    rig = _rig(clips[0].topology, neutral, found.deltas)
    ends = np.cumsum([len(clip) for clip in clips])[:-1]
    return rig, list(np.split(found.weights, ends))


def still_rig(vertices: ArrayLike, topology: MeshTopology) -> Rig:
    """Return a rig of one shape, (V, 3) in centimetres, that nothing moves."""
    shape = np.asarray(vertices, np.float32)
    return _rig(topology, shape, np.zeros((0, *shape.shape), np.float32))


def _rig(topology: MeshTopology, neutral: FloatArray, deltas: FloatArray) -> Rig:
    parts = [RigPart(SKIN.name, topology.triangles, SKIN)]
    shapes, moves = [neutral], [deltas]
    colours = [mesh_colours(topology)]
    for gap in mesh_gaps(topology, neutral):
        begin = sum(map(len, shapes))
        parts.append(RigPart(gap.material.name, begin + gap.triangles, gap.material))
        shapes.append(gap.placed(neutral))
        moves.append(gap.moved(deltas))
        colours.append(np.ones((len(gap.vertices), 4), np.float32))
    return Rig(
        topology.name,
        np.concatenate(shapes),
        tuple(parts),
        tuple(f"motion{number + 1:03d}" for number in range(len(deltas))),
        np.concatenate(moves, axis=1),
        colors=np.concatenate(colours),
    )
