"""What the faces that a run learns from have in common: their rest, and how their lips part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from voxface.corpus.mesh_examples import MeshExample
from voxface.face import MeshTopology
from voxface.training.mesh.figures import Masks

MOST_FRAMES = 4000
"""Frames of which principal components are taken, evenly chosen."""
WIDEST = 0.01
"""Share of frames, those in which a lip falls furthest, that tell how lips part."""


def mean_neutral(takes: Sequence[MeshExample]) -> NDArray[np.float32]:
    """Return the mean of the captured speakers' faces at rest, shape (V, 3)."""
    captured = [take for take in takes if not take.labelled]
    faces = {take.speaker: take.neutral for take in captured or takes}
    return np.asarray(np.mean(list(faces.values()), axis=0), np.float32)


def motion_frames(takes: Sequence[MeshExample]) -> NDArray[np.float32]:
    """Return seen frames of offsets (N, V x 3), evenly chosen."""
    total = sum(int(take.seen.sum()) for take in takes)
    every = max(1, total // MOST_FRAMES)
    seen = (take.offsets[take.seen > 0] for take in takes)
    rows = [frames.reshape(len(frames), -1)[::every] for frames in seen]
    return np.concatenate(rows).astype(np.float32)


def opened_lips(takes: Sequence[MeshExample], topology: MeshTopology) -> NDArray[np.float32]:
    """Return the mean motion of the frames in which a lip falls furthest, shape (V, 3)."""
    frames = motion_frames(takes).reshape(-1, topology.vertices, 3)
    lowest = frames[:, topology.rows("lips"), 1].min(axis=1)
    widest = np.argsort(lowest)[: max(1, round(WIDEST * len(frames)))]
    return np.asarray(frames[widest].mean(axis=0))


def masks_of(takes: Sequence[MeshExample], topology: MeshTopology) -> Masks:
    """Return the masks of a topology as faces move it.

    Raises
    ------
    VoxfaceError
        As `Masks.of`.
    """
    faces = mean_neutral(takes), opened_lips(takes, topology)
    return Masks.of(topology, *map(torch.from_numpy, faces))
