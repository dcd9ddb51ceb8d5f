"""What predicts a moving mesh: model files, runs, and baselines that any of them must beat."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from voxface.corpus.mesh_examples import MeshExample, MeshSet
from voxface.engine import MODELS, MeshModel, MeshOptions, animate_mesh, moves_mesh
from voxface.errors import VoxfaceError, unknown_name
from voxface.face import REST_POSE
from voxface.face.resample import interpolate_frames

FloatArray = NDArray[np.float32]


class MeshMethod(Protocol):
    """Anything that predicts a face."""

    @property
    def name(self) -> str:
        """What tables call it."""

    def predict(self, example: MeshExample) -> FloatArray:
        """Return offsets (T, V, 3) from the example's neutral face at the example's times."""


@dataclass(frozen=True)
class Still:
    """A face that never moves."""

    name: str = "still"

    def predict(self, example: MeshExample) -> FloatArray:
        """Return zeros."""
        return np.zeros(example.offsets.shape, np.float32)


@dataclass(frozen=True, eq=False)
class MeanFace:
    """A face that stands in the mean of what was heard, and never moves."""

    mean: FloatArray
    name: str = "mean"

    def predict(self, example: MeshExample) -> FloatArray:
        """Return the mean in every frame."""
        return np.broadcast_to(self.mean, example.offsets.shape)


@dataclass(frozen=True, eq=False)
class MeshFile:
    """A model file that moves a mesh, run on the recordings themselves."""

    model: MeshModel
    name: str
    options: MeshOptions

    def predict(self, example: MeshExample) -> FloatArray:
        """Run the model on the example's recording."""
        recording = recording_of(example)
        clip = animate_mesh(
            recording, self.model, fps=example.fps, options=self.options, neutral=example.neutral
        )
        return fitted(clip.offsets[first_frame(example) :], len(example.offsets))


def recording_of(example: MeshExample) -> Path:
    """Return the file that an example's sound is read from.

    Raises
    ------
    VoxfaceError
        If it is gone, or claps were cut from it: then no file has the example's own sound.
    """
    named = example.about.get("recording")
    if not named:
        raise VoxfaceError(
            f"no file sounds as {example.name} does: claps were cut from it; judge the folder of a "
            "run, which hears stored features"
        )
    recording = Path(str(named))
    if not recording.is_file():
        raise VoxfaceError(
            f"the recording of {example.name} ({recording}) is gone; prepare the meshes anew"
        )
    return recording


def first_frame(example: MeshExample) -> int:
    """Return where an example begins in its recording: a chunk of a long take begins later."""
    return round(float(example.about.get("begin", 0)) * example.fps)


def fitted(offsets: FloatArray, frames: int) -> FloatArray:
    """Return offsets cut, or held at the end, to so many frames."""
    if len(offsets) >= frames:
        return offsets[:frames]
    return np.concatenate([offsets, np.repeat(offsets[-1:], frames - len(offsets), axis=0)])


def at_example_rate(offsets: FloatArray, rate: float, example: MeshExample) -> FloatArray:
    """Read offsets told at `rate` frames per second at the example's times."""
    flat = offsets.reshape(len(offsets), -1)
    position = np.arange(len(example.offsets), dtype=np.float64) * (rate / example.fps)
    still = np.tile(np.array(REST_POSE, np.float32), (len(flat), 1))
    read, _ = interpolate_frames(flat, still, position)
    return read.reshape(len(read), -1, 3)


def mean_face(examples: MeshSet | list[MeshExample]) -> MeanFace:
    """Return the method that stands in the mean of examples."""
    held = examples.examples if isinstance(examples, MeshSet) else examples
    total = sum(e.offsets.astype(np.float64).sum(axis=0) for e in held)
    frames = sum(len(e.offsets) for e in held)
    return MeanFace(np.asarray(total / max(1, frames), np.float32))


def mesh_method(name: str, heard: list[MeshExample], options: MeshOptions) -> MeshMethod:
    """Return a method by its name, its model file or the folder of its run.

    Raises
    ------
    VoxfaceError
        If there is none of this name, or the file moves no mesh.
    """
    if name == "still":
        return Still()
    if name == "mean":
        return mean_face(heard)
    if name == "voice_to_action":
        from voxface.evaluation.mesh_by_weights import MeshByWeights  # noqa: PLC0415

        return MeshByWeights()
    path = MODELS.get(name, Path(name))
    if path.is_dir():
        from voxface.evaluation.mesh_runs import MeshRun  # noqa: PLC0415  (it loads PyTorch)

        return MeshRun.load(path, options)
    if not path.is_file():
        raise unknown_name("method", name, ["still", "mean", *MODELS, "a run's folder"])
    if not moves_mesh(path):
        raise VoxfaceError(f"{name} moves blendshapes; judge it with 'voxface evaluate'")
    return MeshFile(MeshModel(path), path.stem if name not in MODELS else name, options)
