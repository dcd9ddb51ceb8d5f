"""What a rig is and what a clip can do with it: the facts behind ``voxface rig``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from voxface.face import ARKIT_CHANNELS, Rig
from voxface.rig.connect import VISEME_CHANNELS, Connection, connect
from voxface.rig.facing import misplaced

KINDS: dict[str, str] = {
    "arkit": "targets named after ARKit channels",
    "visemes": "visemes fitted to the mouth",
    "vrm": "VRM expressions aa ih ou ee oh fitted to the mouth",
    "vowels": "targets aa ih ou ee oh fitted to the mouth",
    "none": "nothing",
}
"""What moves the mouth, in words."""

_WITHOUT: tuple[tuple[tuple[str, ...], str], ...] = (
    (("jawOpen",), "the jaw does not open"),
    (("eyeBlink",), "no blinks"),
    (("eyeLook",), "the eyes do not look around (in a .glb their bones turn them, if any)"),
    (("eyeSquint", "eyeWide", "cheekSquint"), "lids do not squint or widen"),
    (("brow",), "brows do not move"),
    (("tongueOut",), "the tongue stays in"),
    (("jawForward", "jawLeft", "jawRight"), "the jaw does not slide"),
    (("mouthFunnel", "mouthPucker"), "lips are not rounded (o, u, w)"),
    (("mouthRoll", "mouthPress"), "lips are not pressed or rolled in"),
    (("mouthSmile", "mouthFrown", "mouthDimple", "mouthStretch"), "mouth corners do not move"),
    (("mouthLowerDown", "mouthUpperUp", "mouthShrug"), "lips do not rise or drop"),
    (("mouthLeft", "mouthRight"), "the mouth does not slide"),
    (("cheekPuff",), "cheeks do not puff"),
    (("noseSneer",), "the nose does not wrinkle"),
)
"""Beginnings of channels, and what a face lacks without them."""


@dataclass(frozen=True)
class RigReport:
    """A rig in facts.

    Parameters
    ----------
    name : str
    vertices, triangles : int
    parts : tuple of str
        Names, each once.
    size : tuple of float
        Width, height and depth in centimetres.
    turns : str
        How it follows the motion of the head.
    connection : Connection
    misplaced : str, optional
        What is wrong with how it stands (see `facing`).
    without : tuple of str
        What the rig cannot do, and what is done instead.
    """

    name: str
    vertices: int
    triangles: int
    parts: tuple[str, ...]
    size: tuple[float, float, float]
    turns: str
    connection: Connection
    misplaced: str | None
    without: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain JSON values."""
        found = self.connection
        return {
            "name": self.name,
            "vertices": self.vertices,
            "triangles": self.triangles,
            "parts": list(self.parts),
            "size_cm": [round(each, 2) for each in self.size],
            "head": self.turns,
            "misplaced": self.misplaced,
            "kind": found.kind,
            "targets": list(found.targets),
            "matched": [
                {"target": each.target, "channels": list(each.channels), "how": each.how}
                for each in found.matched
            ],
            "visemes": dict(found.visemes),
            "missed": list(found.missed),
            "unused": list(found.unused),
            "without": list(self.without),
        }


def report(rig: Rig) -> RigReport:
    """Return a rig's facts."""
    connection = connect(rig)
    extent = rig.neutral.max(axis=0) - rig.neutral.min(axis=0)
    return RigReport(
        name=rig.name,
        vertices=len(rig.neutral),
        triangles=len(rig.triangles),
        parts=tuple(dict.fromkeys(part.name for part in rig.parts)),
        size=(float(extent[0]), float(extent[1]), float(extent[2])),
        turns=_turns(rig),
        connection=connection,
        misplaced=misplaced(rig, connection),
        without=tuple(_without(connection)),
    )


def _turns(rig: Rig) -> str:
    low, high = float(rig.head_share.min()), float(rig.head_share.max())
    if high == 0:
        return "does not turn: no bone or node is called head"
    if low == 1:
        return "turns as a whole"
    return f"turns by {low:.0%} to {high:.0%}: what lies below the neck stays"


def _without(connection: Connection) -> list[str]:
    driven = {channel for match in connection.matched for channel in match.channels}
    lines = []
    if connection.kind == "none":
        return ["nothing moves: no target has a name that voxface knows (docs/rigs.md)"]
    if "jawOpen" in driven and "mouthClose" not in driven:
        lines.append("no mouthClose: the jaw closes instead (p, b, m)")
    if any(match.how in ("mean", "max") for match in connection.matched):
        lines.append("one target for both sides: left and right move together")
    fitted = VISEME_CHANNELS if connection.visemes else frozenset()
    if connection.visemes:
        lines.append("mouth channels without a target of their own are shown by visemes")
    for beginnings, words in _WITHOUT:
        wanted = [name for name in ARKIT_CHANNELS if name.startswith(beginnings)]
        missing = [name for name in wanted if name not in driven and name not in fitted]
        if len(missing) == len(wanted):
            lines.append(f"no {_spoken(beginnings)}: {words}")
        elif missing:
            lines.append(f"no {', '.join(missing)}: these stay at rest")
    return lines


def _spoken(beginnings: tuple[str, ...]) -> str:
    names = [name if name in ARKIT_CHANNELS else f"{name}…" for name in beginnings]
    return ", ".join(names)
