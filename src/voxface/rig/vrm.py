"""The expressions that a VRM avatar defines, as weights of morph targets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from voxface.rig.gltf_file import GltfFile, Json
from voxface.rig.primitives import target_names

_NAMES_OF_VRM0 = {
    "a": "aa", "i": "ih", "u": "ou", "e": "ee", "o": "oh",
    "blink": "blink", "blink_l": "blinkLeft", "blink_r": "blinkRight",
    "lookup": "lookUp", "lookdown": "lookDown", "lookleft": "lookLeft", "lookright": "lookRight",
    "joy": "happy", "angry": "angry", "sorrow": "sad", "fun": "relaxed",
}  # fmt: skip


def read_expressions(file: GltfFile) -> dict[str, dict[str, float]]:
    """Return a VRM file's expressions that move morph targets, by their names in VRM 1.0.

    Notes
    -----
    VRM Consortium: "VRM 0.x" (``blendShapeMaster``, weights 0 to 100) and "VRMC_vrm-1.0"
    (``expressions``, preset and custom, weights 0 to 1).
    """
    extensions = file.json.get("extensions", {})
    found: dict[str, dict[str, float]] = {}
    for name, binds in (*_vrm1(extensions.get("VRMC_vrm", {})), *_vrm0(extensions.get("VRM", {}))):
        pose: dict[str, float] = {}
        for kind, number, index, amount in binds:
            target = _target(file, kind, number, index)
            if target is not None and amount:
                pose[target] = amount
        if pose and name not in found:
            found[name] = pose
    return found


_Bind = tuple[str, Any, Any, float]


def _vrm1(extension: Json) -> Iterator[tuple[str, list[_Bind]]]:
    expressions = extension.get("expressions", {})
    for group in ("preset", "custom"):
        for name, entry in expressions.get(group, {}).items():
            yield (
                name,
                [
                    ("nodes", bind.get("node"), bind.get("index"), float(bind.get("weight", 1)))
                    for bind in entry.get("morphTargetBinds", [])
                ],
            )


def _vrm0(extension: Json) -> Iterator[tuple[str, list[_Bind]]]:
    for entry in extension.get("blendShapeMaster", {}).get("blendShapeGroups", []):
        preset = str(entry.get("presetName", "")).lower()
        yield (
            _NAMES_OF_VRM0.get(preset, str(entry.get("name", preset))),
            [
                (
                    "meshes",
                    bind.get("mesh"),
                    bind.get("index"),
                    float(bind.get("weight", 100)) / 100,
                )
                for bind in entry.get("binds", [])
            ],
        )


def _target(file: GltfFile, kind: str, number: Any, index: Any) -> str | None:
    """Return the name of the target that a bind means; None where it points at nothing."""
    holders = file.items(kind)
    if type(number) is not int or not 0 <= number < len(holders):
        return None
    mesh = holders[number] if kind == "meshes" else None
    if mesh is None:
        if "mesh" not in holders[number]:
            return None
        mesh = file.item("meshes", holders[number]["mesh"])
    names = target_names(file, mesh)
    return names[index] if type(index) is int and 0 <= index < len(names) else None
