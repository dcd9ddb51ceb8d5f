"""Meshes for voices without video, as a model of blendshapes says their faces probably moved.

One man's mouth does not teach a net what other voices sound like. The default model of blendshapes,
which learned from many more voices, is the teacher; its weights move the face's own rig.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from voxface.audio import SAMPLE_RATE, read
from voxface.audio.features import features
from voxface.corpus.mesh_examples import MeshExample, MeshSet
from voxface.engine import Controls, Model, animate
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, Rig, face_mesh
from voxface.rig.face_mesh_rig import face_mesh_rig

FPS = Fraction(50)
"""Frames per second of a label: lips on p, b and m touch for less than the 40 ms of video."""


@dataclass(frozen=True)
class Voice:
    """A recording of a voice.

    Attributes
    ----------
    name, speaker : str
    recording : Path
    """

    name: str
    speaker: str
    recording: Path


def labelled_meshes(
    voices: Iterable[Voice],
    *,
    model: Model | None = None,
    rig: Rig | None = None,
    licence: str = "unknown",
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> MeshSet:
    """Make a set of mesh examples in which recordings move the average face.

    Parameters
    ----------
    voices : iterable of Voice
    model : Model, optional
        The teacher; by default the packaged model of blendshapes. Life is off.
    rig : Rig, optional
        Of the 468-point face; by default the one learned from captured takes.
    licence : str
        Of the recordings.
    tell : callable
        Called with recordings done and recordings in all.

    Raises
    ------
    VoxfaceError
        If there is no recording, or one cannot be read.
    """
    held = list(voices)
    if not held:
        raise VoxfaceError("no recording of a voice to label")
    teacher, shapes = model or Model.default(), rig or face_mesh_rig()
    topology, _ = face_mesh()
    columns = [ARKIT_CHANNELS.index(name) for name in shapes.targets]
    about = f"{teacher.description.name} {teacher.description.version}"
    examples = []
    for done, voice in enumerate(held):
        tell(done, len(held))
        sound = read(voice.recording)
        clip = animate(
            sound, fps=FPS, sample_rate=SAMPLE_RATE, model=teacher, controls=Controls(life=0)
        )
        moved = np.tensordot(clip.weights[:, columns], shapes.deltas, axes=1)
        examples.append(
            MeshExample(
                voice.name, voice.speaker, "voices", features(sound).astype(np.float16),
                moved.astype(np.float16), np.ones(len(moved), np.uint8), shapes.neutral, float(FPS),
                {"recording": str(voice.recording), "licence": licence, "teacher": about},
            )
        )  # fmt: skip
    tell(len(held), len(held))
    return MeshSet(topology, examples)
