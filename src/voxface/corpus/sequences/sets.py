"""From a corpus of vertex sequences to a set of mesh examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from voxface.audio.features import features
from voxface.corpus.mesh_examples import MeshExample, MeshSet
from voxface.corpus.mesh_subset import decimated, face_density, subset
from voxface.corpus.motion_masks import motion_regions
from voxface.corpus.sequences.take import Sequences, SequenceTake
from voxface.errors import VoxfaceError
from voxface.face import MESH_REGIONS, MeshClip, MeshTopology

MOST_GIGABYTES = 4.0
"""More than this is not put into one set: training holds a set in memory."""
LOOKED_AT = 3
"""Takes by which the parts of a face are told before it is made coarser."""


def mesh_set_of(
    corpus: Sequences,
    *,
    fps: Fraction | float | str = 30,
    rows: NDArray[np.int64] | None = None,
    vertices: int = 0,
    most: int = 0,
    most_gigabytes: float = MOST_GIGABYTES,
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
    vertices : int
        How many vertices are kept of a surface made coarser, instead of `rows`; 0 for all.
    most : int
        Takes at most, evenly chosen; 0 for all.
    most_gigabytes : float
        A set that would grow larger is refused.
    tell : callable
        Called with takes done and takes in all.

    Raises
    ------
    VoxfaceError
        If there is no take, one cannot be read, or the set would be too large.
    """
    takes = list(corpus.takes)
    if not takes:
        raise VoxfaceError(f"{corpus.name} holds no take")
    if most and len(takes) > most:
        takes = [takes[i * len(takes) // most] for i in range(most)]
    kept, topology = chosen_vertices(corpus.topology, takes, rows, vertices)
    examples: list[MeshExample] = []
    size = 0
    for done, take in enumerate(takes):
        tell(done, len(takes))
        examples.append(example_of(take, corpus.name, kept, fps, corpus.licence))
        size += examples[-1].offsets.nbytes
        if size > most_gigabytes * 1e9:
            raise VoxfaceError(
                f"{done + 1} of {len(takes)} takes make {size / 1e9:.1f} GB, more than "
                f"{most_gigabytes:g} GB; keep fewer vertices, takes or frames"
            )
    tell(len(takes), len(takes))
    return MeshSet(with_regions(topology, examples), examples)


def chosen_vertices(
    topology: MeshTopology,
    takes: Sequence[SequenceTake],
    rows: NDArray[np.int64] | None,
    vertices: int,
) -> tuple[NDArray[np.int64], MeshTopology]:
    """Return which vertices are kept, and how they join: `rows`, and of these so many.

    A coarser surface is finer where the mouth and the lids are, which a few takes tell.

    Raises
    ------
    VoxfaceError
        If rows are not vertices, or no mouth moves in these takes.
    """
    kept = np.arange(topology.vertices) if rows is None else np.asarray(rows, np.int64)
    if not vertices or vertices >= len(kept):
        return kept, subset(topology, kept)
    first = [take for take in takes if take.speaker == takes[0].speaker][:LOOKED_AT]
    examples = [example_of(take, topology.name, np.arange(topology.vertices), 10) for take in first]
    told = subset(with_regions(topology, examples), kept)
    fewer, part = decimated(told, takes[0].neutral[kept], vertices, face_density(told))
    return kept[fewer], part


def example_of(
    take: SequenceTake,
    corpus: str,
    rows: NDArray[np.int64],
    fps: Fraction | float | str,
    licence: str = "unknown",
) -> MeshExample:
    """Read one take.

    Raises
    ------
    VoxfaceError
        If its files cannot be read.
    """
    sound = features(take.read_sound())
    vertices = take.read_vertices()[:, rows]
    neutral = take.neutral[rows]
    # Triangles play no part in this.
    points = MeshTopology("points", np.zeros((0, 3), np.int32), len(rows))
    clip = MeshClip(vertices, points, take.fps, neutral).resample(fps)
    return MeshExample(
        take.name, take.speaker, corpus, sound.astype(np.float16),
        clip.offsets.astype(np.float16), _seen_at(take.seen, len(clip), float(take.fps / clip.fps)),
        neutral, float(clip.fps), {"licence": licence, "text": take.text},
    )  # fmt: skip


def with_regions(topology: MeshTopology, examples: Sequence[MeshExample]) -> MeshTopology:
    """Return a topology with the regions that losses ask for, found by motion if need be.

    Raises
    ------
    VoxfaceError
        If no mouth moves.
    """
    if set(MESH_REGIONS) <= set(topology.regions):
        return topology
    few = examples[:: max(1, len(examples) // 40)]
    masks = motion_regions(
        np.mean([e.neutral for e in few], axis=0, dtype=np.float64),
        np.concatenate([e.offsets[::4] for e in few]).astype(np.float32),
    )
    regions = {**masks, **topology.regions}
    return MeshTopology(topology.name, topology.triangles, topology.vertices, regions)


def _seen_at(seen: NDArray[np.bool_] | None, frames: int, step: float) -> NDArray[np.uint8]:
    """Return which frames of another rate lie between two that were seen."""
    if seen is None:
        return np.ones(frames, np.uint8)
    position = np.arange(frames) * step
    last = len(seen) - 1
    below = np.minimum(np.floor(position + 1e-6).astype(int), last)
    above = np.minimum(np.ceil(position - 1e-6).astype(int), last)
    return np.asarray(seen[below] & seen[above], np.uint8)
