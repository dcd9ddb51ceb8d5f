"""Moving meshes as a rig that the renderer draws: principal components for targets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.face import Material, MeshClip, MeshTopology, Rig, RigPart
from voxface.formats.mesh_components import components_of
from voxface.formats.mesh_look import SKIN, mesh_colours

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int32]
LARGEST_ERROR = 0.005
"""Centimetres that a vertex may be off; at 1080 lines, a third of a pixel."""
# Names that the renderer takes for nothing it knows: an eyeball or a palate is more than this.
_GAPS = {
    "eyelids": Material("gap of lids", (0.5, 0.46, 0.43, 1.0), roughness=0.5),
    "lips": Material("gap of speech", (0.016, 0.006, 0.006, 1.0), roughness=0.9),
}
_BEHIND = {"eyelids": 0.12, "lips": 0.6}
"""Centimetres that what closes an opening stands behind its edge."""


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
    count = len(neutral)
    parts = [RigPart("skin", topology.triangles, SKIN)]
    rows, behind = [np.arange(count)], [np.zeros(count, np.float32)]
    colours = [mesh_colours(topology)]
    for loop in openings(topology):
        region = _region_of(topology, loop)
        if region is None:
            continue
        begin = sum(map(len, rows))
        parts.append(RigPart(region, begin + _closed(len(loop), neutral[loop]), _GAPS[region]))
        rows.append(loop)
        behind.append(np.full(len(loop), _BEHIND[region], np.float32))
        colours.append(np.ones((len(loop), 4), np.float32))
    used = np.concatenate(rows)
    shape = neutral[used].copy()
    shape[:, 2] -= np.concatenate(behind)
    return Rig(
        topology.name,
        shape,
        tuple(RigPart(part.material.name, part.triangles, part.material) for part in parts),
        tuple(f"motion{number + 1:03d}" for number in range(len(deltas))),
        deltas[:, used],
        colors=np.concatenate(colours),
    )


def openings(topology: MeshTopology) -> list[NDArray[np.int64]]:
    """Return the closed edges of a mesh, each as its vertices in order."""
    triangles = topology.triangles.astype(np.int64)
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    # Either way round: not every mesh turns all of its triangles alike.
    pairs, counts = np.unique(np.sort(edges, axis=1), axis=0, return_counts=True)
    beside: dict[int, list[int]] = {}
    for first, second in pairs[counts == 1].tolist():
        beside.setdefault(first, []).append(second)
        beside.setdefault(second, []).append(first)
    loops, seen = [], set()
    for start in beside:
        loop = []
        here: int | None = start
        while here is not None and here not in seen:
            seen.add(here)
            loop.append(here)
            here = next((each for each in beside[here] if each not in seen), None)
        if len(loop) > 2 and start in beside[loop[-1]]:
            loops.append(np.array(loop))
    return loops


def _region_of(topology: MeshTopology, loop: NDArray[np.int64]) -> str | None:
    """Return which of the lips or the eyelids an opening lies between; None for another."""
    for region in _GAPS:
        if region in topology.regions and topology.region(region)[loop].mean() > 0.5:
            return region
    return None


def _closed(count: int, places: FloatArray) -> IntArray:
    """Return triangles that close a loop of `count` points, between its upper and lower edge."""
    corner = int(places[:, 0].argmin())
    order = np.roll(np.arange(count), -corner)
    zigzag = np.empty(count, np.int64)
    zigzag[0::2], zigzag[1::2] = order[: (count + 1) // 2], order[: (count - 1) // 2 : -1]
    strip = np.stack([zigzag[:-2], zigzag[1:-1], zigzag[2:]], axis=1)
    strip[1::2] = strip[1::2][:, [0, 2, 1]]
    a, b, c = (places[strip[:, corner]] for corner in range(3))
    backward = np.cross(b - a, c - a)[:, 2].sum() < 0
    return (strip[:, ::-1] if backward else strip).astype(np.int32)
