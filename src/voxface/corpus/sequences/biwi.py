"""BIWI 3D Audiovisual Corpus of Affective Communication: 14 people at 25 frames per second.

Fanelli, Gall, Romsdorfer, Weise & Van Gool, "A 3-D audio-visual corpus of affective communication",
IEEE Transactions on Multimedia 12(6), 2010. As it is distributed: ``faces/SPEAKER/SENTENCE/
frame_NNN.vl`` (a count and float32 triples: millimetres, +y down, +z into the face),
``rigid_scans/SPEAKER.obj`` (the same), ``audio/SPEAKER_SENTENCE_cut.wav``; and in the layout of
`voxface.corpus.sequences.derived`, where every frame is turned upright, centred and divided by the
root of its surface's area.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxface.audio import read
from voxface.corpus.sequences.derived import left_out, read_derived
from voxface.corpus.sequences.take import (
    Sequences,
    SequenceTake,
    centimetres_in_unit,
    without_head_motion,
)
from voxface.corpus.sequences.triangles import read_obj, surface_area
from voxface.errors import VoxfaceError
from voxface.face import MeshTopology

FPS = Fraction(25)
LICENCE = "BIWI: for research that is not commercial"
TEMPLATES = ("templates/BIWI.ply", "BIWI.ply", "templates/BIWI.obj")
UPRIGHT = np.array((1.0, -1.0, -1.0), np.float32)
"""Half a turn about x: from the corpus's axes to ours."""
ROOT_OF_AREA = 18.56
"""Centimetres of 1 in copies that were divided by the root of their area, on average over the 14
people, whose 17.4 to 20.1 https://github.com/EvelynFan/FaceFormer/issues/45 lists."""


def read_biwi(root: Path) -> Sequences:
    """Read BIWI in either layout.

    Raises
    ------
    VoxfaceError
        If files are missing or damaged.
    """
    if (root / "vertices_npy").is_dir():
        scale = partial(_derived_unit, root)
        return read_derived(
            root, "biwi", "biwi", (FPS,), TEMPLATES, LICENCE, scale=scale, still=False
        )
    if not (root / "faces").is_dir():
        raise VoxfaceError(f"'{root}' is not BIWI: it has neither vertices_npy nor faces")
    takes, triangles, count, silent = [], None, 0, 0
    for scan in sorted((root / "rigid_scans").glob("*.obj")):
        face, corners = read_obj(scan)
        if triangles is None:
            triangles, count = corners, len(face)
        if len(face) != count:
            raise VoxfaceError(f"{scan} has {len(face)} vertices, and others have {count}")
        scale_of = UPRIGHT * np.float32(centimetres_in_unit(face, str(scan)))
        for folder in sorted(p for p in (root / "faces" / scan.stem).glob("*") if p.is_dir()):
            frames = sorted(folder.glob("*.vl"))
            if not frames:
                raise VoxfaceError(f"'{folder}' holds no .vl file; unpack its archive there")
            sound = _sound(root, scan.stem, folder.name)
            if sound is None:
                silent += 1
                continue
            takes.append(
                SequenceTake(
                    f"{scan.stem}_{folder.name}", scan.stem, FPS, face * scale_of,
                    partial(_vertices, frames, face * scale_of, scale_of), partial(read, sound),
                )
            )  # fmt: skip
    if triangles is None or not takes:
        raise VoxfaceError(
            f"'{root}' holds no person with rigid_scans/F1.obj, faces/F1/e01/*.vl and "
            "audio/F1_e01_cut.wav; put these there"
        )
    left_out(silent, root)
    return Sequences("biwi", MeshTopology("biwi", triangles, count), takes, LICENCE)


def _vertices(
    frames: Sequence[Path], neutral: NDArray[np.float32], scale: NDArray[np.float32]
) -> NDArray[np.float32]:
    rows = []
    for path in frames:
        data = path.read_bytes()
        count = int(np.frombuffer(data[:4], "<u4")[0]) if len(data) >= 4 else -1
        if count != len(neutral) or len(data) != 4 + 12 * count:
            raise VoxfaceError(
                f"{path} is damaged: {len(data)} bytes are not {len(neutral)} vertices"
            )
        rows.append(np.frombuffer(data, "<f4", offset=4).reshape(-1, 3))
    return without_head_motion(np.stack(rows) * scale, neutral)


def _sound(root: Path, speaker: str, sentence: str) -> Path | None:
    places = (
        root / "audio" / f"{speaker}_{sentence}_cut.wav",
        root / "audio" / speaker / f"{sentence}_cut.wav",
        root / "audio" / f"{speaker}_{sentence}.wav",
        root / "audio" / speaker / f"{sentence}.wav",
        root / "wav" / f"{speaker}_{sentence}.wav",
    )
    return next((path for path in places if path.is_file()), None)


def _derived_unit(
    root: Path, speaker: str, face: NDArray[np.floating], triangles: NDArray[np.int32]
) -> float:
    """Return centimetres in the unit of a copy, exactly where the speaker's scan is there, too."""
    if not 0.8 < surface_area(face, triangles) < 1.25:
        return centimetres_in_unit(np.asarray(face, np.float32), str(root))
    scan = root / "rigid_scans" / f"{speaker}.obj"
    if not scan.is_file():
        return ROOT_OF_AREA
    whole, corners = read_obj(scan)
    return centimetres_in_unit(whole, str(scan)) * math.sqrt(surface_area(whole, corners))
