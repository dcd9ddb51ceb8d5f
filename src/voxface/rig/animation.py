"""A clip as a glTF animation: morph weights of mesh nodes, rotation and translation of the head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.face import FaceClip
from voxface.rig.gltf_file import Json
from voxface.rig.head_motion import HeadNode
from voxface.rig.packer import Packer

EXTRAS = "voxface"
"""The key under which an animation's extras keep what glTF cannot say."""


@dataclass(frozen=True)
class MorphTrack:
    """Weights of the morph targets of the mesh at one node.

    Parameters
    ----------
    node : int
    weights : ndarray of float32, shape (T, N)
    """

    node: int
    weights: NDArray[np.float32]


def add_animation(
    packer: Packer,
    clip: FaceClip,
    tracks: Sequence[MorphTrack],
    head: HeadNode | None,
    turns: Sequence[tuple[HeadNode, NDArray[np.float32]]] = (),
) -> None:
    """Add a clip to a document as an animation, one key a frame, linear in between.

    Keys begin at ``clip.start``, or at 0 where the clip begins before its sound: glTF knows no
    time before 0. The animation's extras keep the exact frame rate and start.

    Parameters
    ----------
    packer : Packer
        The document.
    clip : FaceClip
    tracks : sequence of MorphTrack
    head : HeadNode, optional
        The node that the head's motion turns and moves.
    turns : sequence of (HeadNode, ndarray of shape (T, 4))
        Other nodes and their rotations about the axes of the face, w first.

    Raises
    ------
    VoxfaceError
        If the clip has no frames, or more than the times of a glTF file can tell apart.
    """
    if not len(clip):
        raise VoxfaceError("a clip without frames cannot become an animation")
    times = (clip.times - min(clip.start, 0.0)).astype(np.float32)
    if (np.diff(times) <= 0).any():
        raise VoxfaceError(
            "the clip is too long for its frame rate in glTF, whose times are float32; "
            "resample it to a lower rate"
        )
    keys = packer.accessor(times, bounds=True)
    samplers: list[Json] = []
    channels: list[Json] = []

    def animate(node: int, path: str, values: NDArray[np.float32]) -> None:
        sampler = {"input": keys, "output": packer.accessor(values), "interpolation": "LINEAR"}
        samplers.append(sampler)
        channels.append({"sampler": len(samplers) - 1, "target": {"node": node, "path": path}})

    for track in tracks:
        if track.weights.shape[1]:
            animate(track.node, "weights", track.weights.reshape(-1))
    if head is not None:
        rotation, translation = head.motion(clip.head)
        animate(head.node, "rotation", rotation)
        animate(head.node, "translation", translation)
    for node, rotations in turns:
        still = np.zeros((len(clip), 3), np.float32)
        animate(node.node, "rotation", node.motion(np.concatenate([still, rotations], axis=1))[0])
    extras = {
        "fps": str(clip.fps),
        "start": clip.start,
        "untracked": [
            name for column, name in enumerate(clip.channels)
            if not clip.tracked[:, column].any()
        ],
        "metadata": dict(clip.metadata),
    }  # fmt: skip
    packer.add(
        "animations",
        {"name": "voxface", "samplers": samplers, "channels": channels, "extras": {EXTRAS: extras}},
    )
