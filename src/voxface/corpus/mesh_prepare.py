"""From captured takes and their sounds to a set of mesh examples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from voxface.audio import SAMPLE_RATE, read
from voxface.audio.features import FEATURE_NAMES, FRAME_RATE, features
from voxface.capture.mesh import load_mesh_take
from voxface.capture.sources import find_videos
from voxface.corpus.chunks import CHUNK, chunks
from voxface.corpus.claps import clap_spans, cut_together, find_claps, silence_claps
from voxface.corpus.grid import grid_speaker
from voxface.corpus.mesh_examples import MeshExample, MeshSet
from voxface.errors import VoxfaceError, unknown_name
from voxface.face import MeshClip, face_mesh
from voxface.face.alignment import aligned

CLAPS = ("keep", "silence", "cut")
"""What may become of claps and clicks."""
SMOOTHING = 0.022
"""Standard deviation in seconds of the smoothing of captured vertices, without delay: a still face
jitters."""
QUIET_SHARE = 0.12
"""Share of a speaker's frames, the quietest and slowest, of which their neutral face is taken."""
INNER_LIPS = (13, 14)
"""Vertices of the 468-point face in the middle of the upper and of the lower inner lip."""
SHUT = 0.08
"""Centimetres between them below which lips are shut."""


@dataclass(frozen=True, eq=False)
class _Seen:
    """A captured take with its sound's features."""

    name: str
    speaker: str
    recording: Path
    capture: Path
    mesh: MeshClip
    seen: NDArray[np.bool_]
    features: NDArray[np.float32]
    claps: int = 0
    cut: bool = False


def prepare_meshes(
    captures: Path,
    recordings: Iterable[Path],
    *,
    corpus: str = "grid",
    speaker_of: Callable[[Path], str] = grid_speaker,
    licence: str = "unknown",
    claps: str = "keep",
    chunk: float = CHUNK,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> MeshSet:
    """Make a set of mesh examples of captured takes.

    Every speaker's face at rest is measured over all takes of theirs, and every take is told as
    offsets from it.

    Parameters
    ----------
    captures : Path
        Folder that ``voxface capture`` wrote.
    recordings : iterable of Path
        The videos that were captured, or folders of them: their sound is read.
    corpus : str
        What the set is called.
    speaker_of : callable
        From a recording to its speaker's name.
    licence : str
        Of the recordings; a model that learns from them tells it.
    claps : str
        What becomes of claps and clicks: ``"keep"``, ``"silence"`` in the sound, or ``"cut"`` from
        sound and face together.
    chunk : float
        Longer takes are cut into takes of so many seconds.
    tell : callable
        Called with takes done and takes in all.

    Raises
    ------
    VoxfaceError
        If no recording has a captured take or `claps` is none of these.
    """
    if claps not in CLAPS:
        raise unknown_name("way with claps", claps, CLAPS)
    found = [
        (video, captures / f"{video.stem}.npz")
        for video in find_videos(recordings)
        if (captures / f"{video.stem}.landmarks.npz").is_file()
    ]
    if not found:
        raise VoxfaceError(
            f"'{captures}' holds no take of these recordings; capture them first: "
            "voxface capture VIDEO... -o FOLDER"
        )
    takes = []
    for done, (video, capture) in enumerate(found):
        tell(done, len(found))
        mesh, seen = load_mesh_take(capture)
        sound, removed = read(video), 0
        if claps == "silence":
            sound, spans = silence_claps(sound)
            removed = len(spans)
        elif claps == "cut":
            sound, mesh, seen, removed = _without_claps(sound, mesh, seen)
        heard = features(sound)
        takes.append(
            _Seen(
                video.stem, speaker_of(video), video, capture, mesh, seen, heard, removed,
                cut=claps == "cut" and removed > 0,
            )
        )  # fmt: skip
    tell(len(found), len(found))
    neutrals = {
        speaker: neutral_face([take.mesh for take in of], [take.features for take in of])
        for speaker, of in _by_speaker(takes).items()
    }
    examples = [_example(take, neutrals[take.speaker], corpus, licence) for take in takes]
    parts = [part for example in examples for part in chunks(example, chunk, pad=False)]
    return MeshSet(face_mesh()[0], parts)


def _without_claps(
    sound: NDArray[np.float32], mesh: MeshClip, seen: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], MeshClip, NDArray[np.bool_], int]:
    """Cut claps from a take; return sound, mesh, what was seen, and how many spans went."""
    spans = clap_spans(find_claps(sound), len(sound) / SAMPLE_RATE)
    left, kept = cut_together(sound, len(mesh), float(mesh.fps), spans, mesh.start)
    cut = replace(mesh, vertices=mesh.vertices[kept], head=mesh.head[kept])
    return left, cut, seen[kept], len(spans)


def neutral_face(
    meshes: Sequence[MeshClip], sounds: Sequence[NDArray[np.float32]]
) -> NDArray[np.float32]:
    """Return a speaker's face at rest (V, 3): the median of their quietest and slowest frames.

    Only frames with lips shut count, or nearly shut where there are none.

    Parameters
    ----------
    meshes : sequence of MeshClip
    sounds : sequence of ndarray, shape (N, 83)
        Features of each take's sound.
    """
    topology, average = face_mesh()
    frames, stillness = [], []
    for mesh, sound in zip(meshes, sounds, strict=True):
        loud = gaussian_filter1d(sound[:, FEATURE_NAMES.index("loudness")].astype(float), 5)
        at = np.clip(np.round(mesh.times * FRAME_RATE).astype(int), 0, len(loud) - 1)
        speed = np.abs(np.gradient(mesh.vertices, axis=0)).mean(axis=(1, 2))
        frames.append(mesh.vertices)
        stillness.append(_rank(loud[at]) + _rank(speed))
    vertices, score = np.concatenate(frames), np.concatenate(stillness)
    # Some people never shut their lips between sentences: their faces rest where lips are nearest.
    gap = np.linalg.norm(vertices[:, INNER_LIPS[0]] - vertices[:, INNER_LIPS[1]], axis=1)
    shut = gap <= max(SHUT, np.quantile(gap, 0.02))
    vertices, score = vertices[shut], score[shut]
    quiet = vertices[score <= np.quantile(score, QUIET_SHARE)]
    face = np.median(quiet, axis=0)
    placed = aligned(face[None], average, topology.region("stable"))[0]
    return np.asarray(placed, np.float32)


def _rank(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where each value stands among the others, 0 to 1."""
    order = np.argsort(np.argsort(values))
    return np.asarray(order / max(1, len(values) - 1))


def _example(take: _Seen, neutral: NDArray[np.float32], corpus: str, licence: str) -> MeshExample:
    fps = float(take.mesh.fps)
    stable = take.mesh.topology.region("stable")
    vertices = aligned(take.mesh.vertices, neutral, stable)
    vertices = gaussian_filter1d(vertices, SMOOTHING * fps, axis=0, mode="nearest")
    # Frame k is to stand at k / fps of the sound; a take may begin later or between frames.
    wanted = np.arange(int(np.floor(take.mesh.times[-1] * fps + 1e-6)) + 1) / fps
    position = (wanted - take.mesh.start) * fps
    inside = (position > -0.5) & (position < len(vertices) - 0.5)
    bounded = np.clip(position, 0, len(vertices) - 1)
    below = np.floor(bounded + 1e-6).astype(int)
    above = np.minimum(below + 1, len(vertices) - 1)
    blend = np.clip(bounded - below, 0, 1)[:, None, None]
    placed = vertices[below] * (1 - blend) + vertices[above] * blend
    return MeshExample(
        take.name,
        take.speaker,
        corpus,
        take.features.astype(np.float16),
        (placed - neutral).astype(np.float16),
        (inside & take.seen[below] & take.seen[above]).astype(np.uint8),
        neutral,
        fps,
        _about(take, licence),
    )


def _about(take: _Seen, licence: str) -> dict[str, Any]:
    """Return where a take comes from; files from which claps were cut no longer fit it."""
    about: dict[str, Any] = {"licence": licence, "claps": take.claps}
    if not take.cut:
        about |= {"recording": str(take.recording), "capture": str(take.capture)}
    return about


def _by_speaker(takes: Iterable[_Seen]) -> Mapping[str, list[_Seen]]:
    found: dict[str, list[_Seen]] = {}
    for take in takes:
        found.setdefault(take.speaker, []).append(take)
    return found
