"""What readers of vertex sequences return."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.face import MeshTopology
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
        Frames that the corpus dropped are filled in from their neighbours.
    read_sound : callable
        Returns mono sound at 16 kHz; frame 0 stands at its beginning.
    text : str
        What is said, or nothing where the corpus does not tell.
    seen : ndarray of bool, shape (T,), optional
        False where a frame was dropped; all are there by default.
    """

    name: str
    speaker: str
    fps: Fraction
    neutral: NDArray[np.float32]
    read_vertices: Callable[[], NDArray[np.float32]]
    read_sound: Callable[[], NDArray[np.float32]]
    text: str = ""
    seen: NDArray[np.bool_] | None = None


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


def without_head_motion(
    vertices: NDArray[np.float32], neutral: NDArray[np.float32], *, scale: bool = False
) -> NDArray[np.float32]:
    """Move each frame (T, V, 3) onto the neutral face by the best turn and shift.

    What moves least, once heads are in place, says anew where the head is.

    Parameters
    ----------
    vertices : ndarray, shape (T, V, 3)
    neutral : ndarray, shape (V, 3)
    scale : bool
        Whether each frame's size is fitted, too: where frames were scaled one by one.
    """
    weights = np.ones(len(neutral))
    for _ in range(4):
        moved = aligned(vertices, neutral, weights, scale=scale)
        off = ((moved - neutral) ** 2).sum(axis=2).mean(axis=0)
        weights = 1 / (off + np.quantile(off, 0.1) + 1e-6)
    return moved.astype(np.float32)
