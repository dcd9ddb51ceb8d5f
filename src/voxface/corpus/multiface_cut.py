"""Multiface cut to what fits: some people, some sentences, fewer frames and vertices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.audio import read
from voxface.audio.features import features
from voxface.corpus.mesh_examples import MeshExample, MeshSet, load_mesh_set, save_mesh_set
from voxface.corpus.sequences.multiface import (
    FPS,
    LICENCE,
    entities,
    entity_face,
    entity_name,
    read_frames,
    spoken_segments,
)
from voxface.corpus.sequences.take import kept_vertices
from voxface.errors import VoxfaceError, unknown_name
from voxface.face import MeshClip, MeshTopology, parse_frame_rate

BYTES = 6
"""Of a vertex: three half-precision numbers."""
FEATURE_BYTES = 2 * 83
"""Of 10 ms of sound."""


@dataclass(frozen=True)
class CutSettings:
    """What is kept.

    Parameters
    ----------
    entities : tuple of str
        Numbers of people, such as ``6795937``; all where none is named.
    sentences : int
        Sentences of each person, evenly chosen by name; 0 for all.
    fps : float
        Frames per second.
    front : float
        Share of the head's depth, from the front, whose vertices are kept, 0 to 1.
    every_vertex : int
        One vertex in so many is kept.
    most_gigabytes : float
        More than this is refused.
    """

    entities: tuple[str, ...] = ()
    sentences: int = 0
    fps: float = 30.0
    front: float = 1.0
    every_vertex: int = 1
    most_gigabytes: float = 4.0

    def __post_init__(self) -> None:
        if not 0 < self.front <= 1 or self.every_vertex < 1 or self.sentences < 0:
            raise VoxfaceError(
                "'front' of a cut is above 0 and at most 1, 'every_vertex' 1 or more, 'sentences' "
                "0 or more"
            )


def cut_settings(values: Mapping[str, Any]) -> CutSettings:
    """Build settings from plain values.

    Raises
    ------
    VoxfaceError
        If one is unknown; the message suggests the nearest name.
    """
    known = [item.name for item in fields(CutSettings)]
    for name in values:
        if name not in known:
            raise unknown_name("setting of a cut", str(name), known)
    held: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    if "entities" in held:
        held["entities"] = tuple(map(str, held["entities"]))
    return CutSettings(**held)


@dataclass(frozen=True)
class CutPart:
    """One person of a plan.

    Attributes
    ----------
    entity : Path
    segments : tuple of Path
        Folders of sentences.
    frames : int
        Frames that will be kept.
    vertices : int
        Vertices that will be kept.
    """

    entity: Path
    segments: tuple[Path, ...]
    frames: int
    vertices: int

    @property
    def size(self) -> int:
        """Bytes of what is kept, nearly."""
        return self.frames * (self.vertices * BYTES + FEATURE_BYTES * 4)


@dataclass(frozen=True)
class CutPlan:
    """What would be kept of a folder of Multiface."""

    settings: CutSettings
    parts: tuple[CutPart, ...]

    @property
    def size(self) -> int:
        """Bytes in all, nearly."""
        return sum(part.size for part in self.parts)

    def table(self) -> str:
        """Return what would be kept as text, a line for each person."""
        rows = [
            f"{entity_name(part.entity)}: {len(part.segments)} sentences, {part.frames:,} frames, "
            f"{part.vertices:,} vertices, {part.size / 1e9:.3f} GB"
            for part in self.parts
        ]
        limit = self.settings.most_gigabytes
        return "\n".join([*rows, f"in all {self.size / 1e9:.3f} GB of {limit:g} GB allowed"])


def plan_cut(root: Path, settings: CutSettings) -> CutPlan:
    """Find out what would be kept, without reading sound or frames.

    Raises
    ------
    VoxfaceError
        If a person is not there, nothing would be kept, or it would be more than is allowed.
    """
    found = {entity_name(entity): entity for entity in entities(root)}
    if not found:
        raise VoxfaceError(f"'{root}' holds no Multiface entity: none has a folder tracked_mesh")
    for name in settings.entities:
        if name not in found:
            raise unknown_name("entity", name, found)
    parts = []
    share = float(parse_frame_rate(settings.fps) / FPS)
    for name in settings.entities or tuple(found):
        segments = spoken_segments(found[name])
        if settings.sentences and len(segments) > settings.sentences:
            count = settings.sentences
            segments = [segments[i * len(segments) // count] for i in range(count)]
        frames = sum(len(list(folder.glob("*.bin"))) for folder in segments)
        face, _ = entity_face(found[name])
        rows = len(kept_rows(face, settings))
        parts.append(CutPart(found[name], tuple(segments), int(frames * share), rows))
    plan = CutPlan(settings, tuple(parts))
    if not plan.size:
        raise VoxfaceError(f"nothing of '{root}' would be kept: no sentence has meshes and sound")
    if plan.size > settings.most_gigabytes * 1e9:
        raise VoxfaceError(
            f"{plan.size / 1e9:.2f} GB would be kept, more than the {settings.most_gigabytes:g} GB "
            "allowed; keep fewer entities, sentences, frames or vertices"
        )
    return plan


def run_cut(
    plan: CutPlan, output: Path, *, tell: Callable[[int, int], None] = lambda done, total: None
) -> Path:
    """Read what a plan keeps into one set of mesh examples.

    Each person is a file in ``OUTPUT.parts`` when done, so that a run that was stopped goes on;
    they are put together and taken away at the end.

    Returns
    -------
    Path
        The set, ``OUTPUT``.

    Raises
    ------
    VoxfaceError
        If files are damaged or cannot be written.
    """
    beside = output.with_name(f"{output.name}.parts")
    total = sum(len(part.segments) for part in plan.parts)
    done, files = 0, []
    for part in plan.parts:
        file = beside / f"{entity_name(part.entity)}.npz"
        files.append(file)
        if not file.is_file():
            begun = done
            save_mesh_set(file, _cut(part, plan.settings, lambda n, at=begun: tell(at + n, total)))
        done += len(part.segments)
        tell(done, total)
    sets = [load_mesh_set(file) for file in files]
    save_mesh_set(output, MeshSet(sets[0].topology, [e for held in sets for e in held.examples]))
    for file in files:
        file.unlink()
    beside.rmdir()
    return output


def kept_rows(face: NDArray[np.float32], settings: CutSettings) -> NDArray[np.int64]:
    """Return which vertices of a face (V, 3) are kept."""
    depth = face[:, 2]
    least = depth.max() - settings.front * np.ptp(depth)
    return np.flatnonzero(depth >= least)[:: settings.every_vertex]


def _cut(part: CutPart, settings: CutSettings, tell: Callable[[int], None]) -> MeshSet:
    face, triangles = entity_face(part.entity)
    rows = kept_rows(face, settings)
    whole = MeshTopology("multiface", triangles, len(face))
    fps: Fraction = parse_frame_rate(settings.fps)
    examples = []
    for number, folder in enumerate(part.segments, 1):
        vertices = read_frames(sorted(folder.glob("*.bin")), len(face))
        clip = MeshClip(vertices, whole, FPS, face).resample(fps)
        sound = features(read(part.entity / "audio" / f"{folder.name}.wav"))
        examples.append(
            MeshExample(
                f"{entity_name(part.entity)}_{folder.name}", entity_name(part.entity), "multiface",
                sound.astype(np.float16), clip.offsets[:, rows].astype(np.float16),
                np.ones(len(clip), np.uint8), face[rows], float(fps), {"licence": LICENCE},
            )
        )  # fmt: skip
        tell(number)
    return MeshSet(kept_vertices(whole, rows), examples)
