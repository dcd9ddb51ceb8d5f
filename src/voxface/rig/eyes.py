"""Eyes that are turned by bones: which nodes they are, and how far a gaze turns them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.face import FaceClip
from voxface.face.euler import euler_from_quaternion, quaternion_from_euler
from voxface.rig.gltf_file import GltfFile, Json
from voxface.rig.scene import name_words

DEGREES: Mapping[str, float] = {"In": 30.0, "Out": 30.0, "Down": 30.0, "Up": 25.0}
"""How far the eye of a person turns at weight 1 of its `eyeLook` channel."""

_SIDES = {"l": "left", "left": "left", "r": "right", "right": "right"}
_NOT_THE_BALL = {
    "lid", "brow", "lash", "target", "end", "aim", "ik", "ctrl", "control", "blink", "socket",
    "corner", "upper", "lower", "top", "bottom",
}  # fmt: skip
_VRM1_RANGES = {
    "In": "rangeMapHorizontalInner", "Out": "rangeMapHorizontalOuter",
    "Down": "rangeMapVerticalDown", "Up": "rangeMapVerticalUp",
}  # fmt: skip
_VRM0_RANGES = {
    "In": "lookAtHorizontalInner", "Out": "lookAtHorizontalOuter",
    "Down": "lookAtVerticalDown", "Up": "lookAtVerticalUp",
}  # fmt: skip


@dataclass(frozen=True)
class Eye:
    """A node that turns an eyeball.

    Parameters
    ----------
    node : int
    side : str
        ``Left`` or ``Right``.
    degrees : mapping of str to float
        How far it turns at weight 1 of its channel In, Out, Up or Down.
    """

    node: int
    side: str
    degrees: Mapping[str, float]

    def turns(self, clip: FaceClip) -> NDArray[np.float32]:
        """Return the eye's rotation about the head's axes for every frame, (T, 4), w first."""
        names = [f"eyeLook{way}{self.side}" for way in ("In", "Out", "Up", "Down")]
        inward, outward, up, down = clip.select(names).weights.T * [
            [self.degrees[way]] for way in ("In", "Out", "Up", "Down")
        ]
        yaw = outward - inward if self.side == "Left" else inward - outward
        angles = np.stack([yaw, down - up, np.zeros_like(yaw)], axis=1)
        return np.asarray(quaternion_from_euler(np.radians(angles)), np.float32)

    def channels(self, turns: NDArray[np.float32]) -> dict[str, NDArray[np.float64]]:
        """Return the channels of an eye's rotations (T, 4), w first: the inverse of `turns`."""
        yaw, pitch, _ = np.degrees(euler_from_quaternion(turns)).T
        outward = yaw if self.side == "Left" else -yaw
        ways = {"In": -outward, "Out": outward, "Up": -pitch, "Down": pitch}
        return {
            f"eyeLook{way}{self.side}": np.maximum(angle, 0) / max(self.degrees[way], 1e-6)
            for way, angle in ways.items()
        }


def find_eyes(file: GltfFile) -> list[Eye]:
    """Return the nodes that turn the eyes: the VRM humanoid's, or those called so.

    ``LeftEye``, ``Eye_L``, ``mixamorig:RightEye``, ``CC_Base_R_Eye``, ``J_Adj_L_FaceEye`` and the
    like count; lids, targets and nodes that are meshes do not.
    """
    extensions = file.json.get("extensions", {})
    if "VRMC_vrm" in extensions:
        vrm = extensions["VRMC_vrm"]
        bones = vrm.get("humanoid", {}).get("humanBones", {})
        found = {side: bones.get(f"{side}Eye", {}).get("node") for side in ("left", "right")}
        return _eyes(found, _ranges(vrm.get("lookAt", {}), _VRM1_RANGES, "inputMaxValue",
                                    "outputScale"))  # fmt: skip
    if "VRM" in extensions:
        vrm = extensions["VRM"]
        bones = vrm.get("humanoid", {}).get("humanBones", [])
        listed = {each.get("bone"): each for each in bones}
        found = {side: listed.get(f"{side}Eye", {}).get("node") for side in ("left", "right")}
        return _eyes(found, _ranges(vrm.get("firstPerson", {}), _VRM0_RANGES, "xRange", "yRange"))
    named: dict[str, Any] = {}
    for number, node in enumerate(file.items("nodes")):
        words = name_words(str(node.get("name", "")))
        sides = set(words) & set(_SIDES)
        ball = {"eye", "eyeball"} & set(words) and not set(words) & _NOT_THE_BALL
        if "mesh" not in node and len(sides) == 1 and ball:
            named.setdefault(_SIDES[sides.pop()], number)
    return _eyes(named, DEGREES)


def _eyes(found: Mapping[str, Any], degrees: Mapping[str, float]) -> list[Eye]:
    return [
        Eye(node, side.capitalize(), degrees) for side, node in found.items() if type(node) is int
    ]


def _ranges(entry: Json, names: Mapping[str, str], most: str, scale: str) -> Mapping[str, float]:
    """Return what becomes of a person's gaze by an avatar's own range maps, in degrees."""
    degrees = dict(DEGREES)
    for way, name in names.items():
        given = entry.get(name, {})
        if given.get(most) and given.get(scale) is not None:
            degrees[way] = min(DEGREES[way] / float(given[most]), 1) * float(given[scale])
    return degrees
