"""Small VRM avatars made by hand: a cube for a face on a neck."""

from __future__ import annotations

from planted_gltf import Document

VRM1_PRESETS = {"aa": 0, "ih": 1, "ou": 2, "ee": 3, "oh": 4, "blinkLeft": 5, "blinkRight": 6}
TARGETS = ["A", "I", "U", "E", "O", "CloseL", "CloseR", "JawX"]
VRM0_PRESETS = {"a": 0, "i": 1, "u": 2, "e": 3, "o": 4, "blink_l": 5, "blink_r": 6}


def body(turned: bool = False) -> tuple[Document, int, int]:
    """Return a document with hips, neck, head and a face, and the nodes of head and face."""
    made = Document()
    face = made.node(root=False, name="Face", mesh=made.mesh(TARGETS), translation=[0, 0.1, 0])
    head = made.node(root=False, name="J_Bip_C_Head", translation=[0, 0.1, 0], children=[face])
    neck = made.node(root=False, name="J_Bip_C_Neck", translation=[0, 0.4, 0], children=[head])
    turn = [0, 1, 0, 0] if turned else [0, 0, 0, 1]
    made.node(name="Root", children=[neck], translation=[0, 1, 0], rotation=turn)
    return made, head, face


def vrm1(custom: dict[str, int] | None = None) -> Document:
    """Return a VRM 1.0 avatar; `custom` names expressions by target number."""
    made, head, face = body()

    def expression(target: int) -> dict:
        return {"morphTargetBinds": [{"node": face, "index": target, "weight": 1.0}]}

    made.json["extensionsUsed"] = ["VRMC_vrm"]
    made.json["extensions"] = {
        "VRMC_vrm": {
            "specVersion": "1.0",
            "humanoid": {"humanBones": {"head": {"node": head}}},
            "expressions": {
                "preset": {name: expression(n) for name, n in VRM1_PRESETS.items()} | {"happy": {}},
                "custom": {name: expression(n) for name, n in (custom or {}).items()},
            },
        }
    }
    return made


def vrm0() -> Document:
    """Return a VRM 0.x avatar, which looks along -z."""
    made, head, _ = body()
    made.json["extensionsUsed"] = ["VRM"]
    made.json["extensions"] = {
        "VRM": {
            "humanoid": {"humanBones": [{"bone": "head", "node": head}]},
            "blendShapeMaster": {
                "blendShapeGroups": [
                    {"name": name.upper(), "presetName": name,
                     "binds": [{"mesh": 0, "index": n, "weight": 100}]}
                    for name, n in VRM0_PRESETS.items()
                ] + [{"name": "JawOpen", "presetName": "unknown",
                      "binds": [{"mesh": 0, "index": 7, "weight": 50}]}]
            },
        }
    }  # fmt: skip
    return made
