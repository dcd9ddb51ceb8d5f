"""Connections whose numbers Python and the page must agree on.

``python tests/rig/connection_golden.py`` writes ``connections.json`` anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from voxface.face import ARKIT_CHANNELS, FaceClip
from voxface.face.visemes import VISEMES
from voxface.rig.connect import connect_names

FILE = Path(__file__).with_name("connections.json")

RPM_VISEMES = [f"viseme_{name}" for name in [*list(VISEMES)[:12], "I", "O", "U"]]
VRM_FACE = [
    *(f"Fcl_MTH_{vowel}" for vowel in "AIUEO"), "Fcl_EYE_Close_L", "Fcl_EYE_Close_R", "Fcl_ALL_Joy",
]  # fmt: skip

RIGS: dict[str, tuple[list[str], dict[str, dict[str, float]]]] = {
    "arkit": (list(ARKIT_CHANNELS), {}),
    "ict": (
        ["browInnerUp_L", "browInnerUp_R", "cheekPuff_L", "cheekPuff_R", "eyeBlink_L",
         "eyeBlink_R", "jawOpen", "mouthClose", "mouthSmile_L", "mouthSmile_R", "mouthFunnel",
         "mouthPucker", "mouthRollLower", "mouthRollUpper", "mouthPress_L", "mouthPress_R",
         "PupilDilate_L"], {},
    ),
    "maya": ([f"head.{name}" for name in ARKIT_CHANNELS[:30]] + ["teeth.jawOpen"], {}),
    "both_sides": (["jawOpen", "mouthSmile", "eyeBlink", "browDown", "mouthPucker"], {}),
    "readyplayerme": ([*RPM_VISEMES, "mouthOpen", "mouthSmile", "eyesClosed"], {}),
    "vrchat": ([f"vrc.v_{name.lower()}" for name in VISEMES] + ["vrc.blink"], {}),
    "vrm": (
        VRM_FACE,
        {
            "aa": {"Fcl_MTH_A": 1.0}, "ih": {"Fcl_MTH_I": 1.0}, "ou": {"Fcl_MTH_U": 1.0},
            "ee": {"Fcl_MTH_E": 1.0}, "oh": {"Fcl_MTH_O": 0.8, "Fcl_MTH_A": 0.1},
            "blinkLeft": {"Fcl_EYE_Close_L": 1.0}, "blinkRight": {"Fcl_EYE_Close_R": 1.0},
            "blink": {"Fcl_EYE_Close_L": 1.0, "Fcl_EYE_Close_R": 1.0},
            "happy": {"Fcl_ALL_Joy": 1.0},
        },
    ),
    "perfect_sync": (
        ["m0", "m1", "m2"],
        {"JawOpen": {"m0": 1.0}, "MouthSmileLeft": {"m1": 0.5, "m2": 0.5}, "lookUp": {"m2": 1.0}},
    ),
    "vowels": (["A", "I", "U", "E", "O", "Blink"], {}),
    "mouth_open_only": (["mouthOpen", "Blink_L", "Blink_R"], {}),
    "dotted": (["jaw.open", "Mouth.Smile.Left", "head.eye_blink.R", "cheek.puff.001"], {}),
    "unknown": (["Basis", "Key 1", "corrective_jawOpen"], {}),
}  # fmt: skip


def frames() -> FaceClip:
    """Return rest, the visemes, sealed lips and some noise: values that are exact in JSON."""
    rows = [np.zeros(52)]
    for mix in VISEMES.values():
        rows.append(np.array([mix.get(name, 0.0) for name in ARKIT_CHANNELS]))
    sealed = np.zeros(52)
    sealed[[ARKIT_CHANNELS.index(name) for name in ("jawOpen", "mouthClose")]] = 0.5, 0.375
    rows.append(sealed)
    rows += list(np.random.default_rng(3).integers(0, 65, (4, 52)) / 64)
    return FaceClip(np.stack(rows), 30)


def connections() -> dict[str, Any]:
    clip = frames()
    cases = []
    for name, (targets, expressions) in RIGS.items():
        found = connect_names(targets, expressions)
        weights = [] if found.kind == "none" else found.weights(clip).round(6).tolist()
        cases.append(
            {
                "name": name, "targets": targets, "expressions": expressions, "kind": found.kind,
                "matched": [[m.target, list(m.channels), m.how] for m in found.matched],
                "visemes": dict(found.visemes), "missed": list(found.missed),
                "unused": list(found.unused), "weights": weights,
            }
        )  # fmt: skip
    return {
        "channels": list(ARKIT_CHANNELS),
        "frames": clip.weights.round(6).tolist(),
        "connections": cases,
    }


if __name__ == "__main__":
    found = connections()
    cases = ",\n".join(json.dumps(each) for each in found.pop("connections"))
    FILE.write_text(f'{json.dumps(found)[:-1]},\n"connections": [\n{cases}\n]}}\n')
