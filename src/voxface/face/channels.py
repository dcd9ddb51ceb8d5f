"""The 52 ARKit blendshape channels, by name.

Apple's blend shapes are a dictionary without an order, and at least five orders are in use in
files of the field. The order below is only how voxface stores its arrays; every file carries
names, and channels are matched by name.

Names: https://developer.apple.com/documentation/arkit/arfaceanchor/blendshapelocation
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from voxface.errors import unknown_name

ARKIT_CHANNELS: tuple[str, ...] = (
    "eyeBlinkLeft", "eyeLookDownLeft", "eyeLookInLeft", "eyeLookOutLeft", "eyeLookUpLeft",
    "eyeSquintLeft", "eyeWideLeft",
    "eyeBlinkRight", "eyeLookDownRight", "eyeLookInRight", "eyeLookOutRight", "eyeLookUpRight",
    "eyeSquintRight", "eyeWideRight",
    "jawForward", "jawLeft", "jawRight", "jawOpen",
    "mouthClose", "mouthFunnel", "mouthPucker", "mouthLeft", "mouthRight",
    "mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft", "mouthFrownRight",
    "mouthDimpleLeft", "mouthDimpleRight", "mouthStretchLeft", "mouthStretchRight",
    "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper",
    "mouthPressLeft", "mouthPressRight", "mouthLowerDownLeft", "mouthLowerDownRight",
    "mouthUpperUpLeft", "mouthUpperUpRight",
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
    "cheekPuff", "cheekSquintLeft", "cheekSquintRight",
    "noseSneerLeft", "noseSneerRight",
    "tongueOut",
)  # fmt: skip
"""The ARKit channel names in the order of voxface arrays (left = the subject's left)."""

HEAD_COMPONENTS: tuple[str, ...] = ("x", "y", "z", "qw", "qx", "qy", "qz")
"""Columns of a clip's head pose: position in centimetres, then the unit quaternion."""


def channel_index(name: str, channels: Sequence[str] = ARKIT_CHANNELS) -> int:
    """Return the column of a channel.

    Raises
    ------
    VoxfaceError
        If there is no such channel; the message suggests the nearest name.
    """
    try:
        return list(channels).index(name)
    except ValueError:
        raise unknown_name("channel", name, channels) from None


def channel_indices(names: Iterable[str], channels: Sequence[str] = ARKIT_CHANNELS) -> list[int]:
    """Return the columns of several channels, in the order of `names`."""
    return [channel_index(name, channels) for name in names]


def mirrored(name: str) -> str:
    """Return the name of the channel on the other side of the face (itself if it has no side)."""
    if name.endswith("Left"):
        return name.removesuffix("Left") + "Right"
    if name.endswith("Right"):
        return name.removesuffix("Right") + "Left"
    return name
