"""The fifteen visemes of speech as mixes of ARKit channels.

A viseme is the mouth's look for a group of sounds. The set is the one of the Oculus lip-sync
tools, which avatars of many makers carry as morph targets: silence; p b m; f v; th; t d; k g;
ch j sh; s z; n l; r; and the vowels of *father*, *bed*, *bit*, *go* and *boot*.

Notes
-----
Names and sounds: Meta, "Viseme Reference", Oculus Lipsync documentation. The mixes are ours: what
the lips visibly do for the sound, checked on rendered heads. In ``PP`` the lips shut by themselves,
without `mouthClose`, which only takes back an open jaw.
"""

from __future__ import annotations

from collections.abc import Mapping


def _mix(**amounts: float) -> Mapping[str, float]:
    """Return a mix by channel; a name with ``LR`` at its end stands for both sides."""
    mix: dict[str, float] = {}
    for name, amount in amounts.items():
        if name.endswith("LR"):
            base = name.removesuffix("LR")
            mix |= {f"{base}Left": amount, f"{base}Right": amount}
        else:
            mix[name] = amount
    return mix


VISEMES: Mapping[str, Mapping[str, float]] = {
    "sil": _mix(),
    "PP": _mix(mouthRollLower=0.35, mouthRollUpper=0.3, mouthPressLR=0.45),
    "FF": _mix(jawOpen=0.03, mouthRollLower=0.7, mouthUpperUpLR=0.25, mouthShrugLower=0.25),
    "TH": _mix(jawOpen=0.18, tongueOut=0.5, mouthLowerDownLR=0.2, mouthUpperUpLR=0.15),
    "DD": _mix(jawOpen=0.16, mouthLowerDownLR=0.25, mouthUpperUpLR=0.12, mouthStretchLR=0.1),
    "kk": _mix(jawOpen=0.22, mouthLowerDownLR=0.2, mouthUpperUpLR=0.1, mouthDimpleLR=0.15),
    "CH": _mix(jawOpen=0.12, mouthFunnel=0.5, mouthPucker=0.2, mouthLowerDownLR=0.15),
    "SS": _mix(jawOpen=0.04, mouthStretchLR=0.35, mouthLowerDownLR=0.3, mouthUpperUpLR=0.18),
    "nn": _mix(jawOpen=0.13, mouthLowerDownLR=0.22, mouthUpperUpLR=0.1, mouthSmileLR=0.1),
    "RR": _mix(jawOpen=0.15, mouthPucker=0.45, mouthFunnel=0.1),
    "aa": _mix(jawOpen=0.6, mouthLowerDownLR=0.2, mouthUpperUpLR=0.12),
    "E": _mix(jawOpen=0.32, mouthStretchLR=0.3, mouthLowerDownLR=0.25, mouthUpperUpLR=0.15),
    "ih": _mix(jawOpen=0.16, mouthStretchLR=0.25, mouthSmileLR=0.3, mouthLowerDownLR=0.2),
    "oh": _mix(jawOpen=0.38, mouthFunnel=0.5, mouthPucker=0.3),
    "ou": _mix(jawOpen=0.07, mouthFunnel=0.3, mouthPucker=0.8),
}
"""Channels and weights of every viseme."""

VOWELS: Mapping[str, Mapping[str, float]] = {
    name: VISEMES[viseme]
    for name, viseme in (("aa", "aa"), ("ih", "ih"), ("ou", "ou"), ("ee", "E"), ("oh", "oh"))
}
"""The five mouth expressions of VRM, by their names in VRM 1.0 (A I U E O in VRM 0.x)."""
