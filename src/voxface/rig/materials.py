"""glTF materials as a rig has them."""

from __future__ import annotations

from typing import Any

from voxface.face import Material
from voxface.rig.gltf_file import GltfFile, Json, resolve_uri


def read_material(file: GltfFile, primitive: Json) -> tuple[Material, int]:
    """Return a primitive's material and the number of the texture coordinates it uses."""
    if primitive.get("material") is None:
        return Material("default", (1.0, 1.0, 1.0, 1.0), 1.0, 0.0), 0
    entry = file.item("materials", primitive["material"])
    surface = entry.get("pbrMetallicRoughness", {})
    unlit = "KHR_materials_unlit" in entry.get("extensions", {})
    base = surface.get("baseColorTexture")
    red, green, blue, alpha = map(float, surface.get("baseColorFactor", (1.0,) * 4))
    material = Material(
        str(entry.get("name", f"material_{primitive['material']}")),
        (red, green, blue, alpha),
        1.0 if unlit else float(surface.get("roughnessFactor", 1.0)),
        0.0 if unlit else float(surface.get("metallicFactor", 1.0)),
        None if base is None else _picture(file, base),
        entry.get("alphaMode") == "BLEND",
        bool(entry.get("doubleSided", False)),
        float(entry.get("alphaCutoff", 0.5)) if entry.get("alphaMode") == "MASK" else 0.0,
    )
    return material, 0 if base is None else int(base.get("texCoord", 0))


def _picture(file: GltfFile, reference: Json) -> bytes | None:
    """Return a PNG or JPEG file; None where the picture is of a kind that is not read."""
    source: Any = file.item("textures", reference.get("index")).get("source")
    if source is None:
        return None
    image = file.item("images", source)
    if image.get("bufferView") is not None:
        content = file.view(image["bufferView"])
    else:
        content = resolve_uri(file, str(image.get("uri", "")), f"images[{source}]")
    return content if content.startswith((b"\x89PNG", b"\xff\xd8\xff")) else None
