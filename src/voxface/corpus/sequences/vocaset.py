"""VOCASET: twelve people, FLAME's 5,023 vertices at 60 frames per second.

Cudeiro, Bolkart, Laidlaw, Ranjan & Black, "Capture, learning, and synthesis of 3D speaking styles",
CVPR 2019. As it is distributed: ``data_verts.npy`` (N, V, 3) in metres, ``subj_seq_to_idx.pkl``,
``raw_audio_fixed.pkl``, ``templates.pkl``; and as FaceFormer and its successors lay it out:
``vertices_npy/SUBJECT_SENTENCE.npy`` (T, V x 3), ``wav``, ``templates.pkl``. Heads do not move.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.audio import as_mono_16k
from voxface.audio.arrays import as_mono
from voxface.corpus.sequences.derived import read_derived
from voxface.corpus.sequences.pickles import read_pickle
from voxface.corpus.sequences.take import Sequences, SequenceTake, centimetres_in_unit
from voxface.corpus.sequences.triangles import template_triangles
from voxface.errors import VoxfaceError
from voxface.face import MeshTopology

FPS = Fraction(60)
LICENCE = "VOCASET licence: for research that is not commercial"
TEMPLATES = ("templates/FLAME_sample.ply", "FLAME_sample.ply", "templates/FLAME_sample.obj")
"""Where the triangles are looked for."""


def read_vocaset(root: Path) -> Sequences:
    """Read VOCASET in either layout.

    Raises
    ------
    VoxfaceError
        If files are missing or damaged.
    """
    if (root / "vertices_npy").is_dir():
        return read_derived(root, "vocaset", FPS, TEMPLATES, LICENCE)
    for name in ("data_verts.npy", "subj_seq_to_idx.pkl", "raw_audio_fixed.pkl", "templates.pkl"):
        if not (root / name).is_file():
            raise VoxfaceError(f"'{root}' is not VOCASET: it has neither vertices_npy nor {name}")
    try:
        vertices = np.load(root / "data_verts.npy", mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise VoxfaceError(f"cannot read {root / 'data_verts.npy'} ({error})") from None
    index: Mapping[str, Mapping[str, Mapping[int, int]]] = read_pickle(root / "subj_seq_to_idx.pkl")
    faces = {str(k): np.asarray(v) for k, v in read_pickle(root / "templates.pkl").items()}
    sounds = cache(partial(read_pickle, root / "raw_audio_fixed.pkl"))
    scale = centimetres_in_unit(next(iter(faces.values())), str(root))
    triangles = template_triangles(root, TEMPLATES, vertices.shape[1])
    takes = []
    for speaker, sentences in index.items():
        if speaker not in faces:
            raise VoxfaceError(f"{root / 'templates.pkl'} lacks the speaker {speaker}")
        for sentence, frames in sentences.items():
            rows = np.array([frames[number] for number in sorted(frames)])
            if len(rows) and rows.max() >= len(vertices):
                raise VoxfaceError(
                    f"{root / 'data_verts.npy'} is cut off: {speaker} {sentence} needs row "
                    f"{rows.max()} of {len(vertices)}"
                )
            takes.append(
                SequenceTake(
                    f"{speaker}_{sentence}", speaker, FPS,
                    (faces[speaker] * scale).astype(np.float32),
                    partial(_rows, vertices, rows, scale),
                    partial(_sound, sounds, speaker, sentence),
                )
            )  # fmt: skip
    return Sequences("vocaset", MeshTopology("flame", triangles, vertices.shape[1]), takes, LICENCE)


def _rows(vertices: NDArray[Any], rows: NDArray[np.int64], scale: float) -> NDArray[np.float32]:
    return (np.asarray(vertices[rows]) * scale).astype(np.float32)


def _sound(sounds: Any, speaker: str, sentence: str) -> NDArray[np.float32]:
    try:
        found = sounds()[speaker][sentence]
        sound, rate = np.asarray(found["audio"]), float(found["sample_rate"])
    except (KeyError, TypeError):
        raise VoxfaceError(f"raw_audio_fixed.pkl lacks the sound of {speaker} {sentence}") from None
    return as_mono_16k(as_mono(sound), rate)
