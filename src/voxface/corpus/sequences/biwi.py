"""BIWI 3D Audiovisual Corpus of Affective Communication: 14 people at 25 frames per second.

Fanelli, Gall, Romsdorfer, Weise & Van Gool, "A 3-D audio-visual corpus of affective communication",
IEEE Transactions on Multimedia 12(6), 2010. As it is distributed: ``faces/SPEAKER/SENTENCE/
frame_NNN.vl`` (vertices as a count and float32 triples), ``rigid_scans/SPEAKER.obj``, ``audio`` or
``wav``; and in the layout of `voxface.corpus.sequences.derived`.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxface.audio import read
from voxface.corpus.sequences.derived import read_derived
from voxface.corpus.sequences.take import (
    Sequences,
    SequenceTake,
    centimetres_in_unit,
    without_head_motion,
)
from voxface.corpus.sequences.triangles import read_obj
from voxface.errors import VoxfaceError
from voxface.face import MeshTopology

FPS = Fraction(25)
LICENCE = "BIWI: for research that is not commercial"
TEMPLATES = ("templates/BIWI.ply", "BIWI.ply", "templates/BIWI.obj")


def read_biwi(root: Path) -> Sequences:
    """Read BIWI in either layout.

    Raises
    ------
    VoxfaceError
        If files are missing or damaged.
    """
    if (root / "vertices_npy").is_dir():
        return read_derived(root, "biwi", FPS, TEMPLATES, LICENCE)
    if not (root / "faces").is_dir():
        raise VoxfaceError(f"'{root}' is not BIWI: it has neither vertices_npy nor faces")
    takes, triangles, count = [], None, 0
    for scan in sorted((root / "rigid_scans").glob("*.obj")):
        face, corners = read_obj(scan)
        if triangles is None:
            triangles, count = corners, len(face)
        if len(face) != count:
            raise VoxfaceError(f"{scan} has {len(face)} vertices, and others have {count}")
        scale = centimetres_in_unit(face, str(scan))
        neutral = face * np.float32(scale)
        for folder in sorted(p for p in (root / "faces" / scan.stem).glob("*") if p.is_dir()):
            frames = sorted(folder.glob("*.vl"))
            if not frames:
                raise VoxfaceError(f"'{folder}' holds no .vl file; fetch it anew")
            takes.append(
                SequenceTake(
                    f"{scan.stem}_{folder.name}", scan.stem, FPS, neutral,
                    partial(_vertices, frames, neutral, scale),
                    partial(_sound, root, scan.stem, folder.name),
                )
            )  # fmt: skip
    if triangles is None or not takes:
        raise VoxfaceError(f"'{root}' holds no scan with tracked sentences (rigid_scans, faces)")
    return Sequences("biwi", MeshTopology("biwi", triangles, count), takes, LICENCE)


def _vertices(
    frames: list[Path], neutral: NDArray[np.float32], scale: float
) -> NDArray[np.float32]:
    rows = []
    for path in frames:
        data = path.read_bytes()
        count = int(np.frombuffer(data[:4], "<i4")[0]) if len(data) >= 4 else -1
        if count != len(neutral) or len(data) != 4 + 12 * count:
            raise VoxfaceError(
                f"{path} is damaged: {len(data)} bytes are not {len(neutral)} vertices"
            )
        rows.append(np.frombuffer(data, "<f4", offset=4).reshape(-1, 3))
    return without_head_motion(np.stack(rows) * np.float32(scale), neutral)


def _sound(root: Path, speaker: str, sentence: str) -> NDArray[np.float32]:
    places = [
        root / "audio" / speaker / f"{sentence}_cut.wav",
        root / "audio" / speaker / f"{sentence}.wav",
        root / "wav" / f"{speaker}_{sentence}.wav",
    ]
    for path in places:
        if path.is_file():
            return read(path)
    raise VoxfaceError(f"there is no sound of {speaker} {sentence}; put it to {places[0]}")
