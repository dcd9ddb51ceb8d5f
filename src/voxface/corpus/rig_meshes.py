"""Moving meshes of any rig, driven by captured weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from voxface.corpus.mesh_examples import MeshExample, MeshSet
from voxface.corpus.mesh_prepare import SMOOTHING
from voxface.corpus.mesh_subset import decimated, face_density, subset
from voxface.errors import VoxfaceError, unknown_name
from voxface.face import FaceClip, MeshClip, MeshTopology, Rig, parse_frame_rate
from voxface.face.frame_rate import frame_count
from voxface.rig import connect
from voxface.rig.region_masks import rig_topology

RESTING = 0.05
"""Share of a speaker's frames, nearest to their neutral face, whose weights are those at rest."""


class RigMesh:
    """A rig whose clips are meshes.

    Parameters
    ----------
    rig : Rig
        With targets that `voxface.rig.connect` finds by name.
    parts : sequence of str
        Names of parts that are kept, such as ``skin``; all by default.
    vertices : int
        How many vertices are kept of a surface made coarser; 0 for all.

    Raises
    ------
    VoxfaceError
        If the rig has no such part, or its regions cannot be told.

    Attributes
    ----------
    topology : MeshTopology
    neutral : ndarray, shape (V, 3)
    """

    def __init__(self, rig: Rig, *, parts: Sequence[str] = (), vertices: int = 0) -> None:
        self._connection = connect(rig)
        topology = rig_topology(rig)
        rows = rows_of_parts(rig, parts) if parts else np.arange(len(rig.neutral))
        topology = subset(topology, rows)
        if vertices:
            density = face_density(topology)
            fewer, topology = decimated(topology, rig.neutral[rows], vertices, density)
            rows = rows[fewer]
        self.topology: MeshTopology = topology
        self.neutral: NDArray[np.float32] = rig.neutral[rows]
        self._deltas = rig.deltas[:, rows].reshape(len(rig.targets), -1)

    def offsets(self, clip: FaceClip) -> NDArray[np.float32]:
        """Return how a clip displaces every vertex, (T, V, 3), in centimetres."""
        weights = self._connection.weights(clip)
        moving = np.flatnonzero(np.any(weights != 0, axis=0))
        flat: NDArray[np.float32] = weights[:, moving] @ self._deltas[moving]
        return flat.reshape(len(clip), -1, 3)

    def clip(self, clip: FaceClip) -> MeshClip:
        """Return a clip's face as a mesh; the head's motion stays apart from the vertices."""
        vertices = self.neutral + self.offsets(clip)
        return MeshClip(
            vertices, self.topology, clip.fps, self.neutral, clip.head, clip.start, clip.metadata
        )


def mesh_of(rig: Rig, clip: FaceClip, *, parts: Sequence[str] = ()) -> MeshClip:
    """Return a clip's face on a rig as a mesh, without the head's motion in the vertices.

    Parameters
    ----------
    rig : Rig
    clip : FaceClip
        Channels are matched by name; those the clip lacks are at rest.
    parts : sequence of str
        Names of parts that are kept; all by default.

    Raises
    ------
    VoxfaceError
        If nothing of the clip drives the rig, or it has no such part.
    """
    return RigMesh(rig, parts=parts).clip(clip)


def rows_of_parts(rig: Rig, parts: Sequence[str]) -> NDArray[np.int64]:
    """Return the numbers of the vertices of some parts.

    Raises
    ------
    VoxfaceError
        If the rig has no part of a name; the message suggests the nearest.
    """
    known = [part.name for part in rig.parts]
    for name in parts:
        if name not in known:
            raise unknown_name(f"part of the rig '{rig.name}'", name, known)
    chosen = [part.triangles.reshape(-1) for part in rig.parts if part.name in parts]
    return np.unique(np.concatenate(chosen)).astype(np.int64)


def rig_mesh_set(
    rig: Rig,
    captured: MeshSet,
    *,
    captures: Path | None = None,
    parts: Sequence[str] = (),
    vertices: int = 0,
    fps: Fraction | float | str = 25,
    most: int = 0,
    most_gigabytes: float = 4.0,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> MeshSet:
    """Make a set of mesh examples in which captured takes move a rig.

    Every speaker's weights are taken about their rest, as the rig has one neutral face for all.

    Parameters
    ----------
    rig : Rig
    captured : MeshSet
        As ``voxface mesh prepare`` makes it: sounds, names, and where weights were captured.
    captures : Path, optional
        Folder of the captured weights, where it is no longer the one that `captured` names.
    parts, vertices
        As of `RigMesh`.
    fps : Fraction, float or str
        Frames per second of the set.
    most : int
        Takes at most, evenly chosen; 0 for all.
    most_gigabytes : float
        A set that would be larger is refused before anything is made.
    tell : callable
        Called with takes done and takes in all.

    Raises
    ------
    VoxfaceError
        If a take has no captured weights, the rig does not fit or the set would be too large.
    """
    examples = list(captured.examples)
    if most and len(examples) > most:
        examples = [examples[i * len(examples) // most] for i in range(most)]
    mesh = RigMesh(rig, parts=parts, vertices=vertices)
    rate = parse_frame_rate(fps)
    frames = sum(frame_count(example.seconds, rate) for example in examples)
    size = 6e-9 * frames * mesh.topology.vertices
    if size > most_gigabytes:
        raise VoxfaceError(
            f"{len(examples)} takes of {mesh.topology.vertices} vertices make {size:.1f} GB, more "
            f"than {most_gigabytes:g} GB; keep fewer takes, vertices or parts"
        )
    clips = [_weights(example, captures) for example in examples]
    rests = _rests(examples, clips)
    made = []
    for done, (example, clip) in enumerate(zip(examples, clips, strict=True)):
        tell(done, len(examples))
        moved, seen = _about_rest(clip, rests[example.speaker], example.seconds, rate)
        made.append(
            replace(
                example, corpus=f"{example.corpus}_{rig.name}", neutral=mesh.neutral, seen=seen,
                offsets=mesh.offsets(moved).astype(np.float16), fps=float(rate),
                about={**example.about, "rig": rig.name},
            )
        )  # fmt: skip
    tell(len(examples), len(examples))
    return MeshSet(mesh.topology, made)


def _weights(example: MeshExample, captures: Path | None) -> FaceClip:
    told = str(example.about.get("capture", ""))
    path = captures / Path(told).name if captures else Path(told)
    if not told or not path.is_file():
        raise VoxfaceError(
            f"{example.name} has no captured weights ('{path}'); name the folder that "
            "'voxface capture' wrote"
        )
    return FaceClip.load(path)


def _rests(
    examples: Sequence[MeshExample], clips: Sequence[FaceClip]
) -> dict[str, dict[str, float]]:
    """Return each speaker's weights at rest, by channel: MediaPipe's are not 0 at rest."""
    found: dict[str, list[tuple[NDArray[np.float64], NDArray[np.float32], tuple[str, ...]]]] = {}
    for example, clip in zip(examples, clips, strict=True):
        away = np.square(example.offsets.astype(np.float32)).mean(axis=(1, 2)).astype(np.float64)
        at = np.clip(np.round(clip.times * example.fps), 0, len(away) - 1)
        seen = clip.tracked.any(axis=1)
        held = (away[at.astype(int)][seen], clip.weights[seen], clip.channels)
        found.setdefault(example.speaker, []).append(held)
    rests = {}
    for speaker, takes in found.items():
        distance = np.concatenate([take[0] for take in takes])
        weights = np.concatenate([take[1] for take in takes])
        if not len(weights):
            raise VoxfaceError(
                f"no face was found in any take of the speaker '{speaker}'; leave them out"
            )
        nearest = distance <= np.quantile(distance, RESTING)
        still: NDArray[np.float64] = np.median(weights[nearest], axis=0)
        rests[speaker] = dict(zip(takes[0][2], still.tolist(), strict=True))
    return rests


def _about_rest(
    clip: FaceClip, rest: dict[str, float], seconds: float, rate: Fraction
) -> tuple[FaceClip, NDArray[np.uint8]]:
    """Return weights beyond rest at k / `rate` seconds of the sound, and where there was a face."""
    still = np.array([rest.get(name, 0.0) for name in clip.channels])
    smooth = gaussian_filter1d(
        clip.weights.astype(np.float64), SMOOTHING * float(clip.fps), axis=0, mode="nearest"
    )
    times = np.arange(frame_count(seconds, rate)) / float(rate)
    placed = np.stack([np.interp(times, clip.times, curve) for curve in smooth.T], axis=1)
    half = 0.5 / float(clip.fps)
    nearest = np.clip(np.round((times - clip.start) * float(clip.fps)), 0, len(clip) - 1)
    at = nearest.astype(int)
    inside = (times > clip.times[0] - half) & (times < clip.times[-1] + half)
    seen = np.asarray(clip.tracked.any(axis=1))[at] & inside
    moved = FaceClip(np.clip(placed - still, 0, 1), rate, clip.channels)
    return moved, seen.astype(np.uint8)
