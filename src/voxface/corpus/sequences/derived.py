"""The layout that FaceFormer and its successors share: one array and one sound for a sentence.

``vertices_npy/SPEAKER_SENTENCE.npy`` (T, V x 3), ``wav/SPEAKER_SENTENCE.wav``, ``templates.pkl``
(speaker to (V, 3)) and ``templates/NAME.ply``.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxface.audio import read
from voxface.corpus.sequences.pickles import read_pickle
from voxface.corpus.sequences.take import (
    Sequences,
    SequenceTake,
    centimetres_in_unit,
    without_head_motion,
)
from voxface.corpus.sequences.triangles import template_triangles
from voxface.errors import VoxfaceError
from voxface.face import MeshTopology


def read_derived(
    root: Path, name: str, fps: Fraction, templates: Sequence[str], licence: str
) -> Sequences:
    """Read a corpus in this layout.

    Raises
    ------
    VoxfaceError
        If files are missing or do not fit together.
    """
    faces = {str(k): np.asarray(v) for k, v in read_pickle(root / "templates.pkl").items()}
    if not faces:
        raise VoxfaceError(f"{root / 'templates.pkl'} holds no face")
    scale = centimetres_in_unit(next(iter(faces.values())), str(root))
    takes = []
    for file in sorted((root / "vertices_npy").glob("*.npy")):
        speaker = next((s for s in faces if file.stem.startswith(f"{s}_")), None)
        sound = root / "wav" / f"{file.stem}.wav"
        if speaker is None:
            raise VoxfaceError(f"{root / 'templates.pkl'} lacks the speaker of {file.name}")
        if not sound.is_file():
            raise VoxfaceError(f"{file.name} has no sound {sound}")
        neutral = (faces[speaker] * scale).astype(np.float32)
        takes.append(
            SequenceTake(
                file.stem, speaker, fps, neutral, partial(_vertices, file, neutral, scale),
                partial(read, sound),
            )
        )  # fmt: skip
    if not takes:
        raise VoxfaceError(f"'{root / 'vertices_npy'}' holds no .npy file")
    count = len(next(iter(faces.values())))
    triangles = template_triangles(root, templates, count)
    return Sequences(name, MeshTopology(name, triangles, count), takes, licence)


def _vertices(path: Path, neutral: NDArray[np.float32], scale: float) -> NDArray[np.float32]:
    try:
        flat = np.load(path, allow_pickle=False)
        vertices = flat.reshape(len(flat), -1, 3) * scale
    except (OSError, ValueError, TypeError) as error:
        raise VoxfaceError(f"cannot read {path} ({error}); fetch it anew") from None
    if vertices.shape[1] != len(neutral):
        raise VoxfaceError(f"{path} has {vertices.shape[1]} vertices; expected {len(neutral)}")
    return without_head_motion(vertices, neutral)
