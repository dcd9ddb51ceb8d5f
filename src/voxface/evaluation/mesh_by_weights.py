"""A model of blendshapes as a method on meshes: its weights move the face's own rig."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxface.corpus.mesh_examples import MeshExample
from voxface.engine import Controls, Model, animate
from voxface.evaluation.mesh_methods import first_frame, fitted, recording_of
from voxface.rig.face_mesh_rig import face_mesh_rig


@dataclass(frozen=True, eq=False)
class MeshByWeights:
    """The default model through the rig of the 468-point face, without life."""

    name: str = "voice_to_action"

    def predict(self, example: MeshExample) -> NDArray[np.float32]:
        """Return offsets (T, V, 3) at the example's times."""
        recording = recording_of(example)
        clip = animate(recording, fps=example.fps, model=Model.default(), controls=Controls(life=0))
        rig = face_mesh_rig()
        weights = clip.select(rig.targets).weights
        moved = np.einsum("tc,cvi->tvi", weights, rig.deltas)
        return fitted(moved.astype(np.float32)[first_frame(example) :], len(example.offsets))
