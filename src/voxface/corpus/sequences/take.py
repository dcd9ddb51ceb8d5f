"""What readers of vertex sequences return, and how it becomes a set of mesh examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from voxface.audio.features import features
from voxface.corpus.mesh_examples import MeshExample, MeshSet
from voxface.corpus.motion_masks import motion_regions
from voxface.errors import VoxfaceError
from voxface.face import MESH_REGIONS, MeshClip, MeshTopology
from voxface.face.alignment import aligned

HEAD_HEIGHT = (15.0, 45.0)
"""Centimetres between which a head's tallest extent lies: tells metres from millimetres."""
UNITS = {"metres": 100.0, "centimetres": 1.0, "millimetres": 0.1}
"""Centimetres in each unit."""


@dataclass(frozen=True, eq=False)
class SequenceTake:
    """One sentence: vertices and sound are read when asked for.

    Attributes
    ----------
    name, speaker, text : str
    fps : Fraction
    neutral : ndarray, shape (V, 3)
        Centimetres.
    read_vertices : callable
        Returns (T, V, 3) in centimetres, in the space of the head.
    read_sound : callable
        Returns mono sound at 16 kHz.
    """

    name: str
    speaker: str
    fps: Fraction
    neutral: NDArray[np.float32]
    read_vertices: Callable[[], NDArray[np.float32]]
    read_sound: Callable[[], NDArray[np.float32]]
    text: str = ""


@dataclass(frozen=True, eq=False)
class Sequences:
    """A corpus: its topology and its takes.

    Attributes
    ----------
    name : str
    topology : MeshTopology
    takes : sequence of SequenceTake
    licence : str
    """

    name: str
    topology: MeshTopology
    takes: Sequence[SequenceTake] = field(default_factory=tuple)
    licence: str = "unknown"


def centimetres_in_unit(face: NDArray[np.float32], name: str) -> float:
    """Return how many centimetres the unit of a face (V, 3) is, by the size of a head.

    Raises
    ------
    VoxfaceError
        If it is a head's size in no unit.
    """
    extent = float(np.ptp(face, axis=0).max())
    for scale in UNITS.values():
        if HEAD_HEIGHT[0] <= extent * scale <= HEAD_HEIGHT[1]:
            return scale
    raise VoxfaceError(
        f"{name}: a face {extent:g} units tall is a head's size neither in metres, centimetres nor "
        "millimetres; scale its vertices and templates to centimetres"
    )


def mesh_set_of(
    corpus: Sequences,
    *,
    fps: Fraction | float | str = 30,
    rows: NDArray[np.int64] | None = None,
    most: int = 0,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> MeshSet:
    """Read takes into a set of mesh examples.

    Parameters
    ----------
    corpus : Sequences
    fps : Fraction, float or str
        Frames per second of the set.
    rows : ndarray of int, optional
        Vertices that are kept; all by default.
    most : int
        Takes at most, evenly chosen; 0 for all.
    tell : callable
        Called with takes done and takes in all.

    Raises
    ------
    VoxfaceError
        If there is no take, or one cannot be read.
    """
    takes = list(corpus.takes)
    if not takes:
        raise VoxfaceError(f"{corpus.name} holds no take")
    if most and len(takes) > most:
        takes = [takes[i * len(takes) // most] for i in range(most)]
    kept = np.arange(corpus.topology.vertices) if rows is None else np.asarray(rows)
    topology = kept_vertices(corpus.topology, kept)
    examples = []
    for done, take in enumerate(takes):
        tell(done, len(takes))
        sound = take.read_sound()
        clip = MeshClip(take.read_vertices(), corpus.topology, take.fps, take.neutral).resample(fps)
        offsets = clip.offsets[:, kept].astype(np.float16)
        examples.append(
            MeshExample(
                take.name, take.speaker, corpus.name, features(sound).astype(np.float16), offsets,
                np.ones(len(offsets), np.uint8), take.neutral[kept], float(clip.fps),
                {"licence": corpus.licence, "text": take.text},
            )
        )  # fmt: skip
    tell(len(takes), len(takes))
    if not set(MESH_REGIONS) <= set(topology.regions):
        masks = motion_regions(
            np.mean([e.neutral for e in examples], axis=0, dtype=np.float64).astype(np.float32),
            np.concatenate([e.offsets[::4] for e in examples]).astype(np.float32),
        )
        topology = MeshTopology(topology.name, topology.triangles, topology.vertices, masks)
    return MeshSet(topology, examples)


def kept_vertices(topology: MeshTopology, rows: NDArray[np.int64]) -> MeshTopology:
    """Return a topology of some vertices: the triangles all of whose corners are kept.

    Raises
    ------
    VoxfaceError
        If a row is not a vertex or comes twice.
    """
    if len(rows) == topology.vertices and (rows == np.arange(len(rows))).all():
        return topology
    if not len(rows) or rows.min() < 0 or rows.max() >= topology.vertices:
        raise VoxfaceError(f"rows name vertices beyond the {topology.vertices} of {topology.name}")
    place = np.full(topology.vertices, -1)
    place[rows] = np.arange(len(rows))
    if len(np.unique(rows)) != len(rows):
        raise VoxfaceError("rows name a vertex twice")
    found = place[topology.triangles]
    regions = {name: mask[rows] for name, mask in topology.regions.items()}
    triangles = found[(found >= 0).all(axis=1)]
    return MeshTopology(f"{topology.name}_{len(rows)}", triangles, len(rows), regions)


def without_head_motion(
    vertices: NDArray[np.float32], neutral: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Move each frame (T, V, 3) onto the neutral face by the best turn and shift.

    What moves least, once heads are in place, says anew where the head is.
    """
    weights = np.ones(len(neutral))
    for _ in range(4):
        moved = aligned(vertices, neutral, weights, scale=False)
        off = ((moved - neutral) ** 2).sum(axis=2).mean(axis=0)
        weights = 1 / (off + np.quantile(off, 0.1) + 1e-6)
    return moved.astype(np.float32)
