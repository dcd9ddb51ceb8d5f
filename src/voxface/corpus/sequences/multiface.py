"""Multiface: 13 people's tracked meshes at 30 frames per second.

Wuu et al., "Multiface: a dataset for neural face rendering", 2022. Each person's folder (an
*entity*, ``m--DATE--TIME--NUMBER--GHS``) holds ``tracked_mesh/SEGMENT/FRAME.bin`` (float32 vertices
in millimetres, without the head's pose), ``FRAME.obj``, ``FRAME_transform.txt`` (the pose) and
``audio/SEGMENT.wav`` for spoken segments, whose names begin with ``SEN_``.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxface.audio import read
from voxface.corpus.sequences.take import Sequences, SequenceTake, centimetres_in_unit
from voxface.corpus.sequences.triangles import read_obj
from voxface.errors import VoxfaceError
from voxface.face import MeshTopology

FPS = Fraction(30)
LICENCE = "Multiface: CC BY-NC 4.0"
SPOKEN = "SEN_"


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
        for folder in spoken_segments(entity):
            takes.append(
                SequenceTake(
                    f"{entity_name(entity)}_{folder.name}", entity_name(entity), FPS, neutral,
                    partial(read_frames, sorted(folder.glob("*.bin")), len(neutral)),
                    partial(read, entity / "audio" / f"{folder.name}.wav"),
                    folder.name.removeprefix(SPOKEN).replace("_", " "),
                )
            )  # fmt: skip
    if topology is None:
        raise VoxfaceError(f"'{root}' holds no Multiface entity: none has a folder tracked_mesh")
    return Sequences("multiface", topology, takes, LICENCE)


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
    """Return an entity's mean face (V, 3) in centimetres, and triangles.

    Raises
    ------
    VoxfaceError
        If it has no .obj file, or its mean is of another size.
    """
    shape = next((entity / "tracked_mesh").glob("*/*.obj"), None)
    if shape is None:
        raise VoxfaceError(f"'{entity}' holds no .obj file, which has the triangles")
    vertices, triangles = read_obj(shape)
    mean = entity / "vert_mean.bin"
    face = np.fromfile(mean, "<f4") if mean.is_file() else vertices.reshape(-1)
    if face.size != vertices.size:
        raise VoxfaceError(f"{mean} has {face.size // 3} vertices; expected {len(vertices)}")
    face = face.reshape(-1, 3)
    return face * np.float32(centimetres_in_unit(face, str(entity))), triangles


def spoken_segments(entity: Path) -> list[Path]:
    """Return the folders of segments in which somebody speaks and that have a sound."""
    folders = sorted((entity / "tracked_mesh").glob(f"{SPOKEN}*"))
    return [f for f in folders if (entity / "audio" / f"{f.name}.wav").is_file()]


def read_frames(files: Sequence[Path], vertices: int) -> NDArray[np.float32]:
    """Read frames (T, V, 3), in centimetres.

    Raises
    ------
    VoxfaceError
        If one is damaged.
    """
    rows = []
    for path in files:
        row = np.fromfile(path, "<f4")
        if row.size != 3 * vertices:
            raise VoxfaceError(f"{path} is damaged: {row.size} numbers are not {vertices} vertices")
        rows.append(row.reshape(-1, 3))
    if not rows:
        raise VoxfaceError("a segment holds no .bin file; fetch it anew")
    return np.stack(rows) * np.float32(0.1)
