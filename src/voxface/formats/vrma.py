"""VRM Animation 1.0 (``.vrma``): a clip for any humanoid avatar, without the avatar.

A glTF file with a skeleton that stands still but for its head, and a node for every expression,
whose weight is the node's X. Two kinds are written. By default a file moves the expressions that
every VRM avatar has (``aa ih ou ee oh blinkLeft blinkRight``) and turns the eyes by look-at; for
avatars made for "perfect sync" it moves the 52 ARKit expressions and leaves look-at alone. Never
both: such avatars have the other expressions as well, and would open their mouths twice.

Spec: https://github.com/vrm-c/vrm-specification/tree/master/specification/VRMC_vrm_animation-1.0.
By it only the hips may be moved, so the head's position is left out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.face import FaceClip
from voxface.face.euler import quaternion_from_euler
from voxface.formats.json_text import plain_json
from voxface.formats.livelink import EYE_TURN
from voxface.formats.writer import CollectingWriter

EXTENSION = "VRMC_vrm_animation"
PRESETS = ("aa", "ih", "ou", "ee", "oh", "blinkLeft", "blinkRight")
"""Expressions that every VRM avatar has, of those that a face clip can say something of."""

_ARM = (("UpperArm", (0.12, 0.06, 0.0)), ("LowerArm", (0.25, 0.0, 0.0)), ("Hand", (0.24, 0.0, 0.0)))
_LEG = (
    ("UpperLeg", (0.09, -0.05, 0.0)), ("LowerLeg", (0.0, -0.40, 0.0)), ("Foot", (0.0, -0.42, 0.0)),
)  # fmt: skip
BONES: tuple[tuple[str, str, tuple[float, float, float]], ...] = (
    ("hips", "", (0.0, 0.95, 0.0)),
    ("spine", "hips", (0.0, 0.10, 0.0)),
    ("chest", "spine", (0.0, 0.12, 0.0)),
    ("neck", "chest", (0.0, 0.26, 0.0)),
    ("head", "neck", (0.0, 0.08, 0.0)),
    *(
        (side + name, side + limb[i - 1][0] if i else root, (mirror * x, y, z))
        for root, limb in (("chest", _ARM), ("hips", _LEG))
        for side, mirror in (("left", 1), ("right", -1))
        for i, (name, (x, y, z)) in enumerate(limb)
    ),
)
"""Name, parent and place in the parent (metres) of a person in T-pose who faces +z: all bones that
VRM requires, so that readers can build a humanoid of the file alone."""


class VrmaWriter(CollectingWriter):
    """Writes the expressions that every VRM avatar has, and look-at."""

    perfect_sync = False

    def _end(self) -> None:
        self._file.write(_document(self._clip(), self.perfect_sync))


class PerfectSyncVrmaWriter(VrmaWriter):
    """Writes the 52 ARKit expressions, for avatars that have them as custom ones."""

    perfect_sync = True


def _document(clip: FaceClip, perfect_sync: bool) -> bytes:
    # Rigs are slow to import, so they wait until one is written.
    from voxface.rig.connect import connect_names  # noqa: PLC0415
    from voxface.rig.packer import Packer  # noqa: PLC0415

    if not len(clip):
        raise VoxfaceError("a clip without frames cannot become a VRM animation")
    plain_json(dict(clip.metadata))
    packer = Packer({"asset": {"version": "2.0", "generator": "voxface"}})
    bones, scene = _add_skeleton(packer)
    # glTF knows no time before 0, where sound begins.
    times = (clip.times - min(clip.start, 0.0)).astype(np.float32)
    if (np.diff(times) <= 0).any():
        raise VoxfaceError(
            "the clip is too long for glTF, whose times are float32; lower its --fps"
        )
    keys = packer.accessor(times, bounds=True)
    samplers: list[dict[str, Any]] = []
    channels: list[dict[str, Any]] = []

    def animate(node: int, path: str, values: NDArray[np.floating[Any]]) -> None:
        output = packer.accessor(np.asarray(values, np.float32))
        samplers.append({"input": keys, "output": output, "interpolation": "LINEAR"})
        target = {"node": node, "path": path}
        channels.append({"sampler": len(samplers) - 1, "target": target})

    animate(bones["head"], "rotation", clip.head[:, [4, 5, 6, 3]])
    names = clip.channels if perfect_sync else PRESETS
    weights = clip.weights if perfect_sync else connect_names(PRESETS).weights(clip)
    expressions: dict[str, dict[str, int]] = {}
    for name, weight in zip(names, np.clip(weights, 0, 1).T, strict=True):
        node = packer.add("nodes", {"name": name})
        scene.append(node)
        expressions[name] = {"node": node}
        animate(node, "translation", weight[:, None] * np.array((1.0, 0.0, 0.0)))
    extension: dict[str, Any] = {
        "specVersion": "1.0",
        "humanoid": {"humanBones": {name: {"node": node} for name, node in bones.items()}},
        "expressions": {"custom" if perfect_sync else "preset": expressions},
    }
    if not perfect_sync:
        node = packer.add("nodes", {"name": "lookAt"})
        scene.append(node)
        extension["lookAt"] = {"node": node}
        animate(node, "rotation", _gaze(clip)[:, [1, 2, 3, 0]])
    extras = {"fps": str(clip.fps), "start": clip.start, "metadata": dict(clip.metadata)}
    motion = {"name": "voxface", "samplers": samplers, "channels": channels}
    packer.add("animations", motion | {"extras": {"voxface": extras}})
    packer.document |= {
        "scene": 0,
        "scenes": [{"nodes": scene}],
        "extensionsUsed": [EXTENSION],
        "extensions": {EXTENSION: extension},
    }
    return packer.finish()


def _add_skeleton(packer: Any) -> tuple[dict[str, int], list[int]]:
    """Add the bones; return their nodes, and the nodes at the top of the scene."""
    nodes: dict[str, int] = {}
    for name, parent, place in BONES:
        nodes[name] = packer.add("nodes", {"name": name, "translation": list(place)})
        if parent:
            packer.document["nodes"][nodes[parent]].setdefault("children", []).append(nodes[name])
    return nodes, [nodes["hips"]]


def _gaze(clip: FaceClip) -> NDArray[np.float64]:
    """Return where both eyes look, as quaternions (T, 4), w first: yaw after pitch."""
    looks = {
        way: clip.select([f"eyeLook{way}Left", f"eyeLook{way}Right"]).weights
        for way in ("Out", "In", "Down", "Up")
    }
    outward = looks["Out"] - looks["In"]
    yaw = EYE_TURN * (outward[:, 0] - outward[:, 1]) / 2
    pitch = EYE_TURN * (looks["Down"] - looks["Up"]).mean(axis=1)
    return quaternion_from_euler(np.stack([yaw, pitch, np.zeros_like(yaw)], axis=1))


def load(path: Path) -> FaceClip:
    """Read a VRM animation: expressions by name, the turn of the head, where the eyes look."""
    from voxface.formats.vrma_reader import read_vrma  # noqa: PLC0415

    return read_vrma(path)
