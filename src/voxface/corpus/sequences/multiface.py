"""Multiface: 13 people's tracked meshes at 30 frames per second.

Wuu et al., "Multiface: a dataset for neural face rendering", 2022. Each person's folder (an
*entity*, ``m--DATE--TIME--NUMBER--GHS``) holds ``tracked_mesh/SEGMENT/FRAME.bin`` (float32 vertices
in millimetres, +y up, +z forward, without the head's pose), ``FRAME.obj`` (the triangles),
``FRAME_transform.txt`` (the pose, which is not needed) and ``audio/SEGMENT.wav`` for spoken
segments, whose names begin with ``SEN_``. The first frame of a segment stands at the beginning of
its sound; frames that were dropped are missed by their numbers, which rise by 1 or by 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxface.audio import read
from voxface.corpus.sequences.frames import filled, frame_places, seen_frames
from voxface.corpus.sequences.take import Sequences, SequenceTake
from voxface.corpus.sequences.triangles import read_obj
from voxface.errors import VoxfaceError
from voxface.face import MeshTopology

FPS = Fraction(30)
LICENCE = "Multiface: CC BY-NC 4.0"
SPOKEN = "SEN_"
AT_REST = ("E001_Neutral_Eyes_Open", "EXP_neutral_peak")
"""Segments in which nobody moves, of the first and of the second script."""
CENTIMETRES = np.float32(0.1)
"""Of a millimetre."""
LOOKED_AT = 12
"""Frames of which the face at rest is the median."""


def read_multiface(root: Path) -> Sequences:
    """Read all entities in a folder, or one entity's own folder.

    Raises
    ------
    VoxfaceError
        If there is none, or files are missing or damaged.
    """
    takes: list[SequenceTake] = []
    topology: MeshTopology | None = None
    for entity in entities(root):
        neutral, triangles = entity_face(entity)
        if topology is None:
            topology = MeshTopology("multiface", triangles, len(neutral))
        if len(neutral) != topology.vertices:
            raise VoxfaceError(
                f"{entity} has {len(neutral)} vertices, and others have {topology.vertices}; read "
                "entities of one kind"
            )
        takes += [entity_take(entity, folder, neutral) for folder in spoken_segments(entity)]
    if topology is None:
        raise VoxfaceError(f"'{root}' holds no Multiface entity: none has a folder tracked_mesh")
    return Sequences("multiface", topology, takes, LICENCE)


def entity_take(entity: Path, folder: Path, neutral: NDArray[np.float32]) -> SequenceTake:
    """Return a spoken segment of an entity."""
    files = frame_files(folder)
    places = frame_places(int(path.stem) for path in files)
    return SequenceTake(
        f"{entity_name(entity)}_{folder.name}", entity_name(entity), FPS, neutral,
        partial(read_frames, files, places, len(neutral)),
        partial(read, entity / "audio" / f"{folder.name}.wav"),
        folder.name.removeprefix(SPOKEN).replace("_", " "), seen_frames(places),
    )  # fmt: skip


def entities(root: Path) -> list[Path]:
    """Return the folders of entities."""
    if (root / "tracked_mesh").is_dir():
        return [root]
    return sorted(path.parent for path in root.glob("*/tracked_mesh") if path.is_dir())


def entity_name(entity: Path) -> str:
    """Return the number by which an entity is called, such as ``6795937``."""
    parts = entity.name.split("--")
    return parts[3] if len(parts) == 5 else entity.name


def entity_face(entity: Path) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Return an entity's face at rest (V, 3) in centimetres, and triangles.

    It is the median of the segment in which nobody moves; where that was not fetched, the mean of
    all frames, ``vert_mean.bin``.

    Raises
    ------
    VoxfaceError
        If it has no .obj file or no face at rest, or one is of another size.
    """
    shape = next(iter(sorted((entity / "tracked_mesh").glob("*/*.obj"))), None)
    if shape is None:
        raise VoxfaceError(f"'{entity}' holds no .obj file, which has the triangles; fetch one")
    vertices, triangles = read_obj(shape)
    for name in AT_REST:
        files = frame_files(entity / "tracked_mesh" / name)
        if files:
            few = files[:: max(1, len(files) // LOOKED_AT)]
            frames = read_frames(few, np.arange(len(few)), len(vertices))
            return np.median(frames, axis=0).astype(np.float32), triangles
    mean = entity / "vert_mean.bin"
    if not mean.is_file():
        raise VoxfaceError(
            f"'{entity}' has no face at rest; fetch tracked_mesh/{AT_REST[0]} or {mean.name}"
        )
    face = np.fromfile(mean, "<f4")
    if face.size != vertices.size:
        raise VoxfaceError(f"{mean} has {face.size // 3} vertices; expected {len(vertices)}")
    return face.reshape(-1, 3) * CENTIMETRES, triangles


def spoken_segments(entity: Path) -> list[Path]:
    """Return the folders of segments in which somebody speaks and that have meshes and a sound."""
    folders = sorted((entity / "tracked_mesh").glob(f"{SPOKEN}*"))
    heard = [f for f in folders if (entity / "audio" / f"{f.name}.wav").is_file()]
    return [folder for folder in heard if next(folder.glob("*.bin"), None) is not None]


def frame_files(folder: Path) -> list[Path]:
    """Return the vertex files of a segment, by number."""
    files = [path for path in folder.glob("*.bin") if path.stem.isdecimal()]
    return sorted(files, key=lambda path: int(path.stem))


def read_frames(
    files: Sequence[Path], places: NDArray[np.int64], vertices: int
) -> NDArray[np.float32]:
    """Read frames (P, V, 3) in centimetres, with dropped ones filled in.

    Raises
    ------
    VoxfaceError
        If one is damaged or there is none.
    """
    rows = []
    for path in files:
        row = np.fromfile(path, "<f4")
        if row.size != 3 * vertices:
            raise VoxfaceError(f"{path} is damaged: {row.size} numbers are not {vertices} vertices")
        rows.append(row.reshape(-1, 3))
    if not rows:
        raise VoxfaceError("a segment holds no .bin file; fetch it anew")
    return filled(np.stack(rows) * CENTIMETRES, places)
