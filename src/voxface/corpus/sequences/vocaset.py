"""VOCASET: twelve people, FLAME's 5,023 vertices at 60 frames per second.

Cudeiro, Bolkart, Laidlaw, Ranjan & Black, "Capture, learning, and synthesis of 3D speaking styles",
CVPR 2019. As it is distributed: ``data_verts.npy`` (N, V, 3) in metres, ``subj_seq_to_idx.pkl``
(subject to sentence to frame to row), ``raw_audio_fixed.pkl`` (subject to sentence to ``audio`` and
``sample_rate``), ``templates.pkl``; and as FaceFormer and its successors lay it out:
``vertices_npy/SUBJECT_SENTENCE.npy`` (T, V x 3) at 60 or 30 frames per second, ``wav``,
``templates.pkl``. Heads do not move.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.audio import as_mono_16k
from voxface.audio.arrays import as_mono
from voxface.corpus.sequences.derived import left_out, read_derived, speakers_faces
from voxface.corpus.sequences.frames import filled, frame_places, seen_frames
from voxface.corpus.sequences.pickles import read_pickle
from voxface.corpus.sequences.take import Sequences, SequenceTake, centimetres_in_unit
from voxface.corpus.sequences.triangles import template_triangles
from voxface.errors import VoxfaceError
from voxface.face import MeshTopology

FPS = Fraction(60)
HALVED = Fraction(30)
"""Rate of copies that keep every other frame."""
LICENCE = "VOCASET licence: for research that is not commercial"
TEMPLATES = (
    "templates/FLAME_sample.ply", "FLAME_sample.ply", "template/FLAME_sample.ply",
    "templates/FLAME_sample.obj",
)  # fmt: skip
"""Where the triangles are looked for."""
FILES = ("data_verts.npy", "subj_seq_to_idx.pkl", "raw_audio_fixed.pkl", "templates.pkl")
"""As it is distributed."""


def read_vocaset(root: Path) -> Sequences:
    """Read VOCASET in either layout.

    Raises
    ------
    VoxfaceError
        If files are missing or damaged.
    """
    if (root / "vertices_npy").is_dir():
        return read_derived(root, "vocaset", "flame", (FPS, HALVED), TEMPLATES, LICENCE)
    for name in FILES:
        if not (root / name).is_file():
            raise VoxfaceError(f"'{root}' is not VOCASET: it has neither vertices_npy nor {name}")
    try:
        vertices = np.load(root / "data_verts.npy", mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise VoxfaceError(f"cannot read {root / 'data_verts.npy'} ({error})") from None
    faces = speakers_faces(root)
    if vertices.shape[1:] != next(iter(faces.values())).shape:
        raise VoxfaceError(
            f"{root / 'data_verts.npy'} has shape {vertices.shape}, and templates.pkl does not fit"
        )
    triangles = template_triangles(root, TEMPLATES, vertices.shape[1])
    sounds: Mapping[str, Any] = read_pickle(root / "raw_audio_fixed.pkl")
    takes, silent = [], 0
    for speaker, sentences in read_pickle(root / "subj_seq_to_idx.pkl").items():
        if speaker not in faces:
            raise VoxfaceError(f"{root / 'templates.pkl'} lacks the speaker {speaker}")
        scale = centimetres_in_unit(faces[speaker], str(root))
        neutral = (faces[speaker] * scale).astype(np.float32)
        texts = _texts(root / "sentencetext" / f"{speaker}.txt")
        for sentence, frames in sorted(sentences.items()):
            sound = sounds.get(speaker, {}).get(sentence)
            if sound is None or not frames:
                silent += 1
                continue
            numbers = sorted(frames)
            rows = np.array([frames[number] for number in numbers])
            if rows.max() >= len(vertices):
                raise VoxfaceError(
                    f"{root / 'data_verts.npy'} is cut off: {speaker} {sentence} needs row "
                    f"{rows.max()} of {len(vertices)}"
                )
            places = frame_places(numbers)
            takes.append(
                SequenceTake(
                    f"{speaker}_{sentence}", speaker, FPS, neutral,
                    partial(_vertices, vertices, rows, places, scale),
                    partial(_sound, sound, f"{speaker} {sentence}"),
                    texts.get(sentence, ""), seen_frames(places),
                )
            )  # fmt: skip
    left_out(silent, root)
    if not takes:
        raise VoxfaceError(f"'{root}' holds no sentence with vertices and sound")
    return Sequences("vocaset", MeshTopology("flame", triangles, vertices.shape[1]), takes, LICENCE)


def _vertices(
    vertices: NDArray[Any], rows: NDArray[np.int64], places: NDArray[np.int64], scale: float
) -> NDArray[np.float32]:
    return filled((np.asarray(vertices[rows]) * scale).astype(np.float32), places)


def _sound(held: Any, name: str) -> NDArray[np.float32]:
    try:
        sound, rate = np.asarray(held["audio"]), float(held["sample_rate"])
    except (KeyError, TypeError, IndexError):
        raise VoxfaceError(f"raw_audio_fixed.pkl holds no sound for {name}; fetch it") from None
    return as_mono_16k(as_mono(sound), rate)


def _texts(path: Path) -> dict[str, str]:
    """Return what is said, by sentence: the n-th line of the subject's file is sentence n."""
    if not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    return {f"sentence{number:02d}": line.strip() for number, line in enumerate(lines, 1)}
