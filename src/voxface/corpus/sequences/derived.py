"""The layout that FaceFormer and its successors share: one array and one sound for a sentence.

``vertices_npy/SPEAKER_SENTENCE.npy`` (T, V x 3), ``wav/SPEAKER_SENTENCE.wav``, ``templates.pkl``
(speaker to (V, 3)) and a template with triangles, ``templates/NAME.ply``.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.audio import announced_duration, read
from voxface.corpus.sequences.pickles import read_pickle
from voxface.corpus.sequences.take import (
    Sequences,
    SequenceTake,
    centimetres_in_unit,
    without_head_motion,
)
from voxface.corpus.sequences.triangles import template_triangles
from voxface.errors import VoxfaceError, VoxfaceWarning
from voxface.face import MeshTopology

Scale = Callable[[str, NDArray[np.floating], NDArray[np.int32]], float]
"""Centimetres in the unit of a speaker's face, given the speaker, the face and the triangles."""
LOOKED_AT = 8
"""Takes by which the frame rate is told."""


def read_derived(
    root: Path,
    name: str,
    topology: str,
    rates: Sequence[Fraction],
    templates: Sequence[str],
    licence: str,
    *,
    scale: Scale | None = None,
    still: bool = True,
) -> Sequences:
    """Read a corpus in this layout.

    Sentences without a sound are left out, with a warning: VOCASET has three.

    Parameters
    ----------
    root : Path
    name, topology, licence : str
    rates : sequence of Fraction
        Frames per second that there may be; lengths of sounds tell which.
    templates : sequence of str
        Where the triangles are looked for.
    scale : callable, optional
        Default: metres, centimetres or millimetres, told by the size of a head.
    still : bool
        Whether heads neither move nor change their size from frame to frame.

    Raises
    ------
    VoxfaceError
        If files are missing or do not fit together.
    """
    faces = speakers_faces(root)
    files = sorted((root / "vertices_npy").glob("*.npy"))
    heard = [(file, root / "wav" / f"{file.stem}.wav") for file in files]
    heard = [(file, sound) for file, sound in heard if sound.is_file()]
    if not heard:
        raise VoxfaceError(
            f"'{root}' holds no vertices_npy/NAME.npy with a sound wav/NAME.wav; put both there"
        )
    left_out(len(files) - len(heard), root)
    fps = told_rate(heard, rates)
    triangles = template_triangles(root, templates, len(next(iter(faces.values()))))
    takes, scales = [], {}
    for file, sound in heard:
        speaker = next((s for s in faces if file.stem.startswith(f"{s}_")), None)
        if speaker is None:
            raise VoxfaceError(f"{root / 'templates.pkl'} lacks the speaker of {file.name}")
        if speaker not in scales:
            face = faces[speaker]
            told = (
                scale(speaker, face, triangles) if scale else centimetres_in_unit(face, str(root))
            )
            scales[speaker] = (told, (face * told).astype(np.float32))
        centimetres, neutral = scales[speaker]
        takes.append(
            SequenceTake(
                file.stem, speaker, fps, neutral,
                partial(_vertices, file, neutral, centimetres, still), partial(read, sound),
            )
        )  # fmt: skip
    count = len(next(iter(faces.values())))
    return Sequences(name, MeshTopology(topology, triangles, count), takes, licence)


def speakers_faces(root: Path) -> dict[str, NDArray[Any]]:
    """Return the faces at rest (V, 3) of ``templates.pkl``, by speaker.

    Raises
    ------
    VoxfaceError
        If the file is missing or damaged, or holds anything else.
    """
    path = root / "templates.pkl"
    held = read_pickle(path)
    try:
        faces = {str(k): np.asarray(v, np.float64).reshape(-1, 3) for k, v in held.items()}
    except (AttributeError, TypeError, ValueError):
        raise VoxfaceError(f"{path} holds no faces by speaker; fetch it anew") from None
    if len({len(face) for face in faces.values()}) != 1:
        raise VoxfaceError(f"{path} holds no faces, or faces of different numbers of vertices")
    return faces


def left_out(count: int, root: Path) -> None:
    """Warn of sentences without sound."""
    if count:
        what = "a sentence has" if count == 1 else f"{count} sentences have"
        warnings.warn(
            f"{what} vertices but no sound in '{root}', and no use", VoxfaceWarning, stacklevel=2
        )


def told_rate(heard: Sequence[tuple[Path, Path]], rates: Sequence[Fraction]) -> Fraction:
    """Return which frame rate fits the lengths of the sounds best."""
    if len(rates) == 1:
        return rates[0]
    found = []
    for file, sound in heard[:: max(1, len(heard) // LOOKED_AT)]:
        seconds = announced_duration(sound)
        if seconds:
            found.append(len(_array(file)) / float(seconds))
    if not found:
        return rates[0]
    return min(rates, key=lambda rate: abs(np.log(np.median(found) / float(rate))))


def _by_size(speaker: str, face: NDArray[Any], triangles: NDArray[np.int32]) -> float:
    return centimetres_in_unit(face, f"the template of {speaker}")


def _array(path: Path) -> NDArray[Any]:
    try:
        held: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
        return held.reshape(len(held), -1, 3)
    except (OSError, ValueError, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise VoxfaceError(f"cannot read {path} ({reason}); fetch it anew") from None


def _vertices(
    path: Path, neutral: NDArray[np.float32], scale: float, still: bool
) -> NDArray[np.float32]:
    vertices = _array(path)
    if vertices.shape[1] != len(neutral):
        raise VoxfaceError(f"{path} has {vertices.shape[1]} vertices; expected {len(neutral)}")
    placed = (vertices * scale).astype(np.float32)
    return placed if still else without_head_motion(placed, neutral, scale=True)
