"""Multiface cut to what fits: some people, some sentences, fewer frames and vertices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.corpus.mesh_examples import MeshSet, save_mesh_set
from voxface.corpus.multiface_parts import PartStore
from voxface.corpus.sequences.frames import frame_places
from voxface.corpus.sequences.multiface import (
    FPS,
    LICENCE,
    entities,
    entity_face,
    entity_name,
    entity_take,
    frame_files,
    spoken_segments,
)
from voxface.corpus.sequences.sets import chosen_vertices, example_of, with_regions
from voxface.errors import VoxfaceError, unknown_name
from voxface.face import MeshTopology, parse_frame_rate
from voxface.face.frame_rate import frame_count

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
        Share of the head's depth, from the front, whose vertices are kept, 0 to 1. The first
        person's head says which ones: all keep the same.
    vertices : int
        How many of these are kept, of a surface made coarser; 0 for all.
    most_gigabytes : float
        More than this is refused.
    """

    entities: tuple[str, ...] = ()
    sentences: int = 0
    fps: float = 30.0
    front: float = 1.0
    vertices: int = 0
    most_gigabytes: float = 4.0

    def __post_init__(self) -> None:
        if not 0 < self.front <= 1:
            raise VoxfaceError(f"'front' of a cut is above 0 and at most 1, not {self.front:g}")
        if self.sentences < 0 or self.vertices < 0 or 0 < self.vertices < 3:
            raise VoxfaceError("'sentences' and 'vertices' of a cut are numbers, or 0 for all")
        parse_frame_rate(self.fps)


def cut_settings(values: Mapping[str, Any]) -> CutSettings:
    """Build settings from plain values.

    Raises
    ------
    VoxfaceError
        If one is unknown (the message suggests the nearest name) or is no number.
    """
    known = [item.name for item in fields(CutSettings)]
    for name in values:
        if name not in known:
            raise unknown_name("setting of a cut", str(name), known)
    held: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    if "entities" in held:
        held["entities"] = tuple(map(str, held["entities"]))
    try:
        return CutSettings(**held)
    except TypeError:
        raise VoxfaceError(f"the settings of a cut are numbers, not {dict(values)}") from None


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
    seconds : float
        How long that is.
    vertices : int
        Vertices that will be kept.
    """

    entity: Path
    segments: tuple[Path, ...]
    frames: int
    seconds: float
    vertices: int

    @property
    def size(self) -> int:
        """Bytes of what is kept, nearly."""
        return self.frames * self.vertices * BYTES + round(self.seconds * 100) * FEATURE_BYTES


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
    """Find out what would be kept, without reading sounds and sentences.

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
    chosen = [found[name] for name in settings.entities or found]
    face, _ = entity_face(chosen[0])
    rows = len(kept_rows(face, settings))
    rows = min(rows, settings.vertices or rows)
    fps = parse_frame_rate(settings.fps)
    parts = []
    for entity in chosen:
        segments = spoken_segments(entity)
        if settings.sentences and len(segments) > settings.sentences:
            count = settings.sentences
            segments = [segments[i * len(segments) // count] for i in range(count)]
        lengths = [_frames(folder) / FPS for folder in segments]
        frames = sum(frame_count(length, fps) for length in lengths)
        parts.append(CutPart(entity, tuple(segments), frames, float(sum(lengths)), rows))
    plan = CutPlan(settings, tuple(parts))
    if not any(part.segments for part in parts):
        raise VoxfaceError(f"nothing of '{root}' would be kept: no sentence has meshes and sound")
    if plan.size > settings.most_gigabytes * 1e9:
        each = ", ".join(f"{entity_name(p.entity)} {p.size / 1e9:.2f}" for p in parts)
        raise VoxfaceError(
            f"{plan.size / 1e9:.2f} GB would be kept ({each}), more than the "
            f"{settings.most_gigabytes:g} GB allowed; keep fewer entities, sentences, frames or "
            "vertices"
        )
    return plan


def run_cut(
    plan: CutPlan, output: Path, *, tell: Callable[[int, int], None] = lambda done, total: None
) -> Path:
    """Read what a plan keeps into one set of mesh examples.

    Each take stays in ``OUTPUT.parts`` when done, so that a run that was stopped goes on with the
    next; they are put together and taken away at the end.

    Returns
    -------
    Path
        The set, ``OUTPUT``.

    Raises
    ------
    VoxfaceError
        If files are damaged or cannot be written, people have different meshes, or ``OUTPUT.parts``
        is of a cut with other settings.
    """
    work = [(part, folder) for part in plan.parts for folder in part.segments]
    names = [f"{entity_name(part.entity)}_{folder.name}" for part, folder in work]
    settings = {k: v for k, v in asdict(plan.settings).items() if k != "most_gigabytes"}
    beside = output.with_name(f"{output.name}.parts")
    store = PartStore(beside, {"settings": settings, "takes": names})
    faces = {part.entity: entity_face(part.entity) for part in plan.parts}
    face, triangles = faces[plan.parts[0].entity]
    for entity, (other, _) in faces.items():
        if len(other) != len(face):
            raise VoxfaceError(
                f"'{entity}' has {len(other)} vertices, and others have {len(face)}; cut entities "
                "of one kind"
            )
    takes = [entity_take(part.entity, folder, faces[part.entity][0]) for part, folder in work]
    rows, topology = chosen_vertices(
        MeshTopology("multiface", triangles, len(face)),
        takes,
        kept_rows(face, plan.settings),
        plan.settings.vertices,
    )
    for done, take in enumerate(takes):
        tell(done, len(takes))
        if not store.has(take.name):
            store.keep(example_of(take, "multiface", rows, plan.settings.fps, LICENCE))
    tell(len(takes), len(takes))
    examples = [store.take(name) for name in names]
    save_mesh_set(output, MeshSet(with_regions(topology, examples), examples))
    store.clear()
    return output


def kept_rows(face: NDArray[np.float32], settings: CutSettings) -> NDArray[np.int64]:
    """Return which vertices of a face (V, 3) are in front."""
    depth = face[:, 2]
    least = depth.max() - settings.front * np.ptp(depth)
    return np.flatnonzero(depth >= least)


def _frames(folder: Path) -> int:
    """Return how many frames a segment has, with those that were dropped."""
    places = frame_places(int(path.stem) for path in frame_files(folder))
    return int(places[-1]) + 1 if len(places) else 0
